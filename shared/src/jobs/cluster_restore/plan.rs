//! What a restore would make. Pure.

use crate::jobs::cluster_restore::codes;
use crate::report::Code;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::facts::{Facts, Unreadable};
use crate::domains::clusters::step::{ClusterStep, Place};
use crate::domains::clusters::tags::{RESTORE_PREFIX, RESTORED_FROM};
use crate::services::rds::{AURORA_ENGINES, Cluster, Instance, RestoreCluster, RestoreMember, Snapshot};
use crate::services::tags::Tags;

/// What the caller asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// The new cluster's identifier; the old one's if unset.
    pub name: Option<String>,
    /// Its expiry, in the grammar of the expiry tag; `never` if unset.
    pub until: Option<String>,
    /// The key of the expiry tag.
    pub tag_key: String,
}

/// What will be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RestorePlan {
    /// The cluster, and whether it is there already because an earlier attempt made it.
    pub cluster: RestoreCluster,
    /// See [`RestorePlan::cluster`].
    pub cluster_exists: bool,
    /// The members that are not there yet, the writer first: the first member of a cluster becomes its writer.
    pub members: Vec<RestoreMember>,
}

/// Why it cannot be restored as asked. Nothing was made then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreFault {
    /// Not an Aurora snapshot.
    #[error("snapshot {id} is of engine '{engine}', not Aurora")]
    NotAurora {
        /// The snapshot.
        id: String,
        /// Its engine.
        engine: String,
    },
    /// Not finished.
    #[error("snapshot {id} is '{status}', not 'available'")]
    NotAvailable {
        /// The snapshot.
        id: String,
        /// Its status.
        status: String,
    },
    /// It does not say how the cluster was built.
    #[error(
        "snapshot {id} does not say how its cluster was built{}",
        broken.map_or_else(String::new, |broken| format!(" ({broken})"))
    )]
    NoFacts {
        /// The snapshot.
        id: String,
        /// The cluster it was taken of.
        cluster: String,
        /// Its engine.
        engine: String,
        /// Where there were facts once.
        broken: Option<Unreadable>,
    },
    /// The name belongs to another cluster.
    #[error("a cluster named {id} exists and was not restored from this snapshot")]
    NameTaken {
        /// The name.
        id: String,
    },
    /// The cluster that had the name, or one that an earlier restore made, is not gone yet.
    #[error("cluster {id} is still being deleted")]
    StillThere {
        /// The name.
        id: String,
    },
    /// The expiry asked for is not one.
    #[error("'{0}' is not an expiry")]
    BadExpiry(String),
    /// The next run would take it again.
    #[error("--until {0} has passed, so the next run would delete it again")]
    PastExpiry(String),
}

impl RestoreFault {
    /// For machines.
    pub(super) const fn code(&self) -> &'static Code {
        match self {
            Self::NotAurora { .. } => &codes::NOT_AURORA,
            Self::NotAvailable { .. } => &codes::NOT_AVAILABLE,
            Self::NoFacts { .. } => &codes::NO_FACTS,
            Self::NameTaken { .. } => &codes::NAME_TAKEN,
            Self::StillThere { .. } => &codes::BEING_DELETED,
            Self::BadExpiry(_) => &codes::NOT_A_TIME,
            Self::PastExpiry(_) => &codes::NOT_LATER,
        }
    }

    /// The next step.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::NotAurora { .. } => "name a snapshot of an Aurora cluster".to_owned(),
            Self::NotAvailable { .. } => "try again when AWS has finished it".to_owned(),
            Self::NoFacts { id, cluster, engine, .. } => format!(
                "if the log of the run that deleted {cluster} is still there, put the {RESTORE_PREFIX}* tags of item.tags in \
                 its line 'about to apply' on the snapshot (aws rds add-tags-to-resource) and run this again; otherwise \
                 restore it by hand: aws rds restore-db-cluster-from-snapshot --db-cluster-identifier {cluster} \
                 --snapshot-identifier {id} --engine {engine} --db-subnet-group-name … --vpc-security-group-ids …, then \
                 aws rds create-db-instance for each member"
            ),
            Self::NameTaken { .. } => "choose another name with --as".to_owned(),
            Self::StillThere { .. } => {
                "run the same command again when AWS has deleted it, in some minutes; or choose another name with --as"
                    .to_owned()
            }
            Self::BadExpiry(_) => "write a time as YYYY-MM-DDTHH:MM:SSZ, a day as YYYY-MM-DD, or never".to_owned(),
            Self::PastExpiry(_) => "name a later time, or never".to_owned(),
        }
    }
}

