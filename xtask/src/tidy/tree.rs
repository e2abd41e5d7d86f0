//! House rules about the tree as a whole: every function has sample events, the README shows the two commands a newcomer
//! needs, every Terraform module explains itself.

use super::source::Source;
use crate::terraform::tables::with_tables;

pub(super) fn functions_have_events(sources: &[Source]) -> Vec<String> {
    let manifests = sources.iter().filter_map(|source| {
        let name = source.path.strip_prefix("functions/")?.strip_suffix("/Cargo.toml")?;
        Some((source, name))
    });
    let without = manifests.filter(|(_, name)| {
        let folder = format!("events/{name}/");
        !sources.iter().any(|source| source.path.starts_with(&folder) && source.ends_in("json"))
    });
    without.map(|(source, name)| source.finding(1, &format!("there is no sample event in events/{name}/"))).collect()
}

pub(super) fn readme_shows_the_way(sources: &[Source]) -> Vec<String> {
    let Some(readme) = sources.iter().find(|source| source.path == "README.md") else {
        return vec!["README.md:1: there is none".to_owned()];
    };
    let missing = ["cargo xtask demo", "cargo xtask test"].into_iter().filter(|command| !readme.text.contains(command));
    missing.map(|command| readme.finding(1, &format!("show `{command}`"))).collect()
}

pub(super) fn modules_have_their_tables(sources: &[Source]) -> Vec<String> {
    let text = |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.as_str());
    let folders = sources.iter().filter_map(|source| {
        let folder = source.path.strip_suffix("/versions.tf")?;
        folder.starts_with("terraform/").then_some(folder)
    });
    let finding = |folder: &str| {
        let path = format!("{folder}/README.md");
        let Some(page) = text(&path) else {
            return Some(format!("{path}:1: there is none; say what the module is, and show one call"));
        };
        let of = |name: &str| text(&format!("{folder}/{name}")).unwrap_or_default();
        let current = with_tables(page, of("variables.tf"), of("outputs.tf"));
        (current.as_deref() != Some(page)).then(|| format!("{path}:1: run `cargo xtask terraform-docs`"))
    };
    folders.filter_map(finding).collect()
}

/// What an environment's files may have together: more than values, a provider, a backend and one call is a twin of another's.
const ENVIRONMENT_LINES: usize = 80;

/// What an earlier version made and is called otherwise now stands in a file of its own, and goes with the next one.
pub(super) fn environments_are_one_call(sources: &[Source]) -> Vec<String> {
    let of_environments = sources.iter().filter(|source| {
        source.path.starts_with("terraform/environment/") && source.ends_in("tf") && !source.path.ends_with("/moved.tf")
    });
    let mut lines = std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for source in of_environments {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *lines.entry(folder).or_insert(0) += source.text.lines().count();
        let block = |(number, line): (usize, &str)| {
            let kind = ["resource", "data", "variable", "locals"]
                .into_iter()
                .find(|kind| line.starts_with(&format!("{kind} ")));
            kind.map(|kind| {
                source.finding(number + 1, &format!("an environment has no {kind}: it belongs into a layer"))
            })
        };
        found.extend(source.text.lines().enumerate().filter_map(block));
    }
    let long = lines.into_iter().filter(|(_, lines)| *lines > ENVIRONMENT_LINES);
    found.extend(
        long.map(|(folder, lines)| {
            format!("{folder}:1: {lines} lines; an environment has at most {ENVIRONMENT_LINES}")
        }),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_function_without_a_sample_event_is_found() {
        let with = [source("functions/a/Cargo.toml", ""), source("events/a/x.json", "{}")];
        assert!(functions_have_events(&with).is_empty());
        let without = [source("functions/a/Cargo.toml", ""), source("events/ab/x.json", "{}")];
        assert_eq!(
            functions_have_events(&without),
            ["functions/a/Cargo.toml:1: there is no sample event in events/a/"]
        );
    }

    #[test]
    fn a_module_without_current_tables_is_found() {
        let versions = || source("terraform/aws/x/versions.tf", "");
        assert_eq!(
            modules_have_their_tables(&[versions()]),
            ["terraform/aws/x/README.md:1: there is none; say what the module is, and show one call"]
        );
        let old = source("terraform/aws/x/README.md", "<!-- tables -->\n<!-- /tables -->\n");
        let page = with_tables(&old.text, "", "").unwrap();
        assert_eq!(
            modules_have_their_tables(&[versions(), old]),
            ["terraform/aws/x/README.md:1: run `cargo xtask terraform-docs`"]
        );
        assert!(modules_have_their_tables(&[versions(), source("terraform/aws/x/README.md", &page)]).is_empty());
    }

    #[test]
    fn an_environment_that_is_more_than_one_call_is_found() {
        let call = source("terraform/environment/dev/main.tf", "module \"fleet\" {\n}\n");
        assert!(
            environments_are_one_call(&[call, source("terraform/environment/dev/moved.tf", &"\n".repeat(99))])
                .is_empty()
        );
        let more =
            source("terraform/environment/dev/main.tf", &format!("resource \"x\" \"y\" {{\n}}\n{}", "\n".repeat(79)));
        assert_eq!(
            environments_are_one_call(&[more]),
            [
                "terraform/environment/dev/main.tf:1: an environment has no resource: it belongs into a layer",
                "terraform/environment/dev:1: 81 lines; an environment has at most 80"
            ]
        );
    }

    #[test]
    fn the_readme_shows_both_commands() {
        assert!(readme_shows_the_way(&[source("README.md", "`cargo xtask demo` and `cargo xtask test`")]).is_empty());
        assert_eq!(
            readme_shows_the_way(&[source("README.md", "cargo xtask test")]),
            ["README.md:1: show `cargo xtask demo`"]
        );
        assert_eq!(readme_shows_the_way(&[]).len(), 1);
    }
}
