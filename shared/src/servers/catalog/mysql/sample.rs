//! How texts look, counted by the server in some of its rows.

use std::collections::BTreeMap;

use super::text;
use crate::domains::anonymise::schema::{Name, Schema, TableKind, TypeClass};
use crate::domains::anonymise::suggest::{ENOUGH, SHAPES, Sampled};
use crate::services::sql::{MySession, SqlError, SqlKind, mysql_ident, mysql_literal};

/// One question a table, for its texts that are stored.
pub(in crate::servers::catalog) async fn sample(
    session: &MySession,
    schema: &Schema,
) -> Result<BTreeMap<(Name, String), Sampled>, SqlError> {
    let mut found = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| !matches!(table.kind, TableKind::Foreign | TableKind::Unknown)) {
        let texts: Vec<_> =
            table.columns.iter().filter(|column| column.class == TypeClass::Text && !column.generated).collect();
        if texts.is_empty() {
            continue;
        }
        let counts = texts.iter().flat_map(|column| {
            let name = mysql_ident(&column.name);
            let like = SHAPES.iter().map({
                let name = name.clone();
                move |(_, pattern)| format!("COALESCE(SUM({name} REGEXP {}), 0)", mysql_literal(pattern))
            });
            std::iter::once(format!("COALESCE(SUM({name} <> ''), 0)")).chain(like).collect::<Vec<_>>()
        });
        let query = format!(
            "SELECT {} FROM (SELECT {} FROM {}.{} LIMIT {ENOUGH}) AS s",
            counts.collect::<Vec<_>>().join(", "),
            texts.iter().map(|column| mysql_ident(&column.name)).collect::<Vec<_>>().join(", "),
            mysql_ident(&table.name.schema),
            mysql_ident(&table.name.name)
        );
        let rows = match session.read(&format!("a sample of {}", table.name), &query).await {
            // Whoever may not read it has the names of its columns to go by.
            Err(error) if error.kind == SqlKind::Denied => continue,
            rows => rows?,
        };
        let Some(row) = rows.first() else { continue };
        for (place, column) in texts.iter().enumerate() {
            let at = place * (SHAPES.len() + 1);
            let number = |at: usize| text(row, at).parse().unwrap_or_default();
            let like = SHAPES.iter().enumerate().map(|(shape, (kind, _))| (*kind, number(at + 1 + shape))).collect();
            let sampled = Sampled { filled: number(at), like };
            found.insert((table.name.clone(), column.name.clone()), sampled);
        }
    }
    Ok(found)
}
