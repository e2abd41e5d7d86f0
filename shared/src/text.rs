//! Words from outside (tags, names, messages) made fit to be shown: nothing in them may move a cursor, reverse a line
//! or break a table; and what an error says with all its causes.

use std::error::Error;
use std::fmt::Write as _;

use serde::Serialize;

/// `text` without control characters and without the invisible marks that reorder, hide or break text.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_deceptive(c) { '\u{fffd}' } else { c }).collect()
}

/// `bytes` as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What a service said, on one line: its line ends and tabs are spaces, and the rest is [`printable`].
pub fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split(['\n', '\r', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect();
    printable(&words.join(" "))
}

/// `text` as one cell of a Markdown table: nothing in it is markup.
pub fn markdown_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '!' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

/// `page` with `data` as JSON in the `place` named in it, an element of its own: nothing in the data can end that.
pub fn with_data(page: &str, place: &str, data: &impl Serialize) -> Result<String, serde_json::Error> {
    let data = serde_json::to_string(data)?.replace('<', "\\u003c");
    Ok(page.replacen(place, &data, 1))
}

/// "1 cluster", "2 clusters".
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// An error and everything behind it on one line, each cause said once.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

/// `text` with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}.", first.chain(characters).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_loses_its_power_and_plain_text_stays() {
        assert_eq!(printable("orders-dev é 日本"), "orders-dev é 日本");
        assert_eq!(printable("a\u{1b}[31mb\nc\u{202e}d"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        for hidden in [
            '\u{200b}', '\u{200d}', '\u{200f}', '\u{2028}', '\u{202e}', '\u{2060}', '\u{2069}', '\u{feff}', '\u{061c}',
            '\u{7f}',
        ] {
            assert_eq!(printable(&format!("pro{hidden}d")), "pro\u{fffd}d", "{hidden:?} makes two names look like one");
        }
        assert_eq!(one_line("sign in:\r\n\taws sso login\n"), "sign in: aws sso login");
        assert_eq!(markdown_cell("a|b <script> `x`"), "a\\|b &lt;script&gt; \\`x\\`");
    }

    #[test]
    fn a_chain_is_said_whole_and_each_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        assert_eq!(chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
    }
}
