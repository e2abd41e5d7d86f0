//! Asking an owner to put something right: once for each matter and each change of it, and then again after some days.

use jiff::{SignedDuration, Timestamp};

use super::action::{Action, AskOwner};
use super::{Left, Terms, Why};
use crate::domains::clusters::notice;
use crate::jobs::cluster_cleanup::policy::Policy;
use crate::services::tags::Tags;

/// Asking the owner of what is `left`, which has this ARN and these tags; `None` where it is not theirs to put right, where
/// nothing can be told, or where they know.
pub(super) fn ask(left: &Left, arn: &str, tags: &Tags, terms: Terms<'_>) -> Option<Action> {
    let matter = is_due(&left.why, arn, tags, terms)?;
    let (region, id, owner, arn) = (left.region.clone(), left.id.clone(), left.owner.clone(), arn.to_owned());
    let remembers = has_room(tags, terms.now);
    Some(Action::AskOwner(AskOwner { region, id, owner, arn, code: left.why.code(), matter, remembers }))
}

/// What the owner of what has this ARN and these tags is to be asked now about `why`, if they are.
pub(in crate::jobs::cluster_cleanup) fn is_due(why: &Why, arn: &str, tags: &Tags, terms: Terms<'_>) -> Option<String> {
    let Terms { policy, now, announces, .. } = terms;
    if !announces || !why.is_for_its_owner() {
        return None;
    }
    let matter = notice::matter(why.code().name, &why.message(), arn, &policy.who(tags));
    let again = |asked: Timestamp| asked.checked_add(interval(policy)).is_ok_and(|again| again <= now);
    let due = match notice::asked_at(tags, &matter) {
        Some(asked) if asked <= now => again(asked),
        _ if has_room(tags, now) => true,
        // Nothing can be written on it: one night of each interval, whichever that is.
        _ => now.as_second().div_euclid(24 * 3_600) % i64::from(policy.remind_days.max(1)) == 0,
    };
    due.then_some(matter)
}

/// Less than whole days, or a night that begins some seconds earlier would cost one.
fn interval(policy: &Policy) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(policy.remind_days) - 4)
}

fn has_room(tags: &Tags, now: Timestamp) -> bool {
    tags.counted_with(&notice::asked(now, "")) <= Tags::LIMIT
}
