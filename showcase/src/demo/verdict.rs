//! Whether the nights went as they should: nothing went that its owner had not been told of, exactly the expected clusters
//! went, with their members and no last copy missing, the plan only read, everything else is as it was, each got the
//! messages that are theirs, and the second run changed nothing.

use std::fmt::Debug;

use anyhow::ensure;
use nightshift::report::{Delivery, Outcome, Report};

use super::account::{Account, Cluster};
use super::notices::Delivered;
use super::world::{ASKED, EXTENDED, GOES_FIRST, GOES_THEN, Going, MAIL, STAYS};

/// All that was seen, in order.
pub(super) struct Story {
    pub(super) before: Account,
    pub(super) plan: Report,
    pub(super) first: Run,
    pub(super) extended: Account,
    pub(super) second: Run,
    pub(super) again: Run,
}

/// One run that was to apply, what it sent, and the account after it.
pub(super) struct Run {
    pub(super) report: Report,
    pub(super) delivered: Delivered,
    pub(super) after: Account,
}

impl Story {
    /// One line if all is well; an error naming what is not.
    pub(super) fn verdict(&self) -> anyhow::Result<String> {
        let (first, then) = (GOES_FIRST.map(|(id, _)| id), GOES_THEN.map(|(id, _)| id));
        self.planned(&[&first[..], &then, &[EXTENDED.0]].concat())?;
        self.first_night(&first, &then)?;
        self.second_night(&then)?;
        expect("what the second run changed", &ids(&self.again.report, Outcome::Changed), &[] as &[&str])?;
        expect("the account after the second run", &self.again.after, &self.second.after)?;
        let runs = [&self.first, &self.second, &self.again];
        for (run, expected) in runs.iter().zip(MAIL) {
            self.told(run, expected)?;
        }
        let (gone, stand) = (first.len() + then.len(), STAYS.len() + 1);
        Ok(format!(
            "exactly the {gone} expected clusters are gone, their owners told a night before; the {stand} others stand"
        ))
    }

    fn planned(&self, planned: &[&str]) -> anyhow::Result<()> {
        let all = sorted([planned, &STAYS.map(|(id, _)| id)].concat());
        expect("the clusters before", &self.before.cluster_ids(), &all)?;
        expect("what is planned", &ids(&self.plan, Outcome::Planned), &sorted([planned, &ASKED].concat()))?;
        expect("the reasons in the plan", &reasons(&self.plan), &expected_reasons())?;
        let reads = |call: &str| call.contains(":Describe") || call.contains(":GetCaller");
        let writes: Vec<_> = self.plan.calls.keys().filter(|call| !reads(call)).collect();
        ensure!(writes.is_empty(), "the plan did more than read: {writes:?}");
        expect("the messages of the plan", &self.plan.notices.len(), &0)
    }

    fn first_night(&self, gone: &[&str], told: &[&str]) -> anyhow::Result<()> {
        let Run { report, after, .. } = &self.first;
        expect("the digest of what was applied", &report.plan_digest, &self.plan.plan_digest)?;
        let changed = sorted([gone, told, &[EXTENDED.0], &ASKED].concat());
        expect("what the first night changed", &ids(report, Outcome::Changed), &changed)?;
        expect("the reasons of the first night", &reasons(report), &expected_reasons())?;
        stands(after, &without(&self.before, gone), &GOES_FIRST)
    }

    fn second_night(&self, gone: &[&str]) -> anyhow::Result<()> {
        let mut expected = without(&self.first.after, &[]);
        for cluster in expected.iter_mut().filter(|cluster| cluster.id == EXTENDED.0) {
            EXTENDED.1.clone_into(&mut cluster.expiry);
        }
        stands(&self.extended, &expected, &GOES_FIRST)?;
        let Run { report, after, .. } = &self.second;
        expect("what the second night changed", &ids(report, Outcome::Changed), gone)?;
        let mut left = expected_reasons();
        left.push((EXTENDED.0, "not-due"));
        let clusters = reasons(report).into_iter().filter(|(_, code)| *code != "snapshot-not-due").collect::<Vec<_>>();
        expect("the reasons of the second night", &clusters, &sorted(left))?;
        stands(after, &without(&self.extended, gone), &[&GOES_FIRST[..], &GOES_THEN].concat())
    }

