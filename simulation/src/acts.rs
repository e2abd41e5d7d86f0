//! What people and other tools do in an account, beside the function.

pub mod keys;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aged::{Aged, Tags};
use crate::dice;
use crate::rds::{Cluster, Member, Rds, Status};
use crate::time::later;
use crate::world::World;

/// The Region that everything is in.
pub const HOME: &str = "eu-west-1";
/// AWS starts a stopped cluster after so long.
const REST: Duration = Duration::from_hours(7 * 24);

/// One thing that somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "its words say what each is")]
pub enum Act {
    Create {
        cluster: String,
        engine: String,
        tags: Tags,
        members: usize,
        traits: Traits,
    },
    Clone {
        cluster: String,
        of: String,
        tags: Tags,
    },
    Tag {
        cluster: String,
        key: String,
        value: String,
    },
    Untag {
        cluster: String,
        key: String,
    },
    Terraform {
        cluster: String,
    },
    Rename {
        cluster: String,
        to: String,
    },
    Stop {
        cluster: String,
    },
    Start {
        cluster: String,
    },
    Protect {
        cluster: String,
        on: bool,
    },
    AddMember {
        cluster: String,
    },
    RemoveMember {
        cluster: String,
    },
    Delete {
        cluster: String,
    },
    BlueGreen {
        cluster: String,
        on: bool,
    },
    TagSnapshots {
        of: String,
        key: String,
        value: Option<String>,
    },
    Quota {
        snapshots: usize,
    },
    Deny {
        action: String,
        on: bool,
    },
    Mailbox {
        address: String,
        takes: bool,
    },
    Policy {
        variable: String,
        value: Option<String>,
    },
    /// To users, their keys and their secrets.
    Keys(keys::Act),
}

/// What a new cluster is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of AWS's own")]
pub struct Traits {
    /// Against deletion.
    pub protected: bool,
    /// Its snapshots get its tags.
    pub copies_tags: bool,
    /// Terraform made it, and knows its tags.
    pub terraform: bool,
    /// It is a member of a global cluster.
    pub global: bool,
}

impl Act {
    /// Does it at `now`; `false` where it does not fit any more.
    pub fn apply(&self, world: &mut World, now: Timestamp) -> bool {
        match self {
            Self::Deny { action, on } => {
                if *on {
                    world.denied.insert(action.clone())
                } else {
                    world.denied.remove(action)
                }
            }
            Self::Mailbox { address, takes } => {
                if *takes {
                    world.refused.remove(address)
                } else {
                    world.refused.insert(address.clone())
                }
            }
            Self::Policy { variable, value } => {
                match value {
                    Some(value) => world.policy.insert(variable.clone(), value.clone()),
                    None => world.policy.remove(variable),
                };
                true
            }
            Self::Keys(act) => act.apply(world, now).is_some(),
            of_rds => of_rds.in_rds(&mut world.rds, now).is_some(),
        }
    }

