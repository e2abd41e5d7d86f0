//! House rules about what is outside: an SDK, a database driver, an HTTP client. Only services know one, whatever it is
//! called, and none of their clients gets out: who has a client can write without leave.

use proc_macro2::{Delimiter, TokenTree};

use super::names::{is_colons, is_mark, is_word, plain, shared};
use super::source::Source;

/// The dependencies of the crate in `shared/` that lead nowhere. Every other one is for services alone, a new one at first.
const LEAD_NOWHERE: [&str; 25] = [
    "askama",
    "aws_lambda_events",
    "base64",
    "bytes",
    "chrono",
    "csv",
    "email_address",
    "futures",
    "getrandom",
    "hmac",
    "jiff",
    "lambda_runtime",
    "schemars",
    "secrecy",
    "serde",
    "serde_json",
    "sha1",
    "sha2",
    "strsim",
    "thiserror",
    "tokio",
    "toml",
    "tracing",
    "tracing_subscriber",
    "nightshift",
];
/// What is known by these names is an SDK or a driver wherever it comes from.
const SDKS_AND_DRIVERS: [&str; 8] =
    ["aws_sdk_", "aws_config", "aws_smithy_", "hyper", "mysql_async", "rustls", "tokio_postgres", "reqwest"];
/// The types that ask and write, of any SDK and driver.
const CLIENTS: [&str; 4] = ["Client", "SdkConfig", "Conn", "Pool"];

/// The code that runs in an account: the crate, the functions, the command.
fn is_product(source: &Source) -> bool {
    let (root, below) = source.path.split_once("/src/").unwrap_or_default();
    !below.is_empty() && (matches!(root, "shared" | "cli") || root.starts_with("functions/"))
}

pub(super) fn only_services_know_it(sources: &[Source]) -> Vec<String> {
    let manifest = sources.iter().find(|source| source.path == "shared/Cargo.toml");
    let services_only: Vec<_> = manifest.map(dependencies).unwrap_or_default();
    let renamed = sources.iter().filter(|source| source.path.ends_with("Cargo.toml")).flat_map(|source| {
        let lines = source.text.lines().enumerate().filter(|(_, line)| line.contains("package = \""));
        lines.map(|(at, _)| source.finding(at + 1, "a dependency keeps the name it has; rules go by it"))
    });
    let named = sources.iter().filter(|source| is_product(source)).flat_map(|source| {
        let room = shared(source).and_then(|parts| parts.into_iter().next());
        let finding = |(line, head): (usize, String)| {
            let of_shared = room.is_some() && services_only.contains(&head);
            let known = of_shared || SDKS_AND_DRIVERS.iter().any(|name| head.starts_with(name));
            known.then(|| {
                source.finding(line, &format!("this knows {head}; only services do: give one a function for it"))
            })
        };
        let heads = if room.as_deref() == Some("services") { Vec::new() } else { heads(source) };
        heads.into_iter().filter_map(finding).collect::<Vec<_>>()
    });
    renamed.chain(named).collect()
}

/// The dependencies of a manifest that lead somewhere, as code names them.
fn dependencies(manifest: &Source) -> Vec<String> {
    let of_program = manifest.text.split("\n[").find(|part| part.starts_with("dependencies]")).unwrap_or_default();
    let names = of_program.lines().skip(1).filter_map(|line| line.split(['.', ' ', '=']).next());
    let names = names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(|name| name.replace('-', "_"));
    names.filter(|name| !LEAD_NOWHERE.contains(&name.as_str())).collect()
}

/// Where each path begins that begins in no module of the file, and what a `use` of a crate by itself names.
fn heads(source: &Source) -> Vec<(usize, String)> {
    fn of(tokens: &[TokenTree], heads: &mut Vec<(usize, String)>) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(word) => {
                    let goes_on = is_colons(tokens, at + 1);
                    let is_inner = at >= 2 && is_colons(tokens, at - 2) && at >= 3 && is_segment(&tokens[at - 3]);
                    let is_used = at >= 1 && is_word(tokens, at - 1, "use");
                    if goes_on && !is_inner || is_used {
                        heads.push((word.span().start().line, plain(&word.to_string())));
                    }
                }
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    // A `use` of several crates at once, and what follows a comma in it.
                    let tree = group.delimiter() == Delimiter::Brace && at >= 1 && is_word(tokens, at - 1, "use");
                    for at in (0..inner.len()).filter(|at| tree && (*at == 0 || is_mark(&inner, at - 1, ','))) {
                        if let TokenTree::Ident(word) = &inner[at] {
                            heads.push((word.span().start().line, plain(&word.to_string())));
                        }
                    }
                    of(&inner, heads);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    of(&source.tokens().into_iter().collect::<Vec<_>>(), &mut found);
    found
}

