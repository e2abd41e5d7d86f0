//! `information_schema`, as whoever uses the database filled it.

use std::collections::BTreeSet;

use crate::domains::anonymise::checks::SHORTEST;
use crate::domains::anonymise::checks::mysql::{holds, keyed};
use crate::domains::anonymise::checks::words::mysql_pieces;
use crate::domains::anonymise::plan::HELPER;
use crate::services::sql::{Engine, mysql_literal};

/// Texts of one kind.
struct Texts {
    /// What an object of it is.
    kind: &'static str,
    /// Its name.
    object: &'static str,
    text: &'static str,
    /// Where both are, in the database `{db}`.
    from: &'static str,
}

const COLUMN: &str = "CONCAT_WS('.', TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME)";
const TABLE: &str = "CONCAT_WS('.', TABLE_SCHEMA, TABLE_NAME)";
const INDEX: &str = "CONCAT_WS('.', TABLE_SCHEMA, TABLE_NAME, INDEX_NAME)";

const ALL: [Texts; 14] = [
    of("column", COLUMN, "COLUMN_TYPE", "COLUMNS WHERE TABLE_SCHEMA = {db} AND DATA_TYPE IN ('enum', 'set')"),
    of("column", COLUMN, "COLUMN_DEFAULT", "COLUMNS WHERE TABLE_SCHEMA = {db}"),
    of("column", COLUMN, "COLUMN_COMMENT", "COLUMNS WHERE TABLE_SCHEMA = {db}"),
    of("column", COLUMN, "GENERATION_EXPRESSION", "COLUMNS WHERE TABLE_SCHEMA = {db}"),
    of("table", TABLE, "TABLE_COMMENT", "TABLES WHERE TABLE_SCHEMA = {db}"),
    of(
        "table",
        TABLE,
        "CONCAT_WS(' ', PARTITION_DESCRIPTION, PARTITION_EXPRESSION, PARTITION_COMMENT)",
        "PARTITIONS WHERE TABLE_SCHEMA = {db}",
    ),
    of("view", TABLE, "VIEW_DEFINITION", "VIEWS WHERE TABLE_SCHEMA = {db}"),
    of("index", INDEX, "INDEX_COMMENT", "STATISTICS WHERE TABLE_SCHEMA = {db}"),
    of(
        "check",
        "CONCAT_WS('.', CONSTRAINT_SCHEMA, CONSTRAINT_NAME)",
        "CHECK_CLAUSE",
        "CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {db}",
    ),
    of(
        "routine",
        "CONCAT_WS('.', ROUTINE_SCHEMA, ROUTINE_NAME)",
        "CONCAT_WS(' ', ROUTINE_DEFINITION, ROUTINE_COMMENT)",
        "ROUTINES WHERE ROUTINE_SCHEMA = {db}",
    ),
    of(
        "routine",
        "CONCAT_WS('.', SPECIFIC_SCHEMA, SPECIFIC_NAME)",
        "DTD_IDENTIFIER",
        "PARAMETERS WHERE SPECIFIC_SCHEMA = {db}",
    ),
    of(
        "trigger",
        "CONCAT_WS('.', TRIGGER_SCHEMA, TRIGGER_NAME)",
        "ACTION_STATEMENT",
        "TRIGGERS WHERE TRIGGER_SCHEMA = {db}",
    ),
    of(
        "event",
        "CONCAT_WS('.', EVENT_SCHEMA, EVENT_NAME)",
        "CONCAT_WS(' ', EVENT_DEFINITION, EVENT_COMMENT)",
        "EVENTS WHERE EVENT_SCHEMA = {db}",
    ),
    // How it begins and how long it is: its name may be what was found.
    of(
        "account",
        "CONCAT(LEFT(GRANTEE, 4), '… (', CHAR_LENGTH(GRANTEE), ')')",
        "GRANTEE",
        "USER_PRIVILEGES GROUP BY GRANTEE",
    ),
];
/// `MySQL` alone has indexes by expressions, and comments on accounts.
const OF_MYSQL: [Texts; 2] = [
    of("index", INDEX, "EXPRESSION", "STATISTICS WHERE TABLE_SCHEMA = {db}"),
    of(
        "account",
        "CONCAT(LEFT(USER, 3), '… (', CHAR_LENGTH(USER), ')')",
        "CAST(ATTRIBUTE AS CHAR)",
        "USER_ATTRIBUTES WHERE ATTRIBUTE IS NOT NULL",
    ),
];

const fn of(kind: &'static str, object: &'static str, text: &'static str, from: &'static str) -> Texts {
    Texts { kind, object, text, from }
}

pub(super) fn script(engine: Engine, database: &str, accepted: &BTreeSet<String>) -> String {
    let database = mysql_literal(database);
    let texts = ALL.iter().chain(OF_MYSQL.iter().filter(|_| engine == Engine::Mysql));
    let texts = texts.map(|Texts { kind, object, text, from }| {
        let from = from.replace("{db}", &database);
        format!(
            "SELECT CONVERT(CONCAT('{kind} ', {object}) USING utf8mb4) AS object, CONVERT({text} USING utf8mb4) AS text \
             FROM information_schema.{from}"
        )
    });
    let texts = texts.collect::<Vec<_>>().join(" UNION ALL ");
    let accepted: Vec<_> = accepted.iter().map(|name| mysql_literal(name)).collect();
    let accepted =
        if accepted.is_empty() { String::new() } else { format!(" AND t.object NOT IN ({})", accepted.join(", ")) };
    format!(
        "SELECT COALESCE(CONCAT('original of ', p.place), 'planted'), t.object, COUNT(*) FROM ({texts}) AS t JOIN \
         JSON_TABLE({}, '$[*]' COLUMNS (word LONGTEXT PATH '$')) AS w LEFT JOIN {HELPER}.sample p ON p.hash = {} \
         WHERE CHAR_LENGTH(w.word) >= {SHORTEST} AND (p.place IS NOT NULL OR {}){accepted} GROUP BY 1, 2",
        mysql_pieces("t.text"),
        keyed("w.word"),
        holds("w.word")
    )
}
