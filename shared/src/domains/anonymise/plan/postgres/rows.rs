//! The `UPDATE` of a table whose columns cannot be set anew by their type.

use crate::domains::anonymise::plan::decide::Ruled;
use crate::services::sql::ident;

/// Sets `set`, and lets the values of each column of `moved` change places by themselves.
pub(super) fn shuffled(table: &str, set: Vec<String>, moved: &[&Ruled<'_>]) -> String {
    if moved.is_empty() {
        return format!("UPDATE {table} SET {}", set.join(", "));
    }
    // Partitions have rows of equal numbers, so a row is known by its table, too.
    let named: Vec<_> = moved.iter().enumerate().map(|(at, ruled)| (at, ident(&ruled.column.name))).collect();
    let set = set.into_iter().chain(named.iter().map(|(at, column)| format!("{column} = s.v{at}")));
    let set: Vec<_> = set.collect();
    let values: Vec<_> = named.iter().map(|(at, _)| format!("v{at}.v AS v{at}")).collect();
    let joins: Vec<_> = named
        .iter()
        .map(|(at, column)| {
            format!(
                "JOIN (SELECT {column} AS v, row_number() OVER (ORDER BY random()) AS n FROM {table}) AS v{at} ON v{at}.n = r.n"
            )
        })
        .collect();
    format!(
        "UPDATE {table} AS t SET {} FROM (SELECT r.o, r.c, {} FROM (SELECT tableoid AS o, ctid AS c, row_number() OVER () AS n \
         FROM {table}) AS r {}) AS s WHERE t.tableoid = s.o AND t.ctid = s.c",
        set.join(", "),
        values.join(", "),
        joins.join(" ")
    )
}
