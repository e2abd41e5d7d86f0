//! What calls for an account left in the bucket, whatever was heard of them: what each wrote down before it began it, and the report of those
//! that lived to write one. Where a call died, or Step Functions lost its answer, this is all there is.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures::{StreamExt as _, stream};
use tracing::warn;

use super::AT_ONCE;
use crate::domains::fleet::{Phase, Row, Unreported};
use crate::fleet::fault::FleetFault;
use crate::fleet::place::Folder;
use crate::fleet::recorded::Recorded;
use crate::report::Counts;
use crate::run::RunFault;
use crate::run::purse::Spent;
use crate::services::aws::Aws;
use crate::services::s3::RecordReader;
use crate::text::chain;

/// What was left of one account.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Trace {
    /// The report of the calls that lived to write one: of which map, where it lies, and what it counts.
    pub report: Option<(Phase, String, Counts)>,
    /// What was begun and is not in it.
    pub unreported: Option<Unreported>,
}

/// By account.
pub(super) type Traces = BTreeMap<String, Trace>;

/// All that lie in `folder`; `first` are the accounts that were to go first.
pub(super) async fn find(home: &Aws, folder: &Folder<'_>, first: &BTreeSet<String>) -> Result<Traces, FleetFault> {
    let prefix = folder.key("spent/");
    let keys = RecordReader::new(home, folder.bucket()).keys(&prefix).await;
    let keys = keys.map_err(RunFault::observing("listing what workers began in this run"))?;
    let accounts = keys.iter().filter_map(|key| account(key, &prefix));
    let traces = stream::iter(accounts).map(async |account: String| {
        let phase = if first.contains(&account) { Phase::Canary } else { Phase::Rest };
        let trace = trace(home, folder, phase, &account).await;
        (account, trace)
    });
    Ok(pin!(traces.buffered(AT_ONCE)).collect().await)
}

/// Whose list it is that lies at `key`.
fn account(key: &str, prefix: &str) -> Option<String> {
    let account = key.strip_prefix(prefix)?.strip_suffix(".json")?;
    (!account.contains('/')).then(|| account.to_owned())
}

async fn trace(home: &Aws, folder: &Folder<'_>, phase: Phase, account: &str) -> Trace {
    let (spent, key) = (folder.purse_of(account).key, folder.report_of(phase, account));
    let recorded = match folder.find::<Recorded>(home, &key).await {
        Ok(recorded) => recorded,
        Err(error) => {
            warn!(error.message = error.said(), "the report of an account could not be read");
            None
        }
    };
    let spent = match folder.find::<Spent>(home, &spent).await {
        Ok(spent) => Ok(spent.unwrap_or_default()),
        Err(error) => {
            warn!(error.message = error.said(), "what was begun in an account could not be read");
            Err(Unreported::unknown(&format!("s3://{}/{spent}", folder.bucket()), &chain(&error)))
        }
    };
    Trace::of((phase, key), recorded, spent, folder.execution())
}

impl Trace {
    /// Of what lies in the bucket: the report of the map of `phase`, and what was written down before anything was begun, or that nobody knows
    /// it.
    fn of(
        (phase, key): (Phase, String),
        recorded: Option<Recorded>,
        spent: Result<Spent, Unreported>,
        execution: &str,
    ) -> Self {
        let unreported = match spent {
            Ok(Spent { began, .. }) => {
                let silent = recorded.as_ref().map_or_else(|| began.clone(), |recorded| recorded.silent_about(&began));
                Unreported::of(silent, execution)
            }
            Err(unknown) => Some(unknown),
        };
        Self { report: recorded.map(|recorded| (phase, key, recorded.report.counts)), unreported }
    }

    /// Puts into `row` what it says, and leaves what was heard.
    pub(super) fn mark(&self, row: &mut Row) {
        row.unreported.clone_from(&self.unreported);
        if let Some((phase, key, counts)) =
            self.report.as_ref().filter(|(phase, ..)| !row.report_keys.contains_key(phase))
        {
            row.report_keys.insert(*phase, key.clone());
            row.counts = *counts;
            row.phase = *phase;
        }
    }
}

#[cfg(test)]
mod tests;
