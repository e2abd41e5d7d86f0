//! The plan by tables, by laws, and by every state there is.

mod agreed;
mod histories;
mod laws;
mod leaks;
mod owners;
mod pairs;
mod simulated;
mod single;
mod slots;
mod states;
mod takeover;

use std::sync::LazyLock;

use jiff::Timestamp;

use super::*;
use crate::config::{Environment, Settings};
use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, KeyNotice, Off};
use crate::jobs::key_rotation::model::KeySecret;
use crate::services::iam::{LastUsed, Status, Use};
use crate::services::secrets::{CURRENT, PENDING, Version};

const ACCOUNT: &str = "111122223333";
const NOW: &str = "2026-11-21T02:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(in crate::jobs::key_rotation) fn ago(days: u32) -> Timestamp {
    now().checked_sub(state::days(days)).unwrap()
}

pub(in crate::jobs::key_rotation) fn policy(variables: &[(&str, &str)]) -> Policy {
    let environment: Environment = variables.iter().copied().collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    settings.finish().unwrap();
    policy
}

/// A user without keys.
pub(in crate::jobs::key_rotation) fn someone() -> User {
    User {
        name: "ana".to_owned(),
        id: "AIDAANA".to_owned(),
        arn: "arn:aws:iam::111122223333:user/ana".to_owned(),
        path: "/".to_owned(),
        created_at: Some("2024-01-01T00:00:00Z".parse().unwrap()),
        groups: Vec::new(),
        tags: [("mail", "ana@example.com")].into_iter().collect(),
        policies: Vec::new(),
        keys: Read::Known(Vec::new()),
        secret: Read::Known(None),
    }
}

pub(in crate::jobs::key_rotation) fn key(id: &str, age_days: u32, last_used: LastUsed) -> Key {
    Key { id: id.to_owned(), status: Status::Active, created_at: ago(age_days), last_used }
}

pub(in crate::jobs::key_rotation) fn used(days_ago: u32) -> LastUsed {
    LastUsed::At(Use { at: ago(days_ago), service: "s3".to_owned(), region: "eu-west-1".to_owned() })
}

fn off(key: Key) -> Key {
    Key { status: Status::Inactive, ..key }
}

pub(in crate::jobs::key_rotation) fn with(keys: &[Key]) -> User {
    User { keys: Read::Known(keys.to_vec()), ..someone() }
}

/// `user` with a secret of its own in which `labels` stand on the keys.
pub(in crate::jobs::key_rotation) fn stored(user: User, labels: &[(&str, &[&str])]) -> User {
    let version = |(key, labels): &(&str, &[&str])| Version {
        id: naming::version_of(ACCOUNT, &user.id, key),
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        created_at: None,
        last_accessed: None,
    };
    let mut versions: Vec<_> = labels.iter().map(version).collect();
    // Something always is; at first what holds no key.
    if !versions.iter().any(|version| version.has(CURRENT)) {
        let labels = [CURRENT.to_owned()].into();
        versions.push(Version {
            id: naming::placeholder_of(ACCOUNT, &user.id),
            labels,
            created_at: None,
            last_accessed: None,
        });
    }
    let secret = KeySecret { versions, ..secret_of(Some(&user.id)) };
    User { secret: Read::Known(Some(secret)), ..user }
}

/// The secret of ana, as it is marked, with nothing in it.
pub(in crate::jobs::key_rotation) fn secret_of(user_id: Option<&str>) -> KeySecret {
    let (name, user_id) = ("/aws/iam/credentials/ana".to_owned(), user_id.map(str::to_owned));
    KeySecret { name, ruled_by: None, user_id, deleted: false, versions: Vec::new() }
}

pub(in crate::jobs::key_rotation) fn tagged(mut user: User, tags: &[(&str, String)]) -> User {
    for (key, value) in tags {
        user.tags.set(*key, value.clone());
    }
    user
}

/// Ana after her key was rotated `days` ago: told then, the old key last used as given.
pub(in crate::jobs::key_rotation) fn rotated(days: u32, old_last_used: LastUsed) -> User {
    let user = stored(with(&[key("NEW", days, used(0)), key("OLD", days + 90, old_last_used)]), &[("NEW", &[CURRENT])]);
    tagged(user, &[("nightshift:told:rotated", format!("NEW {}", ago(days)))])
}

pub(in crate::jobs::key_rotation) fn terms<'a>(policy: &'a Policy, request: &'a Request) -> Terms<'a> {
    static OWNERS: LazyLock<OwnerPolicy> =
        LazyLock::new(|| OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: None });
    Terms { account: ACCOUNT, policy, request, owners: &OWNERS, now: now(), announces: true }
}

pub(in crate::jobs::key_rotation) fn plan_of(user: User, terms: Terms<'_>) -> Plan {
    let world = World { account: ACCOUNT.to_owned(), users: vec![user], strays: Vec::new() };
    Plan::make(&world, terms)
}

/// What is said of `user`: the rule, and the step in short or the code of the reason.
fn verdict(user: User) -> String {
    verdict_by(user, &policy(&[]), &Request::default())
}

fn verdict_by(user: User, policy: &Policy, request: &Request) -> String {
    verdict_on(user, terms(policy, request))
}

/// Where there is no channel.
fn mute_verdict(user: User, policy: &Policy) -> String {
    let request = Request::default();
    verdict_on(user, Terms { announces: false, ..terms(policy, &request) })
}

fn verdict_on(user: User, terms: Terms<'_>) -> String {
    let plan = plan_of(user, terms);
    match (plan.actions.as_slice(), plan.left.as_slice()) {
        ([action], []) => format!("{:?} {}", action.rule, short(&action.step)),
        ([], [Left { facts: Some((rule, _)), why, .. }]) => format!("{rule:?} {}", why.code().name),
        ([], [left]) => left.why.code().name.to_owned(),
        ([], []) => "out of scope".to_owned(),
        other => panic!("expected one verdict, found {other:?}"),
    }
}

fn short(step: &Step) -> String {
    match step {
        Step::Rotate(rotate) => format!("rotate {}", rotate.replaces.as_deref().unwrap_or("nothing")),
        Step::Resume { key, .. } => format!("resume {key}"),
        Step::Deactivate { key, because } => format!("deactivate {key} {because:?}"),
        Step::Delete { key, .. } => format!("delete {key}"),
        Step::DeleteOrphan { key } => format!("orphan {key}"),
        Step::DropPending { .. } => "drop-pending".to_owned(),
        Step::NoteOff { key, since } => format!("note-off {key}{}", if since.is_some() { " since" } else { "" }),
        Step::Tell { kind, key, came_back, .. } => {
            format!("tell {} {key}{}", kind.as_str(), if *came_back { " came back" } else { "" })
        }
        Step::Readers { .. } => "readers".to_owned(),
        Step::Suspected { keys } => format!("suspected {}", keys.join(" and ")),
        Step::Tidy { tags } => format!("tidy {}", tags.join(" ")),
        Step::Leaked { keys, then } => {
            let one = |leaked: &Leaked| format!("{}{}", leaked.key, if leaked.off { " off already" } else { "" });
            let keys: Vec<_> = keys.iter().map(one).collect();
            format!("leaked {}{}", keys.join(" and "), if then.is_some() { ", rotate" } else { "" })
        }
        Step::Reactivate { key } => format!("reactivate {key}"),
    }
}
