//! What IAM keeps: plain values, each with its past as far as a read may be old.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Timestamp, TimestampRound, Unit};

use crate::aged::{Aged, Tags};
use crate::dice;
use crate::time::later;

/// So many keys can a user have, whether they work or not.
pub(super) const MOST_KEYS: usize = 2;

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// `UserId`: this user and never another.
    pub id: String,
    /// `UserName`, by now.
    pub name: String,
    /// `Path`.
    pub path: String,
    /// `CreateDate`.
    pub created: Timestamp,
    /// `Tags`.
    pub tags: Aged<Tags>,
    /// Its keys.
    pub keys: Aged<Vec<Key>>,
    /// The groups it is in.
    pub groups: Vec<String>,
    /// The policies attached to it, by name.
    pub policies: Vec<String>,
    /// The tags that Terraform knows of, where it made this.
    pub declared: Option<Tags>,
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// `AccessKeyId`.
    pub id: String,
    /// `SecretAccessKey`.
    pub secret: String,
    /// `Status`.
    pub active: bool,
    /// `CreateDate`.
    pub created: Timestamp,
    /// Since when it works wherever it is used.
    pub known_from: Timestamp,
    /// When it was used last, for what, and where, as AWS has it.
    pub used: Option<(Timestamp, &'static str)>,
    /// When somebody used it last, who is not the function.
    pub used_by_people: Option<Timestamp>,
    /// Somebody has its secret half, who is not the function.
    pub held: bool,
    /// A run made it.
    pub of_a_run: bool,
}

/// A key as it truly is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in Key")]
pub struct KeyFace {
    pub id: String,
    pub active: bool,
    pub created: Timestamp,
    pub used: Option<Timestamp>,
    pub used_by_people: Option<Timestamp>,
    pub held: bool,
    pub of_a_run: bool,
}

/// A user, as somebody was shown it or as it truly is; keys only where it truly is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in User")]
pub struct UserFace {
    pub id: String,
    pub name: String,
    pub path: String,
    pub created: Timestamp,
    pub tags: Tags,
    pub keys: Vec<KeyFace>,
    pub policies: Vec<String>,
}

impl User {
    /// As it is shown with these tags, without keys.
    pub(super) fn face(&self, tags: &Tags) -> UserFace {
        UserFace {
            id: self.id.clone(),
            name: self.name.clone(),
            path: self.path.clone(),
            created: self.created,
            tags: tags.clone(),
            keys: Vec::new(),
            policies: self.policies.clone(),
        }
    }

    /// As it truly is.
    pub fn true_face(&self) -> UserFace {
        let face = |key: &Key| KeyFace {
            id: key.id.clone(),
            active: key.active,
            created: key.created,
            used: key.used.map(|(at, _)| at),
            used_by_people: key.used_by_people,
            held: key.held,
            of_a_run: key.of_a_run,
        };
        UserFace { keys: self.keys.get().iter().map(face).collect(), ..self.face(self.tags.get()) }
    }

    /// Changes its keys at `now`; `None` changes nothing.
    pub fn change_keys<T>(&mut self, now: Timestamp, change: impl FnOnce(&mut Vec<Key>) -> Option<T>) -> Option<T> {
        let mut keys = self.keys.get().clone();
        let done = change(&mut keys)?;
        self.keys.set(now, keys);
        Some(done)
    }
}

/// IAM of one account.
#[derive(Debug, Clone)]
pub struct Iam {
    /// Twelve digits.
    pub account: String,
    /// By id.
    pub users: BTreeMap<String, User>,
    seed: u64,
    made: u32,
}

impl Iam {
    /// With nobody in it.
    pub fn new(account: &str, seed: u64) -> Self {
        Self { account: account.to_owned(), users: BTreeMap::new(), seed, made: 0 }
    }

    /// The user who is called `name` by now.
    pub fn named(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.name.eq_ignore_ascii_case(name))
    }

    /// The same, to change it.
    pub fn named_mut(&mut self, name: &str) -> Option<&mut User> {
        self.users.values_mut().find(|user| user.name.eq_ignore_ascii_case(name))
    }

    /// The user who has the key `id`.
    pub fn of_key(&self, id: &str) -> Option<(&User, &Key)> {
        self.users.values().find_map(|user| Some((user, user.keys.get().iter().find(|key| key.id == id)?)))
    }

    /// Makes a user; `None` where one is called so.
    pub fn make_user(&mut self, name: &str, path: &str, tags: &Tags, now: Timestamp) -> Option<&mut User> {
        if self.named(name).is_some() {
            return None;
        }
        let id = self.id("AIDA", name, now);
        let made = User {
            id: id.clone(),
            name: name.to_owned(),
            path: path.to_owned(),
            created: whole(now),
            tags: Aged::new(now, tags.clone()),
            keys: Aged::new(now, Vec::new()),
            groups: Vec::new(),
            policies: Vec::new(),
            declared: None,
        };
        Some(self.users.entry(id).or_insert(made))
    }

    /// A new key for the user called `name`, which nobody has yet.
    pub fn new_key(&mut self, name: &str, now: Timestamp, of_a_run: bool) -> Key {
        let id = self.id("AKIA", name, now);
        let mut dice = dice::at(self.seed, &[&"known", &id]);
        let seconds = match dice.u32(0..100) {
            0..=69 => 0,
            70..=93 => dice.u64(1..=12),
            94..=97 => dice.u64(13..=55),
            _ => dice.u64(60..=240),
        };
        Key {
            secret: format!("secret-of-{id}"),
            active: true,
            created: whole(now),
            known_from: later(now, Duration::from_secs(seconds)),
            used: None,
            used_by_people: None,
            held: !of_a_run,
            of_a_run,
            id,
        }
    }

    /// As AWS gives them: four letters for what it is, sixteen more, never the same twice. They end in a number, so that no two
    /// have the same last four.
    fn id(&mut self, what: &str, name: &str, now: Timestamp) -> String {
        const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        self.made += 1;
        let mut dice = dice::at(self.seed, &[&what, &name, &now]);
        let signs: String = (0..12).map(|_| char::from(*dice::pick(&mut dice, SIGNS))).collect();
        format!("{what}{signs}{:04}", self.made)
    }
}

/// AWS shows whole seconds.
fn whole(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}

/// By the quarter of an hour: when the one began in which it was used.
pub(super) fn noted(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(900) * 900).unwrap_or(at)
}

impl Iam {
    /// Somebody uses the key `id` for `service`; `false` where it does not work.
    pub fn use_key(&mut self, id: &str, service: &'static str, now: Timestamp, people: bool) -> bool {
        let Some(user) = self.users.values_mut().find(|user| user.keys.get().iter().any(|key| key.id == id)) else {
            return false;
        };
        let works = user.change_keys(now, |keys| {
            let key = keys.iter_mut().find(|key| key.id == id && key.active && key.known_from <= now)?;
            // The first use in a span is what is noted, and a key is not used before it was made.
            key.used = Some((noted(now).max(key.created), service));
            if people {
                key.used_by_people = Some(now);
            }
            Some(())
        });
        works.is_some()
    }
}
