//! Telling owners, when all else is done: one message each. What was told is written down after it was sent, never before:
//! a process killed in between tells twice, and never not at all. Of what goes without a snapshot nothing stays to write
//! on, so its owner is told before it goes.

use std::sync::PoisonError;

use super::snapshots::purge_after;
use super::{Applier, InRegion};
use crate::domains::clusters::{self, tags};
use crate::jobs::cluster_cleanup::codes;
use crate::jobs::cluster_cleanup::model::Region;
use crate::jobs::cluster_cleanup::notice::{self, Data, Digest, Expiring, Gone, Hand, KeptCopy, Matter, News, Setting};
use crate::jobs::cluster_cleanup::plan::{self, Action, DeleteCluster, Left, Terms, Why};
use crate::jobs::cluster_cleanup::policy::FinalSnapshot;
use crate::notify::{Clock, Notifier, NotifyPolicy};
use crate::report::{self, Outcome, Reason};
use crate::run::{Done, Steps};
use crate::services::Permit;
use crate::services::aws::AwsError;
use crate::services::rds::RdsWriter;
use crate::services::rds::{Cluster, Snapshot};
use crate::services::tags::Tags;

impl Applier<'_> {
    /// Tells every owner what is theirs, and brings `done` up to date with what came of it.
    pub(super) async fn tell(&self, notifier: &Notifier<'_>, actions: &[Action], done: &mut [Done], left: &[Left]) {
        let policy = notifier.policy();
        let contact = policy.ask();
        let setting = setting(&self.world.account, self.terms, policy, &contact);
        let left = if self.leave_what_only_tells(actions, done) { &[] } else { left };
        for digest in notice::digests(self.items(notifier, actions, done, left), policy.mail.is_some()) {
            let Some(digest) = self.unless_asked_to_stop(digest, actions, done) else { continue };
            let tells = |place: &usize| actions.get(*place).is_some_and(Action::only_tells);
            let only_told: Vec<_> = digest.actions.iter().copied().filter(tells).collect();
            for &place in &only_told {
                self.ledger.begun(self.turns[place].entry());
            }
            let letter = self.by_hand(&digest, policy, &contact);
            let letter = letter.unwrap_or_else(|| notice::letter(&digest, setting));
            let about: Vec<_> = digest.matters.iter().map(|(_, matter)| matter.id().to_owned()).collect();
            match notifier.tell_owner(&letter, &digest.to, &about).await {
                Ok(whom) => self.write_down(&digest, actions, done, &whom).await,
                Err(reason) => self.untold(&digest, actions, done, &reason),
            }
            for place in only_told {
                self.ledger.ended(self.turns[place].entry(), &done[place]);
            }
        }
    }

    /// The letter, of which only what this run did is left where it was asked to stop meanwhile.
    fn unless_asked_to_stop(&self, mut digest: Digest, actions: &[Action], done: &mut [Done]) -> Option<Digest> {
        let Some(reason) = self.ledger.interrupted() else { return Some(digest) };
        let (new, did): (Vec<_>, Vec<_>) =
            digest.actions.into_iter().partition(|&place| actions.get(place).is_some_and(Action::only_tells));
        for place in new {
            if let (Some(turn), Some(done)) = (self.turns.get(place), done.get_mut(place)) {
                *done = Done::left(Outcome::Deferred, reason.clone());
                self.ledger.ended(turn.entry(), done);
            }
        }
        digest.actions = did;
        digest.matters.retain(|(_, matter)| matches!(matter, Matter::Gone(_)));
        (!digest.actions.is_empty()).then_some(digest)
    }

    /// Asked to stop, a run begins nothing new, and tells only what it did. Says whether it was.
    fn leave_what_only_tells(&self, actions: &[Action], done: &mut [Done]) -> bool {
        let Some(reason) = self.ledger.interrupted() else { return false };
        let all = actions.iter().zip(&self.turns).zip(done);
        for ((_, turn), done) in all.filter(|((action, _), _)| action.only_tells()) {
            *done = Done::left(Outcome::Deferred, reason.clone());
            self.ledger.ended(turn.entry(), done);
        }
        true
    }

    fn items(&self, notifier: &Notifier<'_>, actions: &[Action], done: &[Done], left: &[Left]) -> Vec<News> {
        let owners = &notifier.policy().owners;
        let item = |owner: Option<&str>, tags: Option<&Tags>, matter: Matter, action: Option<usize>| News {
            owner: owner.map(str::to_owned),
            to: owners.recipients(owner, |key| tags?.get(key)),
            matter,
            action,
        };
        let mut items = Vec::new();
        for (place, (action, done)) in actions.iter().zip(done).enumerate() {
            if done.outcome == Outcome::Deferred {
                continue;
            }
            let Some((matter, tags)) = self.matter(action, done, left) else { continue };
            items.push(item(action.owner(), tags, matter, Some(place)));
        }
        items
    }

    /// What there is to tell about one action, and the tags that say whom.
    fn matter(&self, action: &Action, done: &Done, left: &[Left]) -> Option<(Matter, Option<&Tags>)> {
        let region = self.region(action.region())?;
        let changed = done.outcome == Outcome::Changed;
        let of_snapshot = |arn: &str, until| {
            let snapshot = snapshots(region).find(|snapshot| snapshot.arn == arn)?;
            let copy = KeptCopy { snapshot: snapshot.id.clone(), arn: arn.to_owned(), until };
            let gone = Gone {
                id: snapshot.cluster_id.clone(),
                region: region.name.clone(),
                engine: snapshot.engine.clone(),
                copy: Some(copy),
                source: None,
            };
            Some((Matter::Gone(gone), Some(&snapshot.tags)))
        };
        match action {
            Action::WarnOwner(warn) => {
                let cluster = find(region, &warn.resource_id)?;
                let expiring = Expiring {
                    id: warn.id.clone(),
                    region: warn.region.clone(),
                    arn: warn.arn.clone(),
                    owner: warn.owner.clone(),
                    expires_at: warn.expires_at,
                    earliest: plan::earliest(warn.expires_at, self.terms.now, self.terms.policy),
                    data: data(cluster, region, self.terms),
                };
                Some((Matter::Expiring(expiring), Some(&cluster.tags)))
            }
            // Without a copy the night told it before: see `tell_before`.
            Action::DeleteCluster(delete) if changed && (delete.keep.is_some() || self.terms.asked.is_some()) => {
                let cluster = find(region, &delete.resource_id)?;
                Some((Matter::Gone(gone(delete, cluster, region, self.terms)), Some(&cluster.tags)))
            }
            Action::MarkSnapshot(mark) if changed => {
                of_snapshot(&mark.arn, purge_after(self.terms.now, mark.keep_days))
            }
            Action::TellDeleted(tell) => of_snapshot(&tell.arn, tell.purge_after),
            Action::AskOwner(ask) => {
                let left = left.iter().find(|left| left.id == ask.id && left.region == ask.region)?;
                let hand = Hand {
                    id: ask.id.clone(),
                    region: ask.region.clone(),
                    arn: ask.arn.clone(),
                    owner: ask.owner.clone(),
                    why: left.why.clone(),
                };
                Some((Matter::Hand(hand), tags_of(region, &ask.arn)))
            }
            Action::DeleteCluster(delete) => {
                let cluster = find(region, &delete.resource_id)?;
                let why = self.half_way(delete)?;
                plan::is_due(&why, &cluster.arn, &cluster.tags, self.terms)?;
                let hand = Hand {
                    id: delete.id.clone(),
                    region: delete.region.clone(),
                    arn: delete.arn.clone(),
                    owner: delete.owner.clone(),
                    why,
                };
                Some((Matter::Hand(hand), Some(&cluster.tags)))
            }
            _ => None,
        }
    }

    /// Why a deletion stands half-way since this run, if it does.
    fn half_way(&self, delete: &DeleteCluster) -> Option<Why> {
        self.half_way.lock().unwrap_or_else(PoisonError::into_inner).get(&delete.resource_id).cloned()
    }

    async fn write_down(&self, digest: &Digest, actions: &[Action], done: &mut [Done], whom: &str) {
        for &place in &digest.actions {
            let all = (actions.get(place), self.turns.get(place), done.get_mut(place));
            let (Some(action), Some(turn), Some(done)) = all else { continue };
            let write = async |leave: &Permit| self.write_down_one(action, done, whom, leave).await;
            if let Err(error) = self.ledger.go_on(*turn, write).await {
                // The next run tells them again.
                tracing::warn!(error.message = crate::text::chain(&error), "what was told was not written down");
            }
        }
    }

    async fn write_down_one(
        &self,
        action: &Action,
        done: &mut Done,
        whom: &str,
        leave: &Permit,
    ) -> Result<(), AwsError> {
        let told = format!("told {whom}");
        let writer = RdsWriter::new(self.aws, action.region(), leave);
        match action {
            Action::WarnOwner(warn) => {
                let (now, at) = (self.terms.now, warn.expires_at);
                let mark = clusters::notice::mark(now, at, &warn.id, &warn.resource_id, &warn.parties);
                let written = writer.add_tags(&warn.arn, &mark).await;
                replace(done, written, vec![told, format!("tagged {}", tags::NOTIFIED)]);
                Ok(())
            }
            Action::AskOwner(ask) if ask.remembers => {
                let mark = clusters::notice::asked(self.terms.now, &ask.matter);
                let written = writer.add_tags(&ask.arn, &mark).await;
                replace(done, written, vec![told, format!("tagged {}", tags::ASKED)]);
                Ok(())
            }
            Action::AskOwner(_) => {
                replace(done, Ok(()), vec![told]);
                Ok(())
            }
            Action::TellDeleted(tell) => {
                let written = is_told(&writer, &tell.arn).await;
                replace(done, written, vec![told]);
                Ok(())
            }
            Action::MarkSnapshot(mark) => {
                done.steps.push(told);
                is_told(&writer, &mark.arn).await
            }
            Action::DeleteCluster(delete) if self.half_way(delete).is_some() => {
                done.steps.push(told);
                self.write_down_half_way(&writer, delete).await
            }
            Action::DeleteCluster(delete) => {
                done.steps.push(told);
                let marked = done.reason.as_ref().is_none_or(|reason| !reason.is(&codes::SNAPSHOT_NOT_MARKED));
                match delete.keep.as_ref().filter(|_| marked) {
                    Some(keep) => is_told(&writer, &keep.arn).await,
                    None => Ok(()),
                }
            }
            Action::StartCluster(_) | Action::DeleteSnapshot(_) | Action::ForgetNotice(_) => Ok(()),
        }
    }

    async fn write_down_half_way(&self, writer: &RdsWriter<'_>, delete: &DeleteCluster) -> Result<(), AwsError> {
        let tags = self.region(&delete.region).and_then(|region| find(region, &delete.resource_id)).map(|it| &it.tags);
        let matter = tags.and_then(|tags| plan::is_due(&self.half_way(delete)?, &delete.arn, tags, self.terms));
        match matter {
            Some(matter) => writer.add_tags(&delete.arn, &clusters::notice::asked(self.terms.now, &matter)).await,
            None => Ok(()),
        }
    }

    fn untold(&self, digest: &Digest, actions: &[Action], done: &mut [Done], reason: &Reason) {
        for &place in &digest.actions {
            let (Some(action), Some(done)) = (actions.get(place), done.get_mut(place)) else { continue };
            // What was done before is done; only what is nothing but telling has failed.
            if action.only_tells() {
                let outcome = if reason.is(&report::codes::DEADLINE) { Outcome::Deferred } else { Outcome::Failed };
                *done = Done { outcome, steps: Vec::new(), reason: Some(reason.clone()) };
            } else if self.terms.asked.is_some() {
                done.steps.push(format!("its owner was not told: {}", reason.message));
            }
        }
    }

    fn region(&self, name: &str) -> Option<&Region> {
        self.world.regions.iter().find(|region| region.name == name)
    }
}

