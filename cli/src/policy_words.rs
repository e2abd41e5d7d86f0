//! A word on each variable: what the reference of the job says of it, as far as its first sentence. What is built in is the page
//! itself, so that the command and the page say the same.

use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::org_inventory::OrgInventory;
use nightshift::run::Job as _;

const CLUSTERS: &str = include_str!("../../docs/cluster-cleanup.md");
const KEYS: &str = include_str!("../../docs/key-rotation.md");
const INVENTORY: &str = include_str!("../../docs/org-inventory.md");
const USERS: &str = include_str!("../../docs/db-users.md");
/// Those of every function stand in the first two, and those of messages here.
const NOTICES: &str = include_str!("../../docs/notices.md");

/// What the reference says of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// What it comes to if it is not set, in words.
    pub unset: String,
    /// What it is for.
    pub meaning: String,
}

/// What is said of `variable` in the reference of `job`.
pub(crate) fn of(job: &str, variable: &str) -> Option<Said> {
    let own = match job {
        ClusterCleanup::NAME => CLUSTERS,
        DbUsers::NAME => USERS,
        OrgInventory::NAME => INVENTORY,
        _ => KEYS,
    };
    [own, NOTICES, CLUSTERS].iter().find_map(|page| row(page, variable))
}

fn row(page: &str, variable: &str) -> Option<Said> {
    let start = format!("| `{variable}`");
    let line = page.lines().find(|line| line.starts_with(&start))?;
    let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [_, unset, .., meaning] = cells.as_slice() else { return None };
    Some(Said { unset: plain(unset), meaning: first_sentence(&plain(meaning)) })
}

/// Markdown without its marks; a link is its words.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        out += before;
        match link.split_once("](").and_then(|(words, end)| Some((words, end.split_once(')')?.1))) {
            Some((words, after)) if !words.contains('[') => {
                out += words;
                rest = after;
            }
            _ => {
                out.push('[');
                rest = link;
            }
        }
    }
    out += rest;
    out.replace('`', "")
}

fn first_sentence(text: &str) -> String {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).find(|at| !text[..*at].ends_with("e.g."));
    text[..end.unwrap_or(text.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use nightshift::config::Environment;
    use nightshift::jobs::key_rotation::KeyRotation;
    use nightshift::run::driver;

    use super::*;

    #[test]
    fn every_variable_has_a_word_and_a_default_is_the_one_of_the_page() {
        let nothing = Environment::default();
        for (job, settings) in [
            (ClusterCleanup::NAME, driver::told::<ClusterCleanup>(&nothing, Some("eu-west-1"))),
            (DbUsers::NAME, driver::told::<DbUsers>(&nothing, Some("eu-west-1"))),
            (KeyRotation::NAME, driver::told::<KeyRotation>(&nothing, Some("eu-west-1"))),
        ] {
            for setting in settings.unwrap() {
                let name = setting.name;
                let said = of(job, name).unwrap_or_else(|| panic!("{job}: the reference has no row of {name}"));
                assert!(!said.meaning.is_empty() && !said.unset.is_empty(), "{job}: {name}: {said:?}");
                // What the page gives as a word of its own is what the code takes.
                if let (Some(value), Some(stated)) = (setting.value, literal(job, name)) {
                    assert_eq!(value.replace(',', ", "), stated.replace(", ", ",").replace(',', ", "), "{job}: {name}");
                } else if let Some(stated) = literal(job, name) {
                    panic!("{job}: {name} is {stated} by the page, and the code does not say what it is");
                }
            }
        }
    }

    /// The default as the page spells it, where it is nothing but words of the code.
    fn literal(job: &str, variable: &str) -> Option<String> {
        let pages = match job {
            ClusterCleanup::NAME => [CLUSTERS, NOTICES],
            DbUsers::NAME => [USERS, NOTICES],
            _ => [KEYS, NOTICES],
        };
        let start = format!("| `{variable}`");
        let line = pages.iter().flat_map(|page| page.lines()).find(|line| line.starts_with(&start))?;
        let cell = line.trim_matches('|').split(" | ").nth(1)?.trim();
        let is_code = cell.split(", ").all(|part| {
            part.len() > 2 && part.starts_with('`') && part.ends_with('`') && part.matches('`').count() == 2
        });
        is_code.then(|| cell.replace('`', ""))
    }

    #[test]
    fn a_row_is_read_as_it_is_meant() {
        let page = "| `A` † | `x` | a word | The [first](#x) of `two`. The second. |\n";
        let said = row(page, "A").unwrap();
        assert_eq!((said.unset.as_str(), said.meaning.as_str()), ("x", "The first of two."));
        assert_eq!(row(page, "B"), None);
    }
}
