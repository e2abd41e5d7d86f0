//! Marking and deleting final snapshots.

use jiff::{SignedDuration, Timestamp};

use super::{InRegion, Late, again};
use crate::domains::clusters::tags::{self, RESTORE_PREFIX};
use crate::jobs::cluster_cleanup::codes;
use crate::jobs::cluster_cleanup::plan::{DeleteSnapshot, KeepSnapshot, MarkSnapshot, Why};
use crate::report::{self, Outcome, Reason};
use crate::run::Done;
use crate::services::aws::AwsError;
use crate::services::rds::Snapshot;
use crate::services::tags::Tags;

impl InRegion<'_> {
    pub(super) async fn mark_snapshot(&self, planned: &MarkSnapshot) -> Done {
        let planned = match self
            .found(&planned.id)
            .await
            .and_then(|found| again::to_mark(planned, found, self.region, self.terms))
        {
            Ok(again) => again,
            Err(done) => return *done,
        };
        match self.mark(&planned.arn, &planned.tags, &planned.strip, planned.keep_days).await {
            Ok(()) if planned.has_facts => Done::changed(vec![format!("tagged: kept {} days", planned.keep_days)]),
            Ok(()) => {
                let at = purge_after(self.terms.now, planned.keep_days);
                let why = Why::SnapshotWithoutFacts { cluster: planned.cluster_id.clone(), at };
                Done::but(vec![format!("tagged: kept {} days", planned.keep_days)], why.reason())
            }
            Err(error) if error.is_not_found() => self.gone_or_not_ready(&planned.id, &error).await,
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }

    /// What was seen a moment ago and is not found to be tagged: gone since, or not to be seen everywhere yet.
    async fn gone_or_not_ready(&self, id: &str, error: &AwsError) -> Done {
        if matches!(self.reader.snapshot(id).await, Ok(None)) {
            return Done::already(&report::codes::GONE, "it is gone already", Vec::new());
        }
        let fix = "the next run tries again; invoke the function within minutes if its cluster is still going";
        Done::left(Outcome::Deferred, Reason::new(&report::codes::NOT_READY, crate::text::chain(error), fix))
    }

    pub(super) async fn delete_snapshot(&self, planned: &DeleteSnapshot) -> Done {
        let found = self.found(&planned.id).await;
        if let Err(done) = found.and_then(|found| again::to_purge(planned, found, self.region, self.terms)) {
            return *done;
        }
        match self.writer.delete_snapshot(&planned.id).await {
            Ok(()) => Done::changed(vec!["deletion requested".to_owned()]),
            Err(error) if error.is_not_found() => Done::already(&report::codes::GONE, "it is gone already", Vec::new()),
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }

    /// Tries once more to mark a snapshot whose cluster is going.
    pub(super) async fn mark_late(&self, keep: &KeepSnapshot, done: &mut Done) -> Late {
        match self.mark(&keep.arn, &keep.tags, &keep.strip, keep.keep_days).await {
            Ok(()) => {
                done.steps.push(kept(keep));
                done.reason = None;
                Late::Over
            }
            Err(error) => {
                done.reason = Some(not_marked(keep, &error));
                // Not to be seen yet: AWS makes it while it deletes the cluster.
                if error.is_not_found() || error.may_pass() { Late::MayPass } else { Late::Over }
            }
        }
    }

    /// The snapshot as it is now.
    async fn found(&self, id: &str) -> Result<Option<Snapshot>, Box<Done>> {
        self.reader.snapshot(id).await.map_err(|error| Box::new(Done::stopped_by(&error, Vec::new())))
    }

    /// What is inherited goes first, so that there is room; but for the mark of the deletion, which goes last: while it is
    /// there, whoever finds the snapshot knows that it does not have all its tags yet.
    pub(super) async fn mark(&self, arn: &str, tags: &Tags, strip: &[String], keep_days: u16) -> Result<(), AwsError> {
        let (last, first): (Vec<_>, Vec<_>) = strip.iter().cloned().partition(|key| key == tags::DELETE_REQUESTED);
        if !first.is_empty() {
            self.writer.remove_tags(arn, &first).await?;
        }
        let mut tags = tags.clone();
        tags.set(tags::PURGE_AFTER, purge_after(self.terms.now, keep_days).to_string());
        if self.terms.announces {
            tags.set(tags::UNTOLD, self.terms.now.to_string());
        }
        self.writer.add_tags(arn, &tags).await?;
        if last.is_empty() { Ok(()) } else { self.writer.remove_tags(arn, &last).await }
    }
}

/// When a snapshot taken now may go.
pub(super) fn purge_after(now: Timestamp, keep_days: u16) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(keep_days))).unwrap_or(Timestamp::MAX)
}

pub(super) fn kept(keep: &KeepSnapshot) -> String {
    format!("snapshot tagged: kept {} days", keep.keep_days)
}

pub(super) fn not_marked(keep: &KeepSnapshot, error: &AwsError) -> Reason {
    let message = format!(
        "the cluster is being deleted and its data kept, but snapshot {} has no tags yet: {}",
        keep.name,
        error.said()
    );
    let fix = format!(
        "invoke the function again within minutes: while AWS still shows the cluster, that tags the snapshot; after that \
         the data is safe, but a restore does not know how the cluster was built: put the {RESTORE_PREFIX}* tags of \
         item.tags in this run's log line 'about to apply' on the snapshot by hand"
    );
    Reason::new(&codes::SNAPSHOT_NOT_MARKED, message, fix)
}
