//! Globs, by a table and beside `globset`.

use proptest::prelude::*;

use super::*;

fn meets(pattern: &str, name: &str) -> bool {
    Glob::read(pattern).unwrap().is_match(name)
}

#[test]
fn a_glob_is_about_characters_whatever_their_case() {
    for (pattern, name) in [
        ("producción", "PRODUCCIÓN"),
        ("PRODUCCIÓN", "producción"),
        ("producci?n", "producción"),
        ("o?brien", "O\u{2019}Brien"),
        ("{a?,b}", "aé"),
        ("日?", "日本"),
        ("[a-c]?", "Bé"),
        ("[]a]", "]"),
        ("[!a]?", "xé"),
        ("[é-í]", "Í"),
        ("[^é]", "e"),
        ("[a-]", "-"),
        ("?", "İ"),
        ("i\u{307}", "İ"),
        ("[!x]stanbul", "İSTANBUL"),
        ("ας", "ΑΣ"),
        ("ΑΣ*", "ασβ"),
        ("", ""),
        ("*", ""),
        ("prod{,-eu}", "prod"),
        ("prod{,-eu}", "PROD-EU"),
        ("{a,{b,c}d}e", "cde"),
        ("a,b", "a,b"),
        ("a\\*", "a*"),
        ("**/x", "x"),
        ("**/x", "a/b/x"),
        ("a/**/b", "a/b"),
        ("a**b", "a/b"),
        ("arn:*:cluster:x", "arn:aws:rds:eu-west-1:111122223333:cluster:x"),
    ] {
        assert!(meets(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [
        ("producci?n", "produccin"),
        ("a?", "a"),
        ("?", "ab"),
        ("[a-c]", "d"),
        ("[é-í]", "i"),
        ("", "a"),
        ("prod{,-eu}", "prod-"),
        ("{a,b}", "{a,b}"),
        ("a\\*", "ab"),
        ("x**/y", "xy"),
        ("a*b", "ac"),
    ] {
        assert!(!meets(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn what_is_no_glob_says_why() {
    let faults =
        ["a[b", "[", "[]", "a{b", "a{b,{c}", "a}b", "[c-a]", "[İ]", "a\\"].map(|it| Glob::read(it).unwrap_err());
    insta::assert_snapshot!(faults.join("\n"), @r"
    'a[b' is not a glob: its [ is never closed
    '[' is not a glob: its [ is never closed
    '[]' is not a glob: its [ is never closed
    'a{b' is not a glob: its { is never closed
    'a{b,{c}' is not a glob: its { is never closed
    'a}b' is not a glob: its } closes nothing
    '[c-a]' is not a glob: its range c-a is the wrong way round
    '[İ]' is not a glob: it holds İ in brackets, which is two characters once its case is gone; write ? for it
    'a\' is not a glob: it ends with a \, which takes the meaning from what follows it
    ");
}

#[test]
fn in_a_pattern_of_iam_two_signs_alone_have_a_meaning() {
    for (pattern, action, expected) in [
        ("secretsmanager:Get*", "secretsmanager:getsecretvalue", true),
        ("*:?etSecretValue", "secretsmanager:GetSecretValue", true),
        ("secretsmanager:[G]etSecretValue", "secretsmanager:GetSecretValue", false),
        ("{a,b}", "a", false),
        ("{a,b}", "{a,b}", true),
    ] {
        assert_eq!(Glob::wildcards(pattern).is_match(action), expected, "{pattern} {action}");
    }
}

#[test]
fn no_pattern_takes_for_ever() {
    let pattern = "{a*,*a,}*?*{a*,*a,}".repeat(50);
    assert!(!meets(&format!("{pattern}b"), &"a".repeat(500)));
    assert!(meets(&format!("{}a{}", "{".repeat(5_000), "}".repeat(5_000)), "a"));
}

proptest! {
    /// Where both know what a pattern means: `globset` is one over bytes, takes an empty alternative for none, and wants
    /// something behind a last `/**`.
    #[test]
    fn a_glob_is_what_globset_takes_it_for(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("a"), Just("B"), Just("-"), Just("/"), Just("?"), Just("*"), Just("{a,b-}"), Just("{a,{b,c}?}"), Just("[ab]"),
                Just("[!a]"), Just("[a-c-]"), Just("[]-]"), Just("[^B-C]"), Just("\\*"), Just("["), Just("{"), Just("}"), Just(","),
                Just("]"), Just("!"),
            ],
            0..8,
        ),
        name in "[aAbBcC/*{}\\[\\]!,-]{0,8}",
    ) {
        let pattern = parts.concat();
        let theirs = globset::GlobBuilder::new(&pattern).case_insensitive(true).literal_separator(false).build();
        let ours = Glob::read(&pattern);
        prop_assume!(!pattern.contains("**") && !pattern.contains("{,") && !pattern.contains(",,") && !pattern.contains(",}"));
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                let expected = theirs.compile_matcher().is_match(&name);
                prop_assert_eq!(ours.is_match(&name), expected, "{} {}", pattern, name);
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{} {:?} {:?}", pattern, ours, theirs),
        }
    }
}
