//! Which accounts are meant, as the operator's variables say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::account::Account;
use crate::config::Settings;
use crate::text::printable;

const UNITS: &str = "NIGHTSHIFT_FLEET_UNITS";
const ACCOUNTS: &str = "NIGHTSHIFT_FLEET_ACCOUNTS";
const TAGS: &str = "NIGHTSHIFT_FLEET_TAGS";
const EXCLUDED_UNITS: &str = "NIGHTSHIFT_FLEET_EXCLUDED_UNITS";
const EXCLUDED_ACCOUNTS: &str = "NIGHTSHIFT_FLEET_EXCLUDED_ACCOUNTS";
const EXCLUDED_TAGS: &str = "NIGHTSHIFT_FLEET_EXCLUDED_TAGS";
const POLICIES: &str = "NIGHTSHIFT_FLEET_POLICIES";
const CANARY: &str = "NIGHTSHIFT_FLEET_CANARY";

/// A root or unit, and all below it to any depth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// By its id, `r-…` or `ou-…`.
    Id(String),
    /// By the names from the root to it, between slashes: `Root/Workloads/Prod`.
    Path(String),
}

impl Unit {
    fn parse(text: &str) -> Result<Self, String> {
        let path = text.trim_matches('/');
        if path.is_empty() || path.contains("//") {
            return Err(format!(
                "'{}' names no unit: write its id, or the names from the root to it, such as Root/Workloads",
                printable(text)
            ));
        }
        let is_id = ["r-", "ou-"].iter().any(|start| text.starts_with(start)) && !text.contains(['/', ' ']);
        Ok(if is_id { Self::Id(text.to_owned()) } else { Self::Path(path.to_owned()) })
    }

    /// Whether it is the unit with this id and path.
    pub(super) fn is(&self, (id, path): &(String, String)) -> bool {
        match self {
            Self::Id(own) => own == id,
            Self::Path(own) => own == path,
        }
    }

    /// Whether what has these places above it, at this path, is below this unit.
    pub(super) fn holds(&self, ids: &[String], path: &str) -> bool {
        match self {
            Self::Id(id) => ids.contains(id),
            Self::Path(own) => {
                path.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }

    /// How far below the root it is, of an account that it holds.
    pub(super) fn depth(&self, account: &Account) -> usize {
        match self {
            Self::Id(id) => account.parents.iter().position(|parent| parent == id).unwrap_or_default(),
            Self::Path(path) => path.split('/').count() - 1,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Id(text) | Self::Path(text)) = self;
        f.write_str(&printable(text))
    }
}

/// What names an account: a unit above it, its id, or a tag of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Units.
    pub units: Vec<Unit>,
    /// Ids of accounts.
    pub accounts: BTreeSet<String>,
    /// Keys of tags, each with the value it must have if it is not any.
    pub tags: Vec<(String, Option<String>)>,
}

impl Names {
    fn read(settings: &mut Settings<'_>, [units, accounts, tags]: [&'static str; 3]) -> Self {
        Self {
            units: settings.patterns(units, Unit::parse).unwrap_or_default(),
            accounts: settings.patterns(accounts, id).unwrap_or_default().into_iter().collect(),
            tags: settings.patterns(tags, tag).unwrap_or_default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty() && self.accounts.is_empty() && self.tags.is_empty()
    }

    /// Whether any of this names `account`; `None` where only a tag could say so, and its tags were not read.
    pub(super) fn name(&self, account: &Account) -> Option<bool> {
        let by_place = self.units.iter().any(|unit| unit.holds(&account.parents, &account.path));
        if by_place || self.accounts.contains(&account.id) {
            return Some(true);
        }
        if self.tags.is_empty() {
            return Some(false);
        }
        let tags = account.tags.as_ref()?;
        Some(self.tags.iter().any(|tag| has(tags, tag)))
    }
}

fn has(tags: &BTreeMap<String, String>, (key, value): &(String, Option<String>)) -> bool {
    tags.get(key).is_some_and(|found| value.as_ref().is_none_or(|value| value == found))
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// `NIGHTSHIFT_FLEET_UNITS`, `…_ACCOUNTS`, `…_TAGS`: what is meant.
    pub included: Names,
    /// `NIGHTSHIFT_FLEET_EXCLUDED_UNITS` and so on: what is not, whatever includes it.
    pub excluded: Names,
    /// `NIGHTSHIFT_FLEET_MANAGEMENT=include`: the management account is meant, too, where it is selected.
    pub with_management: bool,
    /// `NIGHTSHIFT_FLEET_CANARY`: the accounts of these units go first, and the others only if those came to no harm.
    pub canary: Vec<Unit>,
    /// `NIGHTSHIFT_FLEET_POLICIES`: which of the named policies holds below a unit, as `UNIT=NAME`. The deepest unit wins.
    pub policies: BTreeMap<Unit, String>,
}

impl Selection {
    /// Reads it. A selection that names nobody is a fault, and not a selection of everybody.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        let included = Names::read(settings, [UNITS, ACCOUNTS, TAGS]);
        let excluded = Names::read(settings, [EXCLUDED_UNITS, EXCLUDED_ACCOUNTS, EXCLUDED_TAGS]);
        if included.is_empty() {
            settings.fault(
                UNITS,
                format!(
                    "is not set, nor is {ACCOUNTS} or {TAGS}, so no account is meant: name the units, or the root for all"
                ),
            );
        }
        let with_management =
            settings.choice("NIGHTSHIFT_FLEET_MANAGEMENT", false, &[("exclude", false), ("include", true)]);
        let canary = settings.patterns(CANARY, Unit::parse).unwrap_or_default();
        let mut policies = BTreeMap::new();
        for (unit, name) in settings.patterns(POLICIES, policy).unwrap_or_default() {
            if let Some(other) = policies.insert(unit.clone(), name.clone()).filter(|other| *other != name) {
                settings.fault(POLICIES, format!("gives {unit} two policies, {other} and {name}: a unit has one"));
            }
        }
        Self { included, excluded, with_management, canary, policies }
    }