impl InRegion<'_> {
    /// Tells the owner of what goes without a snapshot that it goes now. What cannot be told does not go.
    pub(super) async fn tell_before(&self, delete: &DeleteCluster, steps: &mut Steps<'_>) -> Result<(), Reason> {
        let is_told_before = delete.keep.is_none() && self.terms.asked.is_none();
        let Some(notifier) = self.notifier.filter(|_| is_told_before) else { return Ok(()) };
        let Some(cluster) = find(self.region, &delete.resource_id) else { return Ok(()) };
        let policy = notifier.policy();
        let contact = policy.ask();
        let setting = setting(self.account, self.terms, policy, &contact);
        let going = gone(delete, cluster, self.region, self.terms);
        let owner = delete.owner.clone();
        let to = policy.owners.recipients(owner.as_deref(), |key| cluster.tags.get(key));
        let item = News { owner, to, matter: Matter::Going(going), action: None };
        for digest in notice::digests(vec![item], policy.mail.is_some()) {
            let (letter, about) = (notice::letter(&digest, setting), std::slice::from_ref(&delete.id));
            let told = notifier.tell_owner(&letter, &digest.to, about).await;
            let whom = told.map_err(waits)?;
            steps.push(format!("told {whom} that it is being deleted now"));
        }
        Ok(())
    }
}

