//! What a longer text is taken apart into, so that a value in the middle of it is found, too.

use crate::services::sql::literal;

/// Where `PostgreSQL` takes it apart.
const BETWEEN: &str = r#"[][\s"'{}(),;:!?<>|=\\/]+"#;
/// And `MySQL`. No backslash: what one means depends on the server's mode.
const MYSQL_BETWEEN: &str = "[^[:alnum:]@._+-]+";
/// A text in quotes, as SQL writes one.
const QUOTED: &str = r"'((?:[^']|'')*)'";

/// The text itself and its words, if they are at least so long: a table with the column `word`.
pub(super) fn words(text: &str, shortest: usize) -> String {
    of(&[whole(text), split(text)], shortest)
}

/// The same of code, with each text that stands in quotes in it.
pub(super) fn pieces(code: &str, shortest: usize) -> String {
    let pattern = literal(QUOTED);
    let quoted = format!("SELECT replace(q[1], '''''', '''') FROM regexp_matches({code}, {pattern}, 'g') AS q");
    of(&[whole(code), split(code), quoted], shortest)
}

fn whole(text: &str) -> String {
    format!("SELECT {text} AS word")
}

fn split(text: &str) -> String {
    format!("SELECT unnest(regexp_split_to_array({text}, {}))", literal(BETWEEN))
}

fn of(parts: &[String], shortest: usize) -> String {
    format!("(SELECT y.word FROM ({}) AS y WHERE length(y.word) >= {shortest})", parts.join(" UNION "))
}

/// On `MySQL`, an array of JSON with the text, what its quotes part, and its words.
pub(super) fn mysql_pieces(text: &str) -> String {
    let parted = |text: &str, at: &str| format!("REPLACE(JSON_QUOTE({text}), {at}, '\",\"')");
    let words = format!("REGEXP_REPLACE({text}, '{MYSQL_BETWEEN}', ' ')");
    format!("CONCAT('[', JSON_QUOTE({text}), ',', {}, ',', {}, ']')", parted(text, "''''"), parted(&words, "' '"))
}
