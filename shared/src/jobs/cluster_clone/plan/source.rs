//! Whether the source may be cloned, and can be.

use jiff::Timestamp;

use super::CloneFault;
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::World;
use crate::jobs::cluster_clone::policy::Policy;
use crate::jobs::cluster_clone::request::Wish;
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
    allowed(source, policy)?;
    if wish.anonymise {
        return Err(CloneFault::new(
            &codes::ANONYMISE_UNAVAILABLE,
            "anonymise was asked for, and this version cannot do that; no clone was made, since its data would be as it is",
            "clone a cluster whose data is nobody's, without anonymise",
        ));
    }
    if let Some((cluster, pattern)) = production(world, source, policy).filter(|_| !policy.clones_production) {
        let what = if cluster.id == source.id {
            format!("{} is production ('{pattern}' of NIGHTSHIFT_PRODUCTION)", source.id)
        } else {
            format!("{} shares its data with {}, which is production ('{pattern}')", source.id, cluster.id)
        };
        let message = format!("{what}, and its clone would hand that data out as it is");
        return Err(CloneFault::new(&codes::PRODUCTION, message, "clone a cluster whose data is nobody's"));
    }
    able(source, wish, now)?;
    Ok(source)
}

fn allowed(source: &Cluster, policy: &Policy) -> Result<(), CloneFault> {
    let denied = |message: String| {
        Err(CloneFault::new(&codes::SOURCE_DENIED, message, "clone another, or have the operators allow it"))
    };
    if let Some(pattern) = Policy::meant(&policy.denied, source) {
        return denied(format!("{} may not be cloned: NIGHTSHIFT_PROTECTED holds '{pattern}'", source.id));
    }
    if Policy::meant(&policy.sources, source).is_none() {
        return denied(format!("{} may not be cloned: no pattern of NIGHTSHIFT_CLONE_SOURCES means it", source.id));
    }
    Ok(())
}

/// The cluster that makes the data of `source` production data: itself, the one its tags say it was made of, or one that it
/// shares pages with. A clone of production is production, whatever its own tags say.
fn production<'a>(world: &'a World, source: &'a Cluster, policy: &'a Policy) -> Option<(&'a Cluster, &'a str)> {
    let made_of = source.tags.get(&policy.source_tag);
    let related = |other: &&Cluster| {
        other.region == source.region
            && ((other.clone_group.is_some() && other.clone_group == source.clone_group)
                || made_of.is_some_and(|named| other.arn == named || other.id == named))
    };
    let related = world.clusters.iter().filter(related);
    std::iter::once(source)
        .chain(related)
        .find_map(|cluster| Policy::meant(&policy.production, cluster).map(|pattern| (cluster, pattern)))
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
        _ => Ok(()),
    }
}
