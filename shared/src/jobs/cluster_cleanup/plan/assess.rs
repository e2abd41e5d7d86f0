//! The first question about a cluster, answered from what the list shows: is it ours to think about, and is it due?

use jiff::Timestamp;

use super::notice::{self, Standing};
use super::{Asked, OVERDUE, Terms, Why, blockers, by_hand};
use crate::domains::clusters::deletion;
use crate::domains::clusters::expiry::{self, Expiry, Suspicion};
use crate::domains::clusters::tags::{self, Owner};
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::services::rds::Cluster;

/// What the list alone says.
#[derive(Debug, Clone, PartialEq)]
pub enum Assessment {
    /// No expiry tag, or outside this run: counted, not listed.
    OutOfScope,
    /// Left alone.
    Left(Why),
    /// It goes, or will soon, and its owner has to be told first.
    Untold(Timestamp),
    /// Its time has passed, its owner knows and it carries every mark; the pre-flight decides.
    Due(Timestamp),
}

/// Assesses `cluster`. What can never delete is said first, so that a malformed tag is reported whatever else holds.
pub fn assess(cluster: &Cluster, terms: Terms<'_>) -> Assessment {
    let Terms { policy, request, now, .. } = terms;
    if !request.covers(cluster, policy) {
        return Assessment::OutOfScope;
    }
    if let Some(asked) = terms.asked {
        return on_a_word(cluster, asked, terms).map_or_else(Assessment::Left, Assessment::Due);
    }
    let Some(value) = cluster.tags.get(&policy.tag_key) else {
        return without_expiry(cluster, terms);
    };
    let judged = judge(cluster, value, terms);
    match (judged, deletion::half_deleted(cluster)) {
        (Ok(at), _) if at <= now => expired(cluster, at, terms),
        (Ok(at), Some(half)) => Assessment::Left(Why::HalfDeleted { half, until: Some(at) }),
        (Ok(at), None) if notice::is_soon(cluster, at, terms) => Assessment::Untold(at),
        (Ok(at), None) => Assessment::Left(Why::NotDue { at }),
        (Err(_), Some(half)) => Assessment::Left(Why::HalfDeleted { half, until: None }),
        (Err(why), _) => Assessment::Left(why),
    }
}

/// Since when `cluster` is due on the word of a person. All that its tags have to say of a deletion holds as it does at night, but
/// for the day.
fn on_a_word(cluster: &Cluster, asked: &Asked, terms: Terms<'_>) -> Result<Timestamp, Why> {
    by_hand::may(cluster, asked, terms.policy)?;
    let Some(value) = cluster.tags.get(&terms.policy.tag_key) else {
        return Err(Why::NoExpiryTag { key: terms.policy.tag_key.clone() });
    };
    Ok(judge(cluster, value, terms)?.min(asked.at))
}

/// The expiry by which `cluster` goes some day, as its tags stand; `None` where they say that it does not go, or nothing
/// that counts. What AWS did not say, or is doing, is no verdict, and what is protected is not touched: then an error.
pub(super) fn present_expiry(cluster: &Cluster, terms: Terms<'_>) -> Result<Option<Timestamp>, Why> {
    let policy = terms.policy;
    if let Some(pattern) = policy.protects_cluster(cluster) {
        // Nothing is written on it, whatever it carries.
        return Err(Why::Protected { pattern: pattern.to_owned() });
    }
    let Some(value) = cluster.tags.get(&policy.tag_key) else { return Ok(None) };
    match judge(cluster, value, terms) {
        Ok(at) => Ok(Some(at)),
        Err(why @ (Why::Deleting | Why::StillDeleting { .. } | Why::CreationUnknown)) => Err(why),
        Err(_) => Ok(None),
    }
}

