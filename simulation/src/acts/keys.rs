//! What people do to users, their keys and their secrets.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::aged::Tags;
use crate::iam::{Key, User, with};
use crate::secrets::{CURRENT, PREVIOUS, Secret, key_in};
use crate::world::World;

/// What the names of secrets begin with.
const PREFIX: &str = "/aws/iam/credentials/";
/// What stands for the id of a key in an event: nobody who writes a history knows it.
const KEY: &str = "KEY:";

/// One thing that somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "its words say what each is")]
pub enum Act {
    MakeUser { user: String, path: String, tags: Tags, terraform: bool },
    DeleteUser { user: String },
    Rename { user: String, to: String },
    Tag { user: String, key: String, value: String },
    Untag { user: String, start: String },
    Terraform { user: String },
    Quarantine { user: String, on: bool },
    MakeKey { user: String },
    MakeKeyInstead { user: String },
    Switch { user: String, key: Which, on: bool },
    DropKey { user: String, key: Which },
    Use { user: String, key: Which },
    Fetch { user: String },
    Edit { secret: String, how: Edit },
}

/// Which key of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "its words say what each is")]
pub enum Which {
    Oldest,
    Newest,
}

/// What somebody does to a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "its words say what each is")]
pub enum Edit {
    Value,
    Pending,
    Back,
    Delete,
    Restore,
    Untag,
    Policy,
    Open,
}

/// `event`, with the ids of keys in it: `KEY:ana:oldest` is the oldest one of the user who is called so now.
pub fn resolved(event: &str, world: &World) -> String {
    let mut parts = event.split(KEY);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find('"').unwrap_or(part.len());
        let (name, which) = part[..end].split_once(':').unwrap_or_default();
        let which = if which == "newest" { Which::Newest } else { Which::Oldest };
        let key = world.iam.named(name).and_then(|user| which.of(user));
        all.push_str(key.map_or("AKIAOFNOBODY12345678", |key| &key.id));
        all.push_str(&part[end..]);
    }
    all
}

impl Which {
    fn of(self, user: &User) -> Option<&Key> {
        let mut keys: Vec<_> = user.keys.get().iter().collect();
        keys.sort_by_key(|key| (key.created, key.id.clone()));
        match self {
            Self::Oldest => keys.first().copied(),
            Self::Newest => keys.last().copied(),
        }
    }

    /// Of those that are held and work.
    fn usable(self, user: &User) -> Option<&Key> {
        let mut keys: Vec<_> = user.keys.get().iter().filter(|key| key.held && key.active).collect();
        keys.sort_by_key(|key| (key.created, key.id.clone()));
        match self {
            Self::Oldest => keys.first().copied(),
            Self::Newest => keys.last().copied(),
        }
    }
}

impl Act {
    /// Whom it is about, by the name that is said; nobody where it is about a secret alone.
    pub fn user(&self) -> &str {
        match self {
            Self::MakeUser { user, .. }
            | Self::DeleteUser { user }
            | Self::Rename { user, .. }
            | Self::Tag { user, .. }
            | Self::Untag { user, .. }
            | Self::Terraform { user }
            | Self::Quarantine { user, .. }
            | Self::MakeKey { user }
            | Self::MakeKeyInstead { user }
            | Self::Switch { user, .. }
            | Self::DropKey { user, .. }
            | Self::Use { user, .. }
            | Self::Fetch { user } => user,
            Self::Edit { secret, .. } => secret,
        }
    }

