//! A word on each variable: what the reference of the job says of it, as far as its first sentence. What is built in is the page
//! itself, so that the command and the page say the same.

/// Where those that every function has stand, and those of messages.
const SHARED: [&str; 2] = [include_str!("../../docs/notices.md"), include_str!("../../docs/cluster-cleanup.md")];

/// What the reference says of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// What it comes to if it is not set, in words.
    pub unset: String,
    /// What it is for.
    pub meaning: String,
}

/// What is said of `variable` in `reference`, a job's, or in what the references share.
pub(crate) fn of(reference: &str, variable: &str) -> Option<Said> {
    [reference].into_iter().chain(SHARED).find_map(|page| row(page, variable))
}

fn row(page: &str, variable: &str) -> Option<Said> {
    let cells: Vec<_> = line(page, variable)?.trim_matches('|').split(" | ").map(str::trim).collect();
    let [_, unset, .., meaning] = cells.as_slice() else { return None };
    Some(Said { unset: plain(unset), meaning: first_sentence(&plain(meaning)) })
}

/// The row whose first cell names the variable, alone or with another.
fn line<'a>(page: &'a str, variable: &str) -> Option<&'a str> {
    let name = format!("`{variable}`");
    let mut rows = page.lines().filter_map(|line| Some((line, line.strip_prefix("| ")?.split_once(" |")?.0)));
    rows.find(|(_, first)| first.contains(&name)).map(|(line, _)| line)
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
    use clap::ValueEnum as _;
    use nightshift::config::Environment;
    use nightshift::run::driver;

    use super::*;
    use crate::args::JobName;
    use crate::jobs::{Offered, WithJob};

    #[test]
    fn every_variable_has_a_word_and_a_default_is_the_one_of_the_page() {
        for job in JobName::value_variants() {
            job.with(Judged);
        }
    }

    const BUCKET: &str = "NIGHTSHIFT_SNAPSHOT_BUCKET";

    struct Judged;

    impl WithJob for Judged {
        type Output = ();

        fn with<J: Offered>(self) {
            let job = J::NAME;
            // What has no default, of a job that cannot do without.
            let needed = driver::variables::<J>().contains(&BUCKET).then_some((BUCKET, "snapshots"));
            let environment: Environment = needed.into_iter().collect();
            for setting in driver::told::<J>(&environment, Some("eu-west-1")).unwrap() {
                let name = setting.name;
                let said =
                    of(J::REFERENCE, name).unwrap_or_else(|| panic!("{job}: the reference has no row of {name}"));
                assert!(!said.meaning.is_empty() && !said.unset.is_empty(), "{job}: {name}: {said:?}");
                // What the page gives as a word of its own is what the code takes.
                if let (Some(value), Some(stated)) = (setting.value, literal(J::REFERENCE, name)) {
                    assert_eq!(value.replace(',', ", "), stated.replace(", ", ",").replace(',', ", "), "{job}: {name}");
                } else if let Some(stated) = literal(J::REFERENCE, name) {
                    panic!("{job}: {name} is {stated} by the page, and the code does not say what it is");
                }
            }
        }
    }

    /// The default as the page spells it, where it is nothing but words of the code.
    fn literal(reference: &str, variable: &str) -> Option<String> {
        let line = [reference].into_iter().chain(SHARED).find_map(|page| line(page, variable))?;
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
