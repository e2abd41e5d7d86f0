//! The policy file: `NAME=value`, one a line. It is data. Nothing in it is replaced, and what a shell would replace is
//! refused: a value that is not there would be a policy that protects nothing.

use std::iter::Peekable;
use std::str::Chars;

/// What the file sets, in its order, each name once; or what is wrong with it, by line.
pub(crate) fn read(text: &str) -> Result<Vec<(String, String)>, Vec<String>> {
    let (mut variables, mut faults) = (Vec::<(String, String)>::new(), Vec::new());
    // Editors on Windows begin a file with this mark.
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let mut fault = |what: String| faults.push(format!("line {} {what}", index + 1));
        if let Some(c) = line.chars().find(|c| ends_a_line_elsewhere(*c)) {
            fault(format!(
                "holds U+{:04X}, where some editors begin a new line and others do not: write one variable a line",
                u32::from(c)
            ));
            continue;
        }
        match variable(line) {
            Ok(None) => {}
            Ok(Some((name, _))) if !name.starts_with("NIGHTSHIFT_") => {
                fault(format!("sets {name}: a policy holds NIGHTSHIFT_ variables only; set others in your shell"));
            }
            Ok(Some((name, _))) if variables.iter().any(|(other, _)| other == name) => {
                fault(format!("sets {name} twice; which of them is meant?"));
            }
            Ok(Some((name, value))) => variables.push((name.to_owned(), value)),
            Err(problem) => fault(problem.to_owned()),
        }
    }
    if faults.is_empty() { Ok(variables) } else { Err(faults) }
}

/// What is a line's end to some readers and not to this one, or is no text at all: what stands behind it in a comment would
/// be a variable to a person, and none here.
fn ends_a_line_elsewhere(c: char) -> bool {
    c != '\t' && c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `None` for an empty line or a comment.
fn variable(line: &str) -> Result<Option<(&str, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let (name, text) = exported.unwrap_or(line).split_once('=').ok_or(NO_VARIABLE)?;
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(NO_VARIABLE);
    }
    value(text.trim_start()).map(|value| Some((name, value)))
}

const NO_VARIABLE: &str = "is not NAME=value";
const DOLLAR: &str = "has a $ outside single quotes: nothing is replaced in a policy file; write the value out, or put it \
                      in single quotes if the $ is part of it";
const BACKSLASH: &str = "has a backslash that means nothing there: put the value in single quotes";
const OPEN: &str = "has a quote that does not close; a value ends on its line";
const SPACE: &str = "has a value with a space outside quotes: put the value in quotes";

fn value(text: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut rest = text.chars().peekable();
    // Only behind a space, or where there is nothing else, does # begin a comment.
    let mut may_comment = true;
    while let Some(c) = rest.next() {
        match c {
            '#' if may_comment => return Ok(value),
            '\'' => single(&mut rest, &mut value)?,
            '"' => double(&mut rest, &mut value)?,
            '$' => return Err(DOLLAR),
            '\\' => value.push(escaped(&mut rest)?),
            c if c.is_whitespace() => return end(rest).map(|()| value),
            c => value.push(c),
        }
        may_comment = false;
    }
    Ok(value)
}

fn single(rest: &mut Peekable<Chars<'_>>, value: &mut String) -> Result<(), &'static str> {
    for c in rest.by_ref() {
        match c {
            '\'' => return Ok(()),
            c => value.push(c),
        }
    }
    Err(OPEN)
}

fn double(rest: &mut Peekable<Chars<'_>>, value: &mut String) -> Result<(), &'static str> {
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
fn escaped(rest: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    match rest.next() {
        Some(c @ ('\\' | '\'' | '"' | ' ')) => Ok(c),
        Some('$') => Err(DOLLAR),
        _ => Err(BACKSLASH),
    }
}

/// Behind a value there is nothing but a comment.
fn end(rest: Peekable<Chars<'_>>) -> Result<(), &'static str> {
    match rest.into_iter().find(|c| !c.is_whitespace()) {
        None | Some('#') => Ok(()),
        Some('$') => Err(DOLLAR),
        Some(_) => Err(SPACE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_line_for_some_readers_only_is_refused_wherever_it_stands() {
        for mark in ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0'] {
            for text in [
                format!("# what is kept{mark}NIGHTSHIFT_PROTECTED=prod-*\n"),
                format!("NIGHTSHIFT_REGIONS=eu-west-1 # ours{mark}NIGHTSHIFT_MAX_DELETIONS=0\n"),
                format!("NIGHTSHIFT_REGIONS='a{mark}b'\n"),
            ] {
                let faults = read(&text).unwrap_err();
                assert!(faults[0].starts_with(&format!("line 1 holds U+{:04X}", u32::from(mark))), "{faults:?}");
            }
        }
        assert_eq!(read("NIGHTSHIFT_X=a\r\n\t# b\r\n").unwrap(), [("NIGHTSHIFT_X".to_owned(), "a".to_owned())]);
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
            assert_eq!(read(line), Ok(vec![("NIGHTSHIFT_X".to_owned(), expected.to_owned())]), "{line}");
        }
        assert_eq!(read("\u{feff}# a\r\n\r\n"), Ok(vec![]));
        let both = read("\u{feff}NIGHTSHIFT_A=1\r\nNIGHTSHIFT_B=2\r\n").unwrap();
        assert_eq!(both, [("NIGHTSHIFT_A".to_owned(), "1".to_owned()), ("NIGHTSHIFT_B".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn nothing_is_replaced_and_every_fault_has_its_line() {
        for value in
            ["$KEEP", "${KEEP:-x}", "c0$KEEP*", "\"$KEEP\"", "'a'$KEEP", "\\$KEEP", "a $KEEP", "\"a\\$b\"", "$"]
        {
            let faults = read(&format!("# protected\nNIGHTSHIFT_X={value}")).unwrap_err();
            assert_eq!(faults, [format!("line 2 {DOLLAR}")], "{value}");
        }
        let file = "NIGHTSHIFT_A\nNIGHTSHIFT_B='a\nNIGHTSHIFT_C=\"a\nNIGHTSHIFT_D=a b\nNIGHTSHIFT_E=a\\,b\n\
                    PATH=x\nNIGHTSHIFT_F=1\nNIGHTSHIFT_F=2\n'NIGHTSHIFT_G=x'\n=x";
        insta::assert_snapshot!(read(file).unwrap_err().join("\n"), @r#"
        line 1 is not NAME=value
        line 2 has a quote that does not close; a value ends on its line
        line 3 has a quote that does not close; a value ends on its line
        line 4 has a value with a space outside quotes: put the value in quotes
        line 5 has a backslash that means nothing there: put the value in single quotes
        line 6 sets PATH: a policy holds NIGHTSHIFT_ variables only; set others in your shell
        line 8 sets NIGHTSHIFT_F twice; which of them is meant?
        line 9 is not NAME=value
        line 10 is not NAME=value
        "#);
    }
}
