//! `new-function`: a new function with the shape of the others. What comes out compiles, reads nothing and plans nothing: a copy
//! of another would delete clusters under its name. What is still to edit is found and not listed: a file that names several
//! functions is a list of them, and one that names a single function is about that.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::command::{at_root, succeed};
use crate::environment;

/// Whose manifest and `main.rs` are taken.
const PATTERN: &str = "functions/cluster-cleanup";
/// Whoever names as many functions names them all, when all is done.
const SEVERAL: usize = 3;
/// What tasks write, and records of what was: nobody edits them for a new function.
const NOT_BY_HAND: [&str; 6] = [
    "Cargo.lock",
    "CHANGELOG.md",
    "docs/benchmarks.md",
    "docs/proof.md",
    "testkit/policies/decisions.md",
    "xtask/src/new_function.rs",
];
/// What it says of itself in the templates.
const TEMPLATE: &str = "new-function";
const JOB: [(&str, &str); 3] = [
    ("mod.rs", include_str!("../templates/job/mod.rs.txt")),
    ("codes.rs", include_str!("../templates/job/codes.rs.txt")),
    ("job.rs", include_str!("../templates/job/job.rs.txt")),
];

pub(crate) fn run(name: &str) -> anyhow::Result<()> {
    let root = environment::root();
    write_all(&root, name)?;
    // Its package is new to Cargo.lock.
    succeed(&mut at_root("cargo", &["check", "--quiet", "--package", name]))?;
    println!("\nIt compiles, reads nothing and plans nothing. Still to edit:\n{}", still_to_edit(&root, name)?);
    Ok(())
}

/// Writes a new function into the checkout at `root`.
fn write_all(root: &Path, name: &str) -> anyhow::Result<()> {
    ensure!(is_kebab(name), "a function's name is lower case words joined by dashes, such as key-rotation");
    let folder = format!("functions/{name}");
    let job = format!("shared/src/jobs/{}", snake(name));
    for place in [&folder, &job] {
        ensure!(!root.join(place).exists(), "{place} exists; nothing was written");
    }
    for file in ["Cargo.toml", "src/main.rs"] {
        let text = fs::read_to_string(root.join(PATTERN).join(file)).with_context(|| format!("{PATTERN}/{file}"))?;
        write(root, &format!("{folder}/{file}"), &renamed(&text, "cluster-cleanup", name))?;
    }
    for (file, text) in JOB {
        write(root, &format!("{job}/{file}"), &renamed(text, TEMPLATE, name))?;
    }
    let jobs = "shared/src/jobs/mod.rs";
    let text = fs::read_to_string(root.join(jobs)).with_context(|| jobs.to_owned())?;
    write(root, jobs, &with_module(&text, &snake(name)))?;
    // An empty object means what the schedule's envelope means, for every function.
    write(root, &format!("events/{name}/scheduled.json"), "{}\n")
}

fn write(root: &Path, file: &str, text: &str) -> anyhow::Result<()> {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    fs::write(&path, text).with_context(|| format!("could not write {file}"))?;
    println!("wrote {file}");
    Ok(())
}

fn renamed(text: &str, of: &str, name: &str) -> String {
    let described = text.lines().map(|line| {
        if line.starts_with("description = ") { "description = \"One sentence: what it does.\"" } else { line }
    });
    let described = described.collect::<Vec<_>>().join("\n") + "\n";
    described
        .replace(&format!("{}::", snake(of)), &format!("{}::", snake(name)))
        .replace(&pascal(of), &pascal(name))
        .replace(of, name)
}

/// The list of jobs with one more, in order.
fn with_module(jobs: &str, module: &str) -> String {
    let (head, list) = jobs.split_at(jobs.find("pub mod ").unwrap_or(jobs.len()));
    let mut list: Vec<_> = list.lines().map(str::to_owned).chain([format!("pub mod {module};")]).collect();
    list.sort();
    format!("{head}{}\n", list.join("\n"))
}

