//! House rules about leave to write. A call that changes something stands only where leave is held or asked for; leave is
//! given in one place; and the lint that says so is put away nowhere but there.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::names::{is_mark, is_word, plain, shared, words};
use super::source::Source;

/// How the calls of an SDK begin that change something: every first word of the operations of the SDKs in use that only
/// reads stands not here.
const WRITING: [&str; 66] = [
    "abort",
    "accept",
    "acquire",
    "add",
    "apply",
    "associate",
    "attach",
    "authorize",
    "backtrack",
    "cancel",
    "change",
    "checkpoint",
    "complete",
    "confirm",
    "copy",
    "create",
    "deactivate",
    "delete",
    "deregister",
    "detach",
    "disable",
    "disassociate",
    "enable",
    "failover",
    "grant",
    "import",
    "increase",
    "invite",
    "invoke",
    "modify",
    "move",
    "opt",
    "promote",
    "publish",
    "purchase",
    "put",
    "reboot",
    "redrive",
    "register",
    "reject",
    "remove",
    "rename",
    "replace",
    "replicate",
    "reset",
    "restore",
    "resync",
    "revoke",
    "rollback",
    "rotate",
    "run",
    "schedule",
    "send",
    "set",
    "start",
    "stop",
    "subscribe",
    "switchover",
    "tag",
    "terminate",
    "unsubscribe",
    "untag",
    "update",
    "upload",
    "verify",
    "write",
];
/// Those that are one word by themselves.
const WRITING_ALONE: [&str; 4] = ["invoke", "publish", "subscribe", "unsubscribe"];
/// Has AWS write the report that is read next, and changes nothing.
const READS_ALL_THE_SAME: [&str; 2] = ["create_account_statuses", "generate_credential_report"];
/// Fields of answers that begin like a call.
const FIELDS: [&str; 4] = ["backtrack_window", "copy_tags_to_snapshot", "create_date", "tag_list"];
/// What a writer holds, or a function asks for.
const LEAVE: [&str; 2] = ["Permit", "RecordPermit"];
/// Where a permit is made, and by whom alone.
const GIVEN: [(&str, &str); 2] = [("by_the_guard", "run/guard.rs"), ("by_the_driver", "run/driver.rs")];
/// Where the clock, the environment and leave to write come from.
const PUT_AWAY: [&str; 7] = [
    "clock.rs",
    "config/environment.rs",
    "run/driver.rs",
    "run/guard.rs",
    // Single pages, which their one gate reads on.
    "services/organizations/extras.rs",
    "services/organizations/policies.rs",
    "services/organizations/reader.rs",
];

/// A call that changes something stands in a method of what holds leave to write, or in a function that asks for it.
pub(super) fn writers_take_it(source: &Source) -> Vec<String> {
    let in_services = shared(source).is_some_and(|parts| parts.first().is_some_and(|room| room == "services"));
    if !in_services {
        return Vec::new();
    }
    let tokens: Vec<_> = source.tokens().into_iter().collect();
    let holders = holders(&tokens);
    let mut found = Vec::new();
    unheld(source, &tokens, &holders, &mut found);
    found
}

/// The types of a file that cannot be made without leave, because it is part of them.
fn holders(tokens: &[TokenTree]) -> Vec<String> {
    let named = tokens.iter().enumerate().filter(|(at, _)| is_word(tokens, *at, "struct"));
    let held = named.filter_map(|(at, _)| {
        let TokenTree::Ident(name) = tokens.get(at + 1)? else { return None };
        let fields = tokens[at + 2..].iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => Some(group.stream()),
            _ => None,
        })?;
        asks(fields).then(|| name.to_string())
    });
    held.collect()
}

/// Whether leave stands among `tokens`.
fn asks(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => LEAVE.contains(&plain(&word.to_string()).as_str()),
        TokenTree::Group(group) => asks(group.stream()),
        _ => false,
    })
}

