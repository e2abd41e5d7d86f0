//! The policy file: `NAME=value`, one a line. It is data. Nothing in it is replaced, and what a shell would replace is
//! refused: a value that is not there would be a policy that protects nothing.

use std::iter::Peekable;
use std::str::Chars;

/// One line of the file that sets something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub name: String,
    pub value: String,
    /// From one.
    pub line: usize,
    /// Of its name, from one.
    pub column: usize,
}

/// What the file sets, in its order, each name once; or what is wrong with it, by line and column.
pub(crate) fn read(text: &str) -> Result<Vec<Variable>, Vec<String>> {
    let (mut variables, mut faults) = (Vec::<Variable>::new(), Vec::new());
    // Editors on Windows begin a file with this mark.
    for (index, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = index + 1;
        let mut fault = |column: usize, what: String| faults.push(format!("line {line}, column {column} {what}"));
        if let Some((column, c)) = text.chars().enumerate().find(|(_, c)| ends_a_line_elsewhere(*c)) {
            fault(
                column + 1,
                format!(
                    "holds U+{:04X}, where some editors begin a new line and others do not: write one variable a line",
                    u32::from(c)
                ),
            );
            continue;
        }
        match variable(text) {
            Ok(None) => {}
            Ok(Some((column, name, _))) if !name.starts_with("NIGHTSHIFT_") => {
                let what = format!("sets {name}: a policy holds NIGHTSHIFT_ variables only; set others in your shell");
                fault(column, what);
            }
            Ok(Some((column, name, value))) => match variables.iter().find(|other| other.name == name) {
                Some(Variable { line: first, .. }) => {
                    fault(column, format!("sets {name} twice (first in line {first}); which of them is meant?"));
                }
                None => variables.push(Variable { name: name.to_owned(), value, line, column }),
            },
            Err((column, problem)) => fault(column, problem.to_owned()),
        }
    }
    if faults.is_empty() { Ok(variables) } else { Err(faults) }
}

/// What is a line's end to some readers and not to this one, or is no text at all: what stands behind it in a comment would
/// be a variable to a person, and none here.
fn ends_a_line_elsewhere(c: char) -> bool {
    c != '\t' && c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A column and what is wrong there.
type Fault = (usize, &'static str);

/// The column of its name, the name and the value; `None` for an empty line or a comment.
fn variable(line: &str) -> Result<Option<(usize, &str, String)>, Fault> {
    let column = |rest: &str| line[..line.len() - rest.len()].chars().count() + 1;
    let text = line.trim_start();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let exported = text.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let text = exported.unwrap_or(text).trim_start();
    let (name, rest) = text.split_once('=').ok_or((column(text), NO_VARIABLE))?;
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err((column(text), NO_VARIABLE));
    }
    let rest = rest.trim_start();
    let mut cursor = Rest { chars: rest.trim_end().chars().peekable(), taken: 0 };
    match value(&mut cursor) {
        Ok(value) => Ok(Some((column(text), name, value))),
        Err(problem) => Err((column(rest) + cursor.taken.saturating_sub(1), problem)),
    }
}

/// What is left of a value, and how much of it was read.
struct Rest<'a> {
    chars: Peekable<Chars<'a>>,
    taken: usize,
}

impl Iterator for Rest<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.taken += usize::from(next.is_some());
        next
    }
}

const NO_VARIABLE: &str = "is not NAME=value";
const DOLLAR: &str = "has a $ outside single quotes: nothing is replaced in a policy file; write the value out, or put it \
                      in single quotes if the $ is part of it";
const BACKSLASH: &str = "has a backslash that means nothing there: put the value in single quotes";
const OPEN: &str = "has a quote that does not close; a value ends on its line";
const SPACE: &str = "has a value with a space outside quotes: put the value in quotes";

