//! What the present owner of a user knows of a matter: what whoever owned it before was told is no word to them, and the time they
//! are given begins when they are told.

use jiff::Timestamp;

use super::said::tell;
use super::{Step, Terms, Why};
use crate::domains::keys::tags::{KeyNotice, Memory as _};
use crate::jobs::key_rotation::model::User;
use crate::services::iam::Key;

/// When everybody who has to know `kind` of `key` by now was told.
pub(super) fn told(user: &User, kind: KeyNotice, key: &str, terms: Terms<'_>) -> Option<Timestamp> {
    user.tags.told(kind, key, &terms.whose(user))
}

/// Whether somebody who has to know `kind` of `key` by now does not; but where too many others were told of late.
pub(in crate::jobs::key_rotation) fn is_untold(user: &User, kind: KeyNotice, key: &str, terms: Terms<'_>) -> bool {
    told(user, kind, key, terms).is_none() && too_many(user, kind, key, terms).is_none()
}

/// The same where anybody can be told.
pub(super) fn is_to_be_told(user: &User, kind: KeyNotice, key: &str, terms: Terms<'_>) -> bool {
    terms.announces && is_untold(user, kind, key, terms)
}

/// Telling what nothing goes on without, or why nobody is told.
pub(super) fn tell_first(
    user: &User,
    kind: KeyNotice,
    key: &str,
    other: Option<&Key>,
    terms: Terms<'_>,
) -> Result<Step, Why> {
    if !terms.announces {
        return Err(Why::Untold { kind, key: key.to_owned() });
    }
    too_many(user, kind, key, terms).map_or_else(|| Ok(tell(kind, key, other)), Err)
}

/// That so many owners were told of late that one more has to wait, if so.
fn too_many(user: &User, kind: KeyNotice, key: &str, terms: Terms<'_>) -> Option<Why> {
    let (owners, again) = user.tags.telling(kind, key)?.closed(&terms.whose(user), terms.now)?;
    Some(Why::OwnerChanges { kind, key: key.to_owned(), owners, again })
}
