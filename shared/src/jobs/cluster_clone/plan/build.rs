//! What a clone is made with: taken over from its source where AWS would put a default in its place, and small where the
//! source is large.

use jiff::{SignedDuration, Timestamp, Unit};

use super::who::Who;
use super::{CloneFault, ClonePlan, source};
use crate::build;
use crate::domains::clusters::expiry::{self, Expiry};
use crate::domains::clusters::tags::{CLONE, CLONED_BY, CREATING, DATA, PRODUCTION, REASON, TOOL, WISH};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::World;
use crate::jobs::cluster_clone::policy::Policy;
use crate::jobs::cluster_clone::request::Wish;
use crate::services::rds::{CloneCluster, Cluster, Instance, Settings};
use crate::services::tags::{Tags, takes_value};
use crate::text::printable;

/// A member's name is the cluster's and two or three signs more, and has 63 at most.
const LONGEST_NAME: usize = 60;
/// What a raw copy is called, behind the name of the clone that it is for.
pub(super) const RAW_NAME: &str = "-raw";
/// The class that scales by itself.
pub(super) const SCALES: &str = "db.serverless";
/// How far one scales where nobody says: small.
pub(super) const SMALL: (f64, f64) = (0.5, 2.0);

/// What a clone is made from.
pub(super) struct Parts<'a> {
    pub world: &'a World,
    pub policy: &'a Policy,
    pub wish: &'a Wish,
    pub who: &'a Who,
    pub source: &'a Cluster,
    pub id: &'a str,
    pub begun: Option<&'a Cluster>,
    pub now: Timestamp,
}

/// The clone's identifier: always the same for the same source and owner, so that the same event means the same clone.
pub(super) fn name(wish: &Wish, owner: &str) -> Result<String, CloneFault> {
    let made = || slug(&format!("{}-{owner}", wish.source));
    let name = wish.name.as_ref().map_or_else(made, |name| name.to_ascii_lowercase());
    let longest = if wish.anonymise { LONGEST_NAME - RAW_NAME.len() } else { LONGEST_NAME };
    let ok = name.len() <= longest
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.ends_with('-')
        && !name.contains("--");
    if ok {
        return Ok(name);
    }
    Err(CloneFault::new(
        &codes::BAD_NAME,
        format!("'{}' is no name for a clone", printable(&name)),
        format!(
            "choose one of at most {longest} lower case letters, digits and single dashes, that begins with a letter and does not end with a dash"
        ),
    ))
}

/// Letters and digits, everything else one dash.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

pub(super) fn clone(parts: &Parts<'_>) -> Result<ClonePlan, CloneFault> {
    let Parts { policy, wish, who, source, id, begun, .. } = *parts;
    let class = shape(wish, policy)?;
    let expires = match begun {
        Some(found) => kept(found, parts)?,
        None => until(parts)?,
    };
    let writer = source.members.iter().find(|member| member.writer).or(source.members.first());
    let group =
        writer.and_then(|member| parts.world.instances.get(&member.id)).and_then(|it| it.parameter_group.clone());
    let member = |number: usize| Instance {
        id: format!("{id}-{number}"),
        class: class.clone(),
        parameter_group: group.clone(),
        writer: number == 1,
        ..Instance::default()
    };
    Ok(ClonePlan {
        members: (1..=wish.instances).map(member).collect(),
        owner: who.owner.clone(),
        expires,
        begun: begun.map(|found| found.resource_id.clone()),
        notes: notes(parts),
        raw: None,
        cluster: CloneCluster {
            region: source.region.clone(),
            id: id.to_owned(),
            source: source.arn.clone(),
            engine: source.engine.clone(),
            copy_of: wish.from,
            settings: settings(source, wish, &class, policy),
            tags: tags(parts, expires),
        },
    })
}

/// The class of the members, where the policy allows what is asked for.
fn shape(wish: &Wish, policy: &Policy) -> Result<String, CloneFault> {
    let default = if wish.acu.is_some() { SCALES } else { &policy.class };
    let class = wish.class.clone().unwrap_or_else(|| default.to_owned());
    if policy.classes.find([&class]).is_none() {
        let message = format!("'{}' is no class a clone may have", printable(&class));
        return Err(CloneFault::new(&codes::CLASS_DENIED, message, "name one that NIGHTSHIFT_CLONE_CLASSES allows"));
    }
    if wish.instances > policy.max_members {
        let message = format!("{} members are asked for, and a clone may have {}", wish.instances, policy.max_members);
        return Err(CloneFault::new(&codes::TOO_MANY_MEMBERS, message, "ask for fewer instances"));
    }
    match wish.acu {
        Some((_, most)) if most > f64::from(u16::try_from(policy.max_acu).unwrap_or(u16::MAX)) => {
            let message = format!("{most} capacity units are asked for, and a clone may have {}", policy.max_acu);
            Err(CloneFault::new(&codes::TOO_MUCH_CAPACITY, message, "ask for less in acu"))
        }
        Some(_) if class != SCALES => {
            let message = format!("acu is asked for, and '{}' does not scale", printable(&class));
            Err(CloneFault::new(&codes::TOO_MUCH_CAPACITY, message, "leave class out, or write db.serverless"))
        }
        _ => Ok(class),
    }
}

/// When it goes: in time to come, and within the lease.
fn until(Parts { policy, wish, now, .. }: &Parts<'_>) -> Result<Timestamp, CloneFault> {
    let until = wish.expires.from(*now);
    let until = until.round(Unit::Second).unwrap_or(until);
    if until <= *now {
        let message = format!("the clone would expire at {until}, and it is {now}");
        return Err(CloneFault::new(&codes::NOT_LATER, message, "name a later time"));
    }
    let days = policy.lease.max_lease_days;
    let most = now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    if until > most {
        let message = format!("{until} is more than {days} days ahead, the longest lease there is");
        return Err(CloneFault::new(&codes::LEASE_TOO_LONG, message, format!("the last time allowed now is {most}")));
    }
    Ok(until)
}

