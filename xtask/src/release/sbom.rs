//! The list of a binary's parts, in the form of `CycloneDX`, as `cargo cyclonedx` makes it from the lock file. It has no
//! number made up at random, the time of the commit, and no folder of the machine that built it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::elf::Crate;
use crate::command::{here, quiet};
use crate::package::Site;
use crate::setup;

const SUFFIX: &str = ".cdx.json";

/// What stands in a list in the place of the checkout: what stands in a binary there.
const CHECKOUT: &str = "/nightshift";

/// Makes the lists of all packages; where they lie.
pub(super) fn all(site: &Site, triple: &str) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let at = quiet(here("git", &["log", "-1", "--format=%ct"]).current_dir(&site.checkout))?;
    let at = String::from_utf8(at.stdout)?.trim().to_owned();
    let form = ["--format", "json", "--spec-version", "1.5", "--all", "--quiet", "--target", triple];
    let mut make = here(setup::cargo_cyclonedx(), &["cyclonedx"]);
    quiet(make.args(form).current_dir(&site.checkout).env("SOURCE_DATE_EPOCH", at))?;
    let mut lists = Vec::new();
    find(&site.checkout, &mut lists)?;
    lists
        .into_iter()
        .map(|path| {
            let list = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
            Ok((path, without(&list, &site.checkout)?))
        })
        .collect()
}

/// That of one package.
pub(super) fn of(lists: &[(PathBuf, String)], package: &str) -> anyhow::Result<Vec<u8>> {
    let name = format!("{package}{SUFFIX}");
    let list = lists.iter().find(|(path, _)| path.file_name().is_some_and(|file| *file == *name));
    list.map(|(_, list)| list.clone().into_bytes()).with_context(|| format!("cargo cyclonedx made no {name}"))
}

/// A package is at most two folders deep.
fn find(folder: &Path, lists: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, lists)?;
        } else if path.to_string_lossy().ends_with(SUFFIX) {
            lists.push(path);
        }
    }
    Ok(())
}

fn without(list: &str, checkout: &Path) -> anyhow::Result<String> {
    let folder = checkout.to_str().context("the folder of the checkout has no plain name")?;
    let list = list.replace(folder, CHECKOUT);
    // Read once more: a list that nobody can read is none.
    let _: Value = serde_json::from_str(&list).context("cargo cyclonedx made no JSON")?;
    Ok(list)
}

/// Whether the list is that of `package`, and has all `crates` that its binary says it was linked from.
pub(super) fn covers(list: &[u8], package: &str, crates: &[Crate]) -> anyhow::Result<()> {
    let list: Value = serde_json::from_slice(list)?;
    let of = |component: &Value| {
        let text = |key: &str| component[key].as_str().unwrap_or_default().to_owned();
        (text("name"), text("version"))
    };
    let own = of(&list["metadata"]["component"]);
    ensure!(own.0 == package, "the list is that of {}", own.0);
    let components = list["components"].as_array().context("the list has no components")?;
    let listed: Vec<Crate> = components.iter().map(of).chain([own.clone()]).collect();
    ensure!(crates.contains(&own), "the binary does not name {package} among its crates");
    let missing: Vec<_> =
        crates.iter().filter(|one| !listed.contains(one)).map(|(name, version)| format!("{name} {version}")).collect();
    ensure!(missing.is_empty(), "not in the list: {}", missing.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(name: &str) -> Crate {
        (name.to_owned(), "1.0.0".to_owned())
    }

    #[test]
    fn a_list_has_all_that_its_binary_was_linked_from() {
        let component = |name: &str| json!({"name": name, "version": "1.0.0"});
        let list =
            json!({"metadata": {"component": component("lamp")}, "components": [component("wick"), component("oil")]});
        let list = list.to_string().into_bytes();
        assert!(covers(&list, "lamp", &[one("lamp"), one("wick")]).is_ok());
        let said = covers(&list, "lamp", &[one("lamp"), one("glass")]).unwrap_err().to_string();
        assert_eq!(said, "not in the list: glass 1.0.0");
        assert!(covers(&list, "lamp", &[one("wick")]).is_err(), "the list of another binary");
        assert!(covers(&list, "torch", &[one("lamp")]).is_err(), "the list of another package");
    }

    #[test]
    fn a_list_names_no_folder_of_the_machine_that_built_it() {
        let list = r#"{"bom-ref": "path+file:///srv/x/shared#nightshift@0.1.0"}"#;
        let without = without(list, Path::new("/srv/x")).unwrap();
        assert_eq!(without, r#"{"bom-ref": "path+file:///nightshift/shared#nightshift@0.1.0"}"#);
    }
}
