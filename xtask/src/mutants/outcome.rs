//! What came of each mutant, also over several runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A test failed, or never came to its end.
    Caught,
    Missed,
    /// It does not compile, and says nothing of the tests.
    Unviable,
}

/// What is known of mutants, by their names.
pub(super) type Known = BTreeMap<String, Outcome>;

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Caught => "CaughtMutant",
            Self::Missed => "MissedMutant",
            Self::Unviable => "Unviable",
        }
    }

    /// The summary of a scenario as cargo-mutants has it.
    fn of(summary: &str) -> Option<Self> {
        match summary {
            "CaughtMutant" | "Timeout" => Some(Self::Caught),
            "MissedMutant" => Some(Self::Missed),
            "Unviable" => Some(Self::Unviable),
            _ => None,
        }
    }
}

/// Adds what the last run below `folder` found, as far as it came.
pub(super) fn add(known: &mut Known, folder: &Path) -> anyhow::Result<()> {
    let Some(outcomes) = last(folder)? else { return Ok(()) };
    for outcome in outcomes["outcomes"].as_array().into_iter().flatten() {
        let name = outcome["scenario"]["Mutant"]["name"].as_str();
        if let Some((name, summary)) = name.zip(outcome["summary"].as_str().and_then(Outcome::of)) {
            known.insert(name.to_owned(), summary);
        }
    }
    Ok(())
}

/// The day the last run began.
pub(super) fn day(folder: &Path) -> anyhow::Result<String> {
    let outcomes = last(folder)?.unwrap_or_default();
    let begun = outcomes["start_time"].as_str().and_then(|time| time.get(..10));
    begun.map(str::to_owned).context("cargo-mutants does not say when it began")
}

fn last(folder: &Path) -> anyhow::Result<Option<Value>> {
    let Ok(said) = fs::read_to_string(folder.join("mutants.out/outcomes.json")) else { return Ok(None) };
    Ok(Some(serde_json::from_str(&said).context("outcomes.json is not what it should be")?))
}

/// What earlier runs found.
pub(super) fn ledger(file: &Path) -> anyhow::Result<Known> {
    let Ok(said) = fs::read_to_string(file) else { return Ok(Known::new()) };
    let kept: BTreeMap<String, String> = serde_json::from_str(&said).context("the ledger is not what it should be")?;
    Ok(kept.into_iter().filter_map(|(name, summary)| Some((name, Outcome::of(&summary)?))).collect())
}

/// Keeps it for the next run.
pub(super) fn keep(file: &Path, known: &Known) -> anyhow::Result<()> {
    let kept: BTreeMap<_, _> = known.iter().map(|(name, outcome)| (name, outcome.name())).collect();
    fs::write(file, serde_json::to_string_pretty(&kept)?).with_context(|| format!("could not write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_run_found_is_kept_for_the_next() {
        let folder = temp_dir().join(format!("mutants-{}", std::process::id()));
        fs::create_dir_all(folder.join("mutants.out")).unwrap();
        let one = |name: &str, summary: &str| json!({"scenario": {"Mutant": {"name": name}}, "summary": summary});
        let said = json!({"start_time": "2026-11-29T20:00:00Z", "outcomes": [
            {"scenario": "Baseline", "summary": "Success"},
            one("a", "CaughtMutant"), one("b", "MissedMutant"), one("c", "Timeout"), one("d", "Unviable"),
        ]});
        fs::write(folder.join("mutants.out/outcomes.json"), said.to_string()).unwrap();
        let mut known = Known::from([("b".to_owned(), Outcome::Caught), ("z".to_owned(), Outcome::Missed)]);
        add(&mut known, &folder).unwrap();
        let ledger_file = folder.join("ledger.json");
        keep(&ledger_file, &known).unwrap();
        let kept = ledger(&ledger_file).unwrap();
        let kept: Vec<_> = kept.iter().map(|(name, outcome)| format!("{name} {outcome:?}")).collect();
        assert_eq!(kept, ["a Caught", "b Missed", "c Caught", "d Unviable", "z Missed"]);
        assert_eq!(day(&folder).unwrap(), "2026-11-29");
        fs::remove_dir_all(folder).unwrap();
    }
}