fn setting<'a>(account: &'a str, terms: Terms<'a>, policy: &'a NotifyPolicy, contact: &'a str) -> Setting<'a> {
    Setting {
        account,
        tag_key: &terms.policy.tag_key,
        owner_tag: &terms.policy.owner_tag,
        lease_days: terms.policy.max_lease_days,
        function: terms.policy.function.as_deref(),
        home: terms.policy.home.as_deref(),
        contact,
        now: terms.now,
        clock: Clock { zone: &policy.time_zone, language: policy.language },
    }
}

/// Without a snapshot nothing would remember that its owner was not told.
fn waits(reason: Reason) -> Reason {
    let why = &reason.message;
    let message = format!("it goes without a snapshot, so it waits until somebody was told that it goes now: {why}");
    Reason { message, ..reason }
}

/// That `cluster` goes by `delete`, and where its data is.
fn gone(delete: &DeleteCluster, cluster: &Cluster, region: &Region, terms: Terms<'_>) -> Gone {
    let copy = delete.keep.as_ref().map(|keep| KeptCopy {
        snapshot: keep.name.clone(),
        arn: keep.arn.clone(),
        until: purge_after(terms.now, keep.keep_days),
    });
    let source = match data(cluster, region, terms) {
        Data::InSource(source) if copy.is_none() => Some(source),
        Data::InSource(_) | Data::Snapshot { .. } | Data::Lost => None,
    };
    Gone { id: delete.id.clone(), region: delete.region.clone(), engine: cluster.engine.clone(), copy, source }
}