    /// Does it at `now`; `None` where it does not fit any more.
    pub(super) fn apply(&self, world: &mut World, now: Timestamp) -> Option<()> {
        match self {
            Self::MakeUser { user, path, tags, terraform } => {
                let made = world.iam.make_user(user, path, tags, now)?;
                made.declared = terraform.then(|| tags.clone());
                return Some(());
            }
            Self::Edit { secret, how } => return how.apply(world, secret, now),
            Self::Fetch { user } => return fetch(world, user, now),
            Self::MakeKey { user } => {
                let id = world.iam.named(user)?.id.clone();
                return world.iam.add_key(&id, now, false).ok().map(drop);
            }
            Self::MakeKeyInstead { user } => {
                let user = world.iam.named(user)?;
                // A run wrote that it was about to make one, and none came.
                let intent = user.tags.get().get("nightshift:intent")?;
                if intent == "owed" || intent.contains("minted=") {
                    return None;
                }
                let id = user.id.clone();
                return world.iam.add_key(&id, now, false).ok().map(drop);
            }
            Self::Use { user, key } => {
                let key = key.usable(world.iam.named(user)?)?.id.clone();
                return world.iam.use_key(&key, "s3", now, true).then_some(());
            }
            Self::DeleteUser { user } => {
                let id = world.iam.named(user)?.id.clone();
                return world.iam.users.remove(&id).map(drop);
            }
            Self::Rename { to, .. } if world.iam.named(to).is_some() => return None,
            _ => {}
        }
        self.in_user(world.iam.named_mut(self.user())?, now)
    }

    fn in_user(&self, user: &mut User, now: Timestamp) -> Option<()> {
        match self {
            Self::Rename { to, .. } => user.name.clone_from(to),
            Self::Tag { key, value, .. } => {
                let set = with(user.tags.get(), &[(key.clone(), value.clone())]);
                if set.len() > 50 {
                    return None;
                }
                user.tags.set(now, set);
            }
            Self::Untag { start, .. } => {
                let mut set = user.tags.get().clone();
                let before = set.len();
                set.retain(|key, _| !key.starts_with(start.as_str()));
                if set.len() == before {
                    return None;
                }
                user.tags.set(now, set);
            }
            Self::Terraform { .. } => user.tags.set(now, user.declared.clone()?),
            Self::Quarantine { on, .. } => {
                let policy = "AWSCompromisedKeyQuarantineV3".to_owned();
                let before = user.policies.len();
                user.policies.retain(|one| *one != policy);
                if *on {
                    user.policies.push(policy);
                }
                return (user.policies.len() != before).then_some(());
            }
            Self::Switch { key, on, .. } => {
                let id = key.of(user)?.id.clone();
                return user.change_keys(now, |keys| {
                    keys.iter_mut().find(|key| key.id == id && key.active != *on)?.active = *on;
                    Some(())
                });
            }
            Self::DropKey { key, .. } => {
                let id = key.of(user)?.id.clone();
                return user.change_keys(now, |keys| {
                    keys.retain(|key| key.id != id);
                    Some(())
                });
            }
            _ => return None,
        }
        Some(())
    }
}

/// The owner reads what the secret hands out, and has that key then.
fn fetch(world: &mut World, name: &str, now: Timestamp) -> Option<()> {
    let id = world.iam.named(name)?.id.clone();
    let may = |secret: &&mut Secret| {
        let bound = secret.tags.get("nightshift:user-id") == Some(&id);
        bound && secret.deletion.is_none() && secret.policy.as_ref().is_some_and(|policy| policy.contains(&id))
    };
    let secret = world.secrets.secrets.values_mut().find(may)?;
    let version = secret.current()?.clone();
    let key = key_in(&secret.read(&version, now)?);
    world.iam.users.get_mut(&id)?.change_keys(now, |keys| {
        let found = keys.iter_mut().find(|one| Some(&one.id) == key.as_ref())?;
        found.held = true;
        Some(())
    });
    Some(())
}