impl RestorePlan {
    /// From `snapshot`, and the cluster that bears the wanted name, if one does.
    pub fn make(
        snapshot: &Snapshot,
        existing: Option<&Cluster>,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<Self, RestoreFault> {
        let (id, engine) = (snapshot.id.clone(), snapshot.engine.clone());
        if !AURORA_ENGINES.contains(&engine.as_str()) {
            return Err(RestoreFault::NotAurora { id, engine });
        }
        if snapshot.status != "available" {
            return Err(RestoreFault::NotAvailable { id, status: snapshot.status.clone() });
        }
        let no_facts = |broken| RestoreFault::NoFacts { id, cluster: snapshot.cluster_id.clone(), engine, broken };
        let facts = match Facts::from_tags(&snapshot.tags) {
            Ok(Some(facts)) => facts,
            Ok(None) => return Err(no_facts(None)),
            Err(broken) => return Err(no_facts(Some(broken))),
        };
        let name = wish.name_for(snapshot);
        let cluster_exists = match existing {
            None => false,
            Some(cluster) if cluster.status == "deleting" => return Err(RestoreFault::StillThere { id: name }),
            Some(cluster) if cluster.tags.get(RESTORED_FROM) == Some(&snapshot.arn) => true,
            Some(_) => return Err(RestoreFault::NameTaken { id: name }),
        };
        let there = |member: &Instance| {
            existing.is_some_and(|cluster| cluster.members.iter().any(|found| found.id == member.id))
        };
        let mut members: Vec<_> =
            facts.members.iter().map(|member| renamed(member, &snapshot.cluster_id, &name)).collect();
        members.sort_by(|a, b| (!a.writer, &a.id).cmp(&(!b.writer, &b.id)));
        members.retain(|member| !there(member));
        let cluster = RestoreCluster {
            region: snapshot.region.clone(),
            id: name,
            snapshot: snapshot.arn.clone(),
            engine: snapshot.engine.clone(),
            engine_version: snapshot.engine_version.clone(),
            settings: facts.cluster,
            tags: wish.tags(snapshot, now)?,
        };
        let members = members.into_iter().map(|instance| RestoreMember { instance }).collect();
        Ok(Self { cluster, cluster_exists, members })
    }

    /// What will be done, in order.
    pub fn steps(&self) -> Vec<ClusterStep> {
        let Self { cluster, cluster_exists, members } = self;
        let restore = (!cluster_exists).then(|| ClusterStep::RestoreCluster {
            cluster: cluster.id.clone(),
            snapshot: cluster.snapshot.clone(),
            place: Place::of(&cluster.settings),
        });
        let member = |RestoreMember { instance }: &RestoreMember| ClusterStep::member(instance, Some(instance.writer));
        restore.into_iter().chain(members.iter().map(member)).collect()
    }
}

impl Wish {
    /// The identifier the restored cluster gets.
    pub fn name_for(&self, snapshot: &Snapshot) -> String {
        self.name.clone().unwrap_or_else(|| snapshot.cluster_id.clone())
    }

