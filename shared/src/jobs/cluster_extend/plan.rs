//! More time for a cluster: what its expiry tag becomes, or why it does not. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domains::clusters::deletion::{self, HalfDeleted};
use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::notice;
use crate::domains::clusters::step::ClusterStep;
use crate::domains::clusters::tags;
use crate::jobs::cluster_extend::codes;
use crate::report::{Code, Reason};
use crate::run::Acting;
use crate::run::owned::{self, Deed, Gate, Thing};
use crate::services::rds::Cluster;
use crate::services::tags::Tags;
use crate::text::printable;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    /// The new expiry, in the grammar of the tag.
    pub until: &'a str,
    /// In whose name it is asked for.
    pub by: &'a Acting,
    /// Whose it is, as they say.
    pub owner: Option<&'a str>,
    /// The key of the expiry tag.
    pub tag_key: &'a str,
    /// The moment.
    pub now: Timestamp,
}

/// What holds for every extension.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    /// The key of the tag that names a cluster's owner.
    pub owner_tag: &'a str,
    /// What a time without a zone is meant in.
    pub time_zone: &'a TimeZone,
    /// How far ahead an expiry may be put.
    pub max_lease_days: u16,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extension {
    pub(super) region: String,
    pub(super) id: String,
    pub(super) arn: String,
    #[serde(skip)]
    pub(super) owner: Option<String>,
    tag_key: String,
    was: String,
    until: Timestamp,
    /// What is written over besides, in the same call: the notice of the old expiry, and a deletion that took nothing.
    void: Tags,
    half: Option<HalfDeleted>,
}

impl Extension {
    /// The expiry tag: an instant, so that it means the same in every zone. The old expiry takes its notice along: it must
    /// not be good again should somebody put the old one back.
    pub fn tags(&self) -> Tags {
        self.void.clone().with([(self.tag_key.as_str(), self.until.to_string())].into_iter().collect())
    }

    /// What is done.
    pub fn step(&self) -> ClusterStep {
        let (cluster, tag) = (self.id.clone(), self.tag_key.clone());
        ClusterStep::MoveExpiry { cluster, tag, was: self.was.clone(), until: self.until }
    }

    /// What more time alone does not mend: a deletion had taken members before.
    pub fn warning(&self) -> Option<Reason> {
        let half = self.half?;
        let fix = format!(
            "create its members again (aws rds create-db-instance --db-cluster-identifier {} …), then remove its tag {}",
            self.id,
            tags::DELETE_REQUESTED
        );
        Some(Reason::new(&codes::HALF_DELETED, format!("cluster {} is half deleted: {}", self.id, half.message()), fix))
    }
}

/// Why it is not extended. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum ExtendFault {
    #[error("cluster {id} is being deleted")]
    Deleting { id: String },
    #[error("cluster {id} has no tag {key}, so it never expires")]
    NoExpiry { id: String, key: String },
    #[error("cluster {id} has more than one expiry tag ('{keys}')")]
    LookAlikes { id: String, keys: String },
    #[error("the expiry of cluster {id} is 'never'")]
    Never { id: String },
    #[error("--until '{until}' is not a time to extend to")]
    NotATime { until: String },
    #[error("--until {until} is not after {after}, which {what}")]
    NotLater { until: Timestamp, after: Timestamp, what: &'static str },
    #[error("--until {until} is more than {days} days ahead, the longest lease there is")]
    TooLong { until: Timestamp, days: u16, most: Timestamp },
    #[error("{0}")]
    NotTheirs(owned::Refusal),
}

impl ExtendFault {
    /// For machines.
    pub(super) const fn code(&self) -> &'static Code {
        match self {
            Self::Deleting { .. } => &codes::DELETING,
            Self::NoExpiry { .. } => &codes::NO_EXPIRY_TAG,
            Self::LookAlikes { .. } => &codes::LOOK_ALIKE_TAGS,
            Self::Never { .. } => &codes::NEVER_EXPIRES,
            Self::NotATime { .. } => &codes::NOT_A_TIME,
            Self::NotLater { .. } => &codes::NOT_LATER,
            Self::TooLong { .. } => &codes::LEASE_TOO_LONG,
            Self::NotTheirs(refusal) => refusal.code(&codes::OWNERS_DIFFER),
        }
    }

    /// The next step.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::Deleting { .. } => {
                "when it is gone, restore it from its final snapshot (nightshift clusters restore)".to_owned()
            }
            Self::NoExpiry { .. } | Self::Never { .. } => "there is nothing to extend".to_owned(),
            Self::LookAlikes { .. } => "remove all but the one that is meant".to_owned(),
            Self::NotATime { .. } => "write YYYY-MM-DDTHH:MM:SSZ, or YYYY-MM-DD for the end of that day".to_owned(),
            Self::NotLater { .. } => "name a later time".to_owned(),
            Self::TooLong { most, .. } => format!("the last time allowed now is {most}"),
            Self::NotTheirs(refusal) => refusal.fix(),
        }
    }
}

