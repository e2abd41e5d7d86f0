//! House rules about the tree as a whole: every function has sample events, and the README shows the two commands a
//! newcomer needs.

use super::source::Source;

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
    fn the_readme_shows_both_commands() {
        assert!(readme_shows_the_way(&[source("README.md", "`cargo xtask demo` and `cargo xtask test`")]).is_empty());
        assert_eq!(
            readme_shows_the_way(&[source("README.md", "cargo xtask test")]),
            ["README.md:1: show `cargo xtask demo`"]
        );
        assert_eq!(readme_shows_the_way(&[]).len(), 1);
    }
}
