//! Which mutants are tested. A mutant keeps its place in the order of a seed when the lines above it move: the order goes
//! by what it is, not by where it stands.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use anyhow::Context as _;
use serde_json::Value;

use crate::digest::sha256;

/// One change to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mutant {
    /// As cargo-mutants calls it: `file:line:column: what`.
    pub name: String,
    pub file: String,
    pub line: usize,
    /// `replace < with <= in planned`.
    pub what: String,
}

/// One part of several, counted from nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if number < of => Ok(Self { number, of }),
            _ => Err("a shard is 0/20, 1/20 and so on to 19/20".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// What `cargo mutants --list --json` says.
pub(super) fn read(said: &str) -> anyhow::Result<Vec<Mutant>> {
    let list: Vec<Value> = serde_json::from_str(said).context("cargo-mutants listed something that is no list")?;
    list.iter().map(|one| mutant(one).with_context(|| format!("this is no mutant: {one}"))).collect()
}

/// A mutant as cargo-mutants writes it, also in what came of it.
fn mutant(said: &Value) -> Option<Mutant> {
    let start = &said["span"]["start"];
    let (name, file) = (said["name"].as_str()?, said["file"].as_str()?);
    let place = format!("{file}:{}:{}: ", start["line"], start["column"]);
    let line = usize::try_from(start["line"].as_u64()?).ok()?;
    let what = name.strip_prefix(&place)?.to_owned();
    Some(Mutant { name: name.to_owned(), file: file.to_owned(), line, what })
}

/// A shard of all, or the first `sample`, in the order of the seed.
pub(super) fn chosen(all: &[Mutant], shard: Option<Shard>, sample: usize, seed: u64) -> Vec<Mutant> {
    let mut alike = BTreeMap::<_, usize>::new();
    let placed = all.iter().map(|mutant| {
        let number = alike.entry((mutant.file.clone(), mutant.what.clone())).or_default();
        *number += 1;
        let place = sha256(format!("{seed} {} {} {number}", mutant.file, mutant.what));
        (place, mutant.clone())
    });
    let ordered: BTreeMap<_, _> = placed.collect();
    let ordered = ordered.into_values();
    match shard {
        Some(Shard { number, of }) => ordered.skip(number).step_by(of).collect(),
        None => ordered.take(sample).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn some(count: usize) -> Vec<Mutant> {
        let one = |at: usize| {
            let (file, what) = ("shared/src/run/caps.rs".to_owned(), format!("replace < with {}", at % 7));
            Mutant { name: format!("{file}:{at}:5: {what}"), file, line: at, what }
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_mutant_is_read_as_cargo_mutants_writes_it() {
        let said = r#"[{"file": "shared/src/domains/owners.rs", "function": null, "genre": "FnValue",
            "name": "shared/src/domains/owners.rs:14:5: replace is_spelt_alike -> bool with false",
            "span": {"start": {"line": 14, "column": 5}, "end": {"line": 14, "column": 61}}}]"#;
        let all = read(said).unwrap();
        assert_eq!((all[0].line, all[0].what.as_str()), (14, "replace is_spelt_alike -> bool with false"));
        assert!(read(&said.replace("14:5", "15:5")).is_err(), "its name says another place");
        assert!(read("{}").is_err());
    }

    #[test]
    fn shards_share_all_and_a_sample_is_the_same_each_time() {
        let names = |chosen: Vec<Mutant>| chosen.into_iter().map(|mutant| mutant.name).collect::<BTreeSet<_>>();
        let all = names(some(50));
        let shards = (0..7).map(|number| names(chosen(&some(50), Some(Shard { number, of: 7 }), 0, 1)));
        let shards: Vec<_> = shards.collect();
        assert_eq!(shards.iter().map(BTreeSet::len).sum::<usize>(), 50);
        assert_eq!(shards.into_iter().flatten().collect::<BTreeSet<_>>(), all);

        let sample = |seed| names(chosen(&some(50), None, 10, seed));
        assert_eq!((sample(1).len(), sample(1) == sample(1), sample(1) == sample(2)), (10, true, false));
        assert_eq!(names(chosen(&some(50), None, 300, 1)), all, "there are no more");
    }

    #[test]
    fn a_mutant_that_moved_is_in_the_sample_as_before() {
        let below = |by: usize| some(50).into_iter().map(move |mutant| Mutant { line: mutant.line + by, ..mutant });
        let whats = |all: Vec<Mutant>| chosen(&all, None, 10, 1).into_iter().map(|one| one.what).collect::<Vec<_>>();
        assert_eq!(whats(below(0).collect()), whats(below(9).collect()));
    }

    #[test]
    fn a_shard_is_one_of_several() {
        assert_eq!("3/20".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/20".to_owned()));
        for wrong in ["20/20", "0/0", "3", "-1/4", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