/// What `wish` makes of the expiry of `cluster`.
pub(super) fn extension(cluster: &Cluster, wish: Wish<'_>, terms: Terms<'_>) -> Result<Extension, ExtendFault> {
    let id = cluster.id.clone();
    if cluster.status == "deleting" {
        return Err(ExtendFault::Deleting { id });
    }
    let gate = Gate { deed: Deed::Extend, by: wish.by, named: wish.owner, owner_tag: terms.owner_tag };
    let thing = Thing { id: &cluster.id, arn: &cluster.arn, tags: &cluster.tags };
    gate.lets(thing).map_err(ExtendFault::NotTheirs)?;
    let keys = cluster.tags.look_alikes(wish.tag_key);
    if keys.len() > 1 {
        return Err(ExtendFault::LookAlikes { id, keys: printable(&keys.join("', '")) });
    }
    let Some(was) = cluster.tags.get(wish.tag_key) else {
        return Err(ExtendFault::NoExpiry { id, key: printable(wish.tag_key) });
    };
    let Ok(Expiry::At(until)) = expiry::read(wish.until, terms.time_zone) else {
        return Err(ExtendFault::NotATime { until: printable(wish.until) });
    };
    let after = match expiry::read(was, terms.time_zone) {
        Ok(Expiry::Never) => return Err(ExtendFault::Never { id }),
        Ok(Expiry::At(at)) if at > wish.now => (at, "is its expiry now"),
        // Past or unreadable: any time to come mends it.
        _ => (wish.now, "is now"),
    };
    if until <= after.0 {
        return Err(ExtendFault::NotLater { until, after: after.0, what: after.1 });
    }
    let most = SignedDuration::from_hours(24 * i64::from(terms.max_lease_days));
    let most = wish.now.checked_add(most).unwrap_or(Timestamp::MAX);
    if until > most {
        return Err(ExtendFault::TooLong { until, days: terms.max_lease_days, most });
    }
    Ok(Extension {
        region: cluster.region.clone(),
        id,
        arn: cluster.arn.clone(),
        owner: tags::owner(&cluster.tags, terms.owner_tag),
        tag_key: wish.tag_key.to_owned(),
        was: was.to_owned(),
        until,
        void: void(cluster),
        half: deletion::half_deleted(cluster),
    })
}

