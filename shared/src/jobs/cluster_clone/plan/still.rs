//! Whether what bears the name of a clone is the one that is being made, each time it is looked at.

use super::{ClonePlan, end, is_clone_of};
use crate::domains::clusters::tags::{CLONE, CREATING, RAW, READY, WISH};
use crate::jobs::cluster_clone::policy::Policy;
use crate::services::rds::Cluster;

/// What a clone in the making has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jobs::cluster_clone) enum Still {
    /// It is the one.
    InTheMaking,
    /// Another attempt has handed it over.
    HandedOver,
    /// It is not, or not any more: what is the case with it.
    Another(&'static str),
}

/// See the module.
pub(in crate::jobs::cluster_clone) fn still(plan: &ClonePlan, found: &Cluster, policy: &Policy) -> Still {
    if plan.begun.as_ref().is_some_and(|begun| *begun != found.resource_id) {
        return Still::Another("is another one by now");
    }
    if !is_clone_of(found, plan.source(), &plan.owner, policy) || found.tags.get(RAW) != plan.cluster.tags.get(RAW) {
        return Still::Another("is no clone of this source for this owner");
    }
    if found.tags.get(WISH) != plan.cluster.tags.get(WISH) {
        return Still::Another("was asked for with other words by another attempt");
    }
    if end(found, policy).is_none() {
        return Still::Another("has lost the time at which it goes");
    }
    match found.tags.get(CLONE) {
        Some(CREATING) if found.status == "deleting" => Still::Another("is being deleted"),
        Some(CREATING) => Still::InTheMaking,
        Some(READY) => Still::HandedOver,
        _ => Still::Another("has lost the tag that says how far it is"),
    }
}
