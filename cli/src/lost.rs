//! A value that got lost on its way: `--owner "$OWNER"` where nobody set it. Whoever types that means somebody, and an empty
//! argument means anything to whatever reads it; so none is taken.

use std::ffi::OsString;

use nightshift::text::printable;

/// What is said of the first argument that is empty, or whose value is.
pub(crate) fn among(arguments: impl IntoIterator<Item = OsString>) -> Option<String> {
    let mut before = None;
    for argument in arguments {
        let text = argument.to_string_lossy();
        let flag = match (text.as_ref(), before) {
            ("", Some(before)) => Some(format!("an empty argument stands behind {before}")),
            ("", None) => Some("the first argument is empty".to_owned()),
            (text, _) => text
                .strip_suffix('=')
                .filter(|flag| flag.starts_with("--") && !flag.contains('='))
                .map(|flag| format!("{} has an empty value", printable(flag))),
        };
        if let Some(said) = flag {
            return Some(format!("{said}, most likely one that got lost; nothing was done"));
        }
        before = Some(printable(&text));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_that_got_lost_is_named_by_what_stands_before_it() {
        let said = |arguments: &[&str]| among(arguments.iter().map(OsString::from));
        assert_eq!(said(&["plan", "cluster-cleanup", "--owner", "ana", "--match=a="]), None);
        for (arguments, expected) in [
            (&["keys", "list", "--owner", ""][..], "an empty argument stands behind --owner"),
            (&["keys", "show", ""], "an empty argument stands behind show"),
            (&["--region="], "--region has an empty value"),
            (&[""], "the first argument is empty"),
            (&["secrets", "show", "a", "\u{1b}", ""], "an empty argument stands behind \u{fffd}"),
        ] {
            let said = said(arguments).unwrap();
            assert_eq!(said, format!("{expected}, most likely one that got lost; nothing was done"));
        }
    }
}
