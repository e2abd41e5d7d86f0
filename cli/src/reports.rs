//! `reports list` and `reports show`: what earlier runs said. This machine keeps those of this command; a report bucket has
//! those of the functions, and of this command where the policy names it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::report::{Counts, Mode, Report, SCHEMA};
use nightshift::services::aws::Aws;
use nightshift::services::s3::RecordReader;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::JobName;
use crate::args::{ReportListArgs, ReportPlaceArgs, ReportShowArgs};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::state;
use crate::told::Told;

/// What `reports list --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReportList {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The newest first.
    reports: Vec<Entry>,
}

/// One report.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// For `reports show`.
    id: String,
    /// `here`, or the bucket.
    place: String,
    /// The function's name.
    function: String,
    /// The AWS account.
    account: String,
    /// When it began, UTC; of a run that did not end, `null`.
    started_at: Option<Timestamp>,
    /// Plan or apply.
    mode: Option<Mode>,
    /// How many items ended how.
    counts: Option<Counts>,
    /// The guard that tripped.
    tripped: Option<String>,
    /// Whose credentials it ran with.
    caller: Option<String>,
    /// `false` where there is a record and no report: the process died, or is still at work.
    finished: bool,
}

/// Where one is.
#[derive(Debug, Clone)]
enum Place {
    /// A file of this machine.
    Here(PathBuf),
    /// A file of this machine that a run left without a report.
    Unfinished(PathBuf),
    /// An object of the bucket.
    Bucket(String),
}

