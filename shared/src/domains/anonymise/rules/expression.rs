//! Whether a text is one expression and stays one where it is put between parentheses. It is the rules' own author who writes
//! it, so this keeps slips out, and a statement behind a statement.

/// Why `text` is not one expression.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let (mut open, mut rest) = (Vec::new(), text.chars().peekable());
    if text.trim().is_empty() {
        return Some("it is empty");
    }
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match (c, next) {
            ('\'' | '"' | '`', _) if !closes(c, &mut rest) => {
                return Some("a quote in it does not close, or a backslash stands in quotes");
            }
            (';', _) => return Some("it holds a semicolon: write one expression"),
            ('-', Some('-')) | ('/', Some('*')) | ('#', Some(' ')) => {
                return Some("it holds a comment: leave that out");
            }
            ('$', Some('$')) => return Some("it holds a dollar quote: write '…'"),
            ('(' | '[', _) => open.push(c),
            (')', _) if open.pop() != Some('(') => return Some("its parentheses do not close one another"),
            (']', _) if open.pop() != Some('[') => return Some("its brackets do not close one another"),
            _ => {}
        }
    }
    (!open.is_empty()).then_some("its parentheses do not close one another")
}

/// Goes to the end of a quoted text. What a backslash means depends on the server's mode, so there is none.
fn closes(quote: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    while let Some(c) = rest.next() {
        if c == '\\' {
            return false;
        }
        if c == quote && rest.peek() != Some(&quote) {
            return true;
        }
        if c == quote {
            rest.next();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_is_more_or_less_than_one_expression_is_refused() {
        for text in ["lower(a)", "a || ' (x) ; --' || \"b;\"", "ARRAY[1, 2]", "NOT is_employee", "'it''s'"] {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in
            ["", " ", "a; DROP TABLE b", "a) FROM b; --", "a -- b", "a /* b */", "'a", "'a\\'", "(a", "[a)", "$$a$$"]
        {
            assert!(fault(text).is_some(), "{text}");
        }
    }
}
