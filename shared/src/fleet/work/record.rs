//! The whole report of one account, in the run's bucket. A worker that is called again for the same account of the same run
//! finds less to do, or nothing: what the call before it did stays in the report.

use crate::domains::fleet::Phase;
use crate::fleet::place::Folder;
use crate::fleet::recorded::Recorded;
use crate::report::{Counts, Item, Outcome, Report, codes};
use crate::services::RecordPermit;
use crate::services::aws::{Aws, AwsError};
use crate::services::s3::{RecordReader, RecordStore};

/// What became of a report.
#[derive(Debug)]
pub(super) struct Kept {
    /// The report, with what an earlier call of the same run did.
    pub report: Report,
    /// Where it lies.
    pub key: Option<String>,
    /// Why it lies nowhere.
    pub lost: Option<AwsError>,
}

/// How often it is written over what somebody else wrote meanwhile: two calls for one account at once are not what a map makes.
const TRIES: usize = 4;

/// Leaves `report` in `folder`.
pub(super) async fn keep(home: &Aws, folder: Folder<'_>, phase: Phase, report: Recorded, leave: &RecordPermit) -> Kept {
    let key = folder.report_of(phase, &report.report.account);
    let (reader, store) = (RecordReader::new(home, folder.bucket()), RecordStore::new(home, folder.bucket(), leave));
    let (mut whole, mut tag) = (report.clone(), None);
    for _ in 0..TRIES {
        let body = serde_json::to_vec(&whole).unwrap_or_default();
        match store.put_json_over(&key, body, tag.as_deref()).await {
            Ok(true) => return Kept { report: whole.report, key: Some(key), lost: None },
            Ok(false) => {}
            Err(error) => return Kept { report: whole.report, key: None, lost: Some(error) },
        }
        match reader.find(&key).await {
            Ok(Some((body, found))) => {
                // What is no report is nobody's work, and is written over.
                let earlier = serde_json::from_slice::<Recorded>(&body).ok();
                whole = earlier.map_or_else(|| report.clone(), |earlier| both(earlier, report.clone()));
                tag = Some(found);
            }
            Ok(None) => (whole, tag) = (report.clone(), None),
            Err(error) => return Kept { report: whole.report, key: None, lost: Some(error) },
        }
    }
    Kept { report: whole.report, key: None, lost: None }
}

/// What both calls say.
fn both(earlier: Recorded, now: Recorded) -> Recorded {
    let began = [earlier.began, now.began].concat();
    Recorded { report: after(earlier.report, now.report), began }
}

/// Whether anything was done to it, whatever came of it. The steps of what was only planned were not done.
fn did(item: &Item) -> bool {
    let backlog = item.reason.as_ref().is_some_and(|reason| reason.is(&codes::BACKLOG));
    match item.outcome {
        Outcome::Changed => true,
        Outcome::Failed | Outcome::Deferred => !item.steps.is_empty() && !backlog,
        Outcome::Planned | Outcome::AlreadyRight | Outcome::Skipped => false,
    }
}

/// `report` with what `earlier` did, of an earlier call for the same account of the same run.
fn after(earlier: Report, report: Report) -> Report {
    let is_same = |one: &Item, other: &Item| one.id == other.id && one.region == other.region;
    let (mut items, mut rest): (Vec<Item>, Vec<Item>) = (Vec::new(), report.items);
    for done in earlier.items.into_iter().filter(did) {
        let again = rest.iter().position(|item| is_same(item, &done));
        match again.map(|at| rest.remove(at)) {
            Some(now) if matches!(now.outcome, Outcome::Changed | Outcome::Failed | Outcome::Deferred) => {
                items.push(Item { steps: [done.steps, now.steps].concat(), ..now });
            }
            _ => items.push(done),
        }
    }
    items.append(&mut rest);
    let mut calls = earlier.calls;
    for (action, count) in report.calls {
        *calls.entry(action).or_default() += count;
    }
    let estimate = match (earlier.estimate, report.estimate) {
        (Some(before), Some(now)) if before.currency == now.currency => {
            let saved_per_month_hundredths = before.saved_per_month_hundredths + now.saved_per_month_hundredths;
            Some(crate::report::Estimate { saved_per_month_hundredths, ..now })
        }
        (before, now) => now.or(before),
    };
    Report {
        started_at: earlier.started_at.min(report.started_at),
        counts: Counts::of(report.counts.observed, &items),
        items,
        notices: [earlier.notices, report.notices].concat(),
        estimate,
        calls,
        ..report
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::{Mode, Reason, sample};

    fn item(id: &str, outcome: Outcome, step: &str) -> Item {
        Item {
            id: id.to_owned(),
            region: "eu-west-1".to_owned(),
            owner: None,
            outcome,
            steps: vec![step.to_owned()],
            planned: Vec::new(),
            reason: None,
            domain: BTreeMap::new(),
        }
    }

    #[test]
    fn what_an_earlier_call_did_stays_in_the_report_whatever_a_later_one_finds() {
        use Outcome::{AlreadyRight, Changed, Deferred, Failed, Planned, Skipped};
        let earlier = vec![
            item("gone", Changed, "deleted"),
            item("begun", Changed, "member deleted"),
            item("half", Changed, "tagged"),
            item("open", Planned, "delete"),
            item("stuck", Failed, "member deleted"),
            Item { reason: Some(Reason::plain(&codes::BACKLOG, "m")), ..item("later", Deferred, "delete") },
        ];
        let now = vec![
            item("begun", AlreadyRight, "-"),
            item("half", Failed, "delete"),
            item("open", Changed, "deleted"),
            item("new", Changed, "deleted"),
            item("stuck", Skipped, "-"),
        ];
        let (mut earlier, mut now) = (sample("f", Mode::Apply, earlier), sample("f", Mode::Apply, now));
        earlier.calls = [("rds:A".to_owned(), 2), ("rds:B".to_owned(), 1)].into();
        now.calls = [("rds:A".to_owned(), 3)].into();
        now.counts.observed = 9;
        let whole = after(earlier, now);
        let told: Vec<_> = whole
            .items
            .iter()
            .map(|item| format!("{} {} {}", item.id, item.outcome.as_str(), item.steps.join("+")))
            .collect();
        assert_eq!(
            told,
            [
                "gone changed deleted",
                "begun changed member deleted",
                "half failed tagged+delete",
                "stuck failed member deleted",
                "open changed deleted",
                "new changed deleted"
            ]
        );
        assert_eq!((whole.counts.observed, whole.counts.changed, whole.counts.failed), (9, 4, 2));
        assert_eq!(whole.calls, [("rds:A".to_owned(), 5), ("rds:B".to_owned(), 1)].into());
    }
}
