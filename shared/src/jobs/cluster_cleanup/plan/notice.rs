//! Two-phase expiry: nothing goes whose owner was not told, long enough ago, of this very expiry of this very cluster.
//! The memory is one tag on the cluster.

use jiff::{SignedDuration, Timestamp};

use super::action::{Action, WarnOwner};
use super::{Terms, Why, blockers, progress};
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::services::rds::Cluster;
use crate::services::tags::Tags;

/// What the owner of an expired cluster knows.
pub(super) enum Standing {
    /// It may go.
    Enough,
    /// They were told, but not long enough ago.
    Young {
        /// When.
        told: Timestamp,
        /// When it may go.
        from: Timestamp,
    },
    /// Nothing.
    Missing,
}

/// How it stands with `cluster`, which expired at `at`. A deletion that an earlier run asked for is gone on with.
pub(super) fn standing(cluster: &Cluster, at: Timestamp, Terms { policy, now, .. }: Terms<'_>) -> Standing {
    if policy.min_notice_hours == 0 || progress::is_asked_for(cluster, at) {
        return Standing::Enough;
    }
    match told(cluster, at) {
        None => Standing::Missing,
        Some(told) => match later(told, policy.min_notice_hours) {
            from if from <= now => Standing::Enough,
            from => Standing::Young { told, from },
        },
    }
}

/// Whether `cluster`, which expires at `at` and not before, is one whose owner is to be told now.
pub(super) fn is_soon(cluster: &Cluster, at: Timestamp, Terms { policy, now, announces, .. }: Terms<'_>) -> bool {
    announces
        && at <= later(now, policy.warn_hours)
        && told(cluster, at).is_none()
        && progress::half_deleted(cluster).is_none()
        && blockers::lasting(cluster, policy).is_ok()
}

/// Telling it.
pub(super) fn warn(cluster: &Cluster, at: Timestamp, policy: &Policy) -> Result<Action, Why> {
    let needed = cluster.tags.len_with(&mark(Timestamp::UNIX_EPOCH, at, &cluster.resource_id));
    if needed > Tags::LIMIT {
        return Err(Why::TagLimit { has: cluster.tags.len(), needs: 1 });
    }
    Ok(Action::WarnOwner(WarnOwner {
        region: cluster.region.clone(),
        id: cluster.id.clone(),
        arn: cluster.arn.clone(),
        resource_id: cluster.resource_id.clone(),
        owner: policy.owner(&cluster.tags),
        expires_at: at,
    }))
}

/// When a cluster may go whose owner is told at `now` that it expires at `at`.
pub(in crate::jobs::cluster_cleanup) fn earliest(at: Timestamp, now: Timestamp, policy: &Policy) -> Timestamp {
    at.max(later(now, policy.min_notice_hours))
}

/// The tag that says so.
pub(in crate::jobs::cluster_cleanup) fn mark(told: Timestamp, at: Timestamp, resource_id: &str) -> Tags {
    [(tags::NOTIFIED, format!("{told} {at} {resource_id}"))].into_iter().collect()
}

/// When the owner of this very cluster was told that it expires at `at`.
fn told(cluster: &Cluster, at: Timestamp) -> Option<Timestamp> {
    let mut words = cluster.tags.get(tags::NOTIFIED)?.split(' ');
    let (told, expiry, resource_id) = (words.next()?, words.next()?, words.next()?);
    let same = expiry.parse().is_ok_and(|expiry: Timestamp| expiry == at)
        && resource_id == cluster.resource_id
        && words.next().is_none();
    told.parse().ok().filter(|_| same)
}

fn later(than: Timestamp, hours: u16) -> Timestamp {
    than.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(Timestamp::MAX)
}
