//! The part `report`: what became of every account, as one report and as a page, and one letter to the operators. It may be called
//! again for the same run, after a redrive: then it says what is the case by then.

mod letter;
mod traces;

use std::collections::BTreeMap;
use std::pin::pin;

use futures::{StreamExt as _, stream};
use serde::Serialize;
use tracing::{info, warn};

use super::bench::Judged;
use super::chose::Chose;
use super::event::ToReport;
use super::fault::FleetFault;
use super::place::{Folder, Place};
use super::setup::ReportPolicy;
use super::{judge, maps, work};
use crate::clock::{self, Deadline};
use crate::domains::fleet::{
    Ended, FleetReport, Heard, Item, Maps, Owners, Phase, Row, Run, add_owners, codes, fold, page, with_work,
};
use crate::report::{Counts, Delivery, Notice, PlanDigest, Reason, Report, Tripped};
use crate::run::driver;
use crate::services::aws::Aws;
use crate::telemetry;

/// Reports of accounts read at once.
const AT_ONCE: usize = 8;

pub use letter::letter;
use traces::Traces;

/// What the state machine ends with: short, whatever there were of accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Told {
    execution: String,
    /// Whether the run came as far as choosing accounts.
    begun: bool,
    report_key: Option<String>,
    page_key: Option<String>,
    plan_digest: Option<PlanDigest>,
    tripped: Option<Tripped>,
    counts: Counts,
    ended: BTreeMap<Ended, usize>,
    notices: Vec<Notice>,
}

/// The part `report` of one deployment.
#[derive(Debug)]
pub(super) struct Reporter {
    pub home: Aws,
    pub place: Place,
    pub policy: ReportPolicy,
    /// As it was deployed.
    pub name: String,
}

impl Reporter {
    /// Reports the run of one execution.
    pub(super) async fn report(&self, event: ToReport, deadline: Deadline) -> Result<Told, FleetFault> {
        let folder = self.place.of(&event.execution);
        let Some(chose) = folder.find::<Chose>(&self.home, &folder.key("choice.json")).await? else {
            info!(execution = event.execution, status = event.status, "the run chose no accounts");
            return Ok(Told::nothing(event.execution));
        };
        let found = self.found(&folder).await?;
        let mode = chose.mode;
        let counts_as_run = self.counts_as_run(&folder, &chose, event.status.as_deref()).await?;
        let run = Run {
            function: self.place.job.clone().into_owned(),
            mode,
            execution: event.execution.clone(),
            organization: Some(chose.organization.clone()),
            redrive_of: chose.redrive_of.clone(),
            started_at: chose.started_at,
            finished_at: clock::now(),
        };
        let mut report = told(run, chose, &found, event.status.as_deref());
        let (owners, unread) = self.owners(&folder, &report.accounts).await;
        report.owners = owners;
        report.warnings.extend(unread);
        let (report_key, page_key) = (folder.key("report.json"), folder.key("report.html"));
        let html = page(&report).map_err(|error| FleetFault::Record {
            bucket: self.place.bucket.clone(),
            key: page_key.clone(),
            said: error.to_string(),
        })?;
        // Before the report lies there, by which a second call knows that it was counted.
        let runs = [("ScheduledRuns", usize::from(counts_as_run))];
        telemetry::emit(&telemetry::metrics(&self.name, &runs, clock::now()));
        let kept = driver::recording(async |leave| {
            folder.write(&self.home, &report_key, &report, leave).await?;
            folder.write_page(&self.home, &page_key, html, leave).await
        });
        kept.await.map_err(FleetFault::leaving("leaving the report in the run's bucket"))?;
        let place = format!("s3://{}/{page_key}", self.place.bucket);
        let letter = letter(&report, &place, &self.policy.notify);
        let notify = (&self.policy.notify, mode);
        let notices = driver::telling(&self.home, notify, deadline, async |notifier| {
            notifier.tell_operators(&letter).await;
            notifier.take()
        });
        let notices = notices.await.unwrap_or_default();
        telemetry::emit(&telemetry::metrics(&self.name, &metrics(&report, &notices), clock::now()));
        info!(
            execution = report.execution,
            accounts = report.accounts.len(),
            failed = report.failed().count(),
            "run reported"
        );
        Ok(Told {
            execution: report.execution,
            begun: true,
            report_key: Some(report_key),
            page_key: Some(page_key),
            plan_digest: Some(report.plan_digest),
            tripped: report.tripped,
            counts: report.counts,
            ended: report.ended,
            notices,
        })
    }

    /// Whether this is the end of a run that the schedule started: what a person has looked at or redriven says nothing of whether runs begin by
    /// themselves. It counts once, however often it is reported.
    async fn counts_as_run(
        &self,
        folder: &Folder<'_>,
        chose: &Chose,
        status: Option<&str>,
    ) -> Result<bool, FleetFault> {
        if !chose.scheduled || is_early(status) {
            return Ok(false);
        }
        let before = match folder.find::<FleetReport>(&self.home, &folder.key("report.json")).await {
            Err(FleetFault::Record { .. }) => None,
            found => found?,
        };
        // One of a run that had ended early, and was redriven since, was none of its end.
        let ended = |report: FleetReport| !report.warnings.iter().any(|warning| warning.is(&codes::RUN_ENDED));
        Ok(!before.is_some_and(ended))
    }

