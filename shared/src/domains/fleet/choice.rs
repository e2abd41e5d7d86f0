//! The accounts of one run, out of an organisation as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::codes;
use super::selection::{Selection, Unit};
use crate::nearest::nearest;
use crate::report::Reason;
use crate::text::printable;

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Organisation {
    /// The id and the path of every root and unit.
    pub units: Vec<(String, String)>,
    /// Every account.
    pub accounts: Vec<Account>,
}

/// An account that a run goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chosen {
    /// Twelve digits.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The names from the root to what is above it.
    pub path: String,
    /// Which of the named policies holds for it; that of the worker itself if none.
    pub policy: Option<String>,
}

/// An account that a run leaves alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Twelve digits.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The names from the root to what is above it.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// A run's accounts, by id in each list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// Those that go first.
    pub canary: Vec<Chosen>,
    /// Those that go if the first came to no harm.
    pub rest: Vec<Chosen>,
    /// The others, with the reason of each.
    pub left_out: Vec<LeftOut>,
}

/// The selection is of another organisation than this one. Nothing is begun: an exclusion that names nobody would widen the run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoChoice {
    /// A unit that is not there.
    #[error("{variable} names {unit}, and this organisation has no such unit{}", meant.as_ref().map(|meant| format!("; did you mean {meant}?")).unwrap_or_default())]
    NoSuchUnit {
        /// Which variable names it.
        variable: &'static str,
        /// As it is named.
        unit: Unit,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Nobody goes first, so nothing would be learnt before the rest.
    #[error("NIGHTSHIFT_FLEET_CANARY names units of which no account is selected, so nothing would go first")]
    NoCanary,
    /// Nobody is left.
    #[error("the selection leaves no account of {accounts}")]
    Nobody {
        /// How many there are.
        accounts: usize,
    },
}

/// The accounts of `organisation` that `selection` means.
pub fn choose(organisation: &Organisation, selection: &Selection) -> Result<Choice, NoChoice> {
    for (variable, unit) in selection.units() {
        let is_it = |(id, path): &(String, String)| match unit {
            Unit::Id(own) => own == id,
            Unit::Path(own) => own == path,
        };
        if !organisation.units.iter().any(is_it) {
            let names = organisation.units.iter().flat_map(|(id, path)| [id.as_str(), path.as_str()]);
            let meant = nearest(&unit.to_string(), names).map(str::to_owned);
            return Err(NoChoice::NoSuchUnit { variable, unit: unit.clone(), meant });
        }
    }
    let mut choice = Choice { canary: Vec::new(), rest: Vec::new(), left_out: Vec::new() };
    let mut accounts: Vec<_> = organisation.accounts.iter().collect();
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    for account in accounts {
        let Account { id, name, path, .. } = account;
        if let Some(reason) = out(account, selection) {
            choice.left_out.push(LeftOut { account: id.clone(), name: name.clone(), path: path.clone(), reason });
            continue;
        }
        let policy = selection.policies.iter().filter(|(unit, _)| unit.holds(&account.parents, path));
        let policy = policy.max_by_key(|(unit, _)| unit.depth(account)).map(|(_, name)| name.clone());
        let chosen = Chosen { account: id.clone(), name: name.clone(), path: path.clone(), policy };
        let is_canary = selection.canary.iter().any(|unit| unit.holds(&account.parents, path));
        if is_canary { &mut choice.canary } else { &mut choice.rest }.push(chosen);
    }
    if choice.canary.is_empty() && choice.rest.is_empty() {
        return Err(NoChoice::Nobody { accounts: organisation.accounts.len() });
    }
    if choice.canary.is_empty() && !selection.canary.is_empty() {
        return Err(NoChoice::NoCanary);
    }
    Ok(choice)
}

/// Why `account` is left alone, if it is.
fn out(account: &Account, selection: &Selection) -> Option<Reason> {
    let unknown = || {
        Reason::new(
            &codes::TAGS_UNKNOWN,
            "its tags were not read, and the selection goes by tags",
            "allow organizations:ListTagsForResource where the snapshot is made",
        )
    };
    match (selection.excluded.name(account), selection.included.name(account)) {
        (Some(true), _) => return Some(Reason::plain(&codes::EXCLUDED, "an exclusion names it")),
        (_, Some(false)) => return Some(Reason::plain(&codes::NOT_SELECTED, "nothing in the selection names it")),
        (None, _) | (_, None) => return Some(unknown()),
        (Some(false), Some(true)) => {}
    }
    if account.state != "ACTIVE" {
        let message = format!("AWS says {} of it, and not ACTIVE", printable(&account.state));
        return Some(Reason::plain(&codes::NOT_ACTIVE, message));
    }
    (account.is_management && !selection.with_management).then(|| {
        Reason::new(
            &codes::MANAGEMENT,
            "it is the management account",
            "set NIGHTSHIFT_FLEET_MANAGEMENT=include if what is in it is meant, too",
        )
    })
}

#[cfg(test)]
mod tests;
