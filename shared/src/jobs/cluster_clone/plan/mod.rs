//! What is made of a wish, or why nothing is. Pure.

mod action;
mod build;
mod count;
mod left_over;
mod raw;
mod source;
mod still;
mod tell;
#[cfg(test)]
mod tests;
mod who;

use jiff::Timestamp;

pub(super) use action::how_to_reach;
pub use action::{About, Action, CloneFault, ClonePlan, Everything, Left, RawPlan, RawState, Sweep, Tell};
pub(super) use build::end;
pub(super) use count::{Overshoot, of_owner, overshoot};
pub(super) use left_over::{FAILED, is_empty_clone, is_left_over};
pub(super) use raw::{is_made_for, is_outside};
pub(super) use still::{Still, still};
pub(super) use tell::{is_untold, matter, memory, was_told};

use super::codes;
use super::model::World;
use super::policy::Policy;
use super::request::{Request, Wish};
use crate::domains::clusters::tags::{CLONE, CREATING, READY, WISH};
use crate::report::Outcome;
use crate::run;
use crate::services::rds::Cluster;

/// The whole decision.
pub type Plan = run::plan::Plan<Action, Left, Everything>;

impl Plan {
    /// Decides about `request`; whether owners are told, `tells` says.
    pub fn decide(
        world: &World,
        account: &str,
        policy: &Policy,
        request: &Request,
        now: Timestamp,
        tells: bool,
    ) -> Self {
        let mut plan = Self::empty(account, Everything, world.clusters.len());
        match request {
            Request::Sweep => {
                left_over::sweep(&mut plan, world, policy, now);
                plan.actions.extend(raw::orphans(world).map(Action::Forget));
                plan.actions.extend(world.clusters.iter().filter(|_| tells).filter_map(|one| tell::ready(one, policy)));
            }
            Request::Clone(wish) => match decide(world, policy, wish, now) {
                Ok(Decision::Make(clone)) => plan.actions.push(Action::Clone(clone)),
                Ok(Decision::There(left, found)) => match tell::ready(found, policy).filter(|_| tells) {
                    Some(tell) => plan.actions.push(tell),
                    None => plan.left.push(left),
                },
                Err((id, CloneFault(reason))) => {
                    if tells && reason.is(&codes::QUOTA) {
                        plan.actions.extend(over_quota(world, policy, wish, &id, now));
                    }
                    let (region, outcome) = (wish.region.clone(), Outcome::Skipped);
                    plan.left.push(Left { id, region, owner: None, outcome, reason });
                }
            },
        }
        plan
    }
}

/// What comes of a wish that is granted.
enum Decision<'a> {
    Make(Box<ClonePlan>),
    There(Left, &'a Cluster),
}

/// That an owner has as many as there may be, where they were not told that of the same wish just now.
fn over_quota(world: &World, policy: &Policy, wish: &Wish, id: &str, now: Timestamp) -> Option<Action> {
    let owner = who::asks(&world.claim, wish).ok()?.owner;
    let mine = of_owner(&world.clusters, &owner, policy);
    let matter = matter(codes::QUOTA.name, id, &owner);
    if memory(&mine, policy).is_some_and(|memory| was_told(memory, &matter, now)) {
        return None;
    }
    let about = About::OverQuota { source: wish.source.clone() };
    Some(Action::Tell(Tell { region: wish.region.clone(), id: id.to_owned(), owner, about }))
}

/// Decides about `wish`; what is refused goes by the name of what is refused.
fn decide<'a>(
    world: &'a World,
    policy: &Policy,
    wish: &Wish,
    now: Timestamp,
) -> Result<Decision<'a>, (String, CloneFault)> {
    let source_named = |fault| (crate::text::printable(&wish.source), fault);
    let who = who::asks(&world.claim, wish).map_err(source_named)?;
    let source = source::of(world, policy, wish, now).map_err(source_named)?;
    let ruled = raw::ruled(world, policy, wish, source).map_err(source_named)?;
    let id = build::name(wish, &who.owner).map_err(source_named)?;
    let named = |fault| (id.clone(), fault);
    let existing = world.cluster(&wish.region, &id);
    let begun = match existing {
        None => None,
        Some(found) => match standing(found, source, &who.owner, wish, policy).map_err(named)? {
            Standing::Ready => return Ok(Decision::There(Left::there(found, &who.owner), found)),
            Standing::Creating => Some(found),
        },
    };
    let parts = build::Parts { world, policy, wish, who: &who, source, id: &id, begun, now };
    let raw = ruled.map(|ruled| raw::found(&parts).map(|found| (ruled, found))).transpose().map_err(named)?;
    let has_place = begun.or(raw.as_ref().and_then(|(_, found)| *found));
    count::allows(world, policy, source, wish, &who.owner, has_place).map_err(named)?;
    let clone = build::clone(&parts).map_err(named)?;
    let clone = match raw {
        None => clone,
        Some((ruled, found)) => raw::with(&parts, clone, ruled, found),
    };
    Ok(Decision::Make(Box::new(clone)))
}

enum Standing {
    Ready,
    Creating,
}

/// How far a clone that bears the wanted name has come, where it is the one that is wanted.
fn standing(
    found: &Cluster,
    source: &Cluster,
    owner: &str,
    wish: &Wish,
    policy: &Policy,
) -> Result<Standing, CloneFault> {
    if found.status == "deleting" {
        return Err(CloneFault::being_deleted(&found.id));
    }
    // What is older than its source was made of another cluster of that name.
    let is_older = found.created_at.zip(source.created_at).is_some_and(|(found, source)| found < source);
    if is_older || !is_clone_of(found, &source.arn, owner, policy) {
        return Err(CloneFault::name_taken(&found.id));
    }
    let standing = match found.tags.get(CLONE) {
        Some(READY) => Standing::Ready,
        Some(CREATING) => Standing::Creating,
        _ => return Err(CloneFault::name_taken(&found.id)),
    };
    let wanted = build::wish(wish);
    if found.tags.get(WISH) == Some(&wanted) {
        Ok(standing)
    } else {
        Err(CloneFault::another_wish(&found.id, found.tags.get(WISH), &wanted))
    }
}

/// Whether `found` was made of `source` for `owner`, by its tags.
pub(super) fn is_clone_of(found: &Cluster, source: &str, owner: &str, policy: &Policy) -> bool {
    found.tags.get(&policy.source_tag) == Some(source) && owned_by(found, owner, policy)
}

/// Whether `cluster` is `owner`'s.
fn owned_by(cluster: &Cluster, owner: &str, policy: &Policy) -> bool {
    run::is_owned_by(&cluster.tags, &policy.lease.owner_tag, owner)
}