    fn in_rds(&self, rds: &mut Rds, now: Timestamp) -> Option<()> {
        match self {
            Self::Create { cluster: id, engine, tags, members, traits } => {
                let mut made = new(rds, id, engine, tags, now)?;
                made.protected = traits.protected;
                made.copies_tags = traits.copies_tags;
                made.declared = traits.terraform.then(|| tags.clone());
                made.global = traits.global.then(|| format!("world-{id}"));
                made.members = free_names(rds, id).take(*members).map(|name| member(name, false)).collect();
                if let Some(first) = made.members.first_mut() {
                    first.writer = true;
                }
                rds.clusters.insert(id.clone(), made);
            }
            Self::Clone { cluster: id, of, tags } => {
                let source = rds.clusters.get(of).filter(|source| source.status.name == "available")?;
                let (engine, group) = (source.engine.clone(), source.resource_id.clone());
                let mut made = new(rds, id, &engine, tags, now)?;
                let group = rds.clusters.get_mut(of)?.clone_group.get_or_insert(group).clone();
                made.clone_group = Some(group);
                made.members = free_names(rds, id).take(1).map(|name| member(name, true)).collect();
                rds.clusters.insert(id.clone(), made);
            }
            Self::Tag { cluster, key, value } => {
                let tags = &mut rds.clusters.get_mut(cluster)?.tags;
                let mut set = tags.get().clone();
                let is_new = set.insert(key.clone(), value.clone()).is_none();
                if is_new && set.len() > 50 {
                    return None;
                }
                tags.set(now, set);
            }
            Self::Untag { cluster, key } => {
                let tags = &mut rds.clusters.get_mut(cluster)?.tags;
                let mut set = tags.get().clone();
                set.remove(key)?;
                tags.set(now, set);
            }
            Self::Terraform { cluster } => {
                let found = rds.clusters.get_mut(cluster).filter(|found| found.status.name != "deleting")?;
                let declared = found.declared.clone()?;
                found.tags.set(now, declared);
            }
            Self::Rename { cluster, to } => {
                let found = rds.clusters.get(cluster).filter(|found| found.status.name == "available")?;
                if rds.clusters.contains_key(to) {
                    return None;
                }
                let renamed = Cluster { id: to.clone(), ..found.clone() };
                rds.clusters.remove(cluster);
                rds.clusters.insert(to.clone(), renamed);
            }
            Self::Stop { cluster } => {
                let ends = rds.ends("stop", cluster, now, (3, 15));
                let found = rds.clusters.get_mut(cluster).filter(|found| found.status.name == "available")?;
                if found.members.iter().any(|member| member.status.name != "available") {
                    return None;
                }
                found.status = Status::until("stopping", ends, "stopped");
                found.restarts = Some(later(ends, REST));
                for member in &mut found.members {
                    member.status = Status::until("stopping", ends, "stopped");
                }
            }
            Self::Start { cluster } => drop(rds.start(cluster, now).ok()?),
            Self::Protect { cluster, on } => {
                let found = rds.clusters.get_mut(cluster).filter(|found| found.status.name == "available")?;
                found.protected = *on;
            }
            Self::AddMember { cluster } => {
                let ends = rds.ends("create", cluster, now, (4, 12));
                let name = free_names(rds, cluster).next()?;
                let found = rds.clusters.get_mut(cluster).filter(|found| found.status.name == "available")?;
                let made = member(name, found.members.is_empty());
                found.members.push(Member { status: Status::until("creating", ends, "available"), ..made });
            }
            Self::RemoveMember { cluster } => {
                let ends = rds.ends("member", cluster, now, (2, 9));
                let found = rds.clusters.get_mut(cluster).filter(|found| found.status.name == "available")?;
                found.members.iter_mut().rfind(|member| member.status.name == "available")?.status =
                    Status::going(ends);
            }
            Self::Delete { cluster } => {
                let can_go =
                    |one: &&mut Cluster| one.status.name == "available" && !one.protected && one.global.is_none();
                let found = rds.clusters.get_mut(cluster).filter(can_go)?;
                for member in &mut found.members {
                    member.status = Status::going(later(now, Duration::from_mins(5)));
                }
                drop(rds.delete(cluster, None, now).ok()?);
            }
            beside => return beside.in_the_region(rds, now),
        }
        Some(())
    }

    /// What is about no cluster alone.
    fn in_the_region(&self, rds: &mut Rds, now: Timestamp) -> Option<()> {
        match self {
            Self::BlueGreen { cluster, on } => {
                let of = rds.clusters.get(cluster)?.resource_id.clone();
                let changed = if *on { rds.blue_green.insert(of) } else { rds.blue_green.remove(&of) };
                return changed.then_some(());
            }
            Self::TagSnapshots { of, key, value } => {
                let mut any = false;
                for snapshot in rds.snapshots.values_mut().filter(|snapshot| snapshot.cluster_id == *of) {
                    let mut tags = snapshot.tags.get().clone();
                    match value {
                        Some(value) => tags.insert(key.clone(), value.clone()),
                        None => tags.remove(key),
                    };
                    snapshot.tags.set(now, tags);
                    any = true;
                }
                return any.then_some(());
            }
            Self::Quota { snapshots } => rds.quota = *snapshots,
            _ => return None,
        }
        Some(())
    }
}

fn new(rds: &Rds, id: &str, engine: &str, tags: &Tags, now: Timestamp) -> Option<Cluster> {
    if rds.clusters.contains_key(id) || rds.clusters.len() >= 40 {
        return None;
    }
    Some(Cluster {
        id: id.to_owned(),
        resource_id: resource_id(rds.seed, id, now),
        engine: engine.to_owned(),
        status: Status::until("creating", rds.ends("create", id, now, (5, 15)), "available"),
        created: now,
        tags: Aged::new(now, tags.clone()),
        protected: false,
        copies_tags: false,
        members: Vec::new(),
        clone_group: None,
        global: None,
        declared: None,
        restarts: None,
    })
}