impl Edit {
    fn apply(self, world: &mut World, user: &str, now: Timestamp) -> Option<()> {
        let name = format!("{PREFIX}{user}");
        if self == Self::Delete {
            return world.secrets.delete(&name, now);
        }
        let secret = world.secrets.secrets.get_mut(&name)?;
        if (self == Self::Restore) != secret.deletion.is_some() {
            return None;
        }
        let nanos = now.as_nanosecond().unsigned_abs();
        let version = format!("6f2a1c3e-5b7d-4e8f-9a0b-{:012x}", nanos % (1 << 48));
        let value = json!({"note": "something of my own"}).to_string();
        match self {
            Self::Value => secret.store(&version, &value, &[CURRENT.to_owned()], now),
            Self::Pending => secret.store(&version, &value, &["AWSPENDING".to_owned()], now),
            Self::Back => {
                let before = secret.labels.get().get(PREVIOUS)?.clone();
                secret.put_label(CURRENT, &before, now);
            }
            Self::Restore => secret.deletion = None,
            Self::Untag => drop(secret.tags.remove("nightshift:user-id")?),
            Self::Policy | Self::Open => {
                let principal =
                    if self == Self::Open { json!("*") } else { json!({"AWS": "arn:aws:iam::111122223333:role/app"}) };
                let statement = json!({
                    "Sid": "Team", "Effect": "Allow", "Principal": principal,
                    "Action": "secretsmanager:GetSecretValue", "Resource": "*",
                });
                let before = secret.policy.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
                let mut statements = before.map_or_else(Vec::new, |before| match &before["Statement"] {
                    Value::Array(all) => all.iter().filter(|one| one["Sid"] != "Team").cloned().collect(),
                    _ => Vec::new(),
                });
                statements.push(statement);
                secret.policy = Some(json!({"Version": "2012-10-17", "Statement": statements}).to_string());
            }
            Self::Delete => return None,
        }
        Some(())
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Oldest { "the oldest key" } else { "the newest key" })
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MakeUser { user, path, tags, terraform } => {
                let tags: Vec<_> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "somebody makes the user {user} in {path} with {}", tags.join(", "))?;
                if *terraform { f.write_str(", by Terraform") } else { Ok(()) }
            }
            Self::DeleteUser { user } => write!(f, "somebody deletes the user {user}"),
            Self::Rename { user, to } => write!(f, "somebody renames {user} to {to}"),
            Self::Tag { user, key, value } => write!(f, "somebody tags {user}: {key}={value}"),
            Self::Untag { user, start } => write!(f, "somebody takes the tags {start}\u{2026} off {user}"),
            Self::Terraform { user } => write!(f, "Terraform puts the tags of {user} back as it knows them"),
            Self::Quarantine { user, on: true } => write!(f, "AWS puts {user} under quarantine"),
            Self::Quarantine { user, on: false } => write!(f, "the quarantine of {user} is over"),
            Self::MakeKey { user } => write!(f, "{user} makes a key by hand"),
            Self::MakeKeyInstead { user } => write!(f, "{user} makes a key by hand, since none came"),
            Self::Switch { user, key, on } => write!(f, "{user} switches {key} {}", if *on { "on" } else { "off" }),
            Self::DropKey { user, key } => write!(f, "{user} deletes {key}"),
            Self::Use { user, key } => write!(f, "{user} uses {key} there is for them"),
            Self::Fetch { user } => write!(f, "{user} fetches what the secret hands out"),
            Self::Edit { secret, how } => f.write_str(&match how {
                Edit::Value => format!("somebody writes a value of their own into the secret of {secret}"),
                Edit::Pending => format!("somebody puts a value under AWSPENDING in the secret of {secret}"),
                Edit::Back => format!("somebody hands the previous value of the secret of {secret} out again"),
                Edit::Delete => format!("somebody deletes the secret of {secret}"),
                Edit::Restore => format!("somebody restores the secret of {secret}"),
                Edit::Untag => format!("somebody takes nightshift:user-id off the secret of {secret}"),
                Edit::Policy => format!("somebody lets a role read the secret of {secret}"),
                Edit::Open => format!("somebody lets everybody read the secret of {secret}"),
            }),
        }
    }
}
