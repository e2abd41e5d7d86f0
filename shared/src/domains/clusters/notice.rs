//! What an owner was told, as one tag of the cluster remembers it: when, of which expiry, of which cluster under which name,
//! by which deployment, who that owner was, and whether its data is kept. A notice is about all of it: of another expiry,
//! another cluster of the same name, the same cluster under another name or another owner it says nothing, nor of data that
//! was to be kept and is not. A copy that was promised is made, whatever became of the policy or the source since. Once it was seen not to hold it is written
//! over, so that it does not come back with the old expiry; but for what another deployment told, which is not ours to judge.

use jiff::Timestamp;
use serde::Serialize;
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
    /// It is about another expiry, name, cluster or owner, or about nothing anybody can read.
    OfAnother,
    /// A deployment wrote it that takes a cluster for its own by other marks.
    Foreign,
}

/// What is said to whom, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parties {
    /// Whoever tells: see [`deployment`].
    pub by: String,
    /// Whoever reads it: see [`who`].
    pub who: String,
    /// What they are told of its data.
    pub fate: Fate,
}

/// What becomes of a cluster's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// A snapshot keeps it.
    Copy,
    /// The cluster it was cloned from has what was cloned, and what was written since is lost.
    InSource,
    /// Nothing of it is kept.
    Lost,
}

impl Fate {
    /// What a notice calls it.
    const fn word(self) -> &'static str {
        match self {
            Self::Copy => "kept",
            Self::InSource => "source",
            Self::Lost => "lost",
        }
    }
}

/// What is written down when it is told, at `told`, that the cluster `id` expires at `expiry`.
pub fn mark(told: Timestamp, expiry: Timestamp, id: &str, resource_id: &str, parties: &Parties) -> Tags {
    let Parties { by, who, fate } = parties;
    let fate = fate.word();
    [(NOTIFIED, format!("{told} {expiry} {resource_id} {id} {by} {who} {fate}"))].into_iter().collect()
}

/// What is written over a notice that holds no longer. The tag stays: it may be removed by whoever may not write it.
pub fn void() -> Tags {
    [(NOTIFIED, VOID)].into_iter().collect()
}

/// What the notice on `cluster`, which expires at `expiry`, says between these.
pub fn of(cluster: &Cluster, expiry: Option<Timestamp>, parties: &Parties) -> Notice {
    match cluster.tags.get(NOTIFIED) {
        None => Notice::Absent,
        Some(VOID) => Notice::Void,
        Some(value) => read(value, cluster, expiry, parties).unwrap_or(Notice::OfAnother),
    }
}

fn read(value: &str, cluster: &Cluster, expiry: Option<Timestamp>, parties: &Parties) -> Option<Notice> {
    let words: Vec<_> = value.split(' ').collect();
    let [told, of, resource_id, id, by, who, told_of] = words.as_slice() else { return None };
    if *by != parties.by {
        return Some(Notice::Foreign);
    }
    let same = *resource_id == cluster.resource_id
        && *id == cluster.id
        && *who == parties.who
        // Whoever was told of a copy gets one: see `promised_copy`.
        && (*told_of == Fate::Lost.word()) == (parties.fate == Fate::Lost);
    let holds = same && of.parse().ok() == Some(expiry?);
    told.parse().ok().filter(|_| holds).map(Notice::Holds)
}

/// Whether the notice by which `cluster`, which expires at `expiry`, goes says that a snapshot keeps its data.
pub fn promised_copy(cluster: &Cluster, expiry: Timestamp, parties: &Parties) -> bool {
    let says_so = |value: &str| value.ends_with(&format!(" {}", Fate::Copy.word()));
    matches!(of(cluster, Some(expiry), parties), Notice::Holds(_)) && cluster.tags.get(NOTIFIED).is_some_and(says_so)
}

/// Which deployment tells, as one word: those that take a cluster for their own by the same marks are one.
pub fn deployment(tag_key: &str, required_tags: &[(String, String)]) -> String {
    let mut marks: Vec<_> = required_tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    marks.sort_unstable();
    let marks = marks.into_iter().flat_map(|(key, value)| [key, value]);
    digest(&[tag_key].into_iter().chain(marks).collect::<Vec<_>>())
}

/// Whoever reads what an owner is told, as one word: by the owner and by the address that a tag gives. A digest, because
/// names have spaces.
pub fn who(owner: Option<&str>, mail: Option<&str>) -> String {
    digest(&[owner.unwrap_or_default().trim(), mail.unwrap_or_default().trim()])
}

/// What an owner was asked to put right: its kind, and a digest of all that was said of it, of what, and to whom. A clone may
/// bear the tag of what it was cloned from.
pub fn matter(code: &str, message: &str, arn: &str, who: &str) -> String {
    format!("{code} {}", digest(&[code, message, arn, who]))
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
    crate::text::hex(&hash.finalize()[..6])
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
        let parties = Parties { by: deployment("auto-delete-after", &[]), who: who(None, None), fate: Fate::InSource };
        let longest = mark(now, now, &"a".repeat(63), &format!("cluster-{}", "A".repeat(26)), &parties);
        assert!(longest.get(NOTIFIED).unwrap().len() < Tags::VALUE_LIMIT);
    }

    #[test]
    fn a_deployment_is_known_by_its_marks_in_any_order() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let of = |key: &str, tags: &[(String, String)]| deployment(key, tags);
        let both = [tag("env", "dev"), tag("team", "data")];
        assert_eq!(of("expires", &both), of("expires", &[both[1].clone(), both[0].clone()]));
        assert_ne!(of("expires", &both), of("expires", &both[..1]));
        assert_ne!(of("expires", &both), of("auto-delete-after", &both));
        assert_ne!(of("expires", &both[..1]), of("expires", &[tag("env", "test")]));
    }

    #[test]
    fn what_was_asked_is_known_again_until_it_changes() {
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        let matter = |message: &str| matter("malformed-expiry", message, "arn", "ana");
        let tags = asked(now, &matter("friday"));
        assert_eq!(asked_at(&tags, &matter("friday")), Some(now));
        assert_eq!(asked_at(&tags, &matter("monday")), None);
        assert_eq!(asked_at(&Tags::default(), &matter("friday")), None);
    }
}