    /// Whose things there were, out of the whole reports of the accounts that had any; and a warning if some of those could not be read.
    /// Every account has its row all the same.
    async fn owners(&self, folder: &Folder<'_>, rows: &[Row]) -> (Owners, Option<Reason>) {
        let with_news = |row: &&Row| {
            let Counts { planned, changed, deferred, failed, .. } = row.counts;
            planned + changed + deferred + failed > 0 && row.report_keys.contains_key(&row.phase)
        };
        let reports = stream::iter(rows.iter().filter(with_news)).map(async |row: &Row| {
            let key = folder.report_of(row.phase, &row.account);
            (&row.account, folder.find::<Report>(&self.home, &key).await)
        });
        let (mut owners, mut unread) = (Owners::new(), Vec::new());
        let mut reports = pin!(reports.buffered(AT_ONCE));
        while let Some((account, read)) = reports.next().await {
            match read {
                Ok(Some(report)) => add_owners(&mut owners, &report),
                // Its row says that its worker left one.
                Ok(None) => unread.push((account.as_str(), "it is not there".to_owned())),
                Err(error) => {
                    warn!(error.message = error.said(), "the report of an account could not be read");
                    unread.push((account, error.said()));
                }
            }
        }
        (owners, owners_unread(&unread))
    }

    async fn found(&self, folder: &Folder<'_>) -> Result<Found, FleetFault> {
        let items = folder.read(&self.home, &folder.key("items.json")).await?;
        let plan = maps::of_phase(&self.home, folder, Phase::Plan).await?.unwrap_or_default();
        let canary = maps::of_phase(&self.home, folder, Phase::Canary).await?;
        let rest = maps::of_phase(&self.home, folder, Phase::Rest).await?;
        let judged = folder.find(&self.home, &folder.key("verdict.json")).await?;
        let after = folder.find(&self.home, &folder.key("verdict-canary.json")).await?;
        let first: Option<Vec<Item>> = folder.find(&self.home, &folder.key("canary-items.json")).await?;
        let first = first.unwrap_or_default();
        let others = folder.find(&self.home, &folder.key("rest-items.json")).await?.unwrap_or_default();
        let traces = traces::find(&self.home, folder, &maps::accounts(&first)).await?;
        let mut found = Found { items, maps: Maps { plan, canary, rest }, judged, after, first, others, traces };
        self.hear(folder, &mut found).await;
        Ok(found)
    }

    /// Takes into `found` the reports of workers whose answers reached nobody: Step Functions was stopped, and they went on.
    async fn hear(&self, folder: &Folder<'_>, found: &mut Found) {
        let unheard: Vec<_> = found.unheard().map(|(phase, item)| (phase, item.clone())).collect();
        let reports = stream::iter(unheard).map(async |(phase, item): (Phase, Item)| {
            let key = folder.report_of(phase, &item.account);
            let report = folder.find::<Report>(&self.home, &key).await;
            let read = report.map(|report| report.map(|report| work::visit_of(&item, (phase, key), &report)));
            read.unwrap_or_else(|error| {
                warn!(error.message = error.said(), "the report of an account could not be read");
                None
            })
        });
        let mut reports = pin!(reports.buffered(AT_ONCE));
        while let Some(read) = reports.next().await {
            let Some(visit) = read else { continue };
            let map = if visit.phase == Phase::Canary { &mut found.maps.canary } else { &mut found.maps.rest };
            map.get_or_insert_default().hear(visit);
        }
    }
}

