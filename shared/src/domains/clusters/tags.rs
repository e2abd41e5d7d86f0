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
/// When the owner was told that the cluster expires, at which expiry, of which resource id, and who that owner was; or
/// [`VOID`]. See [`super::notice`].
pub const NOTIFIED: &str = "nightshift:notified";
/// When the owner was asked to put something right, and what: so that they are reminded, and not asked every night.
pub const ASKED: &str = "nightshift:asked";
/// How often a stopped cluster was started so that it could be deleted, and for which expiry and resource id.
pub const STARTED: &str = "nightshift:started";
/// On a final snapshot that was given all its tags: the resource id of its cluster. Where this is and the purge date is
/// not, somebody took the date off.
pub const FINAL_OF: &str = "nightshift:final-of";
/// On a final snapshot whose cluster's owner has not been told yet that it was deleted.
pub const UNTOLD: &str = "nightshift:untold";
/// The snapshot a cluster was brought back from.
pub const RESTORED_FROM: &str = "nightshift:restored-from";

/// On a clone this tool makes: [`CREATING`] from its first moment, [`READY`] once it can be used.
pub const CLONE: &str = "nightshift:clone";
/// A value of [`CLONE`]: nobody was handed it yet.
pub const CREATING: &str = "creating";
/// A value of [`CLONE`]: it was handed over.
pub const READY: &str = "ready";
/// Who asked for a clone: an ARN.
pub const CLONED_BY: &str = "nightshift:cloned-by";
/// What a clone was made by: this tool and its version.
pub const TOOL: &str = "nightshift:tool";
/// Why somebody asked for a clone.
pub const REASON: &str = "nightshift:reason";

/// On a clone that was handed over and whose owner has not been told yet.
pub const CLONE_UNTOLD: &str = "nightshift:clone-untold";
/// With what wish a clone was asked for: the same words again mean the same clone.
pub const WISH: &str = "nightshift:wish";
/// On a clone that holds what nobody may be handed: [`PRODUCTION`].
pub const DATA: &str = "nightshift:data";
/// A value of [`DATA`]: it was production's when the clone was made, as it is.
pub const PRODUCTION: &str = "production";

/// On a raw copy that is to be anonymised in quarantine: the name of the clone that will be made of it and handed over.
pub const RAW: &str = "nightshift:raw";
/// On the same: the fingerprint of the rules that it was made for.
pub const RULES: &str = "nightshift:rules";
/// On a raw copy once every check found nothing, and on the clone of it from its first moment: the fingerprint of the rules.
pub const ANONYMISED: &str = "nightshift:anonymised";
/// On a raw copy, with [`ANONYMISED`]: since when.
pub const ANONYMISED_AT: &str = "nightshift:anonymised-at";

/// What stands in place of a notice, or of a deletion asked for, that holds no longer.
pub const VOID: &str = "void";

/// Whose something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Nobody is named.
    Nobody,
    /// Them.
    One(String),
    /// Several are, by tags that differ in their case alone: these keys.
    Several(Vec<String>),
}

/// Whose a cluster is, as the tag with the key `owner_tag` says, in any case: `Owner` is by far the commonest spelling of
/// `owner`.
pub fn whose(tags: &Tags, owner_tag: &str) -> Owner {
    let spelt: Vec<_> =
        tags.iter().filter(|(key, value)| key.eq_ignore_ascii_case(owner_tag) && !value.trim().is_empty()).collect();
    match spelt.as_slice() {
        [] => Owner::Nobody,
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => Owner::One((*first).to_owned()),
        several => Owner::Several(several.iter().map(|(key, _)| (*key).to_owned()).collect()),
    }
}

/// Whether `tags` say that this tool made what bears them, in whatever version.
pub fn is_of_this_tool(tags: &Tags) -> bool {
    tags.get(TOOL).is_some_and(|tool| tool.starts_with("nightshift "))
}

/// Whether `tags` are those of a raw copy that this tool made and handed to nobody, by every sign there is and not by one of them:
/// a tag is soon put on by hand. `source_tag` names what it was made of.
pub fn is_raw(tags: &Tags, source_tag: &str) -> bool {
    tags.get(RAW).is_some()
        && tags.get(RULES).is_some()
        && tags.get(CLONE) == Some(CREATING)
        && is_of_this_tool(tags)
        && tags.get(source_tag).is_some_and(|source| source.starts_with("arn:"))
}

/// The name to show: where several are named, the one whose key is spelt exactly so, or none.
pub fn owner(tags: &Tags, owner_tag: &str) -> Option<String> {
    match whose(tags, owner_tag) {
        Owner::Nobody => None,
        Owner::One(name) => Some(name),
        Owner::Several(_) => tags.get(owner_tag).filter(|name| !name.trim().is_empty()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_read_in_any_case_and_two_that_differ_are_a_doubt() {
        let of = |pairs: &[(&str, &str)]| whose(&pairs.iter().copied().collect(), "owner");
        let one = |name: &str| Owner::One(name.to_owned());
        assert_eq!(of(&[]), Owner::Nobody);
        assert_eq!(of(&[("owner", " ")]), Owner::Nobody);
        assert_eq!(of(&[("Owner", "ana")]), one("ana"));
        assert_eq!(of(&[("OWNER", "ana"), ("owner", "ana")]), one("ana"));
        assert_eq!(of(&[("OWNER", ""), ("owner", "ana")]), one("ana"));
        let two = [("Owner", "ana"), ("owner", "bob")];
        assert_eq!(of(&two), Owner::Several(vec!["Owner".to_owned(), "owner".to_owned()]));
        assert_eq!(owner(&two.into_iter().collect(), "owner").as_deref(), Some("bob"));
        assert_eq!(of(&[("cost-owner", "ana")]), Owner::Nobody);
    }

    #[test]
    fn a_raw_copy_is_one_by_every_sign_and_by_no_fewer() {
        let all = [
            (RAW, "orders-ana"),
            (RULES, "sha256:00"),
            (CLONE, CREATING),
            (TOOL, "nightshift 0.1.0"),
            ("nightshift:source", "arn:aws:rds:eu-west-1:1:cluster:orders"),
        ];
        let is = |tags: &[(&str, &str)]| is_raw(&tags.iter().copied().collect(), "nightshift:source");
        assert!(is(&all));
        for left_out in 0..all.len() {
            let mut some = all.to_vec();
            some.remove(left_out);
            assert!(!is(&some), "without {}", all[left_out].0);
        }
        let mut ready = all.to_vec();
        ready[2] = (CLONE, READY);
        assert!(!is(&ready));
    }
}
