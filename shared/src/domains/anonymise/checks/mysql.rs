//! The checks on `MySQL` and `MariaDB`: whole values by their hash, and the needle wherever it stands in one. Texts are read as UTF-8,
//! whatever they are stored as.

use std::fmt::Write as _;

use super::words::mysql_pieces;
use super::{
    LONGEST, Question, ROWS, Ruled, SHORTEST, Sampling, Source, VALUES, is_planted, is_quiet, line, place, sources,
};
use crate::domains::anonymise::plan::HELPER;
use crate::domains::anonymise::schema::{Column, Schema, Table, TypeClass};
use crate::services::sql::{Engine, mysql_ident, mysql_literal};

pub(super) fn sampling(table: &Table, ruled: &[Ruled<'_>], schema: &Schema) -> Sampling {
    let name = qualified(table);
    let line = line(&table.name);
    let before = vec![
        format!(
            "CREATE TABLE IF NOT EXISTS {HELPER}.sample (place VARCHAR(512) NOT NULL, hash BINARY(32) NOT NULL, \
             KEY (hash)) ENGINE = InnoDB CHARACTER SET utf8mb4"
        ),
        // Nothing is cut to fit.
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES'".to_owned(),
    ];
    let planted: Vec<_> = ruled.iter().filter(|ruled| is_quiet(table) && is_planted(ruled, table, schema)).collect();
    let set = planted.iter().enumerate().map(|(number, ruled)| {
        let mail = if ruled.rule == "fake mail" { "@example.org" } else { "" };
        format!("{} = CONCAT(@{HELPER}_needle, '-{}{mail}')", mysql_ident(&ruled.column.name), number + 1)
    });
    let still = table.columns.iter().filter(|column| column.on_update);
    let still = still.map(|column| format!("{0} = {0}", mysql_ident(&column.name)));
    let set: Vec<_> = set.chain(still.filter(|_| !planted.is_empty())).collect();
    let script = |plants: bool| {
        let mut script = "START TRANSACTION; ".to_owned();
        let all = ruled.iter().flat_map(|ruled| sources(ruled).into_iter().map(move |source| (ruled, source)));
        for (ruled, source) in all {
            let values = values(&name, ruled, source);
            let _ = write!(
                script,
                "INSERT INTO {HELPER}.sample SELECT {}, {} FROM (SELECT s.v FROM (SELECT a.v FROM ({values} LIMIT {ROWS}) AS a \
                 WHERE CHAR_LENGTH(a.v) BETWEEN {SHORTEST} AND {LONGEST} AND a.v REGEXP '[0-9@]' \
                 GROUP BY a.v HAVING COUNT(*) = 1 LIMIT {VALUES}) AS s JOIN ({values}) AS u ON u.v = s.v GROUP BY s.v \
                 HAVING COUNT(*) = 1) AS w; ",
                mysql_literal(&place(table, ruled, source)),
                keyed("w.v")
            );
        }
        if plants && !set.is_empty() {
            let _ = write!(script, "UPDATE {name} SET {} LIMIT 1; ", set.join(", "));
        }
        let _ = write!(
            script,
            "INSERT INTO {HELPER}.progress (step, run) VALUES ({}, @{HELPER}_run); COMMIT; SET SESSION sql_mode = ''",
            mysql_literal(&line)
        );
        script
    };
    Sampling { table: table.name.to_string(), before, whole: script(true), plain: script(false), line }
}

/// Each value of `source` as the text `v`.
fn values(table: &str, ruled: &Ruled<'_>, source: Source<'_>) -> String {
    let column = mysql_ident(&ruled.column.name);
    match source {
        Source::Column | Source::Elements => format!("SELECT t.{column} AS v FROM {table} AS t"),
        Source::Path(path) => format!(
            "SELECT q.v FROM {table} AS t JOIN JSON_TABLE({}, {} COLUMNS (v VARCHAR({LONGEST}) PATH '$')) AS q",
            document(&format!("t.{column}"), ruled.column),
            mysql_literal(path)
        ),
    }
}

/// A document, where it is stored as a text, too, which may be empty.
fn document(read: &str, column: &Column) -> String {
    if column.ty.eq_ignore_ascii_case("json") { read.to_owned() } else { format!("NULLIF({read}, '')") }
}

/// Every column of a table with all it keeps of the past, and what the server keeps of the columns.
pub(super) fn question(table: &Table, emptied: bool, ruled: &[Ruled<'_>], engine: Engine) -> Question {
    let past = if table.versioned { " FOR SYSTEM_TIME ALL" } else { "" };
    let name = format!("{}{past}", qualified(table));
    let mut script = String::new();
    for column in table.columns.iter().filter(|column| looks(column)) {
        let (read, shown) = (format!("t.{}", mysql_ident(&column.name)), mysql_literal(&column.name));
        let _ = write!(
            script,
            "SELECT CONCAT('original of ', p.place), {shown}, COUNT(*) FROM {name} AS t JOIN {HELPER}.sample p ON p.hash = {} \
             WHERE CHAR_LENGTH({read}) >= {SHORTEST} GROUP BY p.place; \
             SELECT 'planted', {shown}, COUNT(*) FROM {name} AS t WHERE {} HAVING COUNT(*) > 0; ",
            keyed(&read),
            holds(&read)
        );
        let is_ruled = ruled.iter().any(|ruled| ruled.column.name == column.name && !ruled.parts.is_empty());
        if column.class == TypeClass::Json || is_ruled {
            let _ = write!(
                script,
                "SELECT CONCAT('original of ', p.place), {shown}, COUNT(*) FROM {name} AS t JOIN JSON_TABLE({}, '$[*]' COLUMNS \
                 (word LONGTEXT PATH '$')) AS w JOIN {HELPER}.sample p ON p.hash = {} WHERE CHAR_LENGTH(w.word) >= {SHORTEST} \
                 GROUP BY p.place; ",
                mysql_pieces(&format!("CONVERT({read} USING utf8mb4)")),
                keyed("w.word")
            );
        }
    }
    let (schema, of) = (mysql_literal(&table.name.schema), mysql_literal(&table.name.name));
    if engine == Engine::Mariadb {
        for end in ["min_value", "max_value"] {
            let read = format!("s.{end}");
            let _ = write!(
                script,
                "SELECT 'statistics', s.column_name, COUNT(*) FROM mysql.column_stats AS s WHERE s.db_name = {schema} AND s.table_name = {of} \
                 AND ({} OR {} OR EXISTS (SELECT 1 FROM {HELPER}.sample p WHERE p.hash = {})) AND s.{end} IS NOT NULL GROUP BY s.column_name; ",
                if emptied { "TRUE" } else { "FALSE" },
                holds(&read),
                keyed(&read)
            );
        }
    } else {
        // Values in one are encoded; so that there is none of a changed column is what can be said.
        let columns: Vec<_> = ruled.iter().map(|ruled| mysql_literal(&ruled.column.name)).collect();
        let of_columns = match (emptied, columns.is_empty()) {
            (true, _) => String::new(),
            (false, true) => " AND FALSE".to_owned(),
            (false, false) => format!(" AND COLUMN_NAME IN ({})", columns.join(", ")),
        };
        let _ = write!(
            script,
            "SELECT 'statistics', COLUMN_NAME, 1 FROM information_schema.COLUMN_STATISTICS WHERE SCHEMA_NAME = {schema} \
             AND TABLE_NAME = {of}{of_columns}; "
        );
    }
    script.push_str("DO 0");
    Question {
        about: table.name.to_string(),
        looks_at: "every column, and its statistics".to_owned(),
        script,
        needed: true,
    }
}

/// What the server keeps of statements.
pub(super) fn others(engine: Engine) -> Vec<Question> {
    let columns: &[(&str, &str)] = match engine {
        Engine::Mysql => {
            &[("events_statements_summary_by_digest", "QUERY_SAMPLE_TEXT"), ("events_statements_history", "SQL_TEXT")]
        }
        _ => &[("events_statements_history", "SQL_TEXT")],
    };
    let question = |(table, column): &(&str, &str)| {
        let read = format!("t.{column}");
        let script = format!(
            "SELECT 'statement', '{table}', COUNT(*) FROM performance_schema.{table} AS t WHERE {} HAVING COUNT(*) > 0",
            holds(&read)
        );
        let looks_at = "every statement".to_owned();
        Question { about: format!("performance_schema.{table}"), looks_at, script, needed: false }
    };
    columns.iter().map(question).collect()
}

fn looks(column: &Column) -> bool {
    !matches!(column.class, TypeClass::Bool | TypeClass::Date | TypeClass::Timestamp)
}

/// As samples are hashed.
pub(super) fn keyed(read: &str) -> String {
    format!(
        "UNHEX(SHA2(CONCAT(UNHEX(@{HELPER}_oc), UNHEX(SHA2(CONCAT(UNHEX(@{HELPER}_ic), CAST(CONVERT({read} USING utf8mb4) AS BINARY)), \
         256))), 256))"
    )
}

/// Whether the needle is in it.
pub(super) fn holds(read: &str) -> String {
    // As bytes, whatever the collations are: it is lower-case ASCII.
    format!("LOCATE(CAST(@{HELPER}_needle AS BINARY), CAST({read} AS BINARY)) > 0")
}

fn qualified(table: &Table) -> String {
    format!("{}.{}", mysql_ident(&table.name.schema), mysql_ident(&table.name.name))
}
