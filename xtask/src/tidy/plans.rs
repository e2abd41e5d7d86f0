//! House rule about what decides: a plan, and a pure rule that several jobs share, is a function of what it is given. It
//! waits for nothing, so no client can be asked; it has no clock, no environment, no file, no process, and a plan no dice.

use proc_macro2::TokenTree;

use super::names::{Name, is_colons, is_mark, is_word, names, plain, shared, words};
use super::source::Source;

/// Words that are the way to something outside, whatever name it comes under.
const WAYS_OUT: [&str; 4] = ["async", "await", "tokio", "block_on"];
/// What of the standard library is no function of its arguments.
const OF_STD: [&str; 6] = ["env", "fs", "net", "process", "thread", "os"];
/// What of this crate is the way to something outside.
const ROOMS: [(&[&str], &str); 4] = [
    (&["clock"], "the clock"),
    (&["services", "aws", "Aws"], "the way to AWS"),
    (&["config", "Environment"], "the environment"),
    (&["run", "Ledger"], "the record"),
];
/// How what asks or writes is called in a service.
const CLIENTS: [&str; 9] = ["Reader", "Writer", "Restorer", "Session", "Store", "Mailer", "Topic", "Webhook", "Bearer"];

pub(super) fn are_pure(source: &Source) -> Vec<String> {
    let Some(module) = shared(source) else { return Vec::new() };
    let plans = module.iter().any(|part| part.starts_with("plan"));
    let pure = plans || module.first().is_some_and(|room| room == "domains");
    if !pure || module.iter().any(|part| part == "tests") {
        return Vec::new();
    }
    let said = |what: &str| format!("what decides knows no {what}; pass what it needs in");
    let ways_out = |(_, word): &(usize, String)| WAYS_OUT.contains(&word.as_str()) || plans && word == "getrandom";
    let of_std = of_std(&source.tokens().into_iter().collect::<Vec<_>>());
    let out = words(source).into_iter().filter(ways_out).chain(of_std);
    let out = out.map(|(line, word)| source.finding(line, &said(&word)));
    let in_crate = names(source).into_iter().filter(|name| !name.in_tests).filter_map(|Name { path, line, .. }| {
        let room =
            ROOMS.iter().find(|(room, _)| path.len() >= room.len() && path.iter().zip(*room).all(|(a, b)| a == b));
        let last = path.last().filter(|_| path.first().is_some_and(|room| room == "services"));
        let client = last.filter(|last| CLIENTS.iter().any(|client| last.ends_with(client)));
        let what = room.map(|(_, what)| (*what).to_owned()).or_else(|| client.cloned())?;
        Some(source.finding(line, &format!("what decides does not reach for {what}; pass what it needs in")))
    });
    out.chain(in_crate).collect()
}

/// What of the standard library the code names by `std::x` or in a tree of `std`.
fn of_std(tokens: &[TokenTree]) -> Vec<(usize, String)> {
    let known = |token: &TokenTree| match token {
        TokenTree::Ident(word) if OF_STD.contains(&plain(&word.to_string()).as_str()) => {
            Some((word.span().start().line, word.to_string()))
        }
        _ => None,
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let behind = (is_word(tokens, at, "std") && is_colons(tokens, at + 1)).then(|| tokens.get(at + 3)).flatten();
        found.extend(behind.and_then(known));
        if let Some(TokenTree::Group(tree)) = behind {
            let tree: Vec<_> = tree.stream().into_iter().collect();
            let begins = |at: &usize| *at == 0 || is_mark(&tree, at - 1, ',');
            found.extend((0..tree.len()).filter(begins).filter_map(|at| known(&tree[at])));
        }
        if let TokenTree::Group(group) = token {
            found.extend(of_std(&group.stream().into_iter().collect::<Vec<_>>()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn what_decides_reaches_for_nothing_outside() {
        for path in ["shared/src/jobs/a/plan/why.rs", "shared/src/jobs/a/plan.rs", "shared/src/domains/a/b.rs"] {
            let found = |code: &str| are_pure(&source(path, code)).len();
            for code in [
                "use tokio::time;",
                "let x = std::env::var(\"X\");",
                "use std::{env, fmt};",
                "use std::fs;",
                "fn f() { std::process::Command::new(\"aws\"); }",
                "async fn f() {}",
                "use crate::clock;",
                "fn f() { crate::clock::now() }",
                "use crate::services::rds::{Cluster, RdsReader};",
                "use crate::services::aws::Aws;",
                "use crate::services::sql::PgSession;",
                "use crate::config::{Environment, Settings};",
            ] {
                assert_ne!(found(code), 0, "{path}: {code}");
            }
            for code in [
                "// not tokio::time\nuse crate::report;",
                "use crate::services::rds::Cluster;\nuse crate::services::aws::AwsError;",
                "use std::fmt;\nfn f(env: &str, clock: u8) { fs(env) }",
                "mod tests { use crate::config::Environment; }",
            ] {
                assert_eq!(found(code), 0, "{path}: {code}");
            }
        }
        assert_eq!(are_pure(&source("shared/src/jobs/a/plan.rs", "fn f() { getrandom::fill(x) }")).len(), 1);
        assert!(are_pure(&source("shared/src/jobs/a/observe.rs", "async fn f() { crate::clock::now() }")).is_empty());
        assert!(are_pure(&source("testkit/src/plan.rs", "use tokio::time;\n")).is_empty());
    }
}
