//! Accounts that are looked up, with as much of them as is asked for.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::snapshot::{AccountNode, Inherited, NodeRef, Snapshot};
use crate::services::organizations::{Effective, TagMap};

/// Who is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// The account of this id.
    Id(String),
    /// Accounts of this name, whatever its case.
    Name(String),
    /// The account of this mail address, whatever its case.
    Email(String),
    /// Accounts with this tag; with any value where none is given. The case of both counts.
    Tag(String, Option<String>),
    /// Accounts below this unit or root, to any depth: by id, or by its path.
    Below(String),
}

impl Query {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Id(id) => format!("account {id}"),
            Self::Name(name) => format!("an account of the name {name}"),
            Self::Email(email) => format!("an account of the address {email}"),
            Self::Tag(key, Some(value)) => format!("an account with the tag {key}={value}"),
            Self::Tag(key, None) => format!("an account with the tag {key}"),
            Self::Below(place) => format!("an account below {place}"),
        }
    }

    fn matches(&self, account: &AccountNode) -> bool {
        match self {
            Self::Id(id) => account.id == *id,
            Self::Name(name) => account.name.to_lowercase() == name.to_lowercase(),
            Self::Email(email) => account.email.eq_ignore_ascii_case(email),
            Self::Tag(key, value) => {
                let found = account.tags.as_ref().and_then(|tags| tags.get(key));
                found.is_some_and(|found| value.as_ref().is_none_or(|value| value == found))
            }
            Self::Below(place) => {
                let place = place.trim_matches('/');
                let is_path = account.path == place;
                let is_below = account.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
                is_path || is_below || account.parents.iter().any(|parent| parent.id == place)
            }
        }
    }
}

/// What is shown of an account besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by a flag of its own")]
pub struct Include {
    /// The nodes above it.
    pub parents: bool,
    /// Its tags.
    pub tags: bool,
    /// The policies attached to it.
    pub policies: bool,
    /// What its policies come to.
    pub effective_policies: bool,
    /// The service and resource control policies above it.
    pub inherited: bool,
}

/// An account that was found. What was not asked for is left out; `null` was asked for and not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Found {
    /// Twelve digits.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The mail address of its root user.
    pub email: String,
    /// Its state.
    pub state: String,
    /// How it joined.
    pub joined_method: Option<String>,
    /// When.
    pub joined_at: Option<Timestamp>,
    /// The names from the root to its parent, between slashes.
    pub path: String,
    /// From the root to its parent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<NodeRef>>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Option<TagMap>>,
    /// The policies attached to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<Option<Vec<PolicyRef>>>,
    /// What its policies come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_policies: Option<Option<Vec<Effective>>>,
    /// The service and resource control policies it is under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherited: Option<Option<Vec<Inherited>>>,
}

/// A policy, where it is only named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The accounts that match any of `queries`, each once, by id; and the queries that nobody matches.
pub fn find<'q>(snapshot: &Snapshot, queries: &'q [Query], include: Include) -> (Vec<Found>, Vec<&'q Query>) {
    let accounts = || snapshot.accounts.iter().flatten();
    let found = accounts().filter(|account| queries.iter().any(|query| query.matches(account)));
    let missed = queries.iter().filter(|query| !accounts().any(|account| query.matches(account)));
    (found.map(|account| shown(snapshot, account, include)).collect(), missed.collect())
}

fn shown(snapshot: &Snapshot, account: &AccountNode, include: Include) -> Found {
    let policy = |id: &String| {
        let policy = snapshot.policy(id);
        PolicyRef {
            id: id.clone(),
            name: policy.map(|policy| policy.name.clone()).unwrap_or_default(),
            kind: policy.map(|policy| policy.kind.clone()).unwrap_or_default(),
        }
    };
    let policies = || account.policies.as_ref().map(|ids| ids.iter().map(policy).collect());
    Found {
        id: account.id.clone(),
        arn: account.arn.clone(),
        name: account.name.clone(),
        email: account.email.clone(),
        state: account.state.clone(),
        joined_method: account.joined_method.clone(),
        joined_at: account.joined_at,
        path: account.path.clone(),
        parents: include.parents.then(|| account.parents.clone()),
        tags: include.tags.then(|| account.tags.clone()),
        policies: include.policies.then(policies),
        effective_policies: include.effective_policies.then(|| account.effective_policies.clone()),
        inherited: include.inherited.then(|| account.inherited.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::snapshot;

    fn names(query: &Query) -> String {
        let (found, missed) = find(&snapshot(), std::slice::from_ref(query), Include::default());
        assert_eq!(missed.is_empty(), !found.is_empty(), "who is not found is missed");
        found.into_iter().map(|one| one.name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_account_is_found_by_whatever_one_knows_of_it() {
        let text = str::to_owned;
        for (query, wanted) in [
            (Query::Id("3".repeat(12)), "pay"),
            (Query::Id("3".repeat(11)), ""),
            (Query::Name(text("PAY")), "pay"),
            (Query::Name(text("pa")), ""),
            (Query::Email(text("Web@Example.com")), "web"),
            (Query::Tag(text("CostCenter"), None), "pay"),
            (Query::Tag(text("CostCenter"), Some(text("42"))), "pay"),
            (Query::Tag(text("CostCenter"), Some(text("4"))), ""),
            (Query::Tag(text("costcenter"), None), ""),
            (Query::Below(text("Root")), "main web pay"),
            (Query::Below(text("/Root/Prod/")), "web pay"),
            (Query::Below(text("Root/Pro")), ""),
            (Query::Below(text("ou-2")), "pay"),
        ] {
            assert_eq!(names(&query), wanted, "{query:?}");
        }
    }

    #[test]
    fn what_is_asked_for_is_shown_and_what_was_not_read_is_null() {
        let all = Include { parents: true, tags: true, policies: true, effective_policies: true, inherited: true };
        let query = [Query::Id("3".repeat(12)), Query::Name("pay".to_owned())];
        let (found, _) = find(&snapshot(), &query, all);
        assert_eq!(found.len(), 1, "two ways to the same account");
        let shown = serde_json::to_value(&found[0]).unwrap();
        assert_eq!(shown["parents"][1]["name"], "Prod");
        assert_eq!(shown["policies"][0]["name"], "name of p-deny");
        assert_eq!(shown["inherited"][0]["type"], "SERVICE_CONTROL_POLICY");
        assert!(shown["effective_policies"].is_null() && shown.get("effective_policies").is_some());
        let bare = serde_json::to_value(&find(&snapshot(), &query, Include::default()).0[0]).unwrap();
        assert!(bare.get("tags").is_none());
    }
}
