//! Night after night, with people and other tools at work in between: what the three laws say of every world.
//! The judge keeps its own history of what was to be seen and who was told, and believes no tag of ours.

use proptest::prelude::*;

use super::*;
use crate::domains::clusters::{deletion, notice};

/// What somebody, or something, does to a cluster by day.
#[derive(Debug, Clone)]
enum Act {
    Expiry(Option<&'static str>),
    Owner(&'static str, &'static str),
    Env(&'static str),
    Protection(bool),
    Status(&'static str),
    Global(bool),
    /// As `nightshift clusters extend` writes it.
    Extend(&'static str),
    /// Terraform, or a tag policy.
    TagsOff,
    /// Its owner takes a reader away.
    ReaderOff,
    /// AWS refuses the next deletion of it, once its members are gone.
    Refused,
    PurgeTagOff,
    Copied,
    /// `ModifyDBCluster` gives it another name; the resource id and the tags stay.
    Renamed,
}

fn any_act() -> impl Strategy<Value = Act> {
    let expiry = prop_oneof![
        4 => prop::sample::select(vec!["2026-11-19T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-28T00:00:00Z"]).prop_map(Some),
        1 => prop::sample::select(vec!["2027-03-01", "never", "friday", "2026-01-01"]).prop_map(Some),
        1 => Just(None),
    ];
    let status = vec!["available", "available", "stopped", "modifying", "cloning-failed", "a-new-one"];
    prop_oneof![
        6 => expiry.prop_map(Act::Expiry),
        3 => (prop::sample::select(vec!["owner", "Owner"]), prop::sample::select(vec!["ana", "bob", ""])).prop_map(|(key, name)| Act::Owner(key, name)),
        2 => prop::sample::select(vec!["dev", "dev", "prod", "Dev"]).prop_map(Act::Env),
        1 => any::<bool>().prop_map(Act::Protection),
        2 => prop::sample::select(status).prop_map(Act::Status),
        1 => any::<bool>().prop_map(Act::Global),
        2 => Just(Act::Extend("2026-12-20T00:00:00Z")),
        1 => Just(Act::TagsOff),
        1 => Just(Act::ReaderOff),
        2 => Just(Act::Refused),
        1 => Just(Act::PurgeTagOff),
        1 => Just(Act::Copied),
        1 => Just(Act::Renamed),
    ]
}

/// What is to be seen of a cluster: the expiry by which it would go, who reads what is told of it, and its name.
type Sight = (Option<String>, Option<String>, String);

#[derive(Debug, Default)]
struct Life {
    clusters: Vec<Cluster>,
    snapshots: Vec<Snapshot>,
    refused: BTreeSet<String>,
    /// By resource id and night.
    seen: BTreeMap<String, Vec<(Timestamp, Sight)>>,
    /// When somebody was told, and what was to be seen then.
    told: BTreeMap<String, Vec<(Timestamp, Sight)>>,
    /// Whose purge date somebody took off.
    taken_off: BTreeSet<String>,
    asked: Vec<(String, String, Timestamp)>,
    /// Whether the policy starts what is stopped.
    starts: bool,
}

fn sight(cluster: &Cluster) -> Sight {
    let value = cluster.tags.get("auto-delete-after");
    let goes =
        value.filter(|value| value.starts_with("2026-11") || value.starts_with("2026-12") || value.starts_with("2027"));
    let marked = cluster.tags.get("env") == Some("dev");
    let owner = ["owner", "Owner"].iter().find_map(|key| cluster.tags.get(key)).map(str::to_owned);
    (goes.filter(|_| marked).map(str::to_owned), owner, cluster.id.clone())
}

impl Life {
    fn act(&mut self, n: usize, act: &Act) {
        let name = format!("c{n}");
        match act {
            Act::PurgeTagOff => {
                for snapshot in self.snapshots.iter_mut().filter(|one| one.cluster_id.starts_with(&name)) {
                    snapshot.tags.remove(tags::PURGE_AFTER);
                    self.taken_off.insert(snapshot.id.clone());
                }
                return;
            }
            Act::Copied => {
                let original = self.snapshots.iter_mut().find(|one| one.cluster_id.starts_with(&name));
                if let Some(it) = original {
                    // In another Region, as far as this one knows: the same name, the same tags.
                    it.copy_of = Some(format!("{}-elsewhere", it.arn));
                    it.resource_id = None;
                }
                return;
            }
            _ => {}
        }
        let Some(it) = self.clusters.iter_mut().find(|cluster| cluster.id.starts_with(&name)) else { return };
        match act {
            Act::Expiry(Some(value)) => it.tags.set("auto-delete-after", *value),
            Act::Expiry(None) => it.tags.remove("auto-delete-after"),
            Act::Owner(key, owner) => {
                it.tags.remove("owner");
                it.tags.remove("Owner");
                if !owner.is_empty() {
                    it.tags.set(*key, *owner);
                }
            }
            Act::Env(env) => it.tags.set("env", *env),
            Act::Protection(on) => it.deletion_protection = Some(*on),
            Act::Status(status) => it.status = (*status).to_owned(),
            Act::Global(on) => it.global_cluster = on.then(|| "world".to_owned()),
            Act::Extend(until) => {
                let mut tags = notice::void();
                tags.set("auto-delete-after", *until);
                it.tags = it.tags.clone().with(tags);
            }
            Act::TagsOff => {
                let ours: Vec<_> = it
                    .tags
                    .iter()
                    .map(|(key, _)| key.to_owned())
                    .filter(|key| key.starts_with("nightshift:"))
                    .collect();
                for key in ours {
                    it.tags.remove(&key);
                }
            }
            Act::ReaderOff => it.members.retain(|member| member.writer),
            Act::Refused => _ = self.refused.insert(it.resource_id.clone()),
            Act::Renamed => {
                it.id = if it.id == name { format!("{name}-new") } else { name };
                it.arn = format!("arn:aws:rds:eu-west-1:111122223333:cluster:{}", it.id);
            }
            Act::PurgeTagOff | Act::Copied => {}
        }
    }

    /// One night; an error is a broken law.
    fn night(&mut self, policy: &Policy, now: Timestamp) -> Result<(), TestCaseError> {
        for cluster in &self.clusters {
            self.seen.entry(cluster.resource_id.clone()).or_default().push((now, sight(cluster)));
        }
        let mut region = super::region(self.clusters.clone());
        region.snapshots = Read::Known(self.snapshots.clone());
        let terms = Terms { policy, request: &Request::default(), now, announces: true, asked: None };
        let other = super::policy(&[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20"), ("NIGHTSHIFT_REQUIRED_TAGS", "env=test")]);
        let other = Plan::make(&world(region.clone()), Terms { policy: &other, ..terms });
        let writes = |action: &&Action| {
            matches!(action, Action::ForgetNotice(_) | Action::WarnOwner(_) | Action::DeleteCluster(_))
        };
        prop_assert!(!other.actions.iter().any(|action| writes(&action)), "nothing here is its own: {other}");
        let plan = Plan::make(&world(region), terms);
        self.nobody_is_forgotten(&plan, now)?;
        for action in &plan.actions {
            self.carry_out(action, policy, now)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, action: &Action, policy: &Policy, now: Timestamp) -> Result<(), TestCaseError> {
        let (id, starts) = (action.id().to_owned(), self.starts);
        match action {
            Action::DeleteCluster(delete) => self.delete(delete, now),
            Action::WarnOwner(warn) => {
                let it = self.cluster(&id);
                prop_assert_eq!(it.deletion_protection, Some(false), "told that it goes, and it cannot: {}", &id);
                let stays =
                    it.status == "stopped" && !starts || ["cloning-failed", "a-new-one"].contains(&it.status.as_str());
                prop_assert!(it.global_cluster.is_none() && !stays, "told that it goes, and it cannot: {}", &id);
                let sight = sight(it);
                it.tags = it.tags.clone().with(notice::mark(
                    now,
                    warn.expires_at,
                    &warn.id,
                    &warn.resource_id,
                    &warn.parties,
                ));
                let resource_id = it.resource_id.clone();
                self.told.entry(resource_id).or_default().push((now, sight));
                Ok(())
            }
            Action::ForgetNotice(forget) => {
                let it = self.cluster(&id);
                it.tags = it.tags.clone().with(forget.marks.clone());
                Ok(())
            }
            Action::AskOwner(ask) => {
                // The same matter as the last one they were asked, under whatever name.
                let cluster = self.clusters.iter().find(|it| it.arn == ask.arn);
                let about = cluster.map_or_else(|| ask.arn.clone(), |it| it.resource_id.clone());
                let last = self.asked.iter().rev().find(|(of, _, _)| *of == about);
                let again = last.is_some_and(|(_, matter, at)| {
                    *matter == ask.matter && now.duration_since(*at).as_hours() < 6 * 24
                });
                let forgot = self.clusters.iter().any(|it| it.arn == ask.arn && it.tags.get(tags::ASKED).is_none());
                prop_assert!(!again || forgot, "asked twice within a week: {:?}", ask);
                self.asked.push((about, ask.matter.clone(), now));
                if let Some(it) = self.clusters.iter_mut().find(|it| it.arn == ask.arn) {
                    it.tags = it.tags.clone().with(notice::asked(now, &ask.matter));
                }
                Ok(())
            }
            Action::DeleteSnapshot(purge) => {
                let it = self.snapshots.iter().find(|one| one.id == id).cloned().unwrap();
                prop_assert!(it.copy_of.is_none(), "a copy of somebody's was purged");
                prop_assert!(!self.taken_off.contains(&id), "a date that was taken off came back");
                prop_assert_eq!(it.tags.get("env"), Some("dev"));
                prop_assert!(purge.purge_after <= now);
                self.snapshots.retain(|one| one.id != id);
                Ok(())
            }
            Action::MarkSnapshot(_) => {
                prop_assert!(false, "every snapshot here had its tags: {:?}", action.steps());
                Ok(())
            }
            Action::StartCluster(start) => {
                let it = self.cluster(&id);
                it.tags = it.tags.clone().with(start.marks.clone());
                it.status = "available".to_owned();
                Ok(())
            }
            Action::TellDeleted(_) => Ok(()),
        }
        .map(|()| _ = policy)
    }

    /// Law 1: its present owner was shown its present expiry, long enough ago and without a break since.
    fn delete(&mut self, delete: &DeleteCluster, now: Timestamp) -> Result<(), TestCaseError> {
        let it = self.cluster(&delete.id).clone();
        let sight = sight(&it);
        let hours = |at: Timestamp| now.duration_since(at).as_hours();
        let seen = &self.seen[&it.resource_id];
        let unbroken = |from: Timestamp| seen.iter().filter(|(at, _)| *at >= from).all(|(_, seen)| *seen == sight);
        let told = self.told.get(&it.resource_id).into_iter().flatten();
        let mut good = told.filter(|(at, of)| *of == sight && hours(*at) >= 20 && unbroken(*at));
        prop_assert!(
            good.any(|(at, _)| delete.begun || hours(*at) <= 14 * 24),
            "{} goes, and nobody knows: told {:?}, seen {:?}",
            it.id,
            self.told.get(&it.resource_id),
            seen
        );
        prop_assert_eq!(it.deletion_protection, Some(false));
        prop_assert!(it.status == "available" && it.global_cluster.is_none());
        let keep = delete.keep.as_ref();
        prop_assert!(keep.is_some(), "nothing here is a clone: the last copy would be let go");
        if self.refused.remove(&it.resource_id) {
            let it = self.cluster(&delete.id);
            it.members.clear();
            it.tags = it.tags.clone().with(delete.marks.clone());
            if !delete.begun {
                it.tags.set(tags::DELETE_REQUESTED, now.to_string());
            }
            return Ok(());
        }
        let keep = keep.unwrap();
        prop_assert!(self.snapshots.iter().all(|one| one.id != keep.name));
        let facts = Facts::from_tags(&keep.tags);
        prop_assert!(matches!(facts, Ok(Some(_))), "how it was built is lost");
        let mut kept = keep.tags.clone();
        kept.set(
            tags::PURGE_AFTER,
            (now + jiff::SignedDuration::from_hours(24 * i64::from(keep.keep_days))).to_string(),
        );
        self.snapshots.push(Snapshot {
            id: keep.name.clone(),
            arn: keep.arn.clone(),
            region: it.region.clone(),
            cluster_id: it.id.clone(),
            resource_id: Some(it.resource_id.clone()),
            copy_of: None,
            engine: it.engine.clone(),
            engine_version: None,
            status: "available".to_owned(),
            created_at: Some(now),
            kind: "manual".to_owned(),
            tags: kept,
        });
        self.clusters.retain(|cluster| cluster.id != it.id);
        Ok(())
    }

    /// Law 3: what is due goes, is told that it will, or is listed for somebody who can move it.
    fn nobody_is_forgotten(&self, plan: &Plan, now: Timestamp) -> Result<(), TestCaseError> {
        for cluster in &self.clusters {
            let acts = plan.actions.iter().any(|action| {
                action.id() == cluster.id
                    && matches!(action, Action::DeleteCluster(_) | Action::StartCluster(_) | Action::WarnOwner(_))
            });
            let left = plan.left.iter().find(|left| left.id == cluster.id);
            let half = deletion::half_deleted(cluster).is_some();
            let said = left.is_some_and(|left| match &left.why {
                why if why.is_half_way() || why.needs_attention() => true,
                Why::NoticePeriod { .. } => true,
                Why::Status { .. } => {
                    now.duration_since(left.due.unwrap_or(now)).as_hours() < 72 || left.is_overdue(now)
                }
                _ => false,
            });
            let due = sight(cluster).0.and_then(|at| at.parse::<Timestamp>().ok()).is_some_and(|at| at <= now);
            prop_assert!(!due || acts || said, "{} is due, and nobody hears of it: {:?}", cluster.id, left);
            prop_assert!(!half || acts || said, "{} is half deleted, and nobody hears of it: {:?}", cluster.id, left);
        }
        Ok(())
    }

    fn cluster(&mut self, id: &str) -> &mut Cluster {
        self.clusters.iter_mut().find(|cluster| cluster.id == id).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_night_after_night_whatever_people_do_by_day(
        days in prop::collection::vec((prop::collection::vec((0..3_usize, any_act()), 0..3), any::<bool>()), 1..12),
        start: bool,
    ) {
        let rest = if start { "start" } else { "leave" };
        let policy = policy(&[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20"), ("NIGHTSHIFT_STOPPED_CLUSTERS", rest), ("NIGHTSHIFT_SNAPSHOT_KEEP_DAYS", "3")]);
        let mut life = Life { clusters: (0..3).map(|n| cluster(&format!("c{n}"))).collect(), starts: start, ..Life::default() };
        let night = |n: usize| now() + jiff::SignedDuration::from_hours(24 * i64::try_from(n).unwrap());
        for (n, (acts, twice)) in days.iter().enumerate() {
            for (cluster, act) in acts {
                life.act(*cluster, act);
            }
            life.night(&policy, night(n))?;
            if *twice {
                life.night(&policy, night(n) + jiff::SignedDuration::from_hours(1))?;
            }
        }
        // Then all is quiet and nothing stands in the way: three nights, and what is due is gone.
        life.refused.clear();
        for cluster in &mut life.clusters {
            cluster.deletion_protection = Some(false);
            cluster.global_cluster = None;
            cluster.status = "available".to_owned();
        }
        let quiet = days.len();
        for n in quiet..quiet + 3 {
            life.night(&policy, night(n))?;
        }
        for cluster in &life.clusters {
            let at = sight(cluster).0.and_then(|at| at.parse::<Timestamp>().ok());
            prop_assert!(at.is_none_or(|at| at > night(quiet)), "{} has been due for three quiet nights", cluster.id);
        }
    }
}
