//! Where this machine keeps what an apply did: each line of the record as it happens, and the report at the end. A process that
//! dies, a terminal that is closed or a pipe that breaks takes neither away.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use jiff::Timestamp;
use nightshift::clock;
use nightshift::config::Environment;
use nightshift::report::Report;
use nightshift::run::Done;
use nightshift::run::ledger::Line;
use serde_json::json;

/// The ending of a record, beside the report of the same name.
pub(crate) const RECORD: &str = "jsonl";

/// The folder of everything this command keeps: `$XDG_STATE_HOME/nightshift`, or `~/.local/state/nightshift`.
pub(crate) fn folder(environment: &Environment) -> Option<PathBuf> {
    let state = environment.get("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || environment.get("HOME").map(|home| Path::new(home).join(".local/state"));
    state.or_else(home).map(|state| state.join("nightshift"))
}

/// The record of one run.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    /// What tells it from others of the same second.
    pub id: String,
    file: Mutex<File>,
}

impl Record {
    /// Begins one: a file that did not exist, which only this user reads.
    pub(crate) fn begin(environment: &Environment, function: &str, account: &str) -> anyhow::Result<Self> {
        let folder = folder(environment).context("neither HOME nor XDG_STATE_HOME names a folder to keep it in")?;
        let (now, id) = (clock::now(), std::process::id().to_string());
        let path = folder.join(key(function, account, now, &id)).with_extension(RECORD);
        let parent = path.parent().unwrap_or(&folder);
        let failed = || format!("could not keep it in {}", path.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).with_context(failed)?;
        let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path).with_context(failed)?;
        Ok(Self { path, id, file: Mutex::new(file) })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// One line, on the disk before the work goes on.
    pub(crate) fn write(&self, line: Line<'_>) {
        let (event, entry, steps, reason) = match line {
            Line::Begun(entry) => ("begun", entry, &entry.steps[..], None),
            Line::Step(entry, step) => ("step", entry, &[step.to_owned()][..], None),
            Line::Ended(entry, Done { outcome, steps, reason }) => {
                (outcome.as_str(), entry, &steps[..], reason.as_ref())
            }
            Line::WentOn(..) | Line::Listed(_) => return,
        };
        let line = json!({
            "at": clock::now(), "event": event, "id": entry.id, "region": entry.region, "owner": entry.owner,
            "steps": steps, "reason": reason, "facts": entry.tags,
        });
        // A record that cannot be written stops nothing: the same line is on standard error.
        let _ = self.append(&format!("{line}\n"));
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }

    /// The report of the run, beside its record: all of it or nothing.
    pub(crate) fn end(&self, report: &Report) -> anyhow::Result<PathBuf> {
        let (path, half) = (self.path.with_extension("json"), self.path.with_extension("json.half"));
        let failed = || format!("could not keep the report in {}", path.display());
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&half).with_context(failed)?;
        file.write_all(&serde_json::to_vec_pretty(report)?).and_then(|()| file.sync_all()).with_context(failed)?;
        fs::rename(&half, &path).with_context(failed)?;
        Ok(path)
    }
}

/// A run that could not take place leaves nothing: what is there without a report is of one that died.
impl Drop for Record {
    fn drop(&mut self) {
        let is_empty = fs::metadata(&self.path).is_ok_and(|file| file.len() == 0);
        if is_empty && !self.path.with_extension("json").exists() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// As the report bucket has it, so that both are listed the same way.
fn key(function: &str, account: &str, at: Timestamp, id: &str) -> PathBuf {
    PathBuf::from(format!("{function}/{account}/{}-{id}.json", at.strftime("%Y/%m/%d/%H%M%SZ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_one_of_the_xdg_specification() {
        let of = |variables: &[(&str, &str)]| folder(&variables.iter().copied().collect());
        assert_eq!(of(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Some("/s/nightshift".into()));
        assert_eq!(of(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]), Some("/h/.local/state/nightshift".into()));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_record_has_the_place_its_report_has_in_a_bucket() {
        let at = "2026-11-21T02:00:05Z".parse().unwrap();
        let key = key("key-rotation", "111122223333", at, "7");
        assert_eq!(key, Path::new("key-rotation/111122223333/2026/11/21/020005Z-7.json"));
    }
}