fn unheld(source: &Source, tokens: &[TokenTree], holders: &[String], found: &mut Vec<String>) {
    let mut at = 0;
    while at < tokens.len() {
        let (is_impl, is_fn) = (is_word(tokens, at, "impl"), is_word(tokens, at, "fn"));
        if (is_impl || is_fn)
            && let Some(body) = (at..tokens.len()).find(|at| is_body(&tokens[*at]))
            && !(at..body).any(|at| is_mark(tokens, at, ';'))
        {
            let head = &tokens[at + 1..body];
            let of_holder = is_impl && head.iter().any(|token| is_one_of(token, holders));
            let asking = is_fn && asks(head.iter().cloned().collect());
            if !of_holder && !asking {
                into(source, &tokens[body], holders, found);
            }
            at = body + 1;
            continue;
        }
        if let Some(word) = call(tokens, at)
            && (is_writing(&word) || WRITING_ALONE.contains(&word.as_str()))
        {
            let line = tokens[at].span().start().line;
            let what = format!("{word} changes something, and nothing around it holds or asks for a `Permit`");
            found.push(source.finding(line, &what));
        }
        into(source, &tokens[at], holders, found);
        at += 1;
    }
}

fn into(source: &Source, token: &TokenTree, holders: &[String], found: &mut Vec<String>) {
    if let TokenTree::Group(group) = token {
        unheld(source, &group.stream().into_iter().collect::<Vec<_>>(), holders, found);
    }
}

fn is_body(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_one_of(token: &TokenTree, names: &[String]) -> bool {
    matches!(token, TokenTree::Ident(word) if names.iter().any(|name| word == name))
}

/// The call at `at`, if one begins there as those of an SDK do: by its client, and with nothing in its parentheses.
fn call(tokens: &[TokenTree], at: usize) -> Option<String> {
    let TokenTree::Ident(word) = &tokens[at] else { return None };
    let empty = matches!(tokens.get(at + 1), Some(TokenTree::Group(group))
        if group.delimiter() == Delimiter::Parenthesis && group.stream().is_empty());
    let of_something = at >= 1 && (is_mark(tokens, at - 1, '.') || is_mark(tokens, at - 1, ':'));
    // `Client::delete_user(&client)`, or the path to it alone.
    let by_path = at >= 3 && is_word(tokens, at - 3, "Client") && is_mark(tokens, at - 1, ':');
    (of_something && empty || by_path).then(|| plain(&word.to_string()))
}

fn is_writing(word: &str) -> bool {
    let begins = word.split_once('_').is_some_and(|(verb, _)| WRITING.contains(&verb) || is_batch(word));
    begins && !READS_ALL_THE_SAME.contains(&word) && !FIELDS.contains(&word)
}

/// Many of them in one call.
fn is_batch(word: &str) -> bool {
    word.strip_prefix("batch_").is_some_and(|rest| !rest.starts_with("get_"))
}

/// Leave to write is made in one place, whatever name its type goes by elsewhere.
pub(super) fn is_given_in_one_place(source: &Source) -> Vec<String> {
    let Some(below) = source.path.strip_prefix("shared/src/") else { return Vec::new() };
    if below == "services/permit.rs" {
        return Vec::new();
    }
    let finding = |(line, word): (usize, String)| {
        let (_, place) = GIVEN.iter().find(|(given, place)| word == *given && *place != below)?;
        Some(source.finding(line, &format!("leave to write is given in {place} alone; take it from who has it")))
    };
    words(source).into_iter().filter_map(finding).collect()
}

/// What clippy forbids (the clock, the environment, a list by its first page, leave to write) is forbidden in all that runs in
/// an account.
pub(super) fn no_lint_is_put_away(source: &Source) -> Vec<String> {
    let product = ["shared/src/", "cli/src/", "functions/"].iter().any(|root| source.path.starts_with(root));
    let own = source.path.strip_prefix("shared/src/").is_some_and(|below| PUT_AWAY.contains(&below));
    if !product || own || !source.is_rust() {
        return Vec::new();
    }
    let mut found = Vec::new();
    put_away(source, &source.tokens().into_iter().collect::<Vec<_>>(), &mut found);
    found
}

fn put_away(source: &Source, tokens: &[TokenTree], found: &mut Vec<String>) {
    const LINTS: [&str; 7] = [
        "disallowed_methods",
        "disallowed_types",
        "disallowed_macros",
        "all",
        "style",
        "warnings",
        "await_holding_invalid_type",
    ];
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let inner: Vec<_> = group.stream().into_iter().collect();
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        if matches!(before, Some(TokenTree::Ident(word)) if word == "allow" || word == "expect" || word == "warn") {
            for token in &inner {
                if let TokenTree::Ident(lint) = token
                    && LINTS.iter().any(|name| lint == name)
                {
                    let line = lint.span().start().line;
                    found
                        .push(source.finding(line, &format!("`{lint}` is put away; only {} may", PUT_AWAY.join(", "))));
                }
            }
        }
        put_away(source, &inner, found);
    }
}

