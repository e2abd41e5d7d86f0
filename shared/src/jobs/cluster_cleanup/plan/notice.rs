//! Two-phase expiry: nothing goes whose present owner was not told of this very expiry of this very cluster, long enough
//! ago, not too long ago, and without a break since. The memory is one tag on the cluster.

use jiff::{SignedDuration, Timestamp};

use super::action::{Action, ForgetNotice, WarnOwner};
use super::{OVERDUE, Terms, Why, blockers, progress, source};
use crate::domains::clusters::deletion;
use crate::domains::clusters::notice::{self, Notice};
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

/// How it stands with `cluster`, which expired at `at`. A deletion that has taken members is gone on with under the notice
/// it began by, however old that is by now, but not under one that was broken since: whoever was told then has their time.
pub(super) fn standing(cluster: &Cluster, at: Timestamp, Terms { policy, now, .. }: Terms<'_>) -> Standing {
    if policy.min_notice_hours == 0 {
        return Standing::Enough;
    }
    let Some(told) = told(cluster, at, policy, now) else { return Standing::Missing };
    match later(told, policy.min_notice_hours) {
        from if from > now => Standing::Young { told, from },
        _ if is_fresh(told, policy, now) || progress::is_begun(cluster, at) => Standing::Enough,
        _ => Standing::Missing,
    }
}

/// Whether `cluster`, which expires at `at` and not before, is one whose owner is to be told now.
pub(super) fn is_soon(cluster: &Cluster, at: Timestamp, Terms { policy, now, announces, .. }: Terms<'_>) -> bool {
    announces
        && at <= later(now, policy.warn_hours)
        && !told(cluster, at, policy, now).is_some_and(|told| is_fresh(told, policy, now))
        && blockers::lasting(cluster, at, policy).is_ok()
}

/// Telling it.
pub(super) fn warn(cluster: &Cluster, at: Timestamp, clusters: &[Cluster], terms: Terms<'_>) -> Result<Action, Why> {
    let Terms { policy, now, .. } = terms;
    let parties = source::parties(cluster, clusters, terms);
    let mark = notice::mark(Timestamp::UNIX_EPOCH, at, &cluster.id, &cluster.resource_id, &parties);
    let needed = cluster.tags.counted_with(&mark);
    if needed > Tags::LIMIT {
        return Err(Why::TagLimit { has: cluster.tags.counted(), needs: 1 });
    }
    // Nobody can say how often it was told: nothing remembers what something else takes off each day, or puts back.
    let no_record = told_by(at, policy).checked_add(OVERDUE).is_ok_and(|overdue| overdue <= now);
    Ok(Action::WarnOwner(WarnOwner {
        region: cluster.region.clone(),
        id: cluster.id.clone(),
        arn: cluster.arn.clone(),
        resource_id: cluster.resource_id.clone(),
        owner: policy.owner(&cluster.tags),
        parties,
        expires_at: at,
        no_record,
    }))
}

/// When a cluster that expired at `at` could go at the latest, had its owner been told of it in time.
pub(super) fn told_by(at: Timestamp, policy: &Policy) -> Timestamp {
    later(at, policy.min_notice_hours)
}

/// Writing over what `cluster` carries of an earlier expiry, an earlier owner, or a deletion that was called off.
/// `present` is its expiry, where it has one by which it goes.
pub(super) fn forget(
    cluster: &Cluster,
    present: Option<Timestamp>,
    Terms { policy, now, .. }: Terms<'_>,
) -> Option<Action> {
    let mut marks = Tags::default();
    let broken = match notice::of(cluster, present, &policy.parties(&cluster.tags)) {
        // What another deployment told, or began, of what bears none of our marks is a stranger's.
        Notice::Foreign if present.is_none() => return None,
        Notice::Absent | Notice::Void | Notice::Foreign => false,
        Notice::Holds(told) => told > now,
        Notice::OfAnother => true,
    };
    if broken {
        marks = marks.with(notice::void());
    }
    let called_off = deletion::asked(cluster).is_some_and(|asked| present.is_none_or(|at| asked.at < at));
    if called_off && deletion::half_deleted(cluster).is_none() {
        marks = marks.with(deletion::called_off(cluster));
    }
    (!marks.is_empty()).then(|| {
        Action::ForgetNotice(ForgetNotice {
            region: cluster.region.clone(),
            id: cluster.id.clone(),
            arn: cluster.arn.clone(),
            owner: policy.owner(&cluster.tags),
            marks,
        })
    })
}

/// When a cluster may go whose owner is told at `now` that it expires at `at`.
pub(in crate::jobs::cluster_cleanup) fn earliest(at: Timestamp, now: Timestamp, policy: &Policy) -> Timestamp {
    at.max(later(now, policy.min_notice_hours))
}

/// When the present owner of this very cluster was told that it expires at `at`.
fn told(cluster: &Cluster, at: Timestamp, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    match notice::of(cluster, Some(at), &policy.parties(&cluster.tags)) {
        Notice::Holds(told) if told <= now => Some(told),
        _ => None,
    }
}

/// Whether somebody who was told then can be taken to know still.
fn is_fresh(told: Timestamp, policy: &Policy, now: Timestamp) -> bool {
    now <= later(told, policy.notice_days.saturating_mul(24))
}

fn later(than: Timestamp, hours: u16) -> Timestamp {
    than.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(Timestamp::MAX)
}
