//! Whether the night went as it should: exactly the expected clusters went, with their members and no last copy missing,
//! the plan only read, everything else is as it was, and the second run changed nothing.

use std::fmt::Debug;

use anyhow::ensure;
use nightshift::run::{Outcome, Report};

use super::account::Account;
use super::world::{GOES, KEPT_UNTIL, STAYS};

/// All that was seen, in order.
pub(super) struct Night {
    pub(super) before: Account,
    pub(super) plan: Report,
    pub(super) applied: Report,
    pub(super) after: Account,
    pub(super) again: Report,
    pub(super) end: Account,
}

impl Night {
    /// One line if all is well; an error naming what is not.
    pub(super) fn verdict(&self) -> anyhow::Result<String> {
        let (gone, stand) = (GOES.map(|(id, _)| id), STAYS.map(|(id, _)| id));
        self.planned(&gone, &stand)?;
        self.applied(&gone)?;
        self.stands(&stand)?;
        expect("what the second run changed", &ids(&self.again, Outcome::Changed), &[] as &[&str])?;
        expect("the account after the second run", &self.end, &self.after)?;
        Ok(format!("exactly the {} expected clusters are gone, the {} others stand untouched", gone.len(), stand.len()))
    }

    fn planned(&self, gone: &[&str], stand: &[&str]) -> anyhow::Result<()> {
        let mut all = [gone, stand].concat();
        all.sort_unstable();
        expect("the clusters before", &self.before.cluster_ids(), &all)?;
        expect("what is planned", &ids(&self.plan, Outcome::Planned), gone)?;
        expect("the reasons in the plan", &reasons(&self.plan), &expected_reasons())?;
        let reads = |call: &str| call.contains(":Describe") || call.contains(":Get");
        let writes: Vec<_> = self.plan.calls.keys().filter(|call| !reads(call)).collect();
        ensure!(writes.is_empty(), "the plan did more than read: {writes:?}");
        Ok(())
    }

    fn applied(&self, gone: &[&str]) -> anyhow::Result<()> {
        expect("the digest of what was applied", &self.applied.plan_digest, &self.plan.plan_digest)?;
        expect("what was changed", &ids(&self.applied, Outcome::Changed), gone)?;
        expect("the reasons in the report", &reasons(&self.applied), &expected_reasons())
    }

    fn stands(&self, stand: &[&str]) -> anyhow::Result<()> {
        expect("the clusters after", &self.after.cluster_ids(), stand)?;
        let before = self.before.clusters.iter().filter(|cluster| stand.contains(&cluster.id.as_str()));
        ensure!(self.after.clusters.iter().eq(before), "what stands was touched: {:#?}", self.after.clusters);
        let members: usize = self.after.clusters.iter().map(|cluster| cluster.members).sum();
        expect("the number of instances after", &self.after.instances.len(), &members)?;
        let kept: Vec<_> = self.after.snapshots.iter().map(|kept| (&*kept.cluster, &*kept.purge_after)).collect();
        let expected: Vec<_> = GOES.iter().filter(|(_, kept)| *kept).map(|(id, _)| (*id, KEPT_UNTIL)).collect();
        expect("the final snapshots", &kept, &expected)
    }
}

fn ids(report: &Report, outcome: Outcome) -> Vec<&str> {
    let items = report.items.iter().filter(|item| item.outcome == outcome);
    let mut ids: Vec<_> = items.map(|item| item.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// Why what was left alone was, by name.
fn reasons(report: &Report) -> Vec<(&str, &str)> {
    let skipped = report.items.iter().filter(|item| item.outcome == Outcome::Skipped);
    let mut reasons: Vec<_> =
        skipped.map(|item| (item.id.as_str(), item.reason.as_ref().map_or("", |reason| &reason.code))).collect();
    reasons.sort_unstable();
    reasons
}

fn expected_reasons() -> Vec<(&'static str, &'static str)> {
    STAYS.iter().filter_map(|(id, code)| Some((*id, (*code)?))).collect()
}

fn expect<A: Debug + PartialEq<B> + ?Sized, B: Debug + ?Sized>(
    what: &str,
    found: &A,
    expected: &B,
) -> anyhow::Result<()> {
    ensure!(found == expected, "{what} should have been {expected:#?}, but found {found:#?}");
    Ok(())
}
