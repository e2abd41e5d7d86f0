//! How texts look, counted by the server in some of its pages.

use std::collections::BTreeMap;

use crate::domains::anonymise::schema::{Name, Schema, Table, TableKind, TypeClass};
use crate::domains::anonymise::suggest::{ENOUGH, SHAPES, Sampled};
use crate::services::sql::{PgSession, SqlError, SqlKind, ident, literal};

/// One question a table, for its texts that are stored.
pub(in crate::servers::catalog) async fn sample(
    session: &PgSession,
    schema: &Schema,
) -> Result<BTreeMap<(Name, String), Sampled>, SqlError> {
    let mut found = BTreeMap::new();
    // What is on another server stays there, and a policy is somebody's code.
    let read = |table: &&Table| table.kind != TableKind::Foreign && !table.row_security;
    for table in schema.tables.iter().filter(read) {
        let texts: Vec<_> =
            table.columns.iter().filter(|column| column.class == TypeClass::Text && !column.generated).collect();
        if texts.is_empty() {
            continue;
        }
        let counts = texts.iter().flat_map(|column| {
            let name = ident(&column.name);
            let filled = format!("count(*) FILTER (WHERE {name}::text <> '')");
            let like = SHAPES.iter().map({
                let name = name.clone();
                move |(_, pattern)| format!("count(*) FILTER (WHERE {name}::text ~ {})", literal(pattern))
            });
            std::iter::once(filled).chain(like).collect::<Vec<_>>()
        });
        let counts: Vec<_> = counts.collect();
        // A page holds some dozen rows: enough pages for some thousand.
        let share = if table.rows > ENOUGH { (ENOUGH * 100).div_ceil(table.rows).clamp(1, 100) } else { 100 };
        // What inherits from it is another table; it may be elsewhere.
        let only = if table.kind == TableKind::Partitioned { "" } else { "ONLY " };
        let from = format!("{only}{}.{}", ident(&table.name.schema), ident(&table.name.name));
        let query = format!(
            "SELECT {} FROM (SELECT {} FROM {from} TABLESAMPLE SYSTEM ({share}) LIMIT {ENOUGH}) AS s",
            counts.join(", "),
            texts.iter().map(|column| ident(&column.name)).collect::<Vec<_>>().join(", ")
        );
        let rows = match session.read(&format!("a sample of {}", table.name), &query, &[]).await {
            // Whoever may not read it has the names of its columns to go by.
            Err(error) if error.kind == SqlKind::Denied => continue,
            rows => rows?,
        };
        let Some(row) = rows.first() else { continue };
        for (place, column) in texts.iter().enumerate() {
            let at = place * (SHAPES.len() + 1);
            let number = |at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap_or_default();
            let like = SHAPES.iter().enumerate().map(|(shape, (kind, _))| (*kind, number(at + 1 + shape))).collect();
            let sampled = Sampled { filled: number(at), like };
            found.insert((table.name.clone(), column.name.clone()), sampled);
        }
    }
    Ok(found)
}
