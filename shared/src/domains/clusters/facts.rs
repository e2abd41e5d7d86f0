//! What it takes to build a cluster again, carried by its final snapshot in numbered tags. A snapshot keeps data, engine
//! and key, but neither subnets nor members. The same pieces are put on the cluster before it is deleted, so that a run
//! that dies between the delete and the tagging loses nothing that the next run cannot read.
//!
//! The pieces hold base64 of one JSON object, because tag values know neither quotes nor brackets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde::{Deserialize, Serialize};

use super::tags::RESTORE_PREFIX;
use crate::services::rds::{Instance, Settings};
use crate::services::tags::Tags;

/// `NN:` before the first piece.
const COUNT_LENGTH: usize = 3;
/// The one version there is of the object's shape.
const VERSION: u32 = 1;

/// How a cluster was built.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Version of this object's shape.
    #[serde(rename = "v")]
    version: u32,
    /// The cluster's own settings.
    pub cluster: Settings,
    /// Its members.
    pub members: Vec<Instance>,
}

/// The pieces do not make a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Pieces are missing or were changed by hand.
    #[error("the {RESTORE_PREFIX}* tags are incomplete or were changed")]
    Broken,
    /// Written by a later release.
    #[error("the {RESTORE_PREFIX}* tags were written by a later version of this tool")]
    Newer,
}

impl Facts {
    /// From what was read of a cluster and its members.
    pub fn of(cluster: Settings, members: Vec<Instance>) -> Self {
        Self { version: VERSION, cluster, members }
    }

    /// The facts as tags.
    pub fn to_tags(&self) -> Tags {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let text = URL_SAFE.encode(json);
        // The first piece says how many there are: an earlier attempt may have left more of them on the cluster.
        let count = (text.len() + COUNT_LENGTH).div_ceil(Tags::VALUE_LIMIT);
        let text = format!("{count:02}:{text}");
        let pieces = text.as_bytes().chunks(Tags::VALUE_LIMIT);
        pieces.enumerate().map(|(index, piece)| (key(index + 1), String::from_utf8_lossy(piece).into_owned())).collect()
    }

    /// The facts that `tags` carry, if they carry any.
    pub fn from_tags(tags: &Tags) -> Result<Option<Self>, Unreadable> {
        let Some(first) = tags.get(&key(1)) else {
            let any = tags.iter().any(|(key, _)| key.starts_with(RESTORE_PREFIX));
            return if any { Err(Unreadable::Broken) } else { Ok(None) };
        };
        let (count, first) = first.split_once(':').ok_or(Unreadable::Broken)?;
        let count: usize = count.parse().map_err(|_| Unreadable::Broken)?;
        let mut text = first.to_owned();
        for number in 2..=count.min(Tags::LIMIT) {
            text.push_str(tags.get(&key(number)).ok_or(Unreadable::Broken)?);
        }
        let json = URL_SAFE.decode(text).map_err(|_| Unreadable::Broken)?;
        let facts: Self = serde_json::from_slice(&json).map_err(|_| Unreadable::Broken)?;
        if facts.version > VERSION { Err(Unreadable::Newer) } else { Ok(Some(facts)) }
    }
}

fn key(number: usize) -> String {
    format!("{RESTORE_PREFIX}{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(members: usize) -> Facts {
        let settings = Settings {
            subnet_group: Some("dev-private".to_owned()),
            security_groups: vec!["sg-1".to_owned(), "sg-2".to_owned()],
            port: Some(5433),
            serverless_v2: Some((0.5, 8.0)),
            ..Settings::default()
        };
        let member = |n| Instance {
            id: format!("orders-{n}"),
            class: "db.r6g.large".to_owned(),
            writer: n == 0,
            ..Instance::default()
        };
        Facts::of(settings, (0..members).map(member).collect())
    }

    #[test]
    fn facts_survive_being_tags_whatever_their_size() {
        for members in [0, 1, 3, 16] {
            let facts = facts(members);
            let tags = facts.to_tags();
            assert!(tags.iter().all(|(_, value)| value.len() <= Tags::VALUE_LIMIT));
            assert!(tags.len() <= 12, "{members} members take {} tags", tags.len());
            assert_eq!(Facts::from_tags(&tags.with([("owner", "ana")].into_iter().collect())), Ok(Some(facts)));
        }
    }

    #[test]
    fn pieces_an_earlier_attempt_left_are_not_taken_for_ours() {
        let stale = facts(16).to_tags();
        let tags = stale.with(facts(1).to_tags());
        assert_eq!(Facts::from_tags(&tags), Ok(Some(facts(1))));
    }

    #[test]
    fn what_a_later_release_wrote_is_not_guessed_at() {
        let newer = Facts { version: VERSION + 1, ..facts(1) };
        assert_eq!(Facts::from_tags(&newer.to_tags()), Err(Unreadable::Newer));
    }

    #[test]
    fn a_lost_or_changed_piece_is_noticed() {
        let tags = facts(16).to_tags();
        assert_eq!(Facts::from_tags(&Tags::default()), Ok(None));
        assert_eq!(Facts::from_tags(&tags.clone().without("nightshift:restore-01")), Err(Unreadable::Broken));
        assert_eq!(Facts::from_tags(&tags.clone().without("nightshift:restore-02")), Err(Unreadable::Broken));
        let mut changed = tags;
        changed.set("nightshift:restore-01", "????");
        assert_eq!(Facts::from_tags(&changed), Err(Unreadable::Broken));
    }
}
