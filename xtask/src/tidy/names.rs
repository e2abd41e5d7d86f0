//! Which modules a Rust file names: every path that begins in `crate`, `super` or `self`, in code and in `use` trees,
//! taken from its tokens, so that no comment or text is read for one.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::source::Source;

/// A path as segments from the root of its crate, where it stands, and whether that is test code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    pub(super) in_tests: bool,
    /// It is imported, so that what is taken from below it is named by it no more.
    pub(super) imported: bool,
}

/// Where the sources of a crate lie, and what is below.
pub(super) fn module_of(source: &Source) -> Option<(&str, Vec<String>)> {
    let (root, below) = source.path.split_once("/src/")?;
    let below = below.strip_suffix(".rs")?;
    let mut parts: Vec<_> = below.split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    Some((root, parts))
}

/// The module of a Rust file of `shared/src/`.
pub(super) fn shared(source: &Source) -> Option<Vec<String>> {
    let (root, module) = module_of(source)?;
    (root == "shared").then_some(module)
}

/// Every name of a module or an item of the crate that `source` is part of.
pub(super) fn names(source: &Source) -> Vec<Name> {
    let Some((_, module)) = module_of(source) else { return Vec::new() };
    let in_tests = module.iter().any(|part| part == "tests");
    let mut reader = Reader { module, in_tests, in_use: false, names: Vec::new() };
    reader.read(source.tokens());
    reader.names
}

/// Every word of the code with its line, in no text and no comment.
pub(super) fn words(source: &Source) -> Vec<(usize, String)> {
    fn of(tokens: TokenStream, words: &mut Vec<(usize, String)>) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => words.push((word.span().start().line, plain(&word.to_string()))),
                TokenTree::Group(group) => of(group.stream(), words),
                _ => {}
            }
        }
    }
    let mut words = Vec::new();
    of(source.tokens(), &mut words);
    words
}

/// `r#run` names what `run` names.
pub(super) fn plain(word: &str) -> String {
    word.strip_prefix("r#").unwrap_or(word).to_owned()
}

struct Reader {
    module: Vec<String>,
    in_tests: bool,
    in_use: bool,
    names: Vec<Name>,
}

impl Reader {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(body), ..] = &tokens[at..]
                && word == "mod"
            {
                let outside = self.in_tests;
                self.in_tests |= name == "tests";
                self.module.push(plain(&name.to_string()));
                self.read(body.stream());
                self.module.pop();
                self.in_tests = outside;
                at += 3;
            } else if Self::begins(&tokens, at) {
                at = self.path(&tokens, at);
            } else {
                match &tokens[at] {
                    TokenTree::Ident(word) if word == "use" => self.in_use = true,
                    TokenTree::Punct(mark) if mark.as_char() == ';' => self.in_use = false,
                    TokenTree::Group(group) => {
                        let outside = std::mem::take(&mut self.in_use);
                        self.read(group.stream());
                        self.in_use = outside;
                    }
                    _ => {}
                }
                at += 1;
            }
        }
    }

    /// Whether a path of this crate begins at `at`; `a::crate` is none, and neither is `self.x` or `pub(super)`. An alias of
    /// where it begins is one.
    fn begins(tokens: &[TokenTree], at: usize) -> bool {
        let first =
            matches!(&tokens[at], TokenTree::Ident(word) if word == "crate" || word == "super" || word == "self");
        let goes_on = is_colons(tokens, at + 1) || is_word(tokens, at + 1, "as");
        first && goes_on && !(at >= 2 && is_colons(tokens, at - 2))
    }

    fn path(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let TokenTree::Ident(first) = &tokens[at] else { return at + 1 };
        let line = first.span().start().line;
        let mut path = if first == "crate" { Vec::new() } else { self.module.clone() };
        if first == "super" {
            path.pop();
        }
        self.follow(tokens, at + 1, path, line)
    }

    /// Goes on behind a segment; a brace is a tree of several ends.
    fn follow(&mut self, tokens: &[TokenTree], mut at: usize, mut path: Vec<String>, line: usize) -> usize {
        while is_colons(tokens, at) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(word)) if word == "super" => _ = path.pop(),
                Some(TokenTree::Ident(word)) => path.push(plain(&word.to_string())),
                Some(TokenTree::Group(tree)) if tree.delimiter() == Delimiter::Brace => {
                    self.tree(tree.stream(), &path);
                    return at + 3;
                }
                _ => break,
            }
            at += 3;
        }
        self.end(path, line);
        at
    }

    fn end(&mut self, path: Vec<String>, line: usize) {
        self.names.push(Name { path, line, in_tests: self.in_tests, imported: self.in_use });
    }

    fn tree(&mut self, tokens: TokenStream, path: &[String]) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) => {
                    let mut path = path.to_vec();
                    if word == "super" {
                        path.pop();
                    } else if word != "self" {
                        path.push(plain(&word.to_string()));
                    }
                    at = self.follow(&tokens, at + 1, path, word.span().start().line);
                }
                // All that is in it.
                TokenTree::Punct(mark) if mark.as_char() == '*' => self.end(path.to_vec(), mark.span().start().line),
                _ => {}
            }
            // On to the next end: an alias behind this one is no segment.
            while tokens.get(at).is_some_and(|token| !matches!(token, TokenTree::Punct(mark) if mark.as_char() == ','))
            {
                at += 1;
            }
            at += 1;
        }
    }
}

