//! Accounts as rows without anything nested, for spreadsheets and for programs that know no trees.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::snapshot::{AccountNode, Snapshot};
use crate::report::sheet::harmless;

/// One flat object per account: its fields, its place, the ids of its policies, and each tag as `tag:KEY`.
pub fn flat(snapshot: &Snapshot) -> Vec<Map<String, Value>> {
    snapshot.accounts.iter().flatten().map(flat_account).collect()
}

fn flat_account(account: &AccountNode) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| row.insert(key.to_owned(), value);
    put("id", json!(account.id));
    put("name", json!(account.name));
    put("email", json!(account.email));
    put("state", json!(account.state));
    put("arn", json!(account.arn));
    put("joined_method", json!(account.joined_method));
    put("joined_at", json!(account.joined_at));
    put("management", json!(account.management));
    put("parent", json!(account.parent));
    put("path", json!(account.path));
    put("policies", json!(account.policies.as_ref().map(|policies| policies.join(" "))));
    for (key, value) in account.tags.iter().flatten() {
        put(&format!("tag:{key}"), json!(value));
    }
    row
}

/// The columns that every account has, in this order.
const COLUMNS: [&str; 11] =
    ["id", "name", "email", "state", "path", "parent", "management", "joined_method", "joined_at", "policies", "arn"];

/// Accounts as CSV: a column for each key of a tag that any of them has. No cell is a formula.
pub fn csv(snapshot: &Snapshot) -> Result<String, csv::Error> {
    let rows = flat(snapshot);
    let tags: BTreeSet<&String> = rows.iter().flat_map(Map::keys).filter(|key| key.starts_with("tag:")).collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    let names = COLUMNS.iter().map(|name| (*name).to_owned()).chain(tags.into_iter().cloned());
    let names: Vec<String> = names.collect();
    table.write_record(names.iter().map(|name| harmless(name)))?;
    for row in &rows {
        let cell = |name: &String| match row.get(name) {
            Some(Value::String(text)) => harmless(text),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        table.write_record(names.iter().map(cell))?;
    }
    let bytes = table.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::facts;

    #[test]
    fn each_account_is_a_row_and_no_cell_a_formula() {
        let mut facts = facts();
        facts.accounts.as_mut().unwrap()[0].name = "=cmd|' /c calc'!A0".to_owned();
        let csv = csv(&Snapshot::of(facts).unwrap()).unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].ends_with("arn,tag:CostCenter"), "{}", lines[0]);
        assert!(lines[3].starts_with("333333333333,'=cmd"), "{}", lines[3]);
        assert!(lines[3].contains("Root/Prod/Eu,ou-2,false") && lines[3].ends_with(",42"), "{}", lines[3]);
    }

    #[test]
    fn a_flat_account_has_nothing_nested() {
        let rows = flat(&Snapshot::of(facts()).unwrap());
        assert!(rows.iter().flat_map(Map::values).all(|value| !value.is_array() && !value.is_object()));
        assert_eq!(rows[2]["tag:CostCenter"], "42");
    }
}