    /// Whether who is meant cannot be said without the tags of accounts.
    pub fn asks_for_tags(&self) -> bool {
        !self.included.tags.is_empty() || !self.excluded.tags.is_empty()
    }

    /// What there is to know of tags that none of `accounts` has: often nobody has one at the time, so it is no fault.
    pub fn idle_tags(&self, accounts: &[Account]) -> Vec<String> {
        let of = |variable: &'static str, names: &Names| {
            let is_idle = |tag: &&(String, Option<String>)| {
                !accounts.iter().filter_map(|account| account.tags.as_ref()).any(|tags| has(tags, tag))
            };
            let said = |(key, value): &(String, Option<String>)| {
                let value = value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
                format!("{variable} names {}, and no account has this tag", printable(&format!("{key}{value}")))
            };
            names.tags.iter().filter(is_idle).map(said).collect::<Vec<_>>()
        };
        [of(TAGS, &self.included), of(EXCLUDED_TAGS, &self.excluded)].concat()
    }

    /// Every account that is named by its id, with the variable's matter and whom else the same variable names.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (&'static str, &String, &BTreeSet<String>)> {
        let lists = [(ACCOUNTS, &self.included.accounts), (EXCLUDED_ACCOUNTS, &self.excluded.accounts)];
        lists.into_iter().flat_map(|(variable, all)| all.iter().map(move |id| (variable, id, all)))
    }

    /// Every unit that is named, with the variable's matter, for whoever knows which there are.
    pub(super) fn units(&self) -> impl Iterator<Item = (&'static str, &Unit)> {
        let included = self.included.units.iter().map(|unit| (UNITS, unit));
        let excluded = self.excluded.units.iter().map(|unit| (EXCLUDED_UNITS, unit));
        let canary = self.canary.iter().map(|unit| (CANARY, unit));
        included.chain(excluded).chain(canary).chain(self.policies.keys().map(|unit| (POLICIES, unit)))
    }
}

fn id(text: &str) -> Result<String, String> {
    let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_id
        .then(|| text.to_owned())
        .ok_or_else(|| format!("'{}' is no account: an id has twelve digits", printable(text)))
}

fn tag(text: &str) -> Result<(String, Option<String>), String> {
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value.to_owned())));
    match key.trim() {
        "" => Err(format!("'{}' has no key: write KEY or KEY=VALUE", printable(text))),
        key => Ok((key.to_owned(), value)),
    }
}

fn policy(text: &str) -> Result<(Unit, String), String> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    // The name of a unit may have an equals sign in it, and that of a policy may not.
    match text.rsplit_once('=') {
        Some((unit, name)) if is_name(name) => Ok((Unit::parse(unit)?, name.to_owned())),
        _ => Err(format!(
            "'{}' is no UNIT=POLICY, whose policy is named by lower case letters, digits and dashes",
            printable(text)
        )),
    }
}
