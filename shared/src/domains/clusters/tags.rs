//! The tags this project writes on clusters and their snapshots, and the one that names an owner.

use crate::services::tags::Tags;

/// When deletion was asked for: an RFC 3339 instant, set before the first delete call.
pub const DELETE_REQUESTED: &str = "nightshift:delete-requested";
/// What that request was about: the cluster's resource id and how many members it had, so that a later run can tell a
/// deletion that was begun from one that never took hold.
pub const DELETE_OF: &str = "nightshift:delete-of";
/// When a final snapshot of ours may go: an RFC 3339 instant or `never`. Not the clusters' expiry tag, so that no
/// janitor that copies tags from cluster to snapshot can take the last copy of the data.
pub const PURGE_AFTER: &str = "nightshift:purge-after";
/// How the cluster was built, in numbered pieces: see [`super::facts`].
pub const RESTORE_PREFIX: &str = "nightshift:restore-";
/// When the owner was told that the cluster expires, at which expiry, and of which resource id: a changed expiry or a new
/// cluster of the same name makes it no notice at all.
pub const NOTIFIED: &str = "nightshift:notified";
/// On a final snapshot whose cluster's owner has not been told yet that it was deleted.
pub const UNTOLD: &str = "nightshift:untold";
/// The snapshot a cluster was brought back from.
pub const RESTORED_FROM: &str = "nightshift:restored-from";

/// Whose a cluster is, as the tag with the key `owner_tag` says.
pub fn owner(tags: &Tags, owner_tag: &str) -> Option<String> {
    tags.get(owner_tag).filter(|owner| !owner.is_empty()).map(str::to_owned)
}
