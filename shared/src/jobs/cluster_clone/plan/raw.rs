//! The raw copy that stands in quarantine until its data is nobody's, and what is handed over in its place: a clone of it. What is
//! there says how far it is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::build::{self, Parts, RAW_NAME, SCALES, SMALL};
use super::{CloneFault, ClonePlan, RawPlan, RawState, is_clone_of, owned_by, source};
use crate::domains::clusters::tags::{
    ANONYMISED, CLONE, CREATING, DATA, PRODUCTION, RAW, RULES, WISH, is_of_this_tool, is_raw,
};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::{Key, Ruled, World};
use crate::jobs::cluster_clone::policy::Policy;
use crate::jobs::cluster_clone::quarantine::{Quarantine, cluster_of};
use crate::jobs::cluster_clone::request::Wish;
use crate::services::rds::{CloneCluster, Cluster, Instance, Settings};
use crate::text::printable;

/// What makes a raw copy: where, and by which rules its data is made nobody's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    quarantine: &'a Quarantine,
    ruled: &'a Ruled,
}

/// By what `wish` is anonymised, where it asks for that.
pub(super) fn ruled<'a>(
    world: &'a World,
    policy: &'a Policy,
    wish: &Wish,
    source: &Cluster,
) -> Result<Option<Terms<'a>>, CloneFault> {
    if !wish.anonymise {
        return Ok(None);
    }
    let unavailable = |message: String| {
        let fix =
            "have the operators set up its quarantine; or clone a cluster whose data is nobody's, without anonymise";
        CloneFault::new(&codes::ANONYMISE_UNAVAILABLE, message, fix)
    };
    let Some(quarantine) = &policy.quarantine else {
        return Err(unavailable("anonymise was asked for, and there is no quarantine to do that in".to_owned()));
    };
    if quarantine.parameter_group_for(source).is_none() {
        let message = format!(
            "AWS does not say which version {} has, so no parameter group of the quarantine is for it",
            source.id
        );
        return Err(unavailable(message));
    }
    match &world.rules {
        Some(Ok(ruled)) => Ok(Some(Terms { quarantine, ruled })),
        Some(Err(why)) => Err(no_rules(&source.id, why)),
        None => Err(no_rules(&source.id, "nobody read them")),
    }
}

fn no_rules(source: &str, why: &str) -> CloneFault {
    let message = format!("by which rules the data of {source} is made nobody's cannot be said: {}", printable(why));
    CloneFault::new(&codes::NO_RULES, message, "put the rules there, and allow the function's role to read them")
}

/// What the raw copy for the clone `id` is called.
fn raw_name(id: &str) -> String {
    format!("{id}{RAW_NAME}")
}

/// The raw copy that an earlier attempt made for the same, where it is still of use.
pub(super) fn found<'a>(parts: &Parts<'a>) -> Result<Option<&'a Cluster>, CloneFault> {
    let Parts { world, policy, wish, who, source, id, begun, .. } = *parts;
    let name = raw_name(id);
    if let Some(pattern) = policy.denied.find([&name]) {
        let message = format!(
            "its raw copy would be called {name}, which '{pattern}' of NIGHTSHIFT_PROTECTED keeps from being deleted"
        );
        return Err(CloneFault::new(&codes::SOURCE_DENIED, message, "choose another name"));
    }
    let Some(found) = world.cluster(&wish.region, &name) else { return Ok(None) };
    let is_older = found.created_at.zip(source.created_at).is_some_and(|(found, source)| found < source);
    let is_ours = is_raw(&found.tags, &policy.source_tag)
        && !is_older
        && is_clone_of(found, &source.arn, &who.owner, policy)
        && found.tags.get(RAW) == Some(id)
        && found.tags.get(WISH) == Some(&build::wish(wish));
    match (begun, found.status == "deleting") {
        // What was made of it needs it no more, whatever it is by now.
        (Some(_), true) => Ok(None),
        (Some(_), false) => Ok(Some(found).filter(|_| is_ours)),
        (None, true) => Err(CloneFault::being_deleted(&name)),
        (None, false) if is_ours => Ok(Some(found)),
        (None, false) => Err(CloneFault::name_taken(&name)),
    }
}

/// `clone`, as a clone of a raw copy, with the raw copy that was `found` or will be made.
pub(super) fn with(parts: &Parts<'_>, mut clone: ClonePlan, terms: Terms<'_>, found: Option<&Cluster>) -> ClonePlan {
    let Parts { begun, id, .. } = *parts;
    let fingerprint = terms.ruled.fingerprint.clone();
    let name = raw_name(id);
    let state = match found {
        None if begun.is_some() => RawState::Gone,
        Some(found) if found.tags.get(ANONYMISED).is_some() => RawState::Anonymised,
        None | Some(_) => RawState::Raw,
    };
    let raw = copy(&Parts { id: &name, begun: found, ..*parts }, &clone, terms);
    clone.cluster.source.clone_from(&name);
    clone.cluster.copy_of = None;
    clone.cluster.tags.set(ANONYMISED, &fingerprint);
    clone.raw = Some(Box::new(RawPlan { clone: raw, rules: terms.ruled.location.clone(), fingerprint, state }));
    clone
}

