//! Whether the source may be cloned, and can be.

use jiff::Timestamp;

use super::CloneFault;
use crate::domains::clusters::tags::{DATA, PRODUCTION};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::World;
use crate::jobs::cluster_clone::policy::Policy;
use crate::jobs::cluster_clone::request::Wish;
use crate::run::Protected;
use crate::services::rds::Cluster;
use crate::text::printable;

/// The states in which AWS clones a cluster.
const CLONABLE: [&str; 4] = ["available", "backing-up", "maintenance", "storage-optimization"];

pub(super) fn of<'a>(
    world: &'a World,
    policy: &Policy,
    wish: &Wish,
    now: Timestamp,
) -> Result<&'a Cluster, CloneFault> {
    let source = world.cluster(&wish.region, &wish.source).ok_or_else(|| {
        CloneFault::new(
            &codes::NO_SOURCE,
            format!("there is no Aurora cluster {} in {}", printable(&wish.source), wish.region),
            "check the name and the Region; nightshift clusters list --all shows what is there",
        )
    })?;
    allowed(source, world, policy)?;
    // Whose data is made nobody's before anybody is handed it, is asked for no more.
    let is_open = wish.anonymise || policy.clones_production;
    if let Some(Holds { whose, pattern }) = production(world, source, policy).filter(|_| !is_open) {
        let what = if whose == source.id {
            format!("{} is production ('{pattern}' of NIGHTSHIFT_PRODUCTION)", source.id)
        } else {
            format!("{} has data of {}, which is production ('{pattern}')", source.id, printable(&whose))
        };
        let message = format!("{what}, and its clone would hand that data out as it is");
        let fix = match &policy.quarantine {
            Some(_) => "ask for it with anonymise",
            None => "clone a cluster whose data is nobody's",
        };
        return Err(CloneFault::new(&codes::PRODUCTION, message, fix));
    }
    able(source, wish, now)?;
    Ok(source)
}

fn allowed(source: &Cluster, world: &World, policy: &Policy) -> Result<(), CloneFault> {
    let denied = |message: String| {
        Err(CloneFault::new(&codes::SOURCE_DENIED, message, "clone another, or have the operators allow it"))
    };
    if let Some(Holds { whose, pattern }) = holds(world, source, policy, &policy.denied) {
        let id = &source.id;
        let of = if whose == *id { String::new() } else { format!(", and has data of {}", printable(&whose)) };
        return denied(format!("{id} may not be cloned{of}: NIGHTSHIFT_PROTECTED holds '{pattern}'"));
    }
    if Policy::meant(&policy.sources, source).is_none() {
        return denied(format!("{} may not be cloned: no pattern of NIGHTSHIFT_CLONE_SOURCES means it", source.id));
    }
    Ok(())
}

/// Of whose data something has a copy, and the pattern that means them.
pub(super) struct Holds<'a> {
    pub whose: String,
    pub pattern: &'a str,
}

/// What makes the data of `source` production data. A clone of production is production, whatever its own tags say: by a tag of
/// ours where the one it was made of is gone.
pub(super) fn production<'a>(world: &World, source: &Cluster, policy: &'a Policy) -> Option<Holds<'a>> {
    let marked = |one: &&Cluster| one.tags.get(DATA) == Some(PRODUCTION);
    let (kin, _) = lineage(world, source, policy);
    holds(world, source, policy, &policy.production)
        .or_else(|| kin.into_iter().find(marked).map(|one| Holds { whose: one.id.clone(), pattern: MARK }))
}

const MARK: &str = "nightshift:data=production";

/// Whom of those whose data `source` has one of `patterns` means.
fn holds<'a>(world: &World, source: &Cluster, policy: &Policy, patterns: &'a Protected) -> Option<Holds<'a>> {
    let (kin, gone) = lineage(world, source, policy);
    let found = |whose: &str, pattern| Holds { whose: whose.to_owned(), pattern };
    kin.into_iter()
        .find_map(|one| Policy::meant(patterns, one).map(|pattern| found(&one.id, pattern)))
        .or_else(|| gone.into_iter().find_map(|arn| Policy::meant_by_arn(patterns, arn).map(|by| found(arn, by))))
}

/// Every cluster whose data `source` has, itself first: those it shares pages with, the one its tag says it was made of, and so
/// on from each of them. And what such a tag names that is not there any more.
fn lineage<'a>(world: &'a World, source: &'a Cluster, policy: &Policy) -> (Vec<&'a Cluster>, Vec<&'a str>) {
    let (mut kin, mut gone, mut next) = (vec![source], Vec::new(), 0);
    while let Some(one) = kin.get(next).copied() {
        next += 1;
        let made_of = one.tags.get(&policy.source_tag).map(str::trim);
        let shares = |other: &Cluster| {
            other.region == one.region && one.clone_group.is_some() && other.clone_group == one.clone_group
        };
        let is_origin = |other: &Cluster| {
            made_of.is_some_and(|named| other.arn == named || (other.region == one.region && other.id == named))
        };
        if let Some(named) = made_of.filter(|_| !world.clusters.iter().any(is_origin)) {
            gone.push(named);
        }
        for other in world.clusters.iter().filter(|other| shares(other) || is_origin(other)) {
            if !kin.iter().any(|known| known.arn == other.arn) {
                kin.push(other);
            }
        }
    }
    (kin, gone)
}

fn able(source: &Cluster, wish: &Wish, now: Timestamp) -> Result<(), CloneFault> {
    let Cluster { id, status, .. } = source;
    if source.limitless {
        let fix = "restore it from a snapshot in the console";
        return Err(CloneFault::new(&codes::LIMITLESS, format!("{id} is an Aurora Limitless database"), fix));
    }
    if !CLONABLE.contains(&status.as_str()) {
        let fix = if status == "stopped" { "start it first" } else { "try again when it is available" };
        return Err(CloneFault::new(&codes::SOURCE_NOT_READY, format!("{id} is '{status}'"), fix));
    }
    match wish.from {
        None if source.members.is_empty() => Err(CloneFault::new(
            &codes::NO_MEMBER,
            format!("{id} has no member, and AWS shares the data of no cluster without one"),
            "give it a member, or ask for a full copy with from",
        )),
        Some(from) if from >= now => Err(CloneFault::new(
            &codes::FUTURE_COPY,
            format!("a copy of {id} as it was at {from} cannot be made at {now}"),
            "name a moment within its backup retention",
        )),
        Some(from) if !within(from, source) => {
            let (from_on, until) = source.restorable;
            let end = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| at.to_string());
            Err(CloneFault::new(
                &codes::OUTSIDE_BACKUPS,
                format!("the backups of {id} reach from {} to {}, and {from} is not between", end(from_on), end(until)),
                "name a moment that is",
            ))
        }
        _ => Ok(()),
    }
}

/// Whether the backups of `source` hold `moment`, as far as AWS says.
fn within(moment: Timestamp, source: &Cluster) -> bool {
    let (from, until) = source.restorable;
    from.is_none_or(|from| from <= moment) && until.is_none_or(|until| moment <= until)
}