/// One without an expiry has nothing to fear, but may be one of which a deletion was called off half-way, or one whose
/// owner meant to give it an expiry.
fn without_expiry(cluster: &Cluster, Terms { policy, request, .. }: Terms<'_>) -> Assessment {
    if let Some(half) = deletion::half_deleted(cluster) {
        return Assessment::Left(Why::HalfDeleted { half, until: None });
    }
    if request.clusters.as_ref().is_some_and(|ids| ids.contains(&cluster.id)) {
        return Assessment::Left(Why::NoExpiryTag { key: policy.tag_key.clone() });
    }
    match cluster.tags.look_alikes(&policy.tag_key).first() {
        Some(key) if cluster.status != "deleting" && policy.nearly_marked(&cluster.tags) => {
            Assessment::Left(Why::NearMiss { found: (*key).to_owned(), wanted: policy.tag_key.clone() })
        }
        _ => Assessment::OutOfScope,
    }
}

fn expired(cluster: &Cluster, at: Timestamp, terms: Terms<'_>) -> Assessment {
    match notice::standing(cluster, at, terms) {
        Standing::Enough => Assessment::Due(at),
        Standing::Young { told, from } => Assessment::Left(Why::NoticePeriod { told, from }),
        // Nobody is told that a thing goes which cannot.
        Standing::Missing => match blockers::lasting(cluster, at, terms.policy) {
            Ok(()) => Assessment::Untold(at),
            Err(why) => Assessment::Left(why),
        },
    }
}

/// The instant the cluster expires, or why it never does.
fn judge(cluster: &Cluster, value: &str, Terms { policy, now, .. }: Terms<'_>) -> Result<Timestamp, Why> {
    if cluster.status == "deleting" {
        let since = deletion::asked(cluster).map(|asked| asked.at);
        let late = |at: &Timestamp| at.checked_add(OVERDUE).is_ok_and(|overdue| overdue <= now);
        return Err(since.filter(late).map_or(Why::Deleting, |since| Why::StillDeleting { since }));
    }
    let look_alikes = cluster.tags.look_alikes(&policy.tag_key);
    if look_alikes.len() > 1 {
        return Err(Why::LookAlikeTags { keys: look_alikes.into_iter().map(str::to_owned).collect() });
    }
    let suspect = |suspicion| Why::suspect(suspicion, value, cluster.created_at);
    let at = match expiry::read(value, &policy.time_zone).map_err(suspect)? {
        Expiry::Never => return Err(Why::KeptForever),
        Expiry::At(at) => at,
    };
    let Some(created_at) = cluster.created_at else {
        return Err(Why::CreationUnknown);
    };
    if let Some(suspicion) = expiry::doubt(at, created_at, now) {
        return Err(suspect(suspicion));
    }
    if let Some((key, value)) = policy.missing_mark(&cluster.tags) {
        let (key, wanted) = (key.clone(), value.clone());
        return Err(match Policy::near(&cluster.tags, &key, &wanted) {
            Some((near, found)) => {
                Why::NearMiss { found: format!("{near}={found}"), wanted: format!("{key}={wanted}") }
            }
            None => Why::MissingMark { found: cluster.tags.get(&key).map(str::to_owned), key, wanted },
        });
    }
    if let Some(pattern) = policy.protects_cluster(cluster) {
        return Err(Why::Protected { pattern: pattern.to_owned() });
    }
    if let Owner::Several(keys) = tags::whose(&cluster.tags, &policy.owner_tag) {
        return Err(Why::OwnersDiffer { keys });
    }
    Ok(at)
}

impl Why {
    fn suspect(suspicion: Suspicion, value: &str, created_at: Option<Timestamp>) -> Self {
        let value = value.to_owned();
        match suspicion {
            Suspicion::Malformed => Self::MalformedExpiry { value },
            Suspicion::BareNumber => Self::BareNumber { value },
            Suspicion::BeforeCreation => Self::BeforeCreation { value, created_at },
            Suspicion::TooFarAhead => Self::TooFarAhead { value },
        }
    }
}