/// How the raw copy is made: into quarantine, and with an end of its own that comes soon.
fn copy(parts: &Parts<'_>, clone: &ClonePlan, terms: Terms<'_>) -> ClonePlan {
    let Parts { policy, world, wish, source, id, begun, now, .. } = *parts;
    let group = terms.quarantine.parameter_group_for(source);
    let expires = match begun {
        Some(found) => build::end(found, policy).unwrap_or(now),
        None => end_of_tomorrow(now),
    };
    let mut tags = clone.cluster.tags.clone();
    tags.set(&policy.lease.tag_key, expires.to_string());
    tags.set(RAW, &clone.cluster.id);
    tags.set(RULES, &terms.ruled.fingerprint);
    if source::production(world, source, policy).is_some() {
        tags.set(DATA, PRODUCTION);
    }
    let class = terms.quarantine.class.clone();
    let member = Instance {
        id: format!("{id}-1"),
        class: class.clone(),
        parameter_group: group.clone(),
        writer: true,
        ..Instance::default()
    };
    ClonePlan {
        members: vec![member],
        owner: clone.owner.clone(),
        expires,
        begun: begun.map(|found| found.resource_id.clone()),
        notes: Vec::new(),
        raw: None,
        cluster: CloneCluster {
            id: id.to_owned(),
            source: source.arn.clone(),
            copy_of: wish.from,
            settings: settings(source, terms.quarantine, group, &class),
            tags,
            ..clone.cluster.clone()
        },
    }
}

/// Reached by nobody, written down nowhere: the quarantine's groups, no log, no login by IAM, the fewest backups there are.
fn settings(source: &Cluster, quarantine: &Quarantine, group: Option<String>, class: &str) -> Settings {
    let from = &source.settings;
    let own = quarantine.subnet_group.clone();
    Settings {
        network_type: from.network_type.clone().filter(|_| own.is_none()),
        subnet_group: own.or_else(|| from.subnet_group.clone()),
        security_groups: quarantine.security_groups.clone(),
        parameter_group: group,
        port: from.port,
        serverless_v2: (class == SCALES).then_some(SMALL),
        lifecycle_support: from.lifecycle_support.clone(),
        backup_days: Some(1),
        ..Settings::default()
    }
}

/// When the day after that of `now` is over: the same for every attempt of a day.
fn end_of_tomorrow(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(TimeZone::UTC).start_of_day();
    let end = day.and_then(|day| day.checked_add(2.days()));
    end.map_or(now, |end| end.timestamp())
}

/// The keys of runs whose raw copy is gone: nobody goes on with those.
pub(super) fn orphans(world: &World) -> impl Iterator<Item = Key> {
    let is_there = |key: &Key| {
        let of = |cluster: &Cluster| {
            cluster.region == key.region && Some(cluster.resource_id.as_str()) == cluster_of(&key.name)
        };
        world.clusters.iter().any(of)
    };
    world.keys.iter().filter(move |key| !is_there(key)).cloned()
}

/// Whether `found` was made for `plan` and was handed to nobody, by all that it was given when it was made: what may be deleted again
/// where it comes to nothing.
pub(in crate::jobs::cluster_clone) fn is_made_for(plan: &ClonePlan, found: &Cluster, policy: &Policy) -> bool {
    let (tags, given) = (&found.tags, &plan.cluster.tags);
    let same = |key: &str| tags.get(key) == given.get(key);
    found.id == plan.cluster.id
        && found.region == plan.cluster.region
        && plan.begun.as_ref().is_none_or(|begun| *begun == found.resource_id)
        && tags.get(CLONE) == Some(CREATING)
        && is_of_this_tool(tags)
        && [WISH, RAW, &policy.source_tag].into_iter().all(same)
        // By which rules, may have changed since.
        && (tags.get(if given.get(RAW).is_some() { RULES } else { ANONYMISED }).is_some())
        && owned_by(found, &plan.owner, policy)
        && policy.marks.iter().all(|(key, value)| tags.get(key) == Some(value))
        && found.deletion_protection == Some(false)
        && found.global_cluster.is_none()
        && found.replication_source.is_none()
        && found.read_replicas.is_empty()
        && Policy::meant(&policy.denied, found).is_none()
}

/// What of `found` is not as `plan` put it, and lets somebody in or writes something down.
pub(in crate::jobs::cluster_clone) fn is_outside(plan: &ClonePlan, found: &Cluster) -> Option<&'static str> {
    let (is, was) = (&found.settings, &plan.cluster.settings);
    let sorted = |groups: &[String]| {
        let mut groups = groups.to_vec();
        groups.sort_unstable();
        groups
    };
    [
        (sorted(&is.security_groups) == sorted(&was.security_groups), "its security groups are others"),
        (is.parameter_group == was.parameter_group, "its parameter group is another"),
        (is.log_exports.is_empty(), "its logs are exported"),
        (!is.iam_auth, "IAM logs in to it"),
    ]
    .into_iter()
    .find_map(|(holds, what)| (!holds).then_some(what))
}