    fn tags(&self, snapshot: &Snapshot, now: Timestamp) -> Result<Tags, RestoreFault> {
        let until = self.until.as_deref().unwrap_or("never");
        let read = expiry::read(until, &TimeZone::UTC);
        match read.map_err(|_| RestoreFault::BadExpiry(crate::text::printable(until)))? {
            Expiry::At(at) if at <= now => return Err(RestoreFault::PastExpiry(until.to_owned())),
            Expiry::At(_) | Expiry::Never => {}
        }
        let mut tags = snapshot.tags.of_others();
        tags.set(&self.tag_key, until);
        tags.set(RESTORED_FROM, &snapshot.arn);
        Ok(tags)
    }
}

/// Under another cluster name, members are named after it too: the old names may be in use.
fn renamed(member: &Instance, old: &str, new: &str) -> Instance {
    if old == new {
        return member.clone();
    }
    let rest = member.id.strip_prefix(old).map_or_else(|| format!("-{}", member.id), str::to_owned);
    Instance { id: format!("{new}{rest}"), ..member.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::rds::Settings;

    fn in_words(plan: &RestorePlan) -> Vec<String> {
        plan.steps().iter().map(ToString::to_string).collect()
    }

    fn snapshot() -> Snapshot {
        let member = |id: &str, writer| Instance {
            id: id.to_owned(),
            class: "db.r6g.large".to_owned(),
            writer,
            ..Instance::default()
        };
        let settings = Settings { subnet_group: Some("private".to_owned()), port: Some(5433), ..Settings::default() };
        let facts = Facts::of(settings, vec![member("orders-a", false), member("orders-b", true)]);
        let own: Tags = [("owner", "ana"), ("env", "dev"), ("nightshift:purge-after", "2026-12-21T00:00:00Z")]
            .into_iter()
            .collect();
        Snapshot {
            id: "nightshift-orders-20261120t000000z-abcd1234".to_owned(),
            arn: "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-orders-20261120t000000z-abcd1234"
                .to_owned(),
            region: "eu-west-1".to_owned(),
            cluster_id: "orders".to_owned(),
            resource_id: Some("cluster-ABCD1234".to_owned()),
            copy_of: None,
            engine: "aurora-postgresql".to_owned(),
            engine_version: Some("16.4".to_owned()),
            status: "available".to_owned(),
            created_at: None,
            kind: "manual".to_owned(),
            tags: own.with(facts.to_tags()),
        }
    }

    fn now() -> Timestamp {
        "2026-11-21T02:00:00Z".parse().unwrap()
    }

    fn wish() -> Wish {
        Wish { name: None, until: None, tag_key: "auto-delete-after".to_owned() }
    }

    #[test]
    fn a_cluster_comes_back_as_it_was_and_does_not_expire_by_itself() {
        let plan = RestorePlan::make(&snapshot(), None, &wish(), now()).unwrap();
        let tags: Vec<_> = plan.cluster.tags.iter().collect();
        assert_eq!(
            tags,
            [
                ("auto-delete-after", "never"),
                ("env", "dev"),
                (RESTORED_FROM, snapshot().arn.as_str()),
                ("owner", "ana")
            ]
        );
        insta::assert_snapshot!(in_words(&plan).join("\n"), @r"
        restore cluster orders from arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-orders-20261120t000000z-abcd1234 (subnet group private, security groups default, parameter group default, port 5433)
        create writer orders-b (db.r6g.large)
        create reader orders-a (db.r6g.large)
        ");
    }

    #[test]
    fn under_another_name_members_are_named_after_it() {
        let wish = Wish { name: Some("rescue".to_owned()), until: Some("2026-12-01".to_owned()), ..wish() };
        let plan = RestorePlan::make(&snapshot(), None, &wish, now()).unwrap();
        assert_eq!(plan.cluster.tags.get("auto-delete-after"), Some("2026-12-01"));
        let ids: Vec<_> = plan.members.iter().map(|member| member.instance.id.as_str()).collect();
        assert_eq!(ids, ["rescue-b", "rescue-a"]);
    }

    #[test]
    fn what_is_still_going_is_waited_for_and_neither_taken_for_whole_nor_for_somebody_elses() {
        let existing = |status: &str, from: Option<&str>| {
            let tags = from.into_iter().map(|from| (RESTORED_FROM, from)).collect();
            let cluster = Cluster { status: status.to_owned(), tags, ..crate::services::rds::Cluster::default() };
            RestorePlan::make(&snapshot(), Some(&cluster), &wish(), now()).map_err(|fault| fault.code().name)
        };
        let own = snapshot().arn;
        assert_eq!(existing("deleting", None).unwrap_err(), "being-deleted");
        assert_eq!(existing("deleting", Some(&own)).unwrap_err(), "being-deleted");
        assert_eq!(existing("available", None).unwrap_err(), "name-taken");
        assert_eq!(existing("available", Some("another")).unwrap_err(), "name-taken");
        assert!(existing("available", Some(&own)).unwrap().cluster_exists);
        // Of one that an earlier attempt made, the members that it made are not made again.
        let half = Cluster {
            status: "available".to_owned(),
            tags: [(RESTORED_FROM, own.as_str())].into_iter().collect(),
            members: vec![crate::services::rds::Member { id: "orders-b".to_owned(), writer: true }],
            ..Cluster::default()
        };
        let plan = RestorePlan::make(&snapshot(), Some(&half), &wish(), now()).unwrap();
        assert_eq!(in_words(&plan), ["create reader orders-a (db.r6g.large)"]);
    }

    #[test]
    fn what_cannot_be_restored_has_a_code_for_it() {
        let code = |change: fn(&mut Snapshot), until: Option<&str>| {
            let (mut snapshot, wish) = (snapshot(), Wish { until: until.map(str::to_owned), ..wish() });
            change(&mut snapshot);
            RestorePlan::make(&snapshot, None, &wish, now()).map_or_else(|fault| fault.code().name, |_| "goes")
        };
        assert_eq!(code(|_| (), None), "goes");
        assert_eq!(code(|s| s.engine = "neptune".to_owned(), None), "not-aurora");
        assert_eq!(code(|s| s.status = "creating".to_owned(), None), "not-available");
        assert_eq!(code(|s| s.tags = Tags::default(), None), "no-facts");
        assert_eq!(code(|_| (), Some("2026-11-20")), "not-later");
        assert_eq!(code(|_| (), Some("tomorrow")), "not-a-time");
    }

    #[test]
    fn what_cannot_be_restored_says_why_and_what_to_do() {
        let message = |change: fn(&mut Snapshot), wish: Wish| {
            let mut snapshot = snapshot();
            change(&mut snapshot);
            {
                let fault = RestorePlan::make(&snapshot, None, &wish, now()).unwrap_err();
                format!("{fault}; {}", fault.fix())
            }
        };
        insta::assert_snapshot!(message(|s| s.engine = "neptune".to_owned(), wish()), @"snapshot nightshift-orders-20261120t000000z-abcd1234 is of engine 'neptune', not Aurora; name a snapshot of an Aurora cluster");
        insta::assert_snapshot!(message(|s| s.status = "creating".to_owned(), wish()), @"snapshot nightshift-orders-20261120t000000z-abcd1234 is 'creating', not 'available'; try again when AWS has finished it");
        insta::assert_snapshot!(message(|s| s.tags = Tags::default(), wish()), @"snapshot nightshift-orders-20261120t000000z-abcd1234 does not say how its cluster was built; if the log of the run that deleted orders is still there, put the nightshift:restore-* tags of item.tags in its line 'about to apply' on the snapshot (aws rds add-tags-to-resource) and run this again; otherwise restore it by hand: aws rds restore-db-cluster-from-snapshot --db-cluster-identifier orders --snapshot-identifier nightshift-orders-20261120t000000z-abcd1234 --engine aurora-postgresql --db-subnet-group-name … --vpc-security-group-ids …, then aws rds create-db-instance for each member");
        insta::assert_snapshot!(message(|_| (), Wish { until: Some("2026-11-20".to_owned()), ..wish() }), @"--until 2026-11-20 has passed, so the next run would delete it again; name a later time, or never");
        let this_moment = Wish { until: Some("2026-11-21T02:00:00Z".to_owned()), ..wish() };
        assert!(message(|_| (), this_moment).contains("has passed"), "the next run begins now");
        insta::assert_snapshot!(message(|_| (), Wish { until: Some("tomorrow".to_owned()), ..wish() }), @"'tomorrow' is not an expiry; write a time as YYYY-MM-DDTHH:MM:SSZ, a day as YYYY-MM-DD, or never");
    }
}