/// The expiry that what was begun has: its owner may have moved it, and "in seven days" was meant from the first time on. What
/// has none any more, or one that has passed, is not handed to anybody.
fn kept(found: &Cluster, Parts { policy, now, .. }: &Parts<'_>) -> Result<Timestamp, CloneFault> {
    let id = &found.id;
    match end(found, policy) {
        Some(at) if at > *now => Ok(at),
        Some(at) => Err(CloneFault::new(
            &codes::NOT_LATER,
            format!("cluster {id} was begun and not handed over, and it expired at {at}"),
            "give it more time with nightshift clusters extend, or choose another name",
        )),
        None => Err(CloneFault::new(
            &codes::NO_END,
            format!("cluster {id} was begun, and its tag {} holds no time any more", policy.lease.tag_key),
            "set that tag to a time, or choose another name",
        )),
    }
}

/// When `clone` goes, by its tag.
pub(in crate::jobs::cluster_clone) fn end(clone: &Cluster, policy: &Policy) -> Option<Timestamp> {
    match expiry::read(clone.tags.get(&policy.lease.tag_key)?, &policy.lease.time_zone) {
        Ok(Expiry::At(at)) => Some(at),
        _ => None,
    }
}

/// What a wish comes to that makes another clone of it: what it says, not what the policy makes of what it leaves out.
pub(super) fn wish(wish: &Wish) -> String {
    let mut words = vec![match wish.from {
        Some(from) => format!("from={from}"),
        None => "copy-on-write".to_owned(),
    }];
    words.push(format!("instances={}", wish.instances));
    words.extend(wish.class.as_ref().map(|class| format!("class={class}")));
    words.extend(wish.acu.map(|(least, most)| format!("acu={least}-{most}")));
    words.extend(wish.anonymise.then(|| "anonymised".to_owned()));
    words.join(" ")
}

fn settings(source: &Cluster, wish: &Wish, class: &str, policy: &Policy) -> Settings {
    let from = &source.settings;
    let most = f64::from(u16::try_from(policy.max_acu).unwrap_or(u16::MAX));
    let scaling = wish.acu.or_else(|| (class == SCALES).then_some((SMALL.0, SMALL.1.min(most))));
    let mut settings = Settings {
        subnet_group: from.subnet_group.clone(),
        security_groups: from.security_groups.clone(),
        parameter_group: from.parameter_group.clone(),
        port: from.port,
        iam_auth: from.iam_auth,
        deletion_protection: false,
        copies_tags: from.copies_tags,
        log_exports: from.log_exports.clone(),
        serverless_v2: scaling,
        lifecycle_support: from.lifecycle_support.clone(),
        network_type: from.network_type.clone(),
        backup_days: Some(1),
        ..Settings::default()
    };
    if let Some((subnets, groups)) = &policy.network {
        settings.subnet_group = Some(subnets.clone());
        settings.security_groups.clone_from(groups);
        settings.network_type = None;
    }
    settings
}

/// All of them, in the call that makes it: what has no expiry yet when its maker dies would live for ever.
fn tags(parts: &Parts<'_>, expires: Timestamp) -> Tags {
    let Parts { policy, wish, who, source, .. } = *parts;
    let mut tags: Tags = policy.marks.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    tags.set(&policy.lease.owner_tag, &who.owner);
    tags.set(&policy.lease.tag_key, expires.to_string());
    tags.set(&policy.source_tag, &source.arn);
    tags.set(CLONE, CREATING);
    tags.set(TOOL, format!("nightshift {}", build::tool().version));
    tags.set(WISH, self::wish(wish));
    if !wish.anonymise && source::production(parts.world, source, policy).is_some() {
        tags.set(DATA, PRODUCTION);
    }
    if let Some(arn) = who.arn.as_ref().filter(|arn| takes_value(arn)) {
        tags.set(CLONED_BY, arn);
    }
    if let Some(reason) = &wish.reason {
        tags.set(REASON, reason);
    }
    tags
}

/// What is worth knowing beforehand.
fn notes(parts: &Parts<'_>) -> Vec<String> {
    let Parts { policy, wish, source, begun, .. } = *parts;
    let mut notes = Vec::new();
    let production = source::production(parts.world, source, policy).filter(|_| !wish.anonymise);
    if let Some(source::Holds { whose, .. }) = production {
        notes.push(format!(
            "it holds production data of {} as it is, which NIGHTSHIFT_PRODUCTION_CLONES=allow hands out",
            printable(&whose)
        ));
    }
    if wish.anonymise {
        notes.push("until its data is nobody's, its raw copy stands in quarantine, and takes a second place among the clones of its source".to_owned());
    }
    if begun.is_some() {
        notes.push("an earlier attempt made the cluster: this one goes on with it".to_owned());
    }
    if let Some(key) = &source.kms_key {
        notes.push(format!("it is encrypted as its source is, with {key}: whoever uses it needs no right on the key, whoever makes it does"));
    }
    if wish.from.is_some() {
        notes.push(
            "a full copy: it takes long, shares no pages with its source, and costs its whole storage".to_owned(),
        );
    }
    let other = policy.network.as_ref().filter(|(subnets, _)| source.settings.subnet_group.as_ref() != Some(subnets));
    if let Some((subnets, _)) = other {
        notes.push(format!("it goes into another network than its source's, subnet group {subnets}: AWS wants its subnets in the source's Availability Zones"));
    }
    notes
}
