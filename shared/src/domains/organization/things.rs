//! The things of a snapshot, in the one form in which they are compared.

use std::collections::{BTreeMap, BTreeSet};

use super::Snapshot;
use crate::services::organizations::TagMap;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Thing {
    pub name: String,
    /// The id of what it stands below: whoever is below a unit that only got another name has not moved. `None` where it has
    /// no place.
    pub parent: Option<String>,
    path: String,
    pub fields: Vec<(&'static str, String)>,
    pub content: Option<String>,
    pub policies: Option<BTreeSet<String>>,
    pub tags: Option<TagMap>,
}

impl Thing {
    /// Where it stands, in words.
    pub(super) fn place(&self) -> Option<String> {
        self.parent.as_ref().map(|_| self.path.clone())
    }
}

/// By id.
pub(super) type Things = BTreeMap<String, Thing>;

pub(super) fn roots(of: &Snapshot) -> Things {
    // The types of policies are few and fixed by AWS, but not to us: they are one field, in words.
    let types = |types: &BTreeMap<String, String>| {
        types.iter().map(|(kind, state)| format!("{kind} {state}")).collect::<Vec<_>>().join(", ")
    };
    let things = of.roots.iter().map(|root| {
        let fields = vec![("name", root.name.clone()), ("policy types", types(&root.policy_types))];
        (
            root.id.clone(),
            Thing {
                name: root.name.clone(),
                fields,
                policies: ids(root.policies.as_deref()),
                tags: root.tags.clone(),
                ..Thing::default()
            },
        )
    });
    things.collect()
}

pub(super) fn units(of: &Snapshot) -> Things {
    let names = places(of);
    let things = of.units.iter().map(|unit| {
        (
            unit.id.clone(),
            Thing {
                name: unit.name.clone(),
                parent: Some(unit.parent.clone()),
                path: place(&names, &unit.parent),
                fields: vec![("name", unit.name.clone())],
                policies: ids(unit.policies.as_deref()),
                tags: unit.tags.clone(),
                content: None,
            },
        )
    });
    things.collect()
}

pub(super) fn accounts(of: &Snapshot) -> Things {
    let names = places(of);
    let things = of.accounts.iter().flatten().map(|account| {
        let fields =
            vec![("name", account.name.clone()), ("email", account.email.clone()), ("state", account.state.clone())];
        (
            account.id.clone(),
            Thing {
                name: account.name.clone(),
                parent: Some(account.parent.clone()),
                path: place(&names, &account.parent),
                fields,
                policies: ids(account.policies.as_deref()),
                tags: account.tags.clone(),
                content: None,
            },
        )
    });
    things.collect()
}

pub(super) fn policies(of: &Snapshot) -> Things {
    let things = of.policies.iter().flatten().map(|policy| {
        (
            policy.id.clone(),
            Thing {
                name: policy.name.clone(),
                fields: vec![("name", policy.name.clone()), ("description", policy.description.clone())],
                content: policy.content.clone(),
                tags: policy.tags.clone(),
                ..Thing::default()
            },
        )
    });
    things.collect()
}

pub(super) fn delegates(of: &Snapshot) -> Things {
    let named = of.delegated_administrators.iter().flatten().flat_map(|delegate| {
        delegate.services.iter().map(|service| (format!("{} for {}", delegate.id, service.principal), &delegate.name))
    });
    named.map(|(id, name)| (id, Thing { name: name.clone(), ..Thing::default() })).collect()
}

pub(super) fn services(of: &Snapshot) -> Things {
    of.trusted_services.iter().flatten().map(|service| (service.principal.clone(), Thing::default())).collect()
}

fn ids(policies: Option<&[String]>) -> Option<BTreeSet<String>> {
    policies.map(|policies| policies.iter().cloned().collect())
}

/// The path of each root and unit.
fn places(of: &Snapshot) -> BTreeMap<&str, &str> {
    let roots = of.roots.iter().map(|root| (root.id.as_str(), root.name.as_str()));
    roots.chain(of.units.iter().map(|unit| (unit.id.as_str(), unit.path.as_str()))).collect()
}

fn place(names: &BTreeMap<&str, &str>, parent: &str) -> String {
    match names.get(parent) {
        Some(path) => format!("{path} [{parent}]"),
        None => parent.to_owned(),
    }
}
