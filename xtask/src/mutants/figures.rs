//! What the tests caught of it, room by room, for the person who ran it and for docs/proof.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};

use super::choice::Mutant;
use super::outcome::{Known, Outcome};
use crate::environment;

const BEGIN: &str = "<!-- mutants -->";
const END: &str = "<!-- /mutants -->";
const HEADER: &str = "| day | what | mutants | did not compile | caught | missed, with a reason | missed, without |\n|---|---|---|---|---|---|---|\n";

/// What came of those that were chosen.
#[derive(Debug, Default)]
pub(super) struct Figures {
    total: usize,
    unviable: usize,
    caught: usize,
    /// What was missed, and why it may be.
    explained: Vec<(String, &'static str)>,
    pub unexplained: Vec<String>,
    /// What is caught although it was explained.
    pub stale: Vec<String>,
    /// Caught and missed, by room.
    rooms: BTreeMap<String, (usize, usize)>,
}

/// Counts them. `why` says why one may be missed.
pub(super) fn of(
    chosen: &[Mutant],
    known: &Known,
    why: impl Fn(&Mutant) -> Option<&'static str>,
) -> anyhow::Result<Figures> {
    let mut figures = Figures { total: chosen.len(), ..Figures::default() };
    for mutant in chosen {
        let Some(outcome) = known.get(&mutant.name) else {
            bail!("{} was not tested: `cargo xtask mutants --again` goes on", mutant.name);
        };
        let room = figures.rooms.entry(room(&mutant.file)).or_default();
        match (outcome, why(mutant)) {
            (Outcome::Unviable, _) => figures.unviable += 1,
            (Outcome::Caught, why) => {
                room.0 += 1;
                figures.caught += 1;
                figures.stale.extend(why.map(|_| mutant.name.clone()));
            }
            (Outcome::Missed, why) => {
                room.1 += 1;
                match why {
                    Some(why) => figures.explained.push((mutant.name.clone(), why)),
                    None => figures.unexplained.push(mutant.name.clone()),
                }
            }
        }
    }
    Ok(figures)
}

/// `shared/src/jobs/db_users/plan/gate.rs` is of `jobs/db_users`; what has no such folder is of its room.
fn room(file: &str) -> String {
    let parts: Vec<_> = file.split('/').skip(2).collect();
    let folders = parts.len().saturating_sub(1).min(2);
    parts[..folders].join("/")
}

impl Figures {
    /// How many say something of the tests.
    pub(super) fn compiled(&self) -> usize {
        self.total - self.unviable
    }

    /// For the terminal.
    pub(super) fn said(&self) -> String {
        let mut text = String::new();
        for (room, (caught, missed)) in &self.rooms {
            let _ = writeln!(text, "{room:<24} {caught:>5} caught {missed:>5} missed");
        }
        for (name, why) in &self.explained {
            let _ = writeln!(text, "missed, and may be: {name}\n    {why}");
        }
        for name in &self.stale {
            let _ = writeln!(text, "explained, and caught: {name}");
        }
        for name in &self.unexplained {
            let _ = writeln!(text, "missed: {name}");
        }
        let (explained, unexplained) = (self.explained.len(), self.unexplained.len());
        let compiled = self.compiled();
        let _ =
            write!(text, "{compiled} compiled, {} caught, {explained} explained, {unexplained} missed", self.caught);
        text
    }

    fn row(&self, title: &str, day: &str) -> String {
        let Self { total, unviable, caught, explained, unexplained, .. } = self;
        format!("| {day} | {title} | {total} | {unviable} | {caught} | {} | {} |\n", explained.len(), unexplained.len())
    }
}

/// Puts the row of this run into docs/proof.md, in the place of one of the same name.
pub(super) fn write(title: &str, day: &str, figures: &Figures) -> anyhow::Result<()> {
    let file = environment::root().join("docs/proof.md");
    let page = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
    let page = with_row(&page, title, &figures.row(title, day))
        .with_context(|| format!("{} has no line {BEGIN} with {END} below it", file.display()))?;
    fs::write(&file, page).with_context(|| format!("could not write {}", file.display()))
}

fn with_row(page: &str, title: &str, row: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (table, after) = rest.split_once(END)?;
    let rows = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let others = rows.filter(|line| !line.contains(&format!("| {title} |")));
    let rows = others.fold(String::new(), |rows, line| rows + line + "\n");
    Some(format!("{before}{BEGIN}\n{HEADER}{rows}{row}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(name: &str) -> Mutant {
        let file = format!("shared/src/{}", name.split(':').next().unwrap());
        Mutant { name: name.to_owned(), file, line: 1, what: "replace < with <=".to_owned() }
    }

    #[test]
    fn what_is_missed_is_told_from_what_may_be() {
        let names = ["run/caps.rs:1", "run/caps.rs:2", "jobs/a/plan/b.rs:1", "jobs/a/plan/b.rs:2", "jobs/a/c.rs:3"];
        let chosen = names.map(mutant);
        let outcomes = [Outcome::Caught, Outcome::Missed, Outcome::Missed, Outcome::Unviable, Outcome::Caught];
        let known: Known = names.map(str::to_owned).into_iter().zip(outcomes).collect();
        let why =
            |mutant: &Mutant| ["caps.rs:2", "c.rs:3"].iter().find(|end| mutant.name.ends_with(**end)).map(|_| "so");
        let figures = of(&chosen, &known, why).unwrap();
        assert_eq!(figures.compiled(), 4);
        assert_eq!(figures.unexplained, ["jobs/a/plan/b.rs:1"]);
        assert_eq!(figures.explained, [("run/caps.rs:2".to_owned(), "so")]);
        assert_eq!(figures.stale, ["jobs/a/c.rs:3"]);
        assert_eq!(figures.row("shard 0/2", "2026-11-29"), "| 2026-11-29 | shard 0/2 | 5 | 1 | 2 | 1 | 1 |\n");
        assert!(
            figures.said().starts_with("jobs/a                       1 caught     1 missed\nrun "),
            "{}",
            figures.said()
        );
        assert!(of(&chosen, &Known::new(), why).is_err(), "what was not tested is no figure");
    }

    #[test]
    fn a_row_takes_the_place_of_the_one_before() {
        let page = format!("a\n{BEGIN}\n{HEADER}| x | shard 0/2 | 1 |\n| x | shard 1/2 | 1 |\n{END}\nb\n");
        let new = with_row(&page, "shard 0/2", "| y | shard 0/2 | 2 |\n").unwrap();
        assert_eq!(new, format!("a\n{BEGIN}\n{HEADER}| x | shard 1/2 | 1 |\n| y | shard 0/2 | 2 |\n{END}\nb\n"));
        let first = with_row(&format!("{BEGIN}\nNone yet.\n{END}\n"), "shard 0/2", "| y | shard 0/2 | 2 |\n").unwrap();
        assert_eq!(first, format!("{BEGIN}\n{HEADER}| y | shard 0/2 | 2 |\n{END}\n"));
        assert_eq!(with_row("a", "b", "c"), None);
    }
}