/// Whether `::` behind `token` goes on from it: `::a::b` begins in `a`, and `a::b` not in `b`.
fn is_segment(token: &TokenTree) -> bool {
    const KEYWORDS: [&str; 9] = ["use", "return", "as", "in", "dyn", "impl", "mut", "else", "match"];
    match token {
        TokenTree::Ident(word) => !KEYWORDS.iter().any(|keyword| word == keyword),
        TokenTree::Punct(mark) => mark.as_char() == '>',
        _ => false,
    }
}

/// What a service exports names no client: not in a signature, a field, an alias or a `use`.
pub(super) fn no_client_leaves_its_service(source: &Source) -> Vec<String> {
    let Some(module) = shared(source).filter(|module| module.first().is_some_and(|room| room == "services")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    exported(source, &module, &source.tokens().into_iter().collect::<Vec<_>>(), &mut found);
    found
}

fn exported(source: &Source, module: &[String], tokens: &[TokenTree], found: &mut Vec<String>) {
    let mut at = 0;
    while at < tokens.len() {
        if is_word(tokens, at, "mod") && is_word(tokens, at + 1, "tests") {
            return;
        }
        // An associated type hands out what it names without a word before it.
        let is_type = is_word(tokens, at, "type");
        if is_type || is_word(tokens, at, "pub") && !stays(tokens, at + 1, module.len() > 1) {
            let opaque = is_type || ["use", "type"].iter().any(|word| is_word(tokens, at + 1, word));
            client_in(source, &tokens[at..end_of(tokens, at + 1, opaque)], found);
        }
        if let TokenTree::Group(group) = &tokens[at] {
            exported(source, module, &group.stream().into_iter().collect::<Vec<_>>(), found);
        }
        at += 1;
    }
}

/// As far as a body, the end of an item, or the next field.
fn end_of(tokens: &[TokenTree], from: usize, opaque: bool) -> usize {
    let mut depth = 0_usize;
    for at in from..tokens.len() {
        let body = matches!(&tokens[at], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if is_mark(tokens, at, ';') || body && !opaque || is_mark(tokens, at, ',') && depth == 0 {
            return at;
        }
        let arrow = is_mark(tokens, at.saturating_sub(1), '-');
        match &tokens[at] {
            TokenTree::Punct(mark) if mark.as_char() == '<' => depth += 1,
            TokenTree::Punct(mark) if mark.as_char() == '>' && !arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    tokens.len()
}

/// Whether `pub` at the place before `at` reaches no further than the room.
fn stays(tokens: &[TokenTree], at: usize, below: bool) -> bool {
    let Some(TokenTree::Group(reach)) = tokens
        .get(at)
        .filter(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis))
    else {
        return false;
    };
    let reach = reach.stream().to_string().replace(' ', "");
    reach == "super" && below || reach == "self" || reach.starts_with("incrate::services")
}

/// A tuple's private fields stand in parentheses, and have no word before them. What a function is given does not leave.
fn client_in(source: &Source, tokens: &[TokenTree], found: &mut Vec<String>) {
    let is_struct =
        tokens.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "struct" || word == "enum"));
    let is_function = tokens.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
    for token in tokens {
        match token {
            TokenTree::Ident(word) if CLIENTS.contains(&plain(&word.to_string()).as_str()) => {
                let line = word.span().start().line;
                found.push(source.finding(line, &format!("`{word}` leaves its service; hand out what it answers")));
            }
            TokenTree::Group(group) if !is_struct => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let is_given = |at: usize| {
                    is_function
                        && group.delimiter() == Delimiter::Parenthesis
                        && at >= 2
                        && is_mark(&inner, at - 1, ':')
                        && !is_mark(&inner, at - 2, ':')
                };
                let leaves: Vec<_> = (0..inner.len()).filter(|at| !is_given(*at)).map(|at| inner[at].clone()).collect();
                client_in(source, &leaves, found);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    fn known(path: &str, code: &str) -> Vec<String> {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\njiff.workspace = true\n# of ours\nnew-driver = \"1\"\n\n[dev-dependencies]\ninsta = \"1\"\n";
        only_services_know_it(&[source("shared/Cargo.toml", manifest), source(path, code)])
    }

    #[test]
    fn only_a_service_knows_an_sdk_or_a_driver() {
        assert_eq!(
            known(
                "shared/src/jobs/a/master.rs",
                "use aws_sdk_rds::Client;\nlet x: tokio_postgres::Row;\n// hyper\nlet y = \"hyper=warn\";\n"
            ),
            [
                "shared/src/jobs/a/master.rs:1: this knows aws_sdk_rds; only services do: give one a function for it",
                "shared/src/jobs/a/master.rs:2: this knows tokio_postgres; only services do: give one a function for it",
            ]
        );
        for code in [
            "use ::aws_sdk_rds::Client;",
            "use aws_sdk_rds as sdk;",
            "use {aws_sdk_rds as sdk, jiff};",
            "fn f() { x!(aws_sdk_rds::Client::new(c)) }",
            "use r#aws_sdk_rds::Client;",
            "use reqwest::get;",
        ] {
            for path in ["shared/src/lambda.rs", "shared/src/run/a.rs", "cli/src/a.rs", "functions/a/src/main.rs"] {
                assert_ne!(known(path, code).len(), 0, "{path}: {code}");
            }
        }
        assert_eq!(known("shared/src/run/a.rs", "use new_driver::X;").len(), 1, "what is new is a service's");
        assert_eq!(known("shared/src/run/a.rs", "use jiff::X;\nfn f(new_driver: u8) { insta::x!() }").len(), 0);
        for path in ["shared/src/services/rds/reader.rs", "testkit/src/a.rs", "cli/tests/it/a.rs"] {
            assert_eq!(known(path, "use aws_sdk_rds::Client;\nuse new_driver::X;").len(), 0, "{path}");
        }
        let renamed =
            source("cli/Cargo.toml", "[dependencies]\nsdk = { package = \"aws-sdk-rds\", version = \"1\" }\n");
        assert_eq!(only_services_know_it(&[renamed]).len(), 1);
    }

    #[test]
    fn no_client_gets_out_of_a_service() {
        let found = |code: &str| no_client_leaves_its_service(&source("shared/src/services/rds/reader.rs", code)).len();
        for code in [
            "pub use aws_sdk_rds::Client;",
            "pub use aws_sdk_rds::{Client as C, Error};",
            "pub(crate) use aws_sdk_rds::Client;",
            "pub type Way = aws_sdk_rds::Client;",
            "pub struct R { pub client: Client }",
            "pub struct R(pub Client);",
            "impl R { pub fn client(&self) -> &Client { &self.0 } }",
            "impl R { pub(crate) const fn with<T>(&self, f: impl Fn(&Client) -> T) -> T { f(&self.0) } }",
            "impl R { pub fn both(config: SdkConfig) -> Client {} }",
            "impl std::ops::Deref for R { type Target = Client; }",
        ] {
            assert_ne!(found(code), 0, "{code}");
        }
        for code in [
            "use aws_sdk_rds::Client;\npub struct R { pub a: Vec<u8>, client: Client }\npub struct S(Client);",
            "impl R { pub(super) fn a(&self) -> &Client {} pub(in crate::services) fn b(&self) -> Client {} }",
            "impl R { pub fn new(aws: &Aws) -> Self { Client::new(aws) } fn client(&self) -> Client {} }",
            "impl R { pub fn of(config: SdkConfig, more: u8) -> Self {} }",
            "mod tests { pub fn client() -> Client {} }",
        ] {
            assert_eq!(found(code), 0, "{code}");
        }
        assert_eq!(no_client_leaves_its_service(&source("shared/src/run/a.rs", "pub fn f(c: Client) {}")).len(), 0);
    }
}
