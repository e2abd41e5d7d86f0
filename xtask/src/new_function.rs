//! `new-function`: a new function with the shape of cluster-cleanup. What comes out does not compile until its job
//! exists, on purpose: a copy that compiled would delete clusters under another name.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::environment;

const PATTERN: &str = "functions/cluster-cleanup";

pub(crate) fn run(name: &str) -> anyhow::Result<()> {
    ensure!(is_kebab(name), "a function's name is lower case words joined by dashes, such as key-rotation");
    let root = environment::root();
    let folder = format!("functions/{name}");
    ensure!(!root.join(&folder).exists(), "{folder} exists");
    for file in ["Cargo.toml", "src/main.rs"] {
        let text = fs::read_to_string(root.join(PATTERN).join(file)).with_context(|| format!("{PATTERN}/{file}"))?;
        write(&root, &format!("{folder}/{file}"), &renamed(&text, name))?;
    }
    // An empty object means what the schedule's envelope means, for every function.
    write(&root, &format!("events/{name}/scheduled.json"), "{}\n")?;
    println!("{}", still_to_edit(name));
    Ok(())
}

fn write(root: &Path, file: &str, text: &str) -> anyhow::Result<()> {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    fs::write(&path, text).with_context(|| format!("could not write {file}"))?;
    println!("wrote {file}");
    Ok(())
}

fn renamed(text: &str, name: &str) -> String {
    let described = text.lines().map(|line| {
        if line.starts_with("description = ") { "description = \"One sentence: what it does.\"" } else { line }
    });
    let described = described.collect::<Vec<_>>().join("\n") + "\n";
    described
        .replace("cluster_cleanup::", &format!("{}::", snake(name)))
        .replace("ClusterCleanup", &pascal(name))
        .replace("cluster-cleanup", name)
}

fn still_to_edit(name: &str) -> String {
    let (snake, pascal) = (snake(name), pascal(name));
    let places = [
        (
            format!("shared/src/jobs/{snake}/"),
            format!("the job: model, observe, plan, apply, and `{pascal}` over them"),
        ),
        ("shared/src/services/".to_owned(), "a room for each AWS service it is the first to call".to_owned()),
        (format!("functions/{name}/Cargo.toml"), "its description".to_owned()),
        (format!("events/{name}/"), "one file for each kind of event it takes".to_owned()),
        ("terraform/".to_owned(), "its role, schedule and alarms, beside those of cluster-cleanup".to_owned()),
        ("README.md, docs/runbook.md".to_owned(), "its line in the table, what its alarms mean".to_owned()),
    ];
    let width = places.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
    let lines = places.iter().map(|(place, what)| format!("\n  {place:<width$}  {what}"));
    format!("still to edit:{}", lines.collect::<String>())
}

fn is_kebab(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.split('-').all(word)
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn pascal(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case() {
        for good in ["key-rotation", "org", "db2-users"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "Key", "key_rotation", "key-", "-key", "key--x", "2fa", "../x"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }

    #[test]
    fn the_copy_names_only_the_new_function() {
        let main = "//! The Lambda function `cluster-cleanup`.\nuse nightshift::jobs::cluster_cleanup::ClusterCleanup;\nf::<ClusterCleanup>();\n";
        let copy = "//! The Lambda function `key-rotation`.\nuse nightshift::jobs::key_rotation::KeyRotation;\nf::<KeyRotation>();\n";
        assert_eq!(renamed(main, "key-rotation"), copy);
        let manifest = "name = \"cluster-cleanup\"\ndescription = \"Deletes Aurora clusters.\"\n";
        let copy = "name = \"key-rotation\"\ndescription = \"One sentence: what it does.\"\n";
        assert_eq!(renamed(manifest, "key-rotation"), copy);
    }
}
