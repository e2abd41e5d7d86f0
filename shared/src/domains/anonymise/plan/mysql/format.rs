//! A text in which each character stays of its kind: the same as the helper `keep_format` makes on `PostgreSQL`, of the same hashes. It is one
//! expression, since nobody's function is there to be called.

/// Bytes of a hash: so many characters go by one.
const BLOCK: usize = 32;

/// `text` with its digits and letters changed. `hash` is the hash, in hexadecimal digits, of a block of it by its number.
pub(super) fn kept(text: &str, hash: impl Fn(&str) -> String) -> String {
    // A number for each character, from one.
    let numbers = format!(
        "JSON_TABLE(CONCAT('[', REPEAT('0,', CHAR_LENGTH({text}) - 1), '0]'), '$[*]' COLUMNS (n FOR ORDINALITY)) AS j"
    );
    let character = format!("SUBSTR({text}, j.n, 1)");
    let hash = hash(&format!("((j.n - 1) DIV {BLOCK})"));
    let byte = format!("CONV(SUBSTR({hash}, 2 * ((j.n - 1) % {BLOCK}) + 1, 2), 16, 10)");
    let letter = |first: u32| format!("CHAR({first} + {byte} % 26 USING utf8mb4)");
    format!(
        "(SELECT GROUP_CONCAT(CASE WHEN ORD({character}) BETWEEN 48 AND 57 THEN CHAR(48 + {byte} % 10 USING utf8mb4) \
         WHEN ORD({character}) BETWEEN 97 AND 122 THEN {} WHEN ORD({character}) BETWEEN 65 AND 90 THEN {} \
         WHEN ORD({character}) > 127 THEN 'x' ELSE {character} END ORDER BY j.n SEPARATOR '') FROM {numbers})",
        letter(97),
        letter(65)
    )
}