/// Every tracked file outside the functions' own folders that lists them, by the folder it is in.
fn still_to_edit(root: &Path, name: &str) -> anyhow::Result<String> {
    let listed = at_root("git", &["ls-files"]).current_dir(root).output().context("could not start git")?;
    let files = String::from_utf8(listed.stdout).context("a file's name is no text")?;
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    places.insert(format!("shared/src/jobs/{}", snake(name)), vec!["the job itself".to_owned()]);
    places.insert(format!("functions/{name}"), vec!["its description, and tests/it".to_owned()]);
    let functions = functions(root)?;
    let names = |text: &str| functions.iter().filter(|words| words.iter().any(|word| text.contains(word))).count();
    for file in files.lines().filter(|file| is_by_hand(file) && names(file) == 0) {
        if names(&fs::read_to_string(root.join(file)).unwrap_or_default()) >= SEVERAL {
            let (folder, file) = file.rsplit_once('/').unwrap_or((".", file));
            places.entry(folder.to_owned()).or_default().push(file.to_owned());
        }
    }
    let width = places.keys().map(String::len).max().unwrap_or_default();
    let lines = places.iter().map(|(folder, files)| format!("  {folder:<width$}  {}", files.join(", ")));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// The functions there are, each as packages, modules and types are called.
fn functions(root: &Path) -> anyhow::Result<Vec<[String; 3]>> {
    let folders = fs::read_dir(root.join("functions")).context("there is no folder of functions")?;
    let names = folders.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.map(|name| [snake(&name), pascal(&name), name]).collect())
}

fn is_by_hand(file: &str) -> bool {
    // Terraform's pages are made of its variables, and what was moved once stays where it went.
    let is_of_terraform =
        file.starts_with("terraform/") && ["/README.md", "/moved.tf"].iter().any(|end| file.ends_with(end));
    !NOT_BY_HAND.contains(&file) && (!is_of_terraform || file == "terraform/README.md")
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
        assert_eq!(renamed(main, "cluster-cleanup", "key-rotation"), copy);
        let manifest = "name = \"cluster-cleanup\"\ndescription = \"Deletes Aurora clusters.\"\n";
        let copy = "name = \"key-rotation\"\ndescription = \"One sentence: what it does.\"\n";
        assert_eq!(renamed(manifest, "cluster-cleanup", "key-rotation"), copy);
    }

    #[test]
    fn a_new_job_takes_its_place_in_the_list() {
        assert_eq!(
            with_module("//! Jobs.\n\npub mod a;\npub mod c;\n", "b"),
            "//! Jobs.\n\npub mod a;\npub mod b;\npub mod c;\n"
        );
    }

    /// In a copy of what cargo reads of the checkout, with the folder of the real one for what is compiled already.
    #[test]
    fn what_comes_out_compiles() -> anyhow::Result<()> {
        let copy = environment::target().join("new-function");
        let _ = fs::remove_dir_all(&copy);
        let listed = at_root("git", &["ls-files", "--cached", "--others", "--exclude-standard"]).output()?;
        for file in String::from_utf8(listed.stdout)?.lines() {
            let from = environment::root().join(file);
            let is_read =
                ["shared/", "functions/", "cli/", "testkit/", "showcase/", "simulation/", "xtask/", "events/", "Cargo"];
            if is_read.iter().any(|start| file.starts_with(start)) && from.is_file() {
                fs::create_dir_all(copy.join(file).parent().unwrap_or(&copy))?;
                fs::copy(&from, copy.join(file))?;
            }
        }
        // Another version, or cargo would take what it compiles here for what it compiles there.
        let manifest = fs::read_to_string(copy.join("Cargo.toml"))?;
        let another = manifest.replacen("\nversion = \"0.1.0\"\n", "\nversion = \"0.0.0-copy\"\n", 1);
        assert_ne!(another, manifest, "the workspace has another version by now");
        fs::write(copy.join("Cargo.toml"), another)?;
        write_all(&copy, "lamp-lighter")?;
        let mut check = at_root("cargo", &["check", "--quiet", "--offline", "--workspace", "--bin", "lamp-lighter"]);
        succeed(check.current_dir(&copy).env("CARGO_TARGET_DIR", environment::target()))?;
        assert!(write_all(&copy, "lamp-lighter").is_err(), "it is there already");
        let places = still_to_edit(&environment::root(), "lamp-lighter")?;
        let has = |folder: &str, file: &str| {
            places.lines().any(|line| line.trim().starts_with(folder) && line.contains(file))
        };
        assert!(has("shared/src/jobs/lamp_lighter ", "the job itself") && has(". ", "README.md"), "{places}");
        assert!(has("cli/src ", "jobs.rs") && has("terraform/layer/fleet ", "main.tf"), "{places}");
        assert!(
            !places.contains("moved.tf") && !has("cli/src ", "users.rs"),
            "a record, and what is about one: {places}"
        );
        Ok(())
    }
}
