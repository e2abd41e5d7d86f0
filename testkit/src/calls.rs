//! Every AWS call the functions were seen to make, by IAM action, kept beside what cargo builds: an empty file each.
//! The proof of least privilege compares them with the policies that are applied.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{fs, io};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::repository;

/// Keeps the calls of `report`. Many processes do it at once, and all of them may.
pub(crate) fn record(report: &Value) -> io::Result<()> {
    let (Some(function), Some(calls)) = (report["function"].as_str(), report["calls"].as_object()) else {
        return Ok(());
    };
    keep(function, calls.keys().map(String::as_str))
}

/// Keeps the calls that `function` wrote to its log: all there is of one that answers no report. What another job called in its
/// process, as in that of a run through an organisation, is not that job's under its own role.
pub(crate) fn record_log(function: &str, log: &str) -> io::Result<()> {
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        if let (true, Some(made)) = (line["function"] == function, line["calls.made"].as_str()) {
            keep(function, made.split(", ").filter_map(|call| call.split(' ').next()).filter(|call| !call.is_empty()))?;
        }
    }
    Ok(())
}

fn keep<'a>(function: &str, mut actions: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let folder = folder(function);
    fs::create_dir_all(&folder)?;
    actions.try_for_each(|action| fs::write(folder.join(action), ""))
}

/// What was kept of `function`.
pub fn of(function: &str) -> anyhow::Result<BTreeSet<String>> {
    let folder = folder(function);
    let hint = || format!("the suite of {function} has left no calls: run `cargo test --package {function}`");
    let entries = fs::read_dir(&folder).with_context(hint)?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let calls = names.collect::<io::Result<BTreeSet<_>>>()?;
    ensure!(!calls.is_empty(), hint());
    Ok(calls)
}

fn folder(function: &str) -> PathBuf {
    repository::target().join("calls").join(function)
}
