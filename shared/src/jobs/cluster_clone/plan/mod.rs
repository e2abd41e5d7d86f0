//! What is made of a wish, or why nothing is. Pure.

mod action;
mod build;
mod count;
mod left_over;
mod source;
#[cfg(test)]
mod tests;
mod who;

use jiff::Timestamp;

pub(super) use action::how_to_reach;
pub use action::{Action, CloneFault, ClonePlan, Everything, Left, Sweep};
pub(super) use count::{Overshoot, overshoot};
pub(super) use left_over::{is_empty_clone, is_left_over};

use super::model::World;
use super::policy::Policy;
use super::request::{Request, Wish};
use crate::domains::clusters::tags::{self, CLONE, CREATING, READY};
use crate::report::Outcome;
use crate::run;
use crate::services::rds::Cluster;

/// The whole decision.
pub type Plan = run::plan::Plan<Action, Left, Everything>;

impl Plan {
    /// Decides about `request`.
    pub fn decide(world: &World, account: &str, policy: &Policy, request: &Request, now: Timestamp) -> Self {
        let mut plan = Self::empty(account, Everything, world.clusters.len());
        match request {
            Request::Sweep => left_over::sweep(&mut plan, world, policy, now),
            Request::Clone(wish) => match decide(world, policy, wish, now) {
                Ok(Decision::Make(clone)) => plan.actions.push(Action::Clone(clone)),
                Ok(Decision::There(left)) => plan.left.push(left),
                Err((id, CloneFault(reason))) => {
                    let (region, outcome) = (wish.region.clone(), Outcome::Skipped);
                    plan.left.push(Left { id, region, owner: None, outcome, reason });
                }
            },
        }
        plan
    }
}

/// What comes of a wish that is granted.
enum Decision {
    Make(Box<ClonePlan>),
    There(Left),
}

/// Decides about `wish`; what is refused goes by the name of what is refused.
fn decide(world: &World, policy: &Policy, wish: &Wish, now: Timestamp) -> Result<Decision, (String, CloneFault)> {
    let source_named = |fault| (crate::text::printable(&wish.source), fault);
    let who = who::asks(&world.claim, wish).map_err(source_named)?;
    let source = source::of(world, policy, wish, now).map_err(source_named)?;
    let id = build::name(wish, &who.owner).map_err(source_named)?;
    let named = |fault| (id.clone(), fault);
    let existing = world.cluster(&wish.region, &id);
    let begun = match existing {
        None => None,
        Some(found) => match standing(found, source, &who.owner, policy).map_err(named)? {
            Standing::Ready => return Ok(Decision::There(Left::there(found, &who.owner))),
            Standing::Creating => Some(found),
        },
    };
    count::allows(world, policy, source, wish, &who.owner, begun).map_err(named)?;
    let clone = build::clone(&build::Parts { world, policy, wish, who: &who, source, id: &id, begun, now });
    clone.map(|clone| Decision::Make(Box::new(clone))).map_err(named)
}

enum Standing {
    Ready,
    Creating,
}

/// How far a clone that bears the wanted name has come, where it is the one that is wanted.
fn standing(found: &Cluster, source: &Cluster, owner: &str, policy: &Policy) -> Result<Standing, CloneFault> {
    if found.status == "deleting" {
        return Err(CloneFault::being_deleted(&found.id));
    }
    let is_ours = is_clone_of(found, &source.arn, owner, policy);
    match found.tags.get(CLONE) {
        Some(READY) if is_ours => Ok(Standing::Ready),
        Some(CREATING) if is_ours => Ok(Standing::Creating),
        _ => Err(CloneFault::name_taken(&found.id)),
    }
}

/// Whether `found` was made of `source` for `owner`, by its tags.
pub(super) fn is_clone_of(found: &Cluster, source: &str, owner: &str, policy: &Policy) -> bool {
    found.tags.get(&policy.source_tag) == Some(source) && owned_by(found, owner, policy)
}

/// Whether `cluster` is `owner`'s.
fn owned_by(cluster: &Cluster, owner: &str, policy: &Policy) -> bool {
    tags::is_owned_by(&cluster.tags, &policy.lease.owner_tag, owner)
}
