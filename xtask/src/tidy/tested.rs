//! House rule about what a user may meet: every reason code, every step of a plan, every kind of notice and of error occurs
//! in a test, a proof or a simulation. What a table, a match or a text that is put together says of itself counts for
//! nothing: a code is named in test code by its constant, or stands in what a test expects.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::names::{is_colons, is_mark, is_word, plain};
use super::source::Source;

/// The enums whose every variant is met: where, and what a variant is.
const KINDS: [(&str, &str, &str); 14] = [
    ("shared/src/jobs/cluster_cleanup/plan/action.rs", "Action", "step"),
    ("shared/src/jobs/key_rotation/plan/action.rs", "Step", "step"),
    ("shared/src/jobs/key_rotation/plan/action.rs", "SwitchOffReason", "cause of a step"),
    ("shared/src/jobs/db_users/plan/action.rs", "Action", "step"),
    ("shared/src/jobs/db_users/plan/action.rs", "SecretStep", "step"),
    ("shared/src/jobs/db_users/plan/action.rs", "RotationStep", "step"),
    ("shared/src/jobs/cluster_cleanup/notice/mod.rs", "Matter", "kind of notice"),
    ("shared/src/domains/keys/tags.rs", "KeyNotice", "kind of notice"),
    ("shared/src/run/fault.rs", "RunFault", "kind of error"),
    ("shared/src/services/aws/error.rs", "Kind", "kind of error"),
    ("shared/src/services/sql/error.rs", "SqlKind", "kind of error"),
    ("shared/src/services/sql/tls.rs", "TlsFault", "kind of error"),
    ("shared/src/jobs/key_rotation/store/document/mod.rs", "Fault", "kind of error"),
    ("shared/src/report/item.rs", "Outcome", "outcome"),
];

/// What test code says.
#[derive(Debug, Default)]
struct Said {
    /// The words of its texts.
    words: BTreeSet<String>,
    /// `codes::X` and `Kind::X`, where it is no pattern.
    paths: BTreeSet<(String, String)>,
}

pub(super) fn all_that_is_met_is_tested(sources: &[Source]) -> Vec<String> {
    let mut said = Said::default();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let whole = ["/tests/", "/tests.rs", "showcase/src/"].iter().any(|part| source.path.contains(part));
        said.read(source.tokens(), whole && !source.path.starts_with("xtask/"));
    }
    let codes = sources.iter().filter(|source| source.path.ends_with("/codes.rs") && source.path.contains("/src/"));
    let codes = codes.flat_map(|source| {
        let tokens = flat(source.tokens());
        let found = (0..tokens.len()).filter_map(|at| Some((tokens[at].clone(), code_at(&tokens, at)?)));
        let open = found.filter(|(_, (constant, name))| !said.has("codes", constant) && !said.words.contains(name));
        let what = |(at, (_, name)): (TokenTree, (String, String))| {
            source.finding(at.span().start().line, &format!("no test, proof or simulation meets the code {name}"))
        };
        open.map(what).collect::<Vec<_>>()
    });
    let kinds = KINDS.iter().flat_map(|(path, kind, what)| {
        let Some(source) = sources.iter().find(|source| source.path == *path) else {
            return vec![format!("{path}:1: it is gone; say in tidy/tested.rs where {kind} is")];
        };
        let variants = variants(source.tokens(), kind);
        if variants.is_empty() {
            return vec![source.finding(1, &format!("there is no enum {kind}; say in tidy/tested.rs where it is"))];
        }
        let open = variants.into_iter().filter(|(_, name)| {
            !said.has(kind, name) && !said.words.contains(&kebab(name)) && !said.words.contains(name)
        });
        let finding = |(line, name)| {
            source.finding(line, &format!("no test, proof or simulation meets the {what} {kind}::{name}"))
        };
        open.map(finding).collect()
    });
    codes.chain(kinds).collect()
}

impl Said {
    fn has(&self, kind: &str, name: &str) -> bool {
        self.paths.contains(&(kind.to_owned(), name.to_owned()))
    }

    /// Reads test code: all of it, or what stands in its `mod tests`.
    fn read(&mut self, tokens: TokenStream, in_tests: bool) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let begins = at >= 2 && is_word(&tokens, at - 2, "mod") && is_word(&tokens, at - 1, "tests");
                    self.read(group.stream(), in_tests || begins);
                }
                TokenTree::Literal(text) if in_tests => self.text(&text.to_string()),
                TokenTree::Ident(kind) if in_tests && is_colons(&tokens, at + 1) => {
                    if let Some(TokenTree::Ident(name)) = tokens.get(at + 3)
                        && !is_pattern(&tokens, at + 4)
                    {
                        self.paths.insert((plain(&kind.to_string()), plain(&name.to_string())));
                    }
                }
                _ => {}
            }
        }
    }

    /// A text that is put together has words in it that nobody expected.
    fn text(&mut self, text: &str) {
        if !text.contains('"') || text.contains('{') && !text.contains("\\\"") && !text.starts_with('r') {
            return;
        }
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_owned));
    }
}

