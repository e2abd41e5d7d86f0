//! What a longer text is taken apart into, so that a value in the middle of it is found, too.

use crate::services::sql::literal;

/// Where `PostgreSQL` takes it apart.
const BETWEEN: &str = r#"[][\s"'{}(),;:!?<>|=\\/&%#*~^$`]+"#;
/// What may stand at the ends of a word without being of it.
const ENDS: &str = "._+-";
/// Where `MySQL` takes it apart: no backslash, since what one means depends on the server's mode.
const MYSQL_BETWEEN: &str = "[^[:alnum:]@._+-]+";
/// The same, without what may stand at the ends.
const MYSQL_AROUND: &str = "[._+-]*[^[:alnum:]@._+-]+[._+-]*";

/// The text itself and its words, if they are at least so long: a table with the column `word`.
pub(super) fn words(text: &str, shortest: usize) -> String {
    of(&[whole(text), split(text)], shortest)
}

/// The same of code, with all that its quotes part, whether two of them are one or not.
pub(super) fn pieces(code: &str, shortest: usize) -> String {
    let parted = format!("SELECT unnest(string_to_array({code}, ''''))");
    let doubled = format!(
        "SELECT replace(q.part, chr(1), '''') FROM unnest(string_to_array(replace({code}, '''''', chr(1)), '''')) AS q(part)"
    );
    of(&[whole(code), split(code), parted, doubled], shortest)
}

fn whole(text: &str) -> String {
    format!("SELECT {text} AS word")
}

fn split(text: &str) -> String {
    let words = format!("unnest(regexp_split_to_array({text}, {})) AS p(w)", literal(BETWEEN));
    format!("SELECT unnest(ARRAY[p.w, btrim(p.w, '{ENDS}')]) FROM {words}")
}

fn of(parts: &[String], shortest: usize) -> String {
    format!("(SELECT y.word FROM ({}) AS y WHERE length(y.word) >= {shortest})", parts.join(" UNION "))
}

/// On `MySQL`, an array of JSON with the text, what its quotes part, and its words with and without what stands at their ends.
pub(super) fn mysql_pieces(text: &str) -> String {
    let parted = |text: &str, at: &str| format!("REPLACE(JSON_QUOTE({text}), {at}, '\",\"')");
    let words = |between: &str| parted(&format!("REGEXP_REPLACE(CONCAT(' ', {text}, ' '), '{between}', ' ')"), "' '");
    // The server keeps some texts with a backslash before their quotes.
    let plain = format!("REPLACE({text}, CHAR(92 USING utf8mb4), '')");
    let pieces = [parted(text, "''''"), parted(&plain, "''''"), words(MYSQL_BETWEEN), words(MYSQL_AROUND)];
    format!("CONCAT('[', JSON_QUOTE({text}), ',', {}, ']')", pieces.join(", ',', "))
}