fn void(cluster: &Cluster) -> Tags {
    let told = cluster.tags.get(tags::NOTIFIED).is_some_and(|value| value != tags::VOID);
    let notice = if told { notice::void() } else { Tags::default() };
    let whole = deletion::asked(cluster).is_some() && deletion::half_deleted(cluster).is_none();
    if whole { notice.with(deletion::called_off(cluster)) } else { notice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::Settings;

    const NOW: &str = "2026-11-21T02:00:00Z";

    fn cluster(tags: &[(&str, &str)]) -> Cluster {
        Cluster {
            id: "orders-dev".to_owned(),
            arn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-dev".to_owned(),
            region: "eu-west-1".to_owned(),
            resource_id: "cluster-A".to_owned(),
            engine: "aurora-postgresql".to_owned(),
            engine_version: None,
            status: "available".to_owned(),
            created_at: None,
            tags: tags.iter().copied().collect(),
            deletion_protection: Some(false),
            members: Vec::new(),
            global_cluster: None,
            replication_source: None,
            read_replicas: Vec::new(),
            limitless: false,
            clone_group: None,
            copies_tags: false,
            restarts_at: None,
            restorable: (None, None),
            settings: Settings::default(),
            ..Cluster::default()
        }
    }

    fn said(tags: &[(&str, &str)], until: &str, caller: &str, owner: Option<&str>) -> String {
        let time_zone = TimeZone::get("Europe/Madrid").unwrap();
        let terms = Terms { owner_tag: "owner", time_zone: &time_zone, max_lease_days: 90 };
        let by = Acting::For(caller.to_owned());
        let wish = Wish { until, by: &by, owner, tag_key: "auto-delete-after", now: NOW.parse().unwrap() };
        extension(&cluster(tags), wish, terms).map_or_else(
            |fault| format!("[{}] {fault}; {}", fault.code().name, fault.fix()),
            |extension| extension.step().to_string(),
        )
    }

    #[test]
    fn more_time_is_given_to_ones_own_clusters_within_the_lease() {
        let expiring = [("owner", "ana"), ("auto-delete-after", "2026-11-22")];
        assert_eq!(
            said(&expiring, "2026-12-05", "ana@example.com", None),
            "set auto-delete-after of orders-dev to 2026-12-05T23:00:00Z (it was 2026-11-22)"
        );
        for (owner, until, caller, says, expected) in [
            ("ana", "2026-12-05", "Ana", None, "set auto-delete-after of orders-dev to"),
            ("ana@example.com", "2026-12-05", "ana", None, "set auto-delete-after of orders-dev to"),
            (
                "ana@example.com",
                "2026-12-05",
                "ana@example.org",
                None,
                "it is ana@example.com's, and you are ana@example.org; ask ana@example.com to extend it",
            ),
            ("bob", "2026-12-05", "ana", None, "[another-owner] it is bob's, and you are ana"),
            ("bob", "2026-12-05", "ana", Some("bob"), "[another-owner] it is bob's, and you are ana"),
            ("bob", "2026-12-05", "ana", Some("eve"), "[another-owner] it is bob's, not eve's"),
            ("", "2026-12-05", "ana", None, "[no-owner] it has no tag owner"),
            ("ana", "never", "ana", None, "[not-a-time] --until 'never' is not a time to extend to"),
            ("ana", "soon", "ana", None, "is not a time to extend to"),
            ("ana", "2026-11-21T12:00:00Z", "ana", None, "[not-later]"),
            ("ana", "2026-11-21T12:00:00Z", "ana", None, "which is its expiry now"),
            ("ana", "2027-02-19", "ana", None, "[lease-too-long]"),
            ("ana", "2027-02-18", "ana", None, "set auto-delete-after of orders-dev to"),
        ] {
            let tags = [("owner", owner), ("auto-delete-after", "2026-11-22")];
            let answer = said(&tags, until, caller, says);
            assert!(answer.contains(expected), "{owner} {until} {caller}: {answer}");
        }
    }

    #[test]
    fn the_old_expiry_takes_its_notice_and_its_deletion_along() {
        let members = |many| (0..many).map(|n| crate::services::rds::Member { id: format!("m{n}"), writer: n == 0 });
        let extended = |had: &str, has: usize| {
            let mut it = cluster(&[("owner", "ana"), ("auto-delete-after", "2026-11-20")]);
            it.members = members(has).collect();
            it.tags.set(tags::NOTIFIED, "2026-11-20T02:00:00Z 2026-11-21T00:00:00Z cluster-A 0123456789ab");
            it.tags.set(tags::DELETE_REQUESTED, "2026-11-21T01:00:00Z");
            it.tags.set(tags::DELETE_OF, had);
            let terms = Terms { owner_tag: "owner", time_zone: &TimeZone::UTC, max_lease_days: 90 };
            let by = Acting::For("ana".to_owned());
            let wish = Wish {
                until: "2026-12-05",
                by: &by,
                owner: None,
                tag_key: "auto-delete-after",
                now: NOW.parse().unwrap(),
            };
            let extension = extension(&it, wish, terms).unwrap();
            let tags: Vec<_> = extension.tags().iter().map(|(key, value)| format!("{key}={value}")).collect();
            (tags.join(" "), extension.warning().map(|warning| warning.message))
        };
        assert_eq!(
            extended("cluster-A 2", 2),
            (
                "auto-delete-after=2026-12-06T00:00:00Z nightshift:delete-of=cluster-A void nightshift:notified=void"
                    .to_owned(),
                None
            )
        );
        let (tags, warning) = extended("cluster-A 3", 0);
        assert_eq!(tags, "auto-delete-after=2026-12-06T00:00:00Z nightshift:notified=void");
        insta::assert_snapshot!(warning.unwrap(), @"cluster orders-dev is half deleted: a deletion that began at 2026-11-21T01:00:00Z took 3 of its 3 members, and 0 are left; its data is there");
    }

    #[test]
    fn a_past_or_unreadable_expiry_is_mended_and_an_absent_or_doubtful_one_is_not_guessed() {
        let with = |tags: &[(&str, &str)], until| said(&[&[("owner", "ana")], tags].concat(), until, "ana", None);
        assert!(with(&[("auto-delete-after", "2026-11-01")], "2026-11-22").starts_with("set auto-delete-after of"));
        assert!(with(&[("auto-delete-after", "soon")], "2026-11-22").starts_with("set auto-delete-after of"));
        assert!(with(&[("auto-delete-after", "2026-11-01")], "2026-11-20").contains("which is now"));
        assert!(with(&[("auto-delete-after", "never")], "2026-11-22").starts_with("[never-expires]"));
        assert!(with(&[], "2026-11-22").starts_with("[no-expiry-tag]"));
        let two = [("auto-delete-after", "2026-11-22"), ("Auto-Delete-After", "2026-11-23")];
        assert!(with(&two, "2026-11-24").contains("more than one expiry tag"));
    }
}
