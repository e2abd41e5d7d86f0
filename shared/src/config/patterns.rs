//! Lists of patterns: who is protected, left out or meant. A pattern with a character that nobody's name can hold matches
//! nobody, and whoever wrote it believes otherwise: quotes that came along from a shell, a semicolon for a comma. So it
//! is a fault, and not a pattern that waits in vain.

use crate::text::printable;

/// What the names that a pattern is about are made of, beside letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alphabet {
    /// Whose names they are, in the singular: `identifier, ARN or tag`.
    pub of: &'static str,
    /// The other characters a name can hold.
    pub signs: &'static str,
    /// Whether a name can hold a space.
    pub spaces: bool,
}

impl Alphabet {
    /// Refuses `text` within `pattern` if it holds what is neither of this alphabet nor of a glob.
    pub fn check(self, pattern: &str, text: &str) -> Result<(), String> {
        let mut before = None;
        for c in text.chars() {
            // These two mean something where a class begins, and nowhere else.
            let of_a_class = matches!(c, '!' | '^') && before == Some('[');
            if !self.holds(c) && !"*?[]{}".contains(c) && !of_a_class {
                return Err(format!("{}, which no {} can", holds(pattern, c), self.of));
            }
            before = Some(c);
        }
        Ok(())
    }

    fn holds(self, c: char) -> bool {
        c.is_alphanumeric() || self.signs.contains(c) || (self.spaces && c.is_whitespace() && !c.is_control())
    }
}

/// The entries of a list in which `\,` is a comma that belongs to an entry: names may hold one.
pub fn entries(text: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = c == '\\' && rest.next_if_eq(&',').is_some();
        match entries.last_mut() {
            Some(entry) if escaped => entry.push(','),
            Some(entry) if c != ',' => entry.push(c),
            _ => entries.push(String::new()),
        }
    }
    entries.into_iter().map(|entry| entry.trim().to_owned()).collect()
}

/// What makes `pattern` a mistake whatever it is about. A name that does hold such a character is met by `?`.
pub(super) fn mistake(pattern: &str) -> Result<(), String> {
    let or_any = "put ? in its place where a name does hold one";
    let is_odd = |c: &char| is_quote(*c) || matches!(c, ';' | '\\') || c.is_control();
    match pattern.chars().find(is_odd) {
        Some(c) if is_quote(c) => {
            return Err(format!("{}, a quote: write the value without quotes, or {or_any}", holds(pattern, c)));
        }
        Some(c @ ';') => return Err(format!("{}: commas separate patterns; {or_any}", holds(pattern, c))),
        Some(c @ '\\') => return Err(format!("{}: only \\, has a meaning here; {or_any}", holds(pattern, c))),
        Some(c) => return Err(format!("{}: commas separate patterns", holds(pattern, c))),
        None => {}
    }
    if pattern.starts_with('[') && pattern.find(']') == Some(pattern.len() - 1) {
        return Err(format!("'{}' is one character out of some: write the list without brackets", printable(pattern)));
    }
    Ok(())
}

fn holds(pattern: &str, c: char) -> String {
    let sign = match c {
        ' ' => "a space".to_owned(),
        c if c.is_ascii_graphic() => format!("'{c}'"),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => format!("'{}' (U+{:04X})", printable(&c.to_string()), u32::from(c)),
    };
    format!("'{}' holds {sign}", printable(pattern))
}

/// Those on a keyboard, and those that word processors, chats and consoles make of them.
fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '"' | '`' | '\u{b4}' | '\u{ab}' | '\u{bb}')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2039}' | '\u{203a}')
        || matches!(c, '\u{275b}'..='\u{275e}' | '\u{300c}'..='\u{300f}' | '\u{301d}'..='\u{301f}')
        || matches!(c, '\u{ff02}' | '\u{ff07}' | '\u{ff40}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_along_with_a_list_is_a_mistake_and_says_what_to_do() {
        let said: Vec<_> = [
            "'prod-*",
            "tier=gold\"",
            "\u{201c}prod-*\u{201d}",
            "`prod-*`",
            "prod-*;stage-*",
            "prod-\\*",
            "prod-*\nstage-*",
            "[prod]",
        ]
        .map(|pattern| mistake(pattern).unwrap_err())
        .into();
        insta::assert_snapshot!(said.join("\n"), @r#"
        ''prod-*' holds ''', a quote: write the value without quotes, or put ? in its place where a name does hold one
        'tier=gold"' holds '"', a quote: write the value without quotes, or put ? in its place where a name does hold one
        '“prod-*”' holds '“' (U+201C), a quote: write the value without quotes, or put ? in its place where a name does hold one
        '`prod-*`' holds '`', a quote: write the value without quotes, or put ? in its place where a name does hold one
        'prod-*;stage-*' holds ';': commas separate patterns; put ? in its place where a name does hold one
        'prod-\*' holds '\': only \, has a meaning here; put ? in its place where a name does hold one
        'prod-*�stage-*' holds U+000A: commas separate patterns
        '[prod]' is one character out of some: write the list without brackets
        "#);
        for pattern in ["prod-*", "prod-[0-9]*", "[a-c]x", "tier=very gold", "o?brien", "日本", "*"] {
            assert_eq!(mistake(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_holds_what_a_name_can_and_the_signs_of_a_glob() {
        let alphabet = Alphabet { of: "name", signs: "_.-", spaces: false };
        for pattern in ["a_b.c-1*?", "[!a-c]{x}", "[^a]", "é日本"] {
            assert_eq!(alphabet.check(pattern, pattern), Ok(()), "{pattern}");
        }
        for (pattern, c) in [
            ("a b", "a space"),
            ("!prod", "!"),
            ("a^b", "^"),
            ("a|b", "|"),
            ("prod%", "%"),
            ("a\u{200b}", "(U+200B)"),
            ("a\u{2013}b", "'\u{2013}' (U+2013)"),
            ("a\u{ff0c}b", "'\u{ff0c}' (U+FF0C)"),
            ("a\u{2217}", "'\u{2217}' (U+2217)"),
        ] {
            let fault = alphabet.check(pattern, pattern).unwrap_err();
            assert!(fault.contains(c) && fault.ends_with(", which no name can"), "{fault}");
        }
        let tags = Alphabet { of: "tag", signs: "=", spaces: true };
        assert_eq!(tags.check("a=b c\u{a0}d", "a=b c\u{a0}d"), Ok(()));
        assert!(tags.check("a=b\tc", "a=b\tc").is_err());
    }

    #[test]
    fn a_comma_behind_a_backslash_belongs_to_the_entry() {
        assert_eq!(entries(r"ana, ci\,build ,x"), ["ana", "ci,build", "x"]);
        assert_eq!(entries("a,,b"), ["a", "", "b"]);
        assert_eq!(entries(r"a\b\"), [r"a\b\"]);
    }
}