/// Names of members that nothing else bears: a Region has each once, whatever its cluster is called by now.
fn free_names(rds: &Rds, cluster: &str) -> impl Iterator<Item = String> {
    let taken: Vec<_> = rds.clusters.values().flat_map(|one| &one.members).map(|member| member.id.clone()).collect();
    (1..).map(move |number: u32| format!("{cluster}-{number}")).filter(move |name| !taken.contains(name))
}

fn member(id: String, writer: bool) -> Member {
    Member { id, writer, status: Status::at_rest("available") }
}

/// As AWS gives them: 26 capital letters and digits.
fn resource_id(seed: u64, id: &str, now: Timestamp) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut dice = dice::at(seed, &[&"resource", &id, &now]);
    let signs = (0..26).map(|_| char::from(*dice::pick(&mut dice, SIGNS)));
    format!("cluster-{}", signs.collect::<String>())
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = |on: &bool| if *on { "on" } else { "off" };
        match self {
            Self::Create { cluster, engine, tags, members, traits } => {
                write!(f, "somebody makes {cluster} ({engine}, {members} members) with {}", listed(tags))?;
                let Traits { protected, copies_tags, terraform, global } = *traits;
                let traits = [
                    (protected, "protected against deletion"),
                    (copies_tags, "its snapshots get its tags"),
                    (terraform, "made by Terraform"),
                    (global, "in a global cluster"),
                ];
                traits.iter().filter(|(is, _)| *is).try_for_each(|(_, words)| write!(f, ", {words}"))
            }
            Self::Clone { cluster, of, tags } => write!(f, "somebody clones {of} as {cluster} with {}", listed(tags)),
            Self::Tag { cluster, key, value } => write!(f, "somebody tags {cluster}: {key}={value}"),
            Self::Untag { cluster, key } => write!(f, "somebody takes the tag {key} off {cluster}"),
            Self::Terraform { cluster } => write!(f, "Terraform puts the tags of {cluster} back as it knows them"),
            Self::Rename { cluster, to } => write!(f, "somebody renames {cluster} to {to}"),
            Self::Stop { cluster } => write!(f, "a scheduler stops {cluster}"),
            Self::Start { cluster } => write!(f, "a scheduler starts {cluster}"),
            Self::Protect { cluster, on: is } => {
                write!(f, "somebody turns deletion protection of {cluster} {}", on(is))
            }
            Self::AddMember { cluster } => write!(f, "auto scaling adds a member to {cluster}"),
            Self::RemoveMember { cluster } => write!(f, "somebody removes a member of {cluster}"),
            Self::Delete { cluster } => write!(f, "somebody deletes {cluster} by hand, without a snapshot"),
            Self::BlueGreen { cluster, on: true } => write!(f, "somebody begins a blue/green deployment of {cluster}"),
            Self::BlueGreen { cluster, on: false } => write!(f, "somebody ends the blue/green deployment of {cluster}"),
            Self::TagSnapshots { of, key, value: Some(value) } => {
                write!(f, "somebody tags the snapshots of {of}: {key}={value}")
            }
            Self::TagSnapshots { of, key, value: None } => {
                write!(f, "somebody takes the tag {key} off the snapshots of {of}")
            }
            Self::Quota { snapshots } => write!(f, "the quota of manual snapshots becomes {snapshots}"),
            Self::Deny { action, on: true } => write!(f, "the role loses {action}"),
            Self::Deny { action, on: false } => write!(f, "the role gets {action} back"),
            Self::Mailbox { address, takes: true } => write!(f, "the mailbox {address} takes mail again"),
            Self::Mailbox { address, takes: false } => write!(f, "the mailbox {address} takes no mail"),
            Self::Policy { variable, value: Some(value) } => write!(f, "an operator sets {variable}={value}"),
            Self::Policy { variable, value: None } => write!(f, "an operator unsets {variable}"),
            Self::Keys(act) => act.fmt(f),
        }
    }
}

fn listed(tags: &Tags) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if tags.is_empty() { "no tags".to_owned() } else { tags.join(", ") }
}