fn value(rest: &mut Rest<'_>) -> Result<String, &'static str> {
    let mut value = String::new();
    // Only behind a space, or where there is nothing else, does # begin a comment.
    let mut may_comment = true;
    while let Some(c) = rest.next() {
        match c {
            '#' if may_comment => return Ok(value),
            '\'' => single(rest, &mut value)?,
            '"' => double(rest, &mut value)?,
            '$' => return Err(DOLLAR),
            '\\' => value.push(escaped(rest)?),
            c if c.is_whitespace() => return end(rest).map(|()| value),
            c => value.push(c),
        }
        may_comment = false;
    }
    Ok(value)
}

fn single(rest: &mut Rest<'_>, value: &mut String) -> Result<(), &'static str> {
    for c in rest.by_ref() {
        match c {
            '\'' => return Ok(()),
            c => value.push(c),
        }
    }
    Err(OPEN)
}

fn double(rest: &mut Rest<'_>, value: &mut String) -> Result<(), &'static str> {
    while let Some(c) = rest.next() {
        match c {
            '"' => return Ok(()),
            '$' => return Err(DOLLAR),
            '\\' => value.push(escaped(rest)?),
            c => value.push(c),
        }
    }
    Err(OPEN)
}

/// What stands behind a backslash, where that is something the backslash takes its meaning from.
fn escaped(rest: &mut Rest<'_>) -> Result<char, &'static str> {
    match rest.next() {
        Some(c @ ('\\' | '\'' | '"' | ' ')) => Ok(c),
        Some('$') => Err(DOLLAR),
        _ => Err(BACKSLASH),
    }
}

/// Behind a value there is nothing but a comment.
fn end(rest: &mut Rest<'_>) -> Result<(), &'static str> {
    match rest.find(|c| !c.is_whitespace()) {
        None | Some('#') => Ok(()),
        Some('$') => Err(DOLLAR),
        Some(_) => Err(SPACE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        read(text).unwrap().into_iter().map(|variable| (variable.name, variable.value)).collect()
    }

    #[test]
    fn a_variable_knows_its_place_and_a_fault_the_character() {
        let read = |text: &str| read(text).unwrap().into_iter().map(|v| (v.line, v.column)).collect::<Vec<_>>();
        assert_eq!(read("\u{feff}# é\n\n  export NIGHTSHIFT_A=1\nNIGHTSHIFT_B=2"), [(3, 10), (4, 1)]);
        for (line, column) in [
            ("NIGHTSHIFT_X=ab$c", 16),
            ("  NIGHTSHIFT_X = 'é'$c", 21),
            ("NIGHTSHIFT_X=a\\,b", 16),
            ("NIGHTSHIFT_X=a b", 16),
            ("NIGHTSHIFT_X='abc", 17),
            ("  what", 3),
        ] {
            let faults = super::read(line).unwrap_err();
            assert!(faults[0].starts_with(&format!("line 1, column {column} ")), "{line}: {faults:?}");
        }
    }

    #[test]
    fn what_ends_a_line_for_some_readers_only_is_refused_wherever_it_stands() {
        for mark in ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0'] {
            for text in [
                format!("# what is kept{mark}NIGHTSHIFT_PROTECTED=prod-*\n"),
                format!("NIGHTSHIFT_REGIONS=eu-west-1 # ours{mark}NIGHTSHIFT_MAX_DELETIONS=0\n"),
                format!("NIGHTSHIFT_REGIONS='a{mark}b'\n"),
            ] {
                let faults = read(&text).unwrap_err();
                assert!(
                    faults[0].starts_with("line 1, column ")
                        && faults[0].contains(&format!("holds U+{:04X}", u32::from(mark))),
                    "{faults:?}"
                );
            }
        }
        assert_eq!(pairs("NIGHTSHIFT_X=a\r\n\t# b\r\n"), [("NIGHTSHIFT_X".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn a_value_is_what_stands_there() {
        for (line, expected) in [
            ("NIGHTSHIFT_X=a", "a"),
            ("  export NIGHTSHIFT_X = a,b  # c", "a,b"),
            ("NIGHTSHIFT_X=a#b", "a#b"),
            ("NIGHTSHIFT_X=", ""),
            ("NIGHTSHIFT_X=# later", ""),
            ("NIGHTSHIFT_X= # later", ""),
            ("NIGHTSHIFT_X=''", ""),
            ("NIGHTSHIFT_X='a b, $c \\, \"d\"'", "a b, $c \\, \"d\""),
            ("NIGHTSHIFT_X=\"a 'b' \\\"c\\\" \\\\ # d\"", "a 'b' \"c\" \\ # d"),
            ("NIGHTSHIFT_X=a\\ b'c d'\"e f\"", "a bc de f"),
        ] {
            assert_eq!(pairs(line), [("NIGHTSHIFT_X".to_owned(), expected.to_owned())], "{line}");
        }
        assert_eq!(read("\u{feff}# a\r\n\r\n"), Ok(vec![]));
        let both = pairs("\u{feff}NIGHTSHIFT_A=1\r\nNIGHTSHIFT_B=2\r\n");
        assert_eq!(both, [("NIGHTSHIFT_A".to_owned(), "1".to_owned()), ("NIGHTSHIFT_B".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn nothing_is_replaced_and_every_fault_has_its_line() {
        for value in
            ["$KEEP", "${KEEP:-x}", "c0$KEEP*", "\"$KEEP\"", "'a'$KEEP", "\\$KEEP", "a $KEEP", "\"a\\$b\"", "$"]
        {
            let faults = read(&format!("# protected\nNIGHTSHIFT_X={value}")).unwrap_err();
            assert!(faults[0].starts_with("line 2, column ") && faults[0].ends_with(DOLLAR), "{value}: {faults:?}");
        }
        let file = "NIGHTSHIFT_A\nNIGHTSHIFT_B='a\nNIGHTSHIFT_C=\"a\nNIGHTSHIFT_D=a b\nNIGHTSHIFT_E=a\\,b\n\
                    PATH=x\nNIGHTSHIFT_F=1\nNIGHTSHIFT_F=2\n'NIGHTSHIFT_G=x'\n=x";
        insta::assert_snapshot!(read(file).unwrap_err().join("\n"), @r#"
        line 1, column 1 is not NAME=value
        line 2, column 15 has a quote that does not close; a value ends on its line
        line 3, column 15 has a quote that does not close; a value ends on its line
        line 4, column 16 has a value with a space outside quotes: put the value in quotes
        line 5, column 16 has a backslash that means nothing there: put the value in single quotes
        line 6, column 1 sets PATH: a policy holds NIGHTSHIFT_ variables only; set others in your shell
        line 8, column 1 sets NIGHTSHIFT_F twice (first in line 7); which of them is meant?
        line 9, column 1 is not NAME=value
        line 10, column 1 is not NAME=value
        "#);
    }
}