/// Whether what ends before `at` is matched against: `X =>`, `X { .. } =>`, `X(_) |`, `X if …`.
fn is_pattern(tokens: &[TokenTree], at: usize) -> bool {
    let behind = at + usize::from(matches!(tokens.get(at), Some(TokenTree::Group(_))));
    is_mark(tokens, behind, '=') && is_mark(tokens, behind + 1, '>') || is_mark(tokens, behind, '|')
}

/// `CONSTANT = "name",` in a table of codes.
fn code_at(tokens: &[TokenTree], at: usize) -> Option<(String, String)> {
    let (TokenTree::Ident(constant), TokenTree::Literal(name)) = (tokens.get(at)?, tokens.get(at + 2)?) else {
        return None;
    };
    let is = is_mark(tokens, at + 1, '=') && is_mark(tokens, at + 3, ',');
    let name = name.to_string();
    is.then(|| (constant.to_string(), name.trim_matches('"').to_owned()))
}

/// All tokens, those in groups as well.
fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let one = |token: TokenTree| match token {
        TokenTree::Group(group) => flat(group.stream()),
        other => vec![other],
    };
    tokens.into_iter().flat_map(one).collect()
}

/// The variants of the enum `name`, with their lines.
fn variants(tokens: TokenStream, name: &str) -> Vec<(usize, String)> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let at = (0..tokens.len()).find(|at| is_word(&tokens, *at, "enum") && is_word(&tokens, at + 1, name));
    let Some(TokenTree::Group(body)) = at.and_then(|at| tokens.get(at + 2)) else { return Vec::new() };
    let body: Vec<_> = body.stream().into_iter().collect();
    let is_variant = |at: &usize| {
        let ends = |token: Option<&TokenTree>| match token {
            None | Some(TokenTree::Group(_)) => true,
            Some(TokenTree::Punct(mark)) => mark.as_char() == ',',
            Some(_) => false,
        };
        matches!(&body[*at], TokenTree::Ident(_)) && ends(body.get(at + 1))
    };
    (0..body.len()).filter(is_variant).map(|at| (body[at].span().start().line, body[at].to_string())).collect()
}

/// `AlreadyRight` as `already-right`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn codes_open(test: &Source) -> usize {
        let table = "reason_codes! { GONE = \"gone-away\", Nobody, \"It says gone-away.\", None; }";
        let mut said = Said::default();
        said.read(test.tokens(), true);
        let table = source("shared/src/report/codes.rs", table);
        let all = all_that_is_met_is_tested(&[table, source(&test.path, &test.text)]);
        all.iter().filter(|finding| finding.contains("the code gone-away")).count()
    }

    #[test]
    fn a_code_is_met_where_a_test_expects_it_and_by_nothing_that_lists_it() {
        let open = |path: &str, code: &str| codes_open(&source(path, code));
        for met in [
            "fn t() { assert_eq!(x, \"R5 gone-away\"); }",
            "fn t() { assert!(reason.is(&codes::GONE)); }",
            "fn t() { assert_snapshot!(x, @r#\"{\"code\": \"gone-away\"}\"#); }",
        ] {
            for path in ["shared/src/jobs/a/plan/tests/x.rs", "cli/tests/it/x.rs", "showcase/src/proof/x.rs"] {
                assert_eq!(open(path, met), 0, "{path}: {met}");
            }
            assert_eq!(open("shared/src/jobs/a/job.rs", met), 1, "what says it is no test");
            assert_eq!(open("shared/src/jobs/a/job.rs", &format!("mod tests {{ {met} }}")), 0);
        }
        for unmet in [
            "fn t() { assert_eq!(x, \"gone-away-again\"); }",
            "fn short() -> String { format!(\"gone-away {key}\") }",
            "fn short() { match code { codes::GONE => 1, _ => 2 } }",
            "// gone-away\nfn t() {}",
        ] {
            assert_eq!(open("shared/src/jobs/a/plan/tests/x.rs", unmet), 1, "{unmet}");
        }
    }

    #[test]
    fn a_variant_is_met_where_it_is_made_or_expected_and_not_where_it_is_matched() {
        let kinds =
            "/// A kind.\npub enum RunFault { #[error(\"x\")] Ceiling(#[from] A), Clock { a: u8 }, ClockSetByHand }";
        assert_eq!(
            variants(kinds.parse().unwrap(), "RunFault"),
            [(2, "Ceiling".to_owned()), (2, "Clock".to_owned()), (2, "ClockSetByHand".to_owned())]
        );
        let open = |test: &str| {
            let all = [source("shared/src/run/fault.rs", kinds), source("cli/tests/it/a.rs", test)];
            all_that_is_met_is_tested(&all).iter().filter(|finding| finding.contains("RunFault::")).count()
        };
        assert_eq!(open(""), 3);
        assert_eq!(
            open(
                "fn t() { match x { RunFault::Ceiling(_) => 1, RunFault::Clock { .. } | RunFault::ClockSetByHand => 2 } }"
            ),
            3
        );
        assert_eq!(
            open(
                "fn t() { f(RunFault::Ceiling(a)); assert!(matches!(x, RunFault::Clock { .. })); \"clock-set-by-hand\" }"
            ),
            0
        );
    }
}
