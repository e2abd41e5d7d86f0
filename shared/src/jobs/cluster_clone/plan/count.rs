//! How many there may be: clones of one owner, over all Regions, and clones that share one source's data.

use jiff::Timestamp;

use super::CloneFault;
use crate::domains::clusters::tags::{CLONE, RAW};
use crate::domains::owners::is_the_same;
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::World;
use crate::jobs::cluster_clone::policy::Policy;
use crate::jobs::cluster_clone::request::Wish;
use crate::report::Reason;
use crate::services::rds::Cluster;

/// Whether one more is allowed; `begun` is counted already.
pub(super) fn allows(
    world: &World,
    policy: &Policy,
    source: &Cluster,
    wish: &Wish,
    owner: &str,
    begun: Option<&Cluster>,
) -> Result<(), CloneFault> {
    let other = |cluster: &&&Cluster| begun.is_none_or(|begun| begun.arn != cluster.arn);
    let mine = of_owner(&world.clusters, owner, policy);
    let others: Vec<_> = mine.iter().filter(other).map(|cluster| cluster.id.as_str()).collect();
    // What was begun has its place until it is counted again, when all who asked meanwhile can be seen.
    if begun.is_none() && others.len() >= policy.per_owner {
        return Err(CloneFault(over_quota(owner, &others, policy)));
    }
    let group = of_group(&world.clusters, source);
    let sharing = clones_among(group.iter().copied().filter(|one| other(&one)), &group, policy);
    // A raw copy and what is made of it share pages for a while.
    let more = usize::from(wish.anonymise);
    if begun.is_none() && wish.from.is_none() && sharing + more >= policy.per_source {
        return Err(CloneFault(group_full(&source.id, sharing, policy)));
    }
    Ok(())
}

/// Which limit is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jobs::cluster_clone) struct Overshoot(pub Reason);

/// Whether the clone `id` in `region` is one too many, as `clusters` show. Those made first stay, so that all who count come to
/// the same end.
pub(in crate::jobs::cluster_clone) fn overshoot(
    clusters: &[Cluster],
    own: &Cluster,
    owner: &str,
    policy: &Policy,
) -> Option<Overshoot> {
    let mine = of_owner(clusters, owner, policy);
    let mine: Vec<_> = mine.into_iter().filter(|other| is_earlier(other, own)).map(|other| other.id.as_str()).collect();
    if mine.len() >= policy.per_owner {
        return Some(Overshoot(over_quota(owner, &mine, policy)));
    }
    // What shares nothing, a full copy, is one too many of no group.
    let group = of_group(clusters, own);
    let shares = group.len() > 1;
    let sharing = clones_among(group.iter().copied().filter(|one| is_earlier(one, own)), &group, policy);
    (shares && sharing >= policy.per_source).then(|| Overshoot(group_full(&own.id, sharing, policy)))
}

fn is_earlier(other: &Cluster, own: &Cluster) -> bool {
    other.arn != own.arn && age(other) < age(own)
}

/// How many of `some` of `group` are clones. One of those that no tag says was made of another may be the original; where all
/// were, it is gone, and what is there are clones.
fn clones_among<'a>(some: impl Iterator<Item = &'a Cluster>, group: &[&Cluster], policy: &Policy) -> usize {
    let is_made = |one: &&Cluster| one.tags.get(&policy.source_tag).is_some();
    some.count().saturating_sub(usize::from(!group.iter().all(is_made)))
}

/// By when it was made; one of which AWS does not say is the youngest.
fn age(cluster: &Cluster) -> (Timestamp, &str) {
    (cluster.created_at.unwrap_or(Timestamp::MAX), &cluster.arn)
}

/// The clones of `owner`, whoever made them, that are not going already. A second tag that names somebody else takes none out
/// of the count.
pub(in crate::jobs::cluster_clone) fn of_owner<'a>(
    clusters: &'a [Cluster],
    owner: &str,
    policy: &Policy,
) -> Vec<&'a Cluster> {
    let is_clone = |cluster: &&Cluster| {
        cluster.status != "deleting"
            && (cluster.tags.get(CLONE).is_some() || cluster.tags.get(&policy.source_tag).is_some())
    };
    let names_them = |cluster: &&Cluster| {
        let named = |(key, value): (&str, &str)| {
            key.trim().eq_ignore_ascii_case(&policy.lease.owner_tag) && is_the_same(value.trim(), owner)
        };
        cluster.tags.iter().any(named)
    };
    // What is made of a raw copy and the raw copy, which goes, are one.
    let is_half = |cluster: &&Cluster| {
        let of = |raw: &Cluster| raw.region == cluster.region && raw.tags.get(RAW) == Some(&cluster.id);
        clusters.iter().any(|other| other.status != "deleting" && of(other))
    };
    clusters.iter().filter(is_clone).filter(names_them).filter(|cluster| !is_half(cluster)).collect()
}

/// Those that share pages with `one`, itself among them.
fn of_group<'a>(clusters: &'a [Cluster], one: &Cluster) -> Vec<&'a Cluster> {
    let Some(group) = &one.clone_group else { return Vec::new() };
    clusters.iter().filter(|other| other.region == one.region && other.clone_group.as_ref() == Some(group)).collect()
}

fn over_quota(owner: &str, others: &[&str], policy: &Policy) -> Reason {
    Reason::new(
        &codes::QUOTA,
        format!(
            "{owner} has {} of {} clones: {}",
            others.len(),
            policy.per_owner,
            crate::text::printable(&others.join(", "))
        ),
        "delete one of them, or wait until one expires; `nightshift clusters list` shows them",
    )
}

fn group_full(id: &str, sharing: usize, policy: &Policy) -> Reason {
    Reason::new(
        &codes::GROUP_FULL,
        format!(
            "{sharing} clones share the data of {id} already, and {} may: AWS makes one more a full copy, at its full price",
            policy.per_source
        ),
        "delete one of them, or ask for a full copy with from",
    )
}
