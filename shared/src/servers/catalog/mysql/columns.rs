//! Columns: their types, what they are computed from, and what their collations take for equal.

use std::collections::{BTreeMap, BTreeSet};

use super::{text, within};
use crate::domains::anonymise::schema::{Column, Computed, Equality, Table, TypeClass};
use crate::services::sql::{Engine, MySession, SqlError};

pub(super) async fn columns(
    session: &MySession,
    db: &str,
    engine: Engine,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    // MariaDB says it in the name.
    let pad = if engine == Engine::Mysql {
        "(SELECT l.PAD_ATTRIBUTE FROM information_schema.COLLATIONS l WHERE l.COLLATION_NAME = c.COLLATION_NAME)"
    } else {
        "CASE WHEN c.COLLATION_NAME LIKE '%nopad%' THEN 'NO PAD' END"
    };
    let query = format!(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE, LOWER(EXTRA), \
         COALESCE(COLLATION_NAME, ''), COALESCE(GENERATION_EXPRESSION, ''), COALESCE({pad}, '') FROM information_schema.COLUMNS c \
         WHERE TABLE_SCHEMA = {db} ORDER BY TABLE_NAME, ORDINAL_POSITION"
    );
    let rows = session.read("columns", &query).await?;
    let query = format!(
        "SELECT TABLE_NAME, CONCAT(COALESCE(PARTITION_EXPRESSION, ''), ' ', COALESCE(SUBPARTITION_EXPRESSION, '')) \
         FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = {db} AND PARTITION_NAME IS NOT NULL"
    );
    let keys: BTreeSet<(String, String)> = session
        .read("partitions", &query)
        .await?
        .iter()
        .map(|row| (text(row, 0), text(row, 1).to_lowercase()))
        .collect();
    for row in &rows {
        let (table, name, extra) = (text(row, 0), text(row, 1), text(row, 6));
        let parted = keys.iter().any(|(of, key)| *of == table && key.contains(&name.to_lowercase()));
        let data_type = text(row, 3).to_lowercase();
        let expression = text(row, 8);
        let generated = ["virtual generated", "stored generated", "persistent"].iter().any(|word| extra.contains(word))
            || !expression.is_empty();
        let column = Column {
            ty: text(row, 2),
            class: class(&data_type),
            length: row.get(4).cloned().flatten().and_then(|length| length.parse().ok()),
            nullable: text(row, 5) == "YES",
            generated,
            computed: generated.then(|| Computed { columns: within(&expression), expression }),
            identity: extra.contains("auto_increment"),
            equality: equality(&text(row, 7), text(row, 9) == "NO PAD"),
            partition_key: parted,
            on_update: extra.contains("on update"),
            name,
            ..Column::default()
        };
        if let Some(table) = tables.get_mut(&table) {
            table.columns.push(column);
        }
    }
    Ok(())
}

fn class(data_type: &str) -> TypeClass {
    match data_type {
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => TypeClass::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => TypeClass::Bytes,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit" | "year" => {
            TypeClass::Number
        }
        "date" => TypeClass::Date,
        "datetime" | "timestamp" => TypeClass::Timestamp,
        "json" => TypeClass::Json,
        "uuid" => TypeClass::Uuid,
        "inet4" | "inet6" => TypeClass::Inet,
        "enum" | "set" => TypeClass::Enum,
        _ => TypeClass::Other,
    }
}

/// What a collation takes for equal, by its name. Those of several levels that take no notice of spaces at the end have no weights that
/// could be compared.
fn equality(collation: &str, is_exact_at_end: bool) -> Equality {
    let is_plain = collation.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let has_one_level = collation.ends_with("_ci") && !collation.ends_with("_as_ci");
    match (collation, is_exact_at_end) {
        ("" | "binary", _) => Equality::Exact,
        (name, true) if name.ends_with("_bin") => Equality::Exact,
        (name, false) if name.ends_with("_bin") => Equality::Padded,
        (name, is_exact) if is_plain && (is_exact || has_one_level) => {
            Equality::Weighed { collation: name.to_owned(), pads: !is_exact }
        }
        (name, _) => Equality::Unknown(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_collation_takes_for_equal_is_known_or_it_is_not() {
        let weighed = |name: &str, pads| Equality::Weighed { collation: name.to_owned(), pads };
        for (name, is_exact, expected) in [
            ("", false, Equality::Exact),
            ("utf8mb4_0900_bin", true, Equality::Exact),
            ("utf8mb4_bin", false, Equality::Padded),
            ("utf8mb4_0900_as_cs", true, weighed("utf8mb4_0900_as_cs", false)),
            ("latin1_swedish_ci", false, weighed("latin1_swedish_ci", true)),
            ("utf8mb4_uca1400_ai_ci", false, weighed("utf8mb4_uca1400_ai_ci", true)),
            ("utf8mb4_uca1400_as_ci", false, Equality::Unknown("utf8mb4_uca1400_as_ci".to_owned())),
            ("latin2_czech_cs", false, Equality::Unknown("latin2_czech_cs".to_owned())),
            ("odd` ci_ci", true, Equality::Unknown("odd` ci_ci".to_owned())),
        ] {
            assert_eq!(equality(name, is_exact), expected, "{name}");
        }
    }
}
