//! What a report has of each step and of each thing left alone.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Action, DeleteCluster, Left, Marked};
use crate::domains::clusters::tags::NOTIFIED;
use crate::jobs::cluster_cleanup::codes;
use crate::report::{Outcome, Planned, Reason};
use crate::run::caps::{Counted, DELETIONS, PURGES};
use crate::run::plan::{Act, Details, Leave, Subject};

impl Subject<Marked> for Action {
    fn id(&self) -> Cow<'_, str> {
        Self::id(self).into()
    }

    fn region<'a>(&'a self, _: &'a Marked) -> &'a str {
        Self::region(self)
    }

    fn owner(&self) -> Option<&str> {
        Self::owner(self)
    }

    fn details(&self, _: &Marked, _: Outcome) -> Details {
        let value = match self {
            Self::DeleteCluster(delete) => json!({
                "expired_at": delete.expired_at,
                "resource_id": delete.resource_id,
                "final_snapshot": delete.keep.as_ref().map(|keep| &keep.name),
                "resumed": delete.begun,
                "asked_before": delete.asked_before,
            }),
            Self::StartCluster(start) => json!({ "expired_at": start.expired_at, "resource_id": start.resource_id }),
            Self::ForgetNotice(forget) => json!({ "forgets": forget.marks }),
            Self::AskOwner(ask) => json!({ "asks": ask.code }),
            Self::WarnOwner(warn) if warn.no_record => json!({
                "expires_at": warn.expires_at,
                "resource_id": warn.resource_id,
                "notes": [no_record()],
            }),
            Self::MarkSnapshot(_) => json!({ "snapshot": true }),
            Self::WarnOwner(warn) => json!({ "expires_at": warn.expires_at, "resource_id": warn.resource_id }),
            Self::TellDeleted(tell) => {
                json!({ "snapshot": true, "purge_after": tell.purge_after, "of": tell.cluster_id })
            }
            Self::DeleteSnapshot(delete) => {
                json!({ "snapshot": true, "purge_after": delete.purge_after, "of": delete.cluster_id })
            }
        };
        [(Cow::Borrowed("clusters"), value)].into()
    }
}

/// Told only now, though its time has been over for some nights.
fn no_record() -> Reason {
    let message = format!(
        "its time has been over for some nights, and no tag {NOTIFIED} that still holds says that its owner was told: it is \
         new here, its owner or its expiry was changed, or something removes this tool's tags each day or puts old ones back"
    );
    let fix = "if it is new or was changed, nothing; if this is said again tomorrow, let Terraform ignore tags that start \
               with 'nightshift:' (ignore_tags in the provider), or whatever else sets the tags of this cluster";
    Reason::new(&codes::NO_RECORD, message, fix)
}

impl Act<Marked> for Action {
    fn steps(&self) -> Vec<String> {
        Self::steps(self).iter().map(ToString::to_string).collect()
    }

    fn planned(&self) -> Vec<Planned> {
        Self::steps(self).iter().map(Planned::of).collect()
    }

    fn capped(&self) -> Option<Counted> {
        match self {
            // What an earlier run began is gone on with: it is counted once.
            Self::DeleteCluster(delete) => (!delete.begun).then_some(DELETIONS),
            Self::DeleteSnapshot(_) => Some(PURGES),
            Self::StartCluster(_)
            | Self::MarkSnapshot(_)
            | Self::WarnOwner(_)
            | Self::TellDeleted(_)
            | Self::ForgetNotice(_)
            | Self::AskOwner(_) => None,
        }
    }

    fn counted_as(&self) -> Cow<'_, str> {
        match self {
            Self::DeleteCluster(delete) => format!("{} {}", delete.region, delete.resource_id).into(),
            Self::DeleteSnapshot(delete) => (&delete.arn).into(),
            _ => self.id().into(),
        }
    }

    /// Of the deletion of a cluster: the rest of it, the marks on its snapshot, and the word to its owner.
    fn is_left_of(&self, agreed: &Value) -> bool {
        if agreed["do"] != "delete-cluster" {
            return false;
        }
        let keeps = |arn: &str, region: &str| agreed["keep"]["arn"] == arn && agreed["region"] == region;
        match self {
            Self::DeleteCluster(delete) => delete.is_left_of(agreed),
            Self::MarkSnapshot(mark) => keeps(&mark.arn, &mark.region) && agreed["keep"]["keep_days"] == mark.keep_days,
            Self::TellDeleted(tell) => keeps(&tell.arn, &tell.region),
            _ => false,
        }
    }

    fn facts(&self) -> Option<String> {
        match self {
            Self::DeleteCluster(delete) => serde_json::to_string(&delete.marks).ok(),
            _ => None,
        }
    }
}

impl DeleteCluster {
    /// What a run that died left of this very deletion: no member, snapshot or protection that was not part of it. What is written on the cluster
    /// says how far it came, so that may be another.
    fn is_left_of(&self, agreed: &Value) -> bool {
        let kept = self.keep.as_ref().map(|keep| (json!(keep.arn), json!(keep.keep_days)));
        let was_kept = Some(&agreed["keep"]).filter(|keep| !keep.is_null());
        let was_kept = was_kept.map(|keep| (keep["arn"].clone(), keep["keep_days"].clone()));
        let was_member =
            |id: &str| agreed["members"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id));
        agreed["region"] == self.region.as_str()
            && agreed["id"] == self.id.as_str()
            && agreed["resource_id"] == self.resource_id.as_str()
            && agreed["expired_at"] == json!(self.expired_at)
            && kept == was_kept
            && self.members.iter().all(|member| was_member(&member.id))
            && (!self.lift_protection || agreed["lift_protection"] == true)
    }
}

impl Subject<Marked> for Left {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a Marked) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn details(&self, _: &Marked, _: Outcome) -> Details {
        Details::new()
    }
}

impl Leave<Marked> for Left {
    fn outcome(&self) -> Outcome {
        self.why.outcome()
    }

    fn reason(&self) -> Option<Reason> {
        Some(self.why.reason())
    }
}