/// What becomes of the data of `cluster`.
fn data(cluster: &Cluster, region: &Region, terms: Terms<'_>) -> Data {
    if let Some(source) = plan::relied_on(cluster, &region.clusters, terms) {
        return Data::InSource(source.id.clone());
    }
    match terms.policy.keeps(&cluster.tags) {
        FinalSnapshot::Never => Data::Lost,
        FinalSnapshot::Always | FinalSnapshot::UnlessClone => Data::Snapshot { days: terms.policy.snapshot_keep_days },
    }
}

impl Matter {
    fn id(&self) -> &str {
        match self {
            Self::Expiring(one) => &one.id,
            Self::Gone(one) | Self::Going(one) => &one.id,
            Self::Hand(one) => &one.id,
        }
    }
}

/// What is said of an action that is nothing but telling: what came of writing it down.
fn replace(done: &mut Done, written: Result<(), AwsError>, steps: Vec<String>) {
    *done = match written {
        Ok(()) => Done::changed(steps),
        Err(error) if error.is_not_found() => Done::already(&report::codes::GONE, "it is gone already", steps),
        Err(error) => Done::stopped_by(&error, steps),
    };
}

async fn is_told(writer: &RdsWriter<'_>, arn: &str) -> Result<(), AwsError> {
    writer.remove_tags(arn, &[tags::UNTOLD.to_owned()]).await
}

fn tags_of<'a>(region: &'a Region, arn: &str) -> Option<&'a Tags> {
    let cluster = region.clusters.iter().find(|cluster| cluster.arn == arn).map(|found| &found.tags);
    cluster.or_else(|| snapshots(region).find(|snapshot| snapshot.arn == arn).map(|found| &found.tags))
}

fn find<'a>(region: &'a Region, resource_id: &str) -> Option<&'a Cluster> {
    region.clusters.iter().find(|cluster| cluster.resource_id == resource_id)
}

fn snapshots(region: &Region) -> impl Iterator<Item = &Snapshot> {
    region.snapshots.known().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::cluster_cleanup::plan::tests::{cluster, now, policy, region};
    use crate::jobs::cluster_cleanup::request::Request;

    #[test]
    fn a_letter_promises_a_copy_only_where_the_policy_makes_one() {
        let promised = |variables: &[(&str, &str)]| {
            let (policy, request, one) = (policy(variables), Request::default(), cluster("orders"));
            let terms = Terms { policy: &policy, request: &request, now: now(), announces: true, asked: None };
            data(&one, &region(vec![one.clone()]), terms)
        };
        assert!(matches!(promised(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "always")]), Data::Snapshot { .. }));
        assert!(matches!(promised(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "unless-clone")]), Data::Snapshot { .. }));
        assert!(matches!(promised(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")]), Data::Lost));
    }
}
