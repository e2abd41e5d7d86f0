//! The accounts of one run, out of an organisation as it is.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::codes;
use super::selection::{Selection, Unit};
use crate::nearest::{nearest, slipped};
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
    /// An account that is not there, and one that is whose id is almost the same.
    #[error(
        "{variable} names {account}, and this organisation has no such account, but {meant}, which was probably meant: correct {account}, or take it out if it has left the organisation"
    )]
    NoSuchAccount {
        /// Which variable names it.
        variable: &'static str,
        /// As it is named.
        account: String,
        /// What was probably meant.
        meant: String,
    },
    /// One unit, by its id and by its path, with a policy each.
    #[error(
        "NIGHTSHIFT_FLEET_POLICIES gives {one} the policy {policy} and {other} another, {other_policy}, and both are one unit: take one of them out"
    )]
    TwoPolicies {
        /// As it is named first.
        one: Unit,
        /// Its policy.
        policy: String,
        /// As it is named again.
        other: Unit,
        /// The policy of that.
        other_policy: String,
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
        if !organisation.units.iter().any(|there| unit.is(there)) {
            let names = organisation.units.iter().flat_map(|(id, path)| [id.as_str(), path.as_str()]);
            let meant = nearest(&unit.to_string(), names).map(str::to_owned);
            return Err(NoChoice::NoSuchUnit { variable, unit: unit.clone(), meant });
        }
    }
    one_policy_each(organisation, selection)?;
    let mut choice = Choice { canary: Vec::new(), rest: Vec::new(), left_out: strangers(organisation, selection)? };
    let mut accounts: Vec<_> = organisation.accounts.iter().collect();
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    // One that moved while it was read may have been seen twice: two workers in one account would know nothing of each other.
    accounts.dedup_by(|one, other| one.id == other.id);
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
    choice.left_out.sort_by(|one, other| one.account.cmp(&other.account));
    if choice.canary.is_empty() && choice.rest.is_empty() {
        return Err(NoChoice::Nobody { accounts: organisation.accounts.len() });
    }
    if choice.canary.is_empty() && !selection.canary.is_empty() {
        return Err(NoChoice::NoCanary);
    }
    Ok(choice)
}

/// `Err` if a unit has two policies by two names of it: neither is deeper, and which one holds would be chance.
fn one_policy_each(organisation: &Organisation, selection: &Selection) -> Result<(), NoChoice> {
    for there in &organisation.units {
        let mut named = selection.policies.iter().filter(|(unit, _)| unit.is(there));
        let Some((one, policy)) = named.next() else { continue };
        if let Some((other, other_policy)) = named.find(|(_, other)| *other != policy) {
            let (policy, other_policy) = (policy.clone(), other_policy.clone());
            return Err(NoChoice::TwoPolicies { one: one.clone(), policy, other: other.clone(), other_policy });
        }
    }
    Ok(())
}

/// The ids that the selection names and the organisation does not have, each with why it is left alone.
///
/// AWS lists an account for 90 days after it was closed. Then its id is gone, and an exclusion of it that nobody took out must not stop
/// every night. A misspelt one must: the account that was meant would be changed. The two are told apart by what is there. An id almost
/// like that of an account which the same variable does not name is a misspelling: by chance, one account of ten thousand that leave an
/// organisation of ten thousand is taken for one. Any other is told in each report.
fn strangers(organisation: &Organisation, selection: &Selection) -> Result<Vec<LeftOut>, NoChoice> {
    let known: BTreeSet<_> = organisation.accounts.iter().map(|account| account.id.as_str()).collect();
    let mut strangers = BTreeMap::new();
    for (variable, account, named) in selection.accounts().filter(|(_, account, _)| !known.contains(account.as_str())) {
        let others = known.iter().copied().filter(|id| !named.contains(*id));
        if let Some(meant) = slipped(account, others) {
            return Err(NoChoice::NoSuchAccount { variable, account: account.clone(), meant: meant.to_owned() });
        }
        let reason = Reason::new(
            &codes::NO_SUCH_ACCOUNT,
            format!("{variable} names it, and this organisation has no such account"),
            "take it out if it has left the organisation, or correct it",
        );
        let (name, path) = (String::new(), String::new());
        strangers.insert(account, LeftOut { account: account.clone(), name, path, reason });
    }
    Ok(strangers.into_values().collect())
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
