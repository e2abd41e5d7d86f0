//! One report of a whole run: that of one account, with accounts in the place of items.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice::LeftOut;
use super::fold::{Row, digest};
use super::owners::Owners;
use super::unreported::Unreported;
use super::visit::Ended;
use crate::report::{Counts, Estimate, Mode, PlanDigest, Reason, SCHEMA, Tripped};

/// See the module. Its fields are an interface, as those of a report are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FleetReport {
    /// The version of the report's shape.
    pub schema: u32,
    /// The job that was done in every account.
    pub function: String,
    /// Whether this run was allowed to change anything.
    pub mode: Mode,
    /// The name of the execution.
    pub execution: String,
    /// The organisation, `o-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The execution whose failed accounts this one took up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive_of: Option<String>,
    /// What a person gives back as `--expect-plan`.
    pub plan_digest: PlanDigest,
    /// UTC.
    pub started_at: Timestamp,
    /// UTC.
    pub finished_at: Timestamp,
    /// The guard that stopped the run before anything was begun in any account, if one did.
    pub tripped: Option<Tripped>,
    /// Every other guard that tripped as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tripped_besides: Vec<Tripped>,
    /// How many items of all accounts ended how.
    pub counts: Counts,
    /// How many accounts ended how.
    pub ended: BTreeMap<Ended, usize>,
    /// What is not right with this run as a whole.
    #[serde(default)]
    pub warnings: Vec<Reason>,
    /// Every account that the run went through, by id.
    pub accounts: Vec<Row>,
    /// Every account that it left alone, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Whose things were changed, wait or failed, by owner and account, as far as the accounts' reports could be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owners: Owners,
    /// What the run saved, and what is due, where prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
}

/// What is known of a run besides its accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The job.
    pub function: String,
    /// Plan or apply.
    pub mode: Mode,
    /// The name of the execution.
    pub execution: String,
    /// The organisation.
    pub organization: Option<String>,
    /// The execution whose failed accounts this one took up again.
    pub redrive_of: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When this was folded.
    pub finished_at: Timestamp,
}

impl Run {
    /// The execution called `execution` of a run of `function`, of an organisation that nobody named, and no other run's again.
    pub fn of(
        function: impl Into<String>,
        mode: Mode,
        execution: impl Into<String>,
        (started_at, finished_at): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            function: function.into(),
            mode,
            execution: execution.into(),
            organization: None,
            redrive_of: None,
            started_at,
            finished_at,
        }
    }
}

impl FleetReport {
    /// The report of `run`: `accounts` is what became of each, `planned` those that had something to do as they were judged, before anything
    /// was applied.
    pub fn of(run: Run, planned: &[Row], mut accounts: Vec<Row>, mut left_out: Vec<LeftOut>) -> Self {
        accounts.sort_by(|one, other| one.account.cmp(&other.account));
        left_out.sort_by(|one, other| one.account.cmp(&other.account));
        let mut ended = BTreeMap::new();
        for row in &accounts {
            *ended.entry(row.ended).or_default() += 1;
        }
        Self {
            schema: SCHEMA,
            plan_digest: digest(&run.function, planned),
            function: run.function,
            mode: run.mode,
            execution: run.execution,
            organization: run.organization,
            redrive_of: run.redrive_of,
            started_at: run.started_at,
            finished_at: run.finished_at,
            tripped: None,
            tripped_besides: Vec::new(),
            counts: accounts.iter().map(|row| row.counts).sum(),
            ended,
            warnings: Vec::new(),
            estimate: Estimate::sum(accounts.iter().filter_map(|row| row.estimate.as_ref())),
            accounts,
            left_out,
            owners: Owners::new(),
        }
    }

    /// The accounts that another run has to take up again.
    pub fn failed(&self) -> impl Iterator<Item = &Row> {
        self.accounts.iter().filter(|row| row.ended == Ended::Failed)
    }

    /// Whether it went through no account at all: each was left alone, or there was none.
    pub fn is_blind(&self) -> bool {
        self.accounts.iter().all(|row| row.ended == Ended::Skipped)
    }

    /// The accounts in which something was begun of which no report says what came of it.
    pub fn unreported(&self) -> impl Iterator<Item = (&Row, &Unreported)> {
        self.accounts.iter().filter_map(|row| Some((row, row.unreported.as_ref()?)))
    }

    /// The age in days of the oldest active access key anywhere.
    pub fn oldest_key_days(&self) -> Option<u32> {
        self.accounts.iter().filter_map(|row| row.oldest_key_days).max()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domains::fleet::fold::{Maps, fold};
    use crate::domains::fleet::results::tests::item;
    use crate::report::Reason;

    pub(in crate::domains::fleet) fn report(accounts: Vec<Row>, left_out: Vec<LeftOut>) -> FleetReport {
        let at = |text: &str| text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let run = Run {
            organization: Some("o-b0000000".to_owned()),
            ..Run::of("cluster-cleanup", Mode::Apply, "night", (at("2026-11-29T02:00:00Z"), at("2026-11-29T02:03:00Z")))
        };
        FleetReport::of(run, &[], accounts, left_out)
    }

    #[test]
    fn accounts_are_summed_and_those_that_failed_are_found() {
        let mut rows = fold(&[item("3"), item("1"), item("2")], &Maps::default());
        rows[0].ended = Ended::Done;
        rows[0].counts = Counts { observed: 3, changed: 2, ..Counts::default() };
        rows[1].counts = Counts { observed: 4, failed: 1, ..Counts::default() };
        rows[0].oldest_key_days = Some(80);
        rows[2].oldest_key_days = Some(91);
        let saved = |currency: &str, hundredths| {
            let (prices_as_of, due_per_month_hundredths, unknown) = (None, 5, 1);
            let currency = currency.to_owned();
            Some(Estimate {
                currency,
                prices_as_of,
                saved_per_month_hundredths: hundredths,
                due_per_month_hundredths,
                unknown,
            })
        };
        rows[0].estimate = saved("USD", 100);
        rows[1].estimate = saved("USD", 50);
        rows[2].estimate = saved("EUR", 7);
        let report = report(rows, Vec::new());
        assert_eq!(report.ended, [(Ended::Done, 1), (Ended::Failed, 2)].into());
        assert_eq!((report.counts.observed, report.counts.changed, report.counts.failed), (7, 2, 1));
        assert_eq!(report.failed().map(|row| &*row.account).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(report.oldest_key_days(), Some(91));
        let estimate = report.estimate.unwrap();
        assert_eq!(
            (estimate.currency.as_str(), estimate.saved_per_month_hundredths),
            ("USD", 150),
            "euros are no dollars"
        );
        assert_eq!(estimate.unknown, 4, "one of each, and the account in euros");
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let mut rows = fold(&[item("1")], &Maps::default());
        rows[0].report_keys = [(crate::domains::fleet::Phase::Plan, "k".to_owned())].into();
        let left_out = LeftOut {
            account: "2".to_owned(),
            name: "n".to_owned(),
            path: "Root".to_owned(),
            reason: Reason::plain(&crate::domains::fleet::codes::EXCLUDED, "an exclusion names it"),
        };
        let report = report(rows, vec![left_out]);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<FleetReport>(&text).unwrap(), report);
        assert!(text.contains(r#""ended":{"failed":1}"#) && text.contains(r#""report_keys":{"plan":"k"}"#), "{text}");
    }
}
