//! The first question about a cluster, answered from what the list shows: is it ours to think about, and is it due?

use jiff::Timestamp;

use super::notice::{self, Standing};
use super::{Terms, Why, blockers, progress};
use crate::domains::clusters::expiry::{self, Expiry, Suspicion};
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
    let Some(value) = cluster.tags.get(&policy.tag_key) else {
        let named = request.clusters.as_ref().is_some_and(|ids| ids.contains(&cluster.id));
        let why = Why::NoExpiryTag { key: policy.tag_key.clone() };
        return if named { Assessment::Left(why) } else { Assessment::OutOfScope };
    };
    let until = match judge(cluster, value, terms) {
        Ok(at) if at <= now => return expired(cluster, at, terms),
        Ok(at) if notice::is_soon(cluster, at, terms) => return Assessment::Untold(at),
        Ok(at) => at.to_string(),
        Err(Why::KeptForever) => "never".to_owned(),
        Err(why) => return Assessment::Left(why),
    };
    Assessment::Left(match (progress::half_deleted(cluster), until.parse()) {
        (Some(asked), _) => Why::HalfDeleted { asked, until },
        (None, Ok(at)) => Why::NotDue { at },
        (None, Err(_)) => Why::KeptForever,
    })
}

fn expired(cluster: &Cluster, at: Timestamp, terms: Terms<'_>) -> Assessment {
    match notice::standing(cluster, at, terms) {
        Standing::Enough => Assessment::Due(at),
        Standing::Young { told, from } => Assessment::Left(Why::NoticePeriod { told, from }),
        // Nobody is told that a thing goes which cannot.
        Standing::Missing => match blockers::lasting(cluster, terms.policy) {
            Ok(()) => Assessment::Untold(at),
            Err(why) => Assessment::Left(why),
        },
    }
}

/// The instant the cluster expires, or why it never does.
fn judge(cluster: &Cluster, value: &str, Terms { policy, now, .. }: Terms<'_>) -> Result<Timestamp, Why> {
    if cluster.status == "deleting" {
        return Err(Why::Deleting);
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
        return Err(Why::MissingMark {
            key: key.clone(),
            wanted: value.clone(),
            found: cluster.tags.get(key).map(str::to_owned),
        });
    }
    if let Some(pattern) = policy.protects(&cluster.id, &cluster.arn, &cluster.tags) {
        return Err(Why::Protected { pattern: pattern.to_owned() });
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
