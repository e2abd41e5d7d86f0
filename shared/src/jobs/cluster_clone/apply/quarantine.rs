//! The raw copy, from its making to its end: whole in quarantine, its data made nobody's, and gone once a clone of it is there. Where
//! it comes to nothing, all that was made for it goes again, and nothing that was not.

use jiff::Timestamp;

use super::{End, Maker};
use crate::clock;
use crate::domains::clusters::tags::{ANONYMISED, ANONYMISED_AT, RULES};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::plan::{self, ClonePlan, RawPlan, RawState};
use crate::report::{Outcome, Reason};
use crate::run::Steps;
use crate::run::done::{MAY_PASS, verdict};
use crate::services::rds::Cluster;
use crate::services::tags::Tags;

impl Maker<'_> {
    /// Makes the raw copy, or goes on with it, until its data is nobody's and its tags say so.
    pub(super) async fn quarantine(&self, raw: &RawPlan, steps: &mut Steps<'_>) -> Result<(), End> {
        let found = self.whole(&raw.clone, steps).await?;
        let id = &found.id;
        if found.tags.get(RULES) != Some(&raw.fingerprint) {
            return Err(End::Failed(not_anonymised(format!(
                "cluster {id} was made for other rules than there are now"
            ))));
        }
        is_inside(&raw.clone, &found)?;
        if found.tags.get(ANONYMISED) == Some(&raw.fingerprint) {
            return Box::pin(self.nobody_came(&found)).await;
        }
        Box::pin(self.anonymise(raw, &found, steps)).await?;
        self.stayed_inside(raw, &found).await?;
        // As exact as AWS says it of a moment to restore to, and not later.
        let now = clock::now();
        let since = Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
        let tags: Tags = [(ANONYMISED, raw.fingerprint.as_str()), (ANONYMISED_AT, &since)].into_iter().collect();
        self.writer.add_tags(&found.arn, &tags).await?;
        steps.push(format!("cluster {id}: anonymised by {}, by its tags", raw.rules));
        self.forget_key(&found, steps).await
    }

    /// Looks again, now that the work is done: whoever opened the quarantine meanwhile may have read the originals, or may have written some
    /// back.
    async fn stayed_inside(&self, raw: &RawPlan, found: &Cluster) -> Result<(), End> {
        let now = self.reader.cluster(&found.id, self.account).await?;
        match now.filter(|now| now.resource_id == found.resource_id) {
            Some(now) => is_inside(&raw.clone, &now),
            None => {
                Err(End::Moved(format!("cluster {} is gone, or another one by now; nothing was made of it", found.id)))
            }
        }
    }

    /// Deletes the raw copy, now that `clone` was made of it and is whole.
    pub(super) async fn let_go(&self, raw: &RawPlan, clone: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        if clone.tags.get(ANONYMISED) != Some(&raw.fingerprint) {
            let message = format!("cluster {} was made by other rules than there are now", clone.id);
            return Err(End::Failed(not_anonymised(message)));
        }
        if raw.state == RawState::Gone {
            return Ok(());
        }
        let Some(found) = self.reader.cluster(&raw.clone.cluster.id, self.account).await? else { return Ok(()) };
        let since = found.tags.get(ANONYMISED_AT).and_then(|at| at.parse::<Timestamp>().ok());
        if let Some((earliest, since)) = clone.restorable.0.zip(since).filter(|(earliest, since)| earliest < since) {
            let id = &clone.id;
            let message = format!(
                "cluster {id} could be restored as it was at {earliest}, and its data is nobody's since {since}"
            );
            return Err(End::Failed(not_anonymised(message)));
        }
        self.discard(&raw.clone, steps).await
    }

    /// Deletes what was made for `plan` where `end` is a failure, and says so; what may pass by itself stays, for the next attempt.
    pub(super) async fn give_up(&self, plan: &ClonePlan, raw: &RawPlan, end: End, steps: &mut Steps<'_>) -> End {
        let reason = match end {
            End::Failed(reason) => reason,
            End::Error(error) => match verdict(&error) {
                (Outcome::Failed, reason) if !MAY_PASS.iter().any(|code| reason.is(code)) => reason,
                _ => return End::Error(error),
            },
            End::Later(_) | End::Moved(_) | End::There(_) => return end,
        };
        let mut stays = Vec::new();
        for one in [plan, &raw.clone] {
            match self.discard(one, steps).await {
                Ok(()) => {}
                Err(End::Error(error)) => {
                    stays.push(format!("cluster {} stays: {}", one.cluster.id, crate::text::chain(&error)));
                }
                Err(End::Moved(message) | End::There(message)) => stays.push(message),
                Err(End::Later(why) | End::Failed(why)) => stays.push(why.message),
            }
        }
        let then =
            if stays.is_empty() { "all that was made for it was deleted again".to_owned() } else { stays.join("; ") };
        End::Failed(Reason { message: format!("{}; {then}", reason.message), ..reason })
    }

    /// Deletes the cluster of `plan` with its members and the key of its run, without a snapshot, if it is there and was made for it.
    async fn discard(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<(), End> {
        let id = &plan.cluster.id;
        let Some(found) = self.reader.cluster(id, self.account).await? else { return Ok(()) };
        if found.status == "deleting" {
            return Ok(());
        }
        if !plan::is_made_for(plan, &found, self.policy) {
            return Err(End::Moved(format!(
                "cluster {id} is not what was made for this any more, or not by this tool; it stays"
            )));
        }
        // Before the cluster: what is left of a deletion that died here is found again by it.
        self.forget_key(&found, steps).await?;
        let members = self.reader.instances(&[id]).await?;
        for (member, _) in members.iter().filter(|(_, instance)| instance.status != "deleting") {
            match self.writer.delete_instance(member).await {
                Ok(()) => steps.push(format!("instance {member}: deletion requested")),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        match self.writer.delete_cluster(id, None).await {
            Ok(()) => steps.push(format!("cluster {id}: deletion requested, without a snapshot")),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// A failure if `found` stands outside its quarantine.
fn is_inside(was: &ClonePlan, found: &Cluster) -> Result<(), End> {
    let outside = plan::is_outside(was, found)
        .map(|what| not_anonymised(format!("cluster {} stands outside its quarantine: {what}", found.id)));
    outside.map_or(Ok(()), |reason| Err(End::Failed(reason)))
}

/// That it came to nothing.
pub(super) fn not_anonymised(message: String) -> Reason {
    Reason::listed(&codes::NOT_ANONYMISED, message)
}
