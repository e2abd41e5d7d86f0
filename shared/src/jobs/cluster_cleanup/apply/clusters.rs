//! Deleting and starting clusters.

use std::sync::PoisonError;

use super::InRegion;
use super::again::{self, Refused};
use super::snapshots::{kept, not_marked};
use crate::domains::clusters::deletion::{self, HalfDeleted};
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::codes;
use crate::jobs::cluster_cleanup::plan::{self, DeleteCluster, ForgetNotice, Obstacle, StartCluster, Why};
use crate::jobs::cluster_cleanup::policy::FinalSnapshot;
use crate::report::{self, Outcome, Reason};
use crate::run::{Done, Steps};
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::Member;
use crate::services::tags::Tags;

impl InRegion<'_> {
    pub(super) async fn delete_cluster(&self, planned: &DeleteCluster) -> Done {
        let found = match self.reader.cluster(&planned.id, self.account).await {
            Ok(found) => found,
            Err(error) => return Done::stopped_by(&error, Vec::new()),
        };
        let delete = match again::to_delete(planned, found, self.region, self.terms) {
            Ok(delete) => delete,
            Err(done) => return *done,
        };
        let mut steps = Steps::new(self.ledger, self.entry, str::to_owned);
        if let Err(done) = self.source_stands(&delete).await {
            return *done;
        }
        if let Err(reason) = self.tell_before(&delete, &mut steps).await {
            return Done::left(Outcome::Deferred, reason);
        }
        let mut taken = usize::from(delete.begun);
        match self.delete(&delete, &mut steps, &mut taken).await {
            Ok(done) => done,
            Err(error) if error.is_not_found() => {
                Done::already(&report::codes::GONE, "it is gone already", steps.take())
            }
            Err(error) if taken == 0 => {
                self.take_back(&delete, &error).await;
                Done::stopped_by(&error, steps.take())
            }
            // It may pass, or may have happened: the next run looks.
            Err(error) if matches!(error.kind, Kind::Throttled | Kind::NoAnswer) => {
                Done::stopped_by(&error, steps.take())
            }
            Err(error) => self.half_way(&delete, &error, steps.take()).await,
        }
    }

    /// A deletion that was refused before it took anything is no deletion: a member its owner removes later was not taken by
    /// us. Where this does not reach AWS either, the next run writes it.
    async fn take_back(&self, delete: &DeleteCluster, error: &AwsError) {
        if delete.asked_before.is_some() || error.may_have_happened() {
            return;
        }
        let Some(cluster) = self.region.clusters.iter().find(|cluster| cluster.resource_id == delete.resource_id)
        else {
            return;
        };
        let mut marks = deletion::called_off(cluster);
        if self.terms.asked.is_some() {
            marks = marks.with(plan::taken_back(cluster, self.terms.policy));
        }
        if let Err(error) = self.writer.add_tags(&delete.arn, &marks).await {
            tracing::warn!(
                error.message = crate::text::chain(&error),
                "a deletion that took nothing was not called off"
            );
        }
    }

    /// Its members went and it did not: that is for people to know, each night until it is over.
    async fn half_way(&self, delete: &DeleteCluster, error: &AwsError, steps: Vec<String>) -> Done {
        let had = delete.marks.get(tags::DELETE_OF).and_then(|of| of.split_once(' ')?.1.parse().ok());
        let has = match self.reader.cluster(&delete.id, self.account).await {
            Ok(Some(found)) => found.members.len(),
            _ => 0,
        };
        let asked = self.asked_at(delete);
        let had: usize = had.unwrap_or(has).max(has);
        let half = HalfDeleted { asked, had, has };
        let why = Why::HalfDeletedBlocked {
            half,
            stop: Obstacle::Refused { said: crate::text::chain(error), fix: error.fix() },
        };
        let reason = why.reason();
        self.half_way.lock().unwrap_or_else(PoisonError::into_inner).insert(delete.resource_id.clone(), why);
        Done::failed(steps, reason)
    }

    /// When the deletion was first asked for.
    fn asked_at(&self, delete: &DeleteCluster) -> jiff::Timestamp {
        let cluster = self.region.clusters.iter().find(|cluster| cluster.resource_id == delete.resource_id);
        let asked = cluster.and_then(deletion::asked).filter(|_| delete.begun);
        asked.map_or(self.terms.now, |asked| asked.at)
    }

    /// A clone goes without a snapshot because its source holds the data: so the source is looked at again, too.
    async fn source_stands(&self, delete: &DeleteCluster) -> Result<(), Box<Done>> {
        let clusters = &self.region.clusters;
        let clone = clusters.iter().find(|cluster| cluster.resource_id == delete.resource_id);
        let policy = self.terms.policy;
        let keeps = clone.map_or(policy.final_snapshot, |clone| policy.keeps(&clone.tags));
        if delete.keep.is_some() || keeps != FinalSnapshot::UnlessClone {
            return Ok(());
        }
        let source = clone.and_then(|clone| plan::source_of(clone, clusters, self.terms));
        let Some(source) = source else { return Err(Box::new(Done::moved("its source is no longer known"))) };
        match self.reader.cluster(&source.id, self.account).await {
            Ok(found) => again::source_stands(source, found.as_ref(), self.terms),
            Err(error) => Err(Box::new(Done::stopped_by(&error, Vec::new()))),
        }
    }

    async fn delete(&self, delete: &DeleteCluster, steps: &mut Steps<'_>, taken: &mut usize) -> Result<Done, AwsError> {
        if let Some(asked) = delete.asked_before {
            steps.push(format!("asked for already at {asked}, and it still stood whole"));
        }
        if !delete.begun {
            let mut marks = delete.marks.clone();
            marks.set(tags::DELETE_REQUESTED, self.terms.now.to_string());
            self.writer.add_tags(&delete.arn, &marks).await?;
            steps.push(format!("tagged {}", tags::DELETE_REQUESTED));
        }
        if delete.lift_protection {
            self.writer.lift_protection(&delete.id).await?;
            steps.push("lifted deletion protection");
        }
        self.delete_members(&delete.members, steps, taken).await?;
        let keep = delete.keep.as_ref();
        let name = keep.map(|keep| keep.name.as_str());
        if let Err(error) = self.writer.delete_cluster(&delete.id, name).await {
            self.second_look(delete, name, error, steps, taken).await?;
            // It is going, but perhaps not by this call: nobody may be told that data is kept unless it is seen.
            if let Some(missing) = self.missing_snapshot(delete).await? {
                return Ok(Done { outcome: Outcome::Failed, steps: steps.take(), reason: Some(missing) });
            }
        }
        steps.push(match keep {
            Some(keep) => format!("deletion requested; data kept in snapshot {}", keep.name),
            None => "deletion requested; no snapshot".to_owned(),
        });
        let mut done = Done::changed(steps.take());
        if let Some(keep) = keep {
            self.mark(&keep.arn, &keep.tags, &keep.strip, keep.keep_days)
                .await
                .map_or_else(|error| done.reason = Some(not_marked(keep, &error)), |()| done.steps.push(kept(keep)));
        }
        Ok(done)
    }

    async fn delete_members(
        &self,
        members: &[Member],
        steps: &mut Steps<'_>,
        taken: &mut usize,
    ) -> Result<(), AwsError> {
        for member in members {
            let what = if member.writer { "writer" } else { "reader" };
            match self.writer.delete_instance(&member.id).await {
                Ok(()) => steps.push(format!("{what} {}: deletion requested", member.id)),
                Err(error) if error.is_not_found() => steps.push(format!("{what} {}: gone already", member.id)),
                Err(error) if error.is_worth_another_look() => {
                    match self.reader.instance_status(&member.id).await?.as_deref() {
                        None => steps.push(format!("{what} {}: gone already", member.id)),
                        Some("deleting") => steps.push(format!("{what} {}: being deleted already", member.id)),
                        Some(_) => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
            *taken += 1;
        }
        Ok(())
    }

    /// The delete was refused or its answer lost. If the cluster is going, that was all; if auto scaling has put a
    /// reader back meanwhile, the newcomers go and the delete is asked for once more.
    async fn second_look(
        &self,
        delete: &DeleteCluster,
        snapshot: Option<&str>,
        error: AwsError,
        steps: &mut Steps<'_>,
        taken: &mut usize,
    ) -> Result<(), AwsError> {
        if error.is_not_found() {
            return Ok(());
        }
        if !error.is_worth_another_look() {
            return Err(error);
        }
        let found = self.reader.cluster(&delete.id, self.account).await?;
        let newcomers = match again::refused(delete, found, self.terms) {
            Refused::Over => return Ok(()),
            Refused::Moved => return Err(error),
            Refused::Stands(newcomers) => newcomers,
        };
        if newcomers.is_empty() {
            // AWS may have taken the order and show the cluster as it was for a while: its snapshot tells.
            let taken =
                error.may_have_happened() && snapshot.is_some() && self.missing_snapshot(delete).await?.is_none();
            return if taken { Ok(()) } else { Err(error) };
        }
        self.delete_members(&newcomers, steps, taken).await?;
        self.writer.delete_cluster(&delete.id, snapshot).await
    }

    /// Where the data of a cluster that is gone or going was to be kept and is not.
    async fn missing_snapshot(&self, delete: &DeleteCluster) -> Result<Option<Reason>, AwsError> {
        let Some(keep) = &delete.keep else { return Ok(None) };
        let found = self.reader.snapshot(&keep.name).await?;
        if found.is_some_and(|found| plan::has_the_data(&found, delete)) {
            return Ok(None);
        }
        let message = format!(
            "it is being deleted, but not by this run's call, and its final snapshot {} is not there, or cannot be told \
             from another",
            keep.name
        );
        let fix = "find out who deleted it; while AWS still keeps its automated backups, restore it from those";
        Ok(Some(Reason::new(&codes::FINAL_SNAPSHOT_MISSING, message, fix)))
    }

    pub(super) async fn start_cluster(&self, planned: &StartCluster) -> Done {
        let found = match self.reader.cluster(&planned.id, self.account).await {
            Ok(found) => found,
            Err(error) => return Done::stopped_by(&error, Vec::new()),
        };
        let start = match again::to_start(planned, found, self.region, self.terms) {
            Ok(start) => start,
            Err(done) => return *done,
        };
        match self.start(&start).await {
            Ok(()) => Done::changed(vec!["start requested; a later run deletes it".to_owned()]),
            Err(error) if error.is_not_found() => Done::already(&report::codes::GONE, "it is gone already", Vec::new()),
            Err(error) => {
                self.take_word_back(&start, &error).await;
                Done::stopped_by(&error, Vec::new())
            }
        }
    }

    /// A start that was refused has not begun what the word asked for.
    async fn take_word_back(&self, start: &StartCluster, error: &AwsError) {
        let cluster = self.region.clusters.iter().find(|cluster| cluster.resource_id == start.resource_id);
        let Some(cluster) = cluster.filter(|_| self.terms.asked.is_some() && !error.may_have_happened()) else {
            return;
        };
        if let Err(error) = self.writer.add_tags(&start.arn, &plan::taken_back(cluster, self.terms.policy)).await {
            tracing::warn!(
                error.message = crate::text::chain(&error),
                "a word that came to nothing was not taken back"
            );
        }
    }

    /// Counted first: a start that is not counted could be repeated for ever.
    async fn start(&self, start: &StartCluster) -> Result<(), AwsError> {
        self.writer.add_tags(&start.arn, &start.marks).await?;
        self.writer.start_cluster(&start.id).await
    }

    /// Needs no second look: whatever the cluster is by now, its tags were seen otherwise.
    pub(super) async fn forget(&self, forget: &ForgetNotice) -> Done {
        match self.writer.add_tags(&forget.arn, &forget.marks).await {
            Ok(()) => Done::changed(vec![format!("tagged {}", keys(&forget.marks))]),
            Err(error) if error.is_not_found() => Done::already(&report::codes::GONE, "it is gone already", Vec::new()),
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }
}

fn keys(tags: &Tags) -> String {
    tags.iter().map(|(key, _)| key).collect::<Vec<_>>().join(", ")
}
