//! House rules about who may know whom in `shared/`: plans know no client, clock, or environment; a domain knows no
//! other domain; the rooms all domains share know none of them.

use super::source::Source;

const DOMAINS: [&str; 5] = ["clusters", "keys", "dbusers", "secrets", "org"];
const COMMON: [&str; 7] = ["aws", "clock", "config", "diagnostic", "run", "secret", "telemetry"];
const UNKNOWN_TO_PLANS: [&str; 5] = ["aws_sdk_", "aws_config", "aws_smithy_", "tokio::", "std::env"];

pub(super) fn plans_are_pure(source: &Source) -> Vec<String> {
    let in_plan = place(source).is_some_and(|parts| parts.iter().any(|part| part.starts_with("plan")));
    if !in_plan {
        return Vec::new();
    }
    let in_line = |(line, code)| {
        let names = UNKNOWN_TO_PLANS.iter().filter(move |name| str::contains(code, **name));
        names.map(move |name| source.finding(line, &format!("a plan module knows no {name}; pass what it needs in")))
    };
    source.code().flat_map(in_line).collect()
}

pub(super) fn domains_stay_apart(source: &Source) -> Vec<String> {
    let Some(home) = place(source).and_then(|parts| Some(parts.first()?.trim_end_matches(".rs"))) else {
        return Vec::new();
    };
    if !DOMAINS.contains(&home) && !COMMON.contains(&home) {
        return Vec::new();
    }
    let foreign = crate_names(source).into_iter().filter(|(_, name)| *name != home && DOMAINS.contains(name));
    foreign.map(|(line, name)| source.finding(line, &format!("`{home}` imports the domain `{name}`"))).collect()
}

/// The parts of the path below `shared/src/` of a Rust file.
fn place(source: &Source) -> Option<Vec<&str>> {
    let below = source.path.strip_prefix("shared/src/")?;
    source.is_rust().then(|| below.split('/').collect())
}

/// Every top-level module named after `crate::`, alone or in braces, with its line.
fn crate_names(source: &Source) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    // How deep in the braces of a `crate::{…}` the scan is; it may go on over lines.
    let mut depth = 0;
    for (line, code) in source.code() {
        let mut rest = code;
        loop {
            if depth > 0 {
                rest = in_braces(rest, line, &mut depth, &mut names);
            }
            let Some((_, after)) = rest.split_once("crate::") else {
                break;
            };
            rest = after.strip_prefix('{').inspect(|_| depth = 1).unwrap_or(after);
            if depth == 0 {
                names.push((line, first_name(rest)));
            }
        }
    }
    names
}

/// Reads names at the outermost level of the braces; answers with what follows them.
fn in_braces<'a>(text: &'a str, line: usize, depth: &mut usize, names: &mut Vec<(usize, &'a str)>) -> &'a str {
    let mut at_start = true;
    for (index, c) in text.char_indices() {
        match c {
            '{' => *depth += 1,
            '}' => *depth -= 1,
            ',' => at_start = true,
            _ if at_start && *depth == 1 && !c.is_whitespace() => {
                names.push((line, first_name(&text[index..])));
                at_start = false;
            }
            _ => {}
        }
        if *depth == 0 {
            return &text[index + 1..];
        }
    }
    ""
}

fn first_name(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_plan_module_knows_no_client_clock_or_environment() {
        for path in
            ["shared/src/clusters/plan/why.rs", "shared/src/keys/plan.rs", "shared/src/clusters/restore/plan.rs"]
        {
            let code = "use aws_sdk_rds::Client;\nuse tokio::time;\nlet x = std::env::var(\"X\");\n";
            assert_eq!(plans_are_pure(&source(path, code)).len(), 3, "{path}");
        }
        assert!(
            plans_are_pure(&source("shared/src/clusters/plan/why.rs", "// not tokio::time\nuse crate::run;\n"))
                .is_empty()
        );
        assert!(plans_are_pure(&source("shared/src/clusters/rds/mod.rs", "use aws_sdk_rds::Client;\n")).is_empty());
        assert!(plans_are_pure(&source("testkit/src/plan.rs", "use tokio::time;\n")).is_empty());
    }

    #[test]
    fn a_domain_imports_no_other_domain() {
        let code = "use crate::keys::Key;\nuse crate::run::{Plan, clusters};\nuse crate::clusters::Tag;\n";
        let found = domains_stay_apart(&source("shared/src/clusters/plan/mod.rs", code));
        assert_eq!(found, ["shared/src/clusters/plan/mod.rs:1: `clusters` imports the domain `keys`"]);
    }

    #[test]
    fn imports_in_braces_are_seen_over_lines() {
        let code = "use crate::{aws, org::Account};\nuse crate::{\n    run::{Plan, keys},\n    secrets,\n};\nf(crate::dbusers::X);\n";
        let found = domains_stay_apart(&source("shared/src/clusters.rs", code));
        let lines: Vec<_> = found.iter().map(|finding| finding.rsplit_once(": ").unwrap()).collect();
        assert_eq!(
            lines.iter().map(|(place, _)| *place).collect::<Vec<_>>(),
            ["shared/src/clusters.rs:1", "shared/src/clusters.rs:4", "shared/src/clusters.rs:6",]
        );
    }

    #[test]
    fn the_common_rooms_know_no_domain() {
        assert_eq!(domains_stay_apart(&source("shared/src/run/driver.rs", "use crate::clusters::X;\n")).len(), 1);
        assert_eq!(domains_stay_apart(&source("shared/src/clock.rs", "use crate::secrets::X;\n")).len(), 1);
        assert!(domains_stay_apart(&source("shared/src/aws/mod.rs", "use crate::secret::Secret;\n")).is_empty());
    }
}
