//! Who is to be told, and was not yet.

use jiff::{SignedDuration, Timestamp};

use super::{About, Action, Tell, owned_by};
use crate::domains::clusters::notice;
use crate::domains::clusters::tags::{self, CLONE, CLONE_UNTOLD, READY};
use crate::jobs::cluster_clone::policy::Policy;
use crate::services::rds::Cluster;

/// The same again so soon is the same wish, sent once more.
const SO_SOON: SignedDuration = SignedDuration::from_hours(24);

/// That `clone` is ready, where its owner was not told.
pub(super) fn ready(clone: &Cluster, policy: &Policy) -> Option<Action> {
    let tags::Owner::One(owner) = tags::whose(&clone.tags, &policy.lease.owner_tag) else { return None };
    is_untold(clone, &owner, policy).then(|| {
        let (region, id) = (clone.region.clone(), clone.id.clone());
        Action::Tell(Tell { region, id, owner, about: About::Ready })
    })
}

/// Whether `clone` was handed over to `owner`, who was not told.
pub(in crate::jobs::cluster_clone) fn is_untold(clone: &Cluster, owner: &str, policy: &Policy) -> bool {
    clone.tags.get(CLONE_UNTOLD).is_some()
        && clone.tags.get(CLONE) == Some(READY)
        && clone.status != "deleting"
        && is_marked(clone, policy)
        && owned_by(clone, owner, policy)
}

/// What an owner was told, in a word for the tag that remembers it.
pub(in crate::jobs::cluster_clone) fn matter(code: &str, id: &str, owner: &str) -> String {
    notice::matter(code, "", id, &notice::who(Some(owner), None))
}

/// Whether `clone` remembers that its owner was told of `matter`, not long before `now`.
pub(in crate::jobs::cluster_clone) fn was_told(clone: &Cluster, matter: &str, now: Timestamp) -> bool {
    let recent = |at: Timestamp| at <= now && now.duration_since(at) < SO_SOON;
    notice::asked_at(&clone.tags, matter).is_some_and(recent)
}

/// Which of `mine` remembers what its owner was told of another: the eldest of those that this tool may write on.
pub(in crate::jobs::cluster_clone) fn memory<'a>(mine: &[&'a Cluster], policy: &Policy) -> Option<&'a Cluster> {
    let ours = mine.iter().filter(|one| one.tags.get(CLONE).is_some() && is_marked(one, policy));
    ours.min_by_key(|one| (one.created_at.unwrap_or(Timestamp::MAX), &one.arn)).copied()
}

fn is_marked(clone: &Cluster, policy: &Policy) -> bool {
    policy.marks.iter().all(|(key, value)| clone.tags.get(key) == Some(value))
}
