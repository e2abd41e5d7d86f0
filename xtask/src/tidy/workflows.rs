//! House rules about the workflows of GitHub, and the script of CI: they call tasks that exist, with flags that exist, and every action they
//! use is pinned by the commit that `docs/dependencies.md` lists.

use clap::Parser as _;

use super::source::Source;
use crate::Cli;

const LIST: &str = "docs/dependencies.md";

fn is_workflow(source: &Source) -> bool {
    source.path.starts_with(".github/workflows/") || source.path == ".ci/run"
}

/// A task that was renamed would be found by the next release, which is late.
pub(super) fn call_tasks_that_exist(sources: &[Source]) -> Vec<String> {
    let lines = sources.iter().filter(|source| is_workflow(source)).flat_map(|source| {
        let lines = source.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
        lines.map(move |(index, line)| (source, index + 1, line))
    });
    let wrong = lines.flat_map(|(source, number, line)| {
        let calls = line.match_indices("cargo xtask").filter_map(|(start, _)| wrong(&line[start..]));
        calls.map(move |said| source.finding(number, &said)).collect::<Vec<_>>()
    });
    wrong.collect()
}

/// What is wrong with the call that `text` begins with.
fn wrong(text: &str) -> Option<String> {
    let call = text.split(['|', '&', ';', '>']).next().unwrap_or(text).trim();
    // A shell takes quotation marks away.
    let words = call.split_whitespace().skip(1).map(|word| word.trim_matches(['"', '\'']));
    let error = Cli::try_parse_from(words).err()?;
    let first = error.to_string().lines().next().unwrap_or_default().to_owned();
    Some(format!("'{call}': {first}"))
}

/// A tag can be moved by whoever owns the action, or stole it.
pub(super) fn pin_their_actions(sources: &[Source]) -> Vec<String> {
    let list = sources.iter().find(|source| source.path == LIST).map_or("", |source| source.text.as_str());
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| is_workflow(source)) {
        for (index, line) in source.text.lines().enumerate() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            let (action, version) = used.split_once(" # ").unwrap_or((used, ""));
            let (name, commit) = action.trim().split_once('@').unwrap_or((action, ""));
            let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            if !is_commit || !version.starts_with('v') {
                found.push(source.finding(index + 1, &format!("{action}: pin it as owner/name@commit # version")));
            } else if !listed(list, name, version.trim(), commit) {
                let what = format!("{name} {version} {commit} is not in {LIST}, with two who use the same commit");
                found.push(source.finding(index + 1, &what));
            }
        }
    }
    found
}

fn listed(list: &str, name: &str, version: &str, commit: &str) -> bool {
    list.lines().any(|line| [name, version, commit].iter().all(|part| line.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_call_of_a_task_or_flag_that_is_none_is_found() {
        let text = "run: |\n  cargo xtask release --tag \"$TAG\" && cargo xtask smoke dist\n  # cargo xtask nonsense\n";
        assert_eq!(call_tasks_that_exist(&[source(".github/workflows/a.yml", text)]), Vec::<String>::new());
        let found =
            call_tasks_that_exist(&[source(".ci/run", "cargo xtask tset --whole\ncargo xtask test --hole | cat\n")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with(".ci/run:1: 'cargo xtask tset --whole': error: unrecognized subcommand 'tset'"));
        assert!(found[1].starts_with(".ci/run:2: 'cargo xtask test --hole': error: unexpected argument '--hole'"));
        assert!(call_tasks_that_exist(&[source("README.md", "cargo xtask tset\n")]).is_empty());
    }

    #[test]
    fn an_action_is_pinned_by_a_commit_that_is_listed() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let list = || source(LIST, &format!("| `a/b` | v1.2.3 | `{commit}` |\n"));
        let found =
            |used: &str| pin_their_actions(&[list(), source(".github/workflows/a.yml", &format!("- uses: {used}\n"))]);
        assert!(found(&format!("a/b@{commit} # v1.2.3")).is_empty());
        assert_eq!(
            found("a/b@v1 # v1.2.3"),
            [".github/workflows/a.yml:1: a/b@v1: pin it as owner/name@commit # version"]
        );
        assert_eq!(found(&format!("a/b@{commit}")).len(), 1, "without its version");
        assert_eq!(found(&format!("a/b@{commit} # v1.2.4")).len(), 1, "another version");
        assert_eq!(found(&format!("a/c@{commit} # v1.2.3")).len(), 1, "another action");
    }
}