pub(super) fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_mark(tokens, at, ':') && is_mark(tokens, at + 1, ':')
}

pub(super) fn is_mark(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == wanted)
}

pub(super) fn is_word(tokens: &[TokenTree], at: usize, wanted: &str) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == wanted)
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn named(path: &str, code: &str) -> Vec<String> {
        names(&source(path, code)).into_iter().map(|name| format!("{} {}", name.line, name.path.join("::"))).collect()
    }

    #[test]
    fn paths_are_resolved_from_where_they_stand() {
        let code = "use super::model::Cluster;\n// crate::no::comment\nuse crate::{a::{self, B}, c as d};\n\
                    fn f() -> super::super::X { crate::y::z(\"crate::no::text\") }\nmod inner { use super::other; }";
        assert_eq!(
            named("shared/src/jobs/one/plan.rs", code),
            ["1 jobs::one::model::Cluster", "3 a", "3 a::B", "3 c", "4 jobs::X", "4 y::z", "5 jobs::one::plan::other"]
        );
        assert_eq!(named("shared/src/jobs/one/mod.rs", "use self::plan::Plan;"), ["1 jobs::one::plan::Plan"]);
    }

    #[test]
    fn names_inside_macros_and_over_lines_are_seen_and_methods_and_visibilities_are_not() {
        assert_eq!(
            named("cli/src/a.rs", "x!(\"{}\", crate::b::c);\nuse crate::{\n    d,\n    e::F,\n};"),
            ["1 b::c", "3 d", "4 e::F"]
        );
        assert!(named("cli/src/a.rs", "pub(super) fn f(&self) { self.x(); other::self_::y(); }").is_empty());
    }

    #[test]
    fn an_alias_all_that_is_in_a_module_and_a_raw_name_are_names() {
        let code = "use crate as house;\nuse super as up;\nuse crate::{self as home, *};\nuse super::super::*;\n\
                    use crate::r#run::X;\nmacro_rules! m { ($x:ident) => { crate::$x::Y } }";
        assert_eq!(
            named("shared/src/jobs/one/plan.rs", code),
            ["1 ", "2 jobs::one", "3 ", "3 ", "4 jobs", "5 run::X", "6 "]
        );
    }

    #[test]
    fn what_stands_in_tests_is_marked_and_so_is_what_is_imported() {
        let names = |path, code| names(&source(path, code));
        let tests = |path, code| names(path, code).iter().map(|name| name.in_tests).collect::<Vec<_>>();
        assert_eq!(tests("shared/src/a.rs", "use crate::b;\nmod tests { use crate::c; }"), [false, true]);
        assert_eq!(tests("shared/src/a/tests/b.rs", "use crate::c;"), [true]);
        let code = "pub(in crate::b) fn f() { use crate::c; crate::d::g() }\nuse crate::e;\nfn h() -> crate::F {}";
        let imported: Vec<_> = names("shared/src/a.rs", code).iter().map(|name| name.imported).collect();
        assert_eq!(imported, [false, true, false, true, false]);
    }
}
