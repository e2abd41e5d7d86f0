//! What an owner was told, as one tag of the cluster remembers it: when, of which expiry, of which cluster, and who that
//! owner was. A notice is about all four: of another expiry, another cluster of the same name or another owner it says
//! nothing. Once it was seen not to hold it is written over, so that it does not come back with the old expiry.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::tags::{ASKED, NOTIFIED, VOID};
use crate::services::rds::Cluster;
use crate::services::tags::Tags;

/// What the tag of a cluster says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Nothing: there is none.
    Absent,
    /// There was one, and it holds no longer.
    Void,
    /// Its owner was told of its present expiry, at this moment.
    Holds(Timestamp),
    /// It is about another expiry, cluster or owner, or about nothing anybody can read.
    OfAnother,
}

/// What is written down when the owner `who` is told, at `told`, that the cluster expires at `expiry`.
pub fn mark(told: Timestamp, expiry: Timestamp, resource_id: &str, who: &str) -> Tags {
    [(NOTIFIED, format!("{told} {expiry} {resource_id} {who}"))].into_iter().collect()
}

/// What is written over a notice that holds no longer. The tag stays: it may be removed by whoever may not write it.
pub fn void() -> Tags {
    [(NOTIFIED, VOID)].into_iter().collect()
}

/// What the notice on `cluster`, which expires at `expiry` and belongs to `who`, says.
pub fn of(cluster: &Cluster, expiry: Option<Timestamp>, who: &str) -> Notice {
    match cluster.tags.get(NOTIFIED) {
        None => Notice::Absent,
        Some(VOID) => Notice::Void,
        Some(value) => told(value, cluster, expiry, who).map_or(Notice::OfAnother, Notice::Holds),
    }
}

fn told(value: &str, cluster: &Cluster, expiry: Option<Timestamp>, who: &str) -> Option<Timestamp> {
    let words: Vec<_> = value.split(' ').collect();
    let [told, of, resource_id, whom] = words.as_slice() else { return None };
    let same = of.parse().ok() == Some(expiry?) && *resource_id == cluster.resource_id && *whom == who;
    told.parse().ok().filter(|_| same)
}

/// Whoever reads what an owner is told, as one word: by the owner and by the address that a tag gives. A digest, because
/// names have spaces.
pub fn who(owner: Option<&str>, mail: Option<&str>) -> String {
    digest(&[owner.unwrap_or_default().trim(), mail.unwrap_or_default().trim()])
}

/// What an owner was asked to put right: its kind, and a digest of all that was said of it and to whom.
pub fn matter(code: &str, message: &str, who: &str) -> String {
    format!("{code} {}", digest(&[code, message, who]))
}

/// What is written down when an owner is asked at `now` to put `matter` right.
pub fn asked(now: Timestamp, matter: &str) -> Tags {
    [(ASKED, format!("{now} {matter}"))].into_iter().collect()
}

/// When the owner of what carries `tags` was asked to put `matter` right, if that was what they were asked last.
pub fn asked_at(tags: &Tags, matter: &str) -> Option<Timestamp> {
    let (at, of) = tags.get(ASKED)?.split_once(' ')?;
    at.parse().ok().filter(|_| of == matter)
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_parts_apart_and_fits_a_tag() {
        assert_ne!(who(Some("ana"), None), who(Some("bob"), None));
        assert_ne!(who(Some("ana"), None), who(Some("ana"), Some("team@example.com")));
        assert_ne!(who(Some("a"), Some("b")), who(Some("ab"), None));
        assert_eq!(who(Some(" ana"), Some("")), who(Some("ana"), None));
        assert_eq!(who(None, None).len(), 12);
        let now = "2026-11-21T02:00:00.123456789Z".parse().unwrap();
        let longest = mark(now, now, &format!("cluster-{}", "A".repeat(26)), &who(None, None));
        assert!(longest.get(NOTIFIED).unwrap().len() < Tags::VALUE_LIMIT);
    }

    #[test]
    fn what_was_asked_is_known_again_until_it_changes() {
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let matter = |message: &str| matter("malformed-expiry", message, "ana");
        let tags = asked(now, &matter("friday"));
        assert_eq!(asked_at(&tags, &matter("friday")), Some(now));
        assert_eq!(asked_at(&tags, &matter("monday")), None);
        assert_eq!(asked_at(&Tags::default(), &matter("friday")), None);
    }
}
