//! The accounts as items of a table, and what has to be done to a table so that it holds them. An item is ours if it says so, and
//! of the same organisation; whatever else stands in the table is somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Snapshot;
use super::snapshot::AccountNode;

/// An item, as JSON.
pub type Row = Map<String, Value>;

/// The key of the table: an account's id.
pub const KEY: &str = "id";
/// Whose an item is: the organisation that Nightshift wrote it for.
pub const OURS: &str = "nightshift_organization";
/// When the reading ended that it is from.
pub const READ_AT: &str = "nightshift_read_at";

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Items {
    /// To be written, by id, without [`READ_AT`].
    pub put: Vec<Row>,
    /// Ids of ours whose account is in the organisation no longer.
    pub remove: Vec<String>,
    /// Ids of accounts whose place somebody else's item takes.
    pub strangers: Vec<String>,
    /// How many are as they should be, or of a later reading.
    pub right: usize,
}

/// Every account of `snapshot` as an item, by id, without [`READ_AT`].
pub fn rows(snapshot: &Snapshot) -> Vec<Row> {
    let row = |account: &AccountNode| {
        let value = serde_json::to_value(account).unwrap_or_default();
        let Value::Object(mut row) = value else { return Row::new() };
        row.insert(OURS.to_owned(), json!(snapshot.organization.id));
        row
    };
    snapshot.accounts.iter().flatten().map(row).collect()
}

/// The key of an item.
pub fn key_of(row: &Row) -> &str {
    row.get(KEY).and_then(Value::as_str).unwrap_or_default()
}

impl Items {
    /// For a table that holds `there`.
    pub fn of(snapshot: &Snapshot, there: &[Row]) -> Self {
        let there: BTreeMap<&str, &Row> = there.iter().map(|row| (key_of(row), row)).collect();
        let mine = |row: &Row| row.get(OURS).and_then(Value::as_str) == Some(snapshot.organization.id.as_str());
        let is_later = |row: &Row| {
            let read_at = row.get(READ_AT).and_then(Value::as_str).and_then(|at| at.parse::<jiff::Timestamp>().ok());
            read_at.is_some_and(|at| at > snapshot.ended_at)
        };
        let (mut items, rows) = (Self::default(), rows(snapshot));
        let wanted: BTreeSet<String> = rows.iter().map(|row| key_of(row).to_owned()).collect();
        for row in rows {
            match there.get(key_of(&row)) {
                Some(found) if !mine(found) => items.strangers.push(key_of(&row).to_owned()),
                Some(found) if is_later(found) || same(found, &row) => items.right += 1,
                _ => items.put.push(row),
            }
        }
        let stale = there.iter().filter(|(id, row)| mine(row) && !is_later(row) && !wanted.contains(**id));
        items.remove = stale.map(|(id, _)| (*id).to_owned()).collect();
        items
    }
}

/// Whether `found` says what `wanted` does, whenever it was read.
pub fn same(found: &Row, wanted: &Row) -> bool {
    let said = |row: &Row| row.iter().filter(|(key, _)| *key != READ_AT).map(|(k, v)| (k.clone(), v.clone())).collect();
    let (found, wanted): (Row, Row) = (said(found), said(wanted));
    found == wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::snapshot;

    fn at(row: &Row, when: &str) -> Row {
        let mut row = row.clone();
        row.insert(READ_AT.to_owned(), json!(when));
        row
    }

    #[test]
    fn what_is_as_it_should_be_is_left_and_what_is_not_ours_too() {
        let snapshot = snapshot();
        let wanted = rows(&snapshot);
        assert_eq!(Items::of(&snapshot, &[]).put, wanted, "an empty table");
        let all: Vec<_> = wanted.iter().map(|row| at(row, "1970-01-01T00:00:00Z")).collect();
        assert_eq!(Items::of(&snapshot, &all), Items { right: 3, ..Items::default() }, "nothing to do");

        let (mut stale, mut others, mut bare) = (all[0].clone(), all[0].clone(), Row::new());
        stale.insert("id".to_owned(), json!("444444444444"));
        others.insert("id".to_owned(), json!("555555555555"));
        others.insert(OURS.to_owned(), json!("o-other"));
        bare.insert("id".to_owned(), json!("666666666666"));
        let mut later = at(&stale, "2999-01-01T00:00:00Z");
        later.insert("id".to_owned(), json!("777777777777"));
        let mut taken = all[1].clone();
        taken.insert(OURS.to_owned(), json!("o-other"));
        let mut old = all[2].clone();
        old.insert("name".to_owned(), json!("another"));
        let items = Items::of(&snapshot, &[all[0].clone(), taken, old, stale, others, bare, later]);
        assert_eq!(items.put, [wanted[2].clone()]);
        assert_eq!(items.remove, ["444444444444"], "ours, and of no account any more");
        assert_eq!(items.strangers, ["222222222222"]);
        assert_eq!(items.right, 1);
    }

    #[test]
    fn an_item_of_a_later_reading_is_not_written_over() {
        let mut row = at(&rows(&snapshot())[0], "2999-01-01T00:00:00Z");
        row.insert("state".to_owned(), json!("SUSPENDED"));
        assert_eq!(Items::of(&snapshot(), &[row]).right, 1);
    }

    #[test]
    fn an_item_is_an_account_again_and_the_case_of_its_tags_is_kept() {
        let row = at(&rows(&snapshot())[2], "1970-01-01T00:00:00Z");
        assert_eq!(row["tags"], json!({ "CostCenter": "42" }));
        let again: AccountNode = serde_json::from_value(Value::Object(row)).unwrap();
        assert_eq!(Some(&again), snapshot().accounts.as_ref().and_then(|all| all.get(2)));
    }
}