/// The reports there are.
pub(crate) async fn list(args: ReportListArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let store = Store::open(&args.place, desk).await?;
    let wanted = args.job.map(JobName::name);
    let mut reports = Vec::new();
    for (id, place) in store.newest_first() {
        let mut parts = id.split('/');
        let (function, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let is_meant = wanted.is_none_or(|job| job == function)
            && args.place.account.account.as_deref().is_none_or(|meant| meant == account);
        if !is_meant {
            continue;
        }
        if reports.len() == args.limit {
            complain(&format!("there are more; --limit shows more than {}", args.limit));
            break;
        }
        let report = store.read(place).await?;
        reports.push(Entry {
            id: id.clone(),
            place: store.name_of(place),
            function: function.to_owned(),
            account: account.to_owned(),
            started_at: report.as_ref().map(|report| report.started_at),
            mode: report.as_ref().map(|report| report.mode),
            counts: report.as_ref().map(|report| report.counts),
            tripped: report.as_ref().and_then(|report| Some(report.tripped.as_ref()?.guard.clone().into_owned())),
            caller: report.as_ref().and_then(|report| report.by.caller.clone()),
            finished: report.is_some(),
        });
    }
    let output = Output::new(Words::CanBeHadAgain, desk);
    if reports.is_empty() {
        let place = state::folder(&desk.environment).map_or_else(
            || "on this machine, where neither HOME nor XDG_STATE_HOME is set".to_owned(),
            |folder| format!("in {}", folder.display()),
        );
        complain(&format!("no report is kept {place}; --bucket NAME looks into a report bucket"));
    }
    let list = ReportList { schema: SCHEMA, reports };
    output.sheet(&sheet(&list), &list, args.output);
    Ok(output.end(Ending::Done))
}

fn sheet(list: &ReportList) -> Sheet {
    let mut sheet = Sheet::new(["WHEN", "MODE", "ID", "WHAT CAME OF IT"]);
    for entry in &list.reports {
        let when = entry.started_at.map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        let mode = entry.mode.map(|mode| mode.to_string()).unwrap_or_default();
        let (what, tone) = match (&entry.counts, &entry.tripped) {
            (None, _) => ("no report: it died, or is still at work; see its record".to_owned(), Tone::Odd),
            (Some(counts), Some(guard)) => (format!("STOPPED by {guard}; {}", said(*counts)), Tone::Bad),
            (Some(counts), None) if counts.failed > 0 => (said(*counts), Tone::Bad),
            (Some(counts), None) => (said(*counts), Tone::Plain),
        };
        sheet.push(Row::new([when, mode, entry.id.clone(), what]).toned(3, tone));
    }
    sheet
}

/// What there is of, and how much.
fn said(counts: Counts) -> String {
    let Counts { observed, planned, changed, already_right, deferred, skipped, failed } = counts;
    let all = [
        (failed, "failed"),
        (changed, "changed"),
        (planned, "planned"),
        (deferred, "deferred"),
        (skipped, "skipped"),
        (already_right, "already right"),
    ];
    let some: Vec<_> =
        all.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    if some.is_empty() { format!("nothing of {observed} observed") } else { some.join(", ") }
}

/// One report.
pub(crate) async fn show(args: ReportShowArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let store = Store::open(&args.place, desk).await?;
    let place = store.find(&args.id)?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    if let Place::Unfinished(path) = place {
        let record = fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
        complain(&format!("that run left no report; its record, {}, says:", path.display()));
        output.show(&record);
        return Ok(output.end(Ending::Done));
    }
    let report = store.read(place).await?.context("it is no report")?;
    output.report(&report, &args.shown);
    Ok(output.end(Ending::Done))
}

/// Both places, by id.
#[derive(Debug)]
struct Store {
    bucket: Option<(String, Aws)>,
    all: BTreeMap<String, Place>,
}

impl Store {
    async fn open(args: &ReportPlaceArgs, desk: &Desk) -> anyhow::Result<Self> {
        let mut all = BTreeMap::new();
        let mut bucket = None;
        if let Some(name) = &args.bucket {
            let aws = desk.connect(None, "nothing was read").await?;
            let account = args.account.account.as_deref();
            for key in RecordReader::new(&aws, name).keys("").await? {
                let id = key.strip_suffix(".json").filter(|id| id.split('/').count() == 6);
                let is_meant = |id: &&str| account.is_none_or(|account| id.split('/').nth(1) == Some(account));
                if let Some(id) = id.filter(is_meant) {
                    all.insert(id.to_owned(), Place::Bucket(key.clone()));
                }
            }
            bucket = Some((name.clone(), aws));
        }
        if let Some(folder) = state::folder(&desk.environment) {
            let mut files = Vec::new();
            walk(&folder, &mut files);
            // Records come behind reports of the same name, which take their place.
            for path in files {
                let Some(id) = path.strip_prefix(&folder).ok().and_then(Path::to_str) else { continue };
                match id.rsplit_once('.') {
                    Some((id, "json")) => drop(all.insert(id.to_owned(), Place::Here(path.clone()))),
                    Some((id, state::RECORD)) => {
                        all.entry(id.to_owned()).or_insert_with(|| Place::Unfinished(path.clone()));
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { bucket, all })
    }

    /// By the date and time in the id, whatever job and account it is of.
    fn newest_first(&self) -> Vec<(&String, &Place)> {
        let mut all: Vec<_> = self.all.iter().collect();
        let when = |id: &str| id.splitn(3, '/').nth(2).unwrap_or_default().to_owned();
        all.sort_by_key(|(id, _)| std::cmp::Reverse((when(id), (*id).clone())));
        all
    }

    fn find(&self, id: &str) -> anyhow::Result<&Place> {
        if id == "latest" {
            return self.newest_first().first().map(|(_, place)| *place).context("no report is kept");
        }
        // As it is listed, or as a file or an object is called.
        let bare = id.trim_end_matches(".json").trim_end_matches(".jsonl");
        if let Some(place) = self.all.get(bare) {
            return Ok(place);
        }
        match self.all.iter().filter(|(known, _)| known.ends_with(bare)).collect::<Vec<_>>().as_slice() {
            [(_, place)] => Ok(place),
            [] => Err(Told::error(
                format!("there is no report {}", nightshift::text::printable(id)),
                "`nightshift reports list` has the ids of all; --bucket NAME looks into a report bucket",
            )),
            several => {
                bail!("{} reports end in {}; give more of the id", several.len(), nightshift::text::printable(id))
            }
        }
    }

    async fn read(&self, place: &Place) -> anyhow::Result<Option<Report>> {
        let (bytes, shown) = match (place, &self.bucket) {
            (Place::Here(path), _) => {
                let shown = path.display().to_string();
                (fs::read(path).with_context(|| format!("could not read {shown}"))?, shown)
            }
            (Place::Bucket(key), Some((bucket, aws))) => {
                (RecordReader::new(aws, bucket).get(key).await?, format!("s3://{bucket}/{key}"))
            }
            _ => return Ok(None),
        };
        Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("{shown} is no report"))?))
    }

    fn name_of(&self, place: &Place) -> String {
        match (place, &self.bucket) {
            (Place::Bucket(_), Some((bucket, _))) => format!("s3://{bucket}"),
            _ => "here".to_owned(),
        }
    }
}

/// Every file under `folder`. What cannot be read holds no report of this user's.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, files),
            Ok(_) => files.push(path),
            Err(_) => {}
        }
    }
}