/// Each package goes by the lints of the workspace.
pub(super) fn lints_are_the_workspaces(sources: &[Source]) -> Vec<String> {
    let packages = sources.iter().filter(|source| {
        source.path.ends_with("Cargo.toml") && source.text.contains("[package]") && !source.path.starts_with("fuzz/")
    });
    let without = packages.filter(|source| !source.text.contains("[lints]\nworkspace = true"));
    without.map(|source| source.finding(1, "it goes by lints of its own; write [lints] workspace = true")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    const WRITER: &str = "use super::Permit;\npub struct W<'p> { client: Client, permit: &'p Permit }\n";

    #[test]
    fn what_changes_something_takes_leave() {
        let found = |code: &str| writers_take_it(&source("shared/src/services/rds/reader.rs", code)).len();
        let write = "{ self.client.delete_db_cluster().send().await; }";
        assert_eq!(found(&format!("impl Reader {{ async fn f(&self) {write} }}")), 1);
        assert_eq!(found(&format!("{WRITER}impl<'p> W<'p> {{ pub async fn f(&self) {write} }}")), 0);
        assert_eq!(found(&format!("{WRITER}impl Reader {{ async fn f(&self) {write} }}")), 1, "beside a writer");
        assert_eq!(found(&format!("{WRITER}async fn f(c: &Client) {write}")), 1, "beside a writer");
        assert_eq!(found(&format!("async fn f(c: &Client, _: &Permit) {write}")), 0);
        assert_eq!(found(&format!("use super::Permit;\nasync fn f() {write}")), 1, "a word is no leave");
        let only_called_so = "pub struct W { client: Client }\nimpl W { pub fn new(aws: &Aws, _: &Permit) -> Self {} ";
        assert_eq!(found(&format!("{only_called_so} pub async fn f(&self) {write} }}")), 1, "it outlives the leave");
        assert_eq!(found("fn f(c: &Client) -> X { c.delete_db_cluster() }"), 1, "whoever sends it");
        assert_eq!(found("fn f(c: &Client) -> X { (aws_sdk_rds::Client::delete_db_cluster)(c) }"), 1);
        assert_eq!(found("fn f(p: &RecordPermit) { c.put_object().send() }"), 0);
        assert_eq!(found("fn f() { c.describe_db_clusters().send(); c.batch_get_secret_value().send() }"), 0);
        assert_eq!(found("fn f() { x.copy_tags_to_snapshot(); x.set_tags(Some(y)) }"), 0, "a field");
        assert_eq!(found("fn f() { c.generate_credential_report().send() }"), 0);
        assert!(writers_take_it(&source("cli/src/a.rs", &format!("fn f() {write}"))).is_empty());
    }

    #[test]
    fn whatever_it_is_called_it_writes() {
        for call in [
            "restore_secret",
            "rotate_secret",
            "start_db_cluster",
            "stop_db_cluster",
            "reboot_db_cluster",
            "send_email",
            "send_bulk_email",
            "put_object",
            "tag_user",
            "untag_user",
            "set_default_policy_version",
            "set_topic_attributes",
            "update_access_key",
            "upload_part",
            "abort_multipart_upload",
            "register_db_proxy_targets",
            "reset_topic",
            "revoke_db_security_group_ingress",
            "run_task",
            "batch_put_metric",
            "publish",
            "subscribe",
            "unsubscribe",
            "invoke",
            "invoke_async",
            "apply_pending_maintenance_action",
            "authorize_x",
            "deactivate_mfa_device",
            "change_password",
            "resync_mfa_device",
            "complete_multipart_upload",
            "rename_object",
            "confirm_subscription",
            "opt_in_phone_number",
            "purchase_x",
            "backtrack_db_cluster",
            "switchover_global_cluster",
            "move_account",
            "failover_db_cluster",
            "modify_db_cluster",
            "promote_read_replica",
            "accept_handshake",
            "write_get_object_response",
        ] {
            let code = format!("fn f(c: &Client) {{ c.{call}().send() }}");
            assert_eq!(writers_take_it(&source("shared/src/services/a.rs", &code)).len(), 1, "{call}");
        }
        for call in [
            "get_object",
            "list_users",
            "describe_db_clusters",
            "head_bucket",
            "simulate_principal_policy",
            "batch_get_secret_value",
            "check_if_phone_number_is_opted_out",
            "download_db_log_file_portion",
            "into_paginator",
            "test_render_email_template",
            "validate_resource_policy",
            "decode_authorization_message",
            "build",
            "clone",
        ] {
            let code = format!("fn f(c: &Client) {{ c.{call}().send() }}");
            assert_eq!(writers_take_it(&source("shared/src/services/a.rs", &code)).len(), 0, "{call}");
        }
    }

    #[test]
    fn leave_is_given_in_one_place() {
        let found = |path: &str, code: &str| is_given_in_one_place(&source(path, code)).len();
        for code in
            ["Permit::by_the_guard()", "P::by_the_guard()", "<P>::r#by_the_guard()", "let f = P::by_the_driver;"]
        {
            let code = format!("fn f() {{ {code} }}");
            assert_eq!(found("shared/src/jobs/a/job.rs", &code), 1, "{code}");
            assert_eq!(found("shared/src/run/ledger.rs", &code), 1, "{code}");
        }
        assert_eq!(found("shared/src/run/guard.rs", "fn f() { Permit::by_the_guard() }"), 0);
        assert_eq!(found("shared/src/run/driver.rs", "fn f() { Permit::by_the_guard() }"), 1, "each in its own");
    }

    #[test]
    fn the_lint_behind_it_is_put_away_nowhere_else() {
        let found = |path: &str, code: &str| no_lint_is_put_away(&source(path, code)).len();
        for code in [
            "#[expect(clippy::disallowed_methods, reason = \"x\")]\nfn f() {}",
            "#![allow(clippy::disallowed_methods)]",
            "#[cfg_attr(all(), allow(clippy::disallowed_types))]\nfn f() {}",
            "fn f() { #[warn(clippy::all)] { g() } }",
            "#[allow(clippy::style)]\nmod a {}",
            "#[allow(warnings)]\nmod a {}",
        ] {
            for path in ["shared/src/jobs/a/job.rs", "cli/src/a.rs", "functions/a/src/main.rs"] {
                assert_ne!(found(path, code), 0, "{path}: {code}");
            }
            assert_eq!(found("shared/src/clock.rs", code), 0);
            assert_eq!(found("testkit/src/a.rs", code), 0);
        }
        assert_eq!(found("cli/src/a.rs", "#[expect(clippy::too_many_lines, reason = \"all of it\")]\nfn f() {}"), 0);
        let own = source("cli/Cargo.toml", "[package]\n\n[lints.clippy]\ndisallowed_methods = \"allow\"\n");
        assert_eq!(lints_are_the_workspaces(&[own]).len(), 1);
        assert!(lints_are_the_workspaces(&[source("Cargo.toml", "[workspace]\n")]).is_empty());
    }
}
