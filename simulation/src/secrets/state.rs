//! What Secrets Manager keeps: plain values, labels with their past as far as a read may be old.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::aged::{Aged, Tags};
use crate::time::later;

/// The label of what is handed out.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of what was handed out before, which the service moves by itself.
pub const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// `Name`.
    pub name: String,
    /// `ARN`, with a suffix that no other of its name had.
    pub arn: String,
    /// `Tags`.
    pub tags: Tags,
    /// When it goes.
    pub deletion: Option<Timestamp>,
    /// `ResourcePolicy`.
    pub policy: Option<String>,
    /// By `VersionId`.
    pub versions: BTreeMap<String, Version>,
    /// Which version has a label.
    pub labels: Aged<BTreeMap<String, String>>,
}

/// A version.
#[derive(Debug, Clone)]
pub struct Version {
    /// `SecretString`: it never changes.
    pub value: String,
    /// `CreatedDate`.
    pub created: Timestamp,
    /// `LastAccessedDate`: a day.
    pub accessed: Option<Timestamp>,
}

/// A secret as it truly is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFace {
    /// Its name.
    pub name: String,
    /// The user that a tag binds it to.
    pub user: Option<String>,
    /// It is on its way out.
    pub leaving: bool,
    /// Its versions.
    pub versions: Vec<VersionFace>,
}

/// A version likewise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFace {
    /// Its id.
    pub id: String,
    /// The key that it holds.
    pub key: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
}

impl Secret {
    /// As it truly is.
    pub fn face(&self) -> SecretFace {
        let labels = self.labels.get();
        let of = |id: &str| labels.iter().filter(|(_, holder)| *holder == id).map(|(label, _)| label.clone()).collect();
        let versions = self.versions.iter().map(|(id, version)| VersionFace {
            id: id.clone(),
            key: key_in(&version.value),
            labels: of(id),
        });
        SecretFace {
            name: self.name.clone(),
            user: self.tags.get("nightshift:user-id").cloned(),
            leaving: self.deletion.is_some(),
            versions: versions.collect(),
        }
    }

    /// The version that is handed out.
    pub fn current(&self) -> Option<&String> {
        self.labels.get().get(CURRENT)
    }

    /// Stores `value` as version `id` with `labels` at `now`. What was current becomes the previous one.
    pub fn store(&mut self, id: &str, value: &str, labels: &[String], now: Timestamp) {
        self.versions.insert(id.to_owned(), Version { value: value.to_owned(), created: now, accessed: None });
        for label in labels {
            self.put_label(label, id, now);
        }
    }

    /// Gives version `id` a label, and takes it from whichever has it.
    pub fn put_label(&mut self, label: &str, id: &str, now: Timestamp) {
        let mut all = self.labels.get().clone();
        let before = all.insert(label.to_owned(), id.to_owned());
        if let (CURRENT, Some(before)) = (label, before.filter(|before| before != id)) {
            all.insert(PREVIOUS.to_owned(), before);
        }
        self.labels.set(now, all);
    }

    /// Somebody reads version `id`; what it holds.
    pub fn read(&mut self, id: &str, now: Timestamp) -> Option<String> {
        let version = self.versions.get_mut(id)?;
        version.accessed = Timestamp::from_second(now.as_second().div_euclid(86_400) * 86_400).ok();
        Some(version.value.clone())
    }
}

/// The key whose halves a value holds.
pub fn key_in(value: &str) -> Option<String> {
    let value: Value = serde_json::from_str(value).ok()?;
    let id = ["AccessKeyId", "AccessKey"].iter().find_map(|field| value[*field].as_str());
    id.filter(|id| value["SecretAccessKey"] == format!("secret-of-{id}")).map(str::to_owned)
}

/// Secrets Manager in one Region.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Its name.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// By name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Secrets {
    /// With nothing in it.
    pub fn new(region: &str, account: &str) -> Self {
        Self { region: region.to_owned(), account: account.to_owned(), secrets: BTreeMap::new() }
    }

    /// As everything is at `now`.
    pub fn advance(&mut self, now: Timestamp) {
        self.secrets.retain(|_, secret| secret.deletion.is_none_or(|at| at > now));
    }

    /// A secret called `name`, with a first version that is current; `None` where one is called so.
    pub fn make(
        &mut self,
        name: &str,
        tags: Tags,
        (version, value): (&str, &str),
        now: Timestamp,
    ) -> Option<&mut Secret> {
        if self.secrets.contains_key(name) {
            return None;
        }
        let suffix = format!("{:06}", now.as_second().rem_euclid(1_000_000));
        let mut made = Secret {
            name: name.to_owned(),
            arn: format!("arn:aws:secretsmanager:{}:{}:secret:{name}-{suffix}", self.region, self.account),
            tags,
            deletion: None,
            policy: None,
            versions: BTreeMap::new(),
            labels: Aged::new(now, BTreeMap::new()),
        };
        made.store(version, value, &[CURRENT.to_owned()], now);
        Some(self.secrets.entry(name.to_owned()).or_insert(made))
    }

    /// Somebody deletes it: it can be had back for a week.
    pub fn delete(&mut self, name: &str, now: Timestamp) -> Option<()> {
        let found = self.secrets.get_mut(name).filter(|found| found.deletion.is_none())?;
        found.deletion = Some(later(now, Duration::from_hours(7 * 24)));
        Some(())
    }
}
