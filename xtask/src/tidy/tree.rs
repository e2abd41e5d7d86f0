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
    fn the_readme_shows_both_commands() {
        assert!(readme_shows_the_way(&[source("README.md", "`cargo xtask demo` and `cargo xtask test`")]).is_empty());
        assert_eq!(
            readme_shows_the_way(&[source("README.md", "cargo xtask test")]),
            ["README.md:1: show `cargo xtask demo`"]
        );
        assert_eq!(readme_shows_the_way(&[]).len(), 1);
    }
}