/// What alarms go by.
fn metrics(report: &FleetReport, notices: &[Notice]) -> [(&'static str, usize); 8] {
    let ended = |ended| report.ended.get(&ended).copied().unwrap_or_default();
    let failed = notices.iter().filter(|notice| notice.outcome == Delivery::Failed).count();
    [
        ("Runs", 1),
        ("Accounts", report.accounts.len()),
        ("AccountsDone", ended(Ended::Done)),
        ("AccountsSkipped", ended(Ended::Skipped)),
        ("AccountsFailed", ended(Ended::Failed)),
        ("NoAccountLookedAt", usize::from(report.is_blind())),
        ("GuardTripped", usize::from(report.tripped.is_some())),
        ("NoticesFailed", failed),
    ]
}

/// What the parts of a run left behind.
#[derive(Debug, Default)]
struct Found {
    items: Vec<Item>,
    maps: Maps,
    judged: Option<Judged>,
    after: Option<Judged>,
    /// The accounts that were to be changed first.
    first: Vec<Item>,
    /// Those that were to be changed after them.
    others: Vec<Item>,
    /// What calls for them left in the bucket.
    traces: Traces,
}

impl Found {
    /// The accounts to which workers may have been sent, with the map that sent them.
    fn sent(&self) -> impl Iterator<Item = (Phase, &Item)> {
        let goes = |judged: &Option<Judged>| judged.as_ref().is_some_and(|judged| judged.go);
        let first = goes(&self.judged);
        let others = if self.first.is_empty() { first } else { first && goes(&self.after) };
        let first = self.first.iter().filter(move |_| first).map(|item| (Phase::Canary, item));
        first.chain(self.others.iter().filter(move |_| others).map(|item| (Phase::Rest, item)))
    }

    /// Those of them of whose worker nobody heard how it ended.
    fn unheard(&self) -> impl Iterator<Item = (Phase, &Item)> {
        self.sent().filter(|(phase, item)| {
            let map = if *phase == Phase::Canary { &self.maps.canary } else { &self.maps.rest };
            map.as_ref().and_then(|map| map.of(&item.account)).is_none_or(Heard::may_go_on)
        })
    }

    /// The accounts that were to be changed after the first, where the run ended before anybody judged those.
    fn waiting(&self) -> impl Iterator<Item = &Item> {
        let waits =
            self.judged.as_ref().is_some_and(|judged| judged.go) && !self.first.is_empty() && self.after.is_none();
        self.others.iter().filter(move |_| waits)
    }
}

/// The whole of it. Pure.
fn told(run: Run, chose: Chose, found: &Found, status: Option<&str>) -> FleetReport {
    let Found { items, maps, judged, after, .. } = found;
    let planned = with_work(items, &maps.plan);
    let mut rows = fold(items, maps);
    let stopped = [judged, after].into_iter().flatten().filter_map(|judged| judged.why.as_ref());
    let stopped: Vec<_> = stopped.cloned().collect();
    for why in &stopped {
        judge::held(&mut rows, why);
    }
    // Whoever was to be changed, and of whom no map speaks, whatever else is said of their plans.
    let unheard: Vec<_> = found.unheard().map(|(_, item)| item.clone()).collect();
    let (unheard, waiting) = (maps::accounts(&unheard), found.waiting().cloned().collect::<Vec<_>>());
    let waiting = maps::accounts(&waiting);
    for row in rows.iter_mut().filter(|row| row.has_work()) {
        if unheard.contains(&row.account) {
            row.unheard();
        } else if waiting.contains(&row.account) {
            row.unreached();
        }
    }
    for row in &mut rows {
        if let Some(trace) = found.traces.get(&row.account) {
            trace.mark(row);
        }
    }
    let mut report = FleetReport::of(run, &planned, rows, chose.choice.left_out);
    if let Some(judged) = judged {
        report.tripped.clone_from(&judged.tripped);
        report.tripped_besides.clone_from(&judged.tripped_besides);
    }
    report.warnings = stopped;
    report.warnings.extend(none_looked_at(&report));
    if let Some(status) = status.filter(|status| is_early(Some(status))) {
        let message = format!("Step Functions ended the run as {}", crate::text::printable(status));
        let fix = "see to the accounts that failed; `nightshift fleet redrive` goes on with them, for a day where it is, and later in a run that plans \
                   anew";
        report.warnings.push(Reason::new(&codes::RUN_ENDED, message, fix));
    }
    report
}

/// What a run that saw nothing says of itself: it ends as well as one that found nothing to do, and is none.
fn none_looked_at(report: &FleetReport) -> Option<Reason> {
    if !report.is_blind() {
        return None;
    }
    let (message, fix) = match report.accounts.len() {
        0 => (
            "no account was looked at: the selection leaves none".to_owned(),
            "see why each is left out; `nightshift fleet accounts` shows it",
        ),
        1 => ("no account was looked at: the only one was left alone".to_owned(), "see its reason"),
        many => (
            format!("no account was looked at: all {many} were left alone"),
            "see their reasons; where they are alike, the cause is in the worker's account",
        ),
    };
    Some(Reason::new(&codes::NONE_LOOKED_AT, message, fix))
}

/// That the list of owners lacks what is in the reports of these accounts, with what was said of each.
fn owners_unread(accounts: &[(&str, String)]) -> Option<Reason> {
    let (first, said) = accounts.first()?;
    let of = match accounts.len() {
        1 => format!("the report of account {first}"),
        many => format!("the reports of {many} accounts, {first} among them,"),
    };
    let message = format!("whose things were changed is not known of everything: {of} could not be read: {said}");
    let fix = "let the role that reports read the bucket, and have the report made again";
    Some(Reason::new(&codes::OWNERS_UNREAD, message, fix))
}

/// Whether Step Functions ended the run before its end; the machine itself says nothing of it.
fn is_early(status: Option<&str>) -> bool {
    status.is_some_and(|status| status != "SUCCEEDED")
}

impl Told {
    fn nothing(execution: String) -> Self {
        Self {
            execution,
            begun: false,
            report_key: None,
            page_key: None,
            plan_digest: None,
            tripped: None,
            counts: Counts::default(),
            ended: BTreeMap::new(),
            notices: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