    /// That exactly `expected` were sent, that Slack heard what the operators did, that the report says so, and that
    /// nobody reads of what is somebody else's.
    fn told(&self, run: &Run, expected: &[(&str, &str)]) -> anyhow::Result<()> {
        let Run { report, delivered, .. } = run;
        let account = format!("[{}] ", report.account);
        let sent: Vec<_> = delivered.mails.iter().map(|mail| (mail.to.join(","), &*mail.subject)).collect();
        let subject = |subject: &str| format!("{account}{subject}");
        let wanted: Vec<_> = expected.iter().map(|(to, said)| (format!("{to}@example.com"), subject(said))).collect();
        let wanted: Vec<_> = wanted.iter().map(|(to, said)| (to.clone(), said.as_str())).collect();
        expect("the mail", &sent, &wanted)?;
        let posts: Vec<_> = delivered.posts.iter().map(|post| post["text"].as_str().unwrap_or_default()).collect();
        let summary = wanted.last().map(|(_, said)| *said);
        expect("what was posted to Slack", &posts, &summary.into_iter().collect::<Vec<_>>())?;
        expect("the notices of the report", &report.notices.len(), &(sent.len() + posts.len()))?;
        ensure!(report.notices.iter().all(|notice| notice.outcome == Delivery::Sent), "{:?}", report.notices);
        for mail in delivered.mails.iter().filter(|mail| mail.name() != "ops") {
            let others = self.before.clusters.iter().filter(|cluster| cluster.owner != mail.name());
            let named: Vec<_> = others.filter(|cluster| mail.text.contains(&cluster.id)).collect();
            ensure!(named.is_empty(), "{} reads of what is somebody else's: {named:?}", mail.name());
        }
        Ok(())
    }
}

/// That exactly `expected` stand, no instance is left over, and `gone` left their data.
fn stands(account: &Account, expected: &[Cluster], gone: &[Going]) -> anyhow::Result<()> {
    expect("the clusters that stand", &*account.clusters, expected)?;
    let members: usize = expected.iter().map(|cluster| cluster.members).sum();
    expect("the number of instances", &account.instances.len(), &members)?;
    let mut kept: Vec<_> = account.snapshots.iter().map(|kept| (&*kept.cluster, &*kept.purge_after)).collect();
    kept.sort_unstable();
    let copies = gone.iter().filter_map(|(id, until)| Some((*id, (*until)?))).collect();
    expect("the final snapshots", &kept, &sorted(copies))
}

fn without(account: &Account, gone: &[&str]) -> Vec<Cluster> {
    account.clusters.iter().filter(|cluster| !gone.contains(&cluster.id.as_str())).cloned().collect()
}

fn ids(report: &Report, outcome: Outcome) -> Vec<&str> {
    let items = report.items.iter().filter(|item| item.outcome == outcome);
    sorted(items.map(|item| item.id.as_str()).collect())
}

/// Why what was left alone was, by name.
fn reasons(report: &Report) -> Vec<(&str, &str)> {
    let skipped = report.items.iter().filter(|item| item.outcome == Outcome::Skipped);
    sorted(skipped.map(|item| (item.id.as_str(), item.reason.as_ref().map_or("", |reason| &reason.code))).collect())
}

fn expected_reasons() -> Vec<(&'static str, &'static str)> {
    STAYS.iter().filter_map(|(id, code)| Some((*id, (*code)?))).collect()
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list
}

fn expect<A: Debug + PartialEq<B> + ?Sized, B: Debug + ?Sized>(
    what: &str,
    found: &A,
    expected: &B,
) -> anyhow::Result<()> {
    ensure!(found == expected, "{what} should have been {expected:#?}, but found {found:#?}");
    Ok(())
}
