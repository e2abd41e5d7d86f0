//! Joins what was read to a snapshot: each node gets its place, its tags and its policies.

use std::collections::{BTreeMap, BTreeSet};

use super::snapshot::{
    AccountNode, GUARDS, Inherited, Link, NodeRef, NotRead, PolicyNode, RootNode, Snapshot, UnitNode, VERSION,
};
use crate::services::organizations::{Account, Effective, Facts, Part, Policy, TagMap, Tree};

impl Snapshot {
    /// Out of what was read.
    pub fn of(facts: Facts) -> Result<Self, NotRead> {
        let organization = facts.about.clone().ok_or(NotRead)?;
        let (links, tree) = (Links::of(&facts), facts.tree());
        let roots = facts.roots.iter().map(|root| RootNode {
            id: root.id.clone(),
            arn: root.arn.clone(),
            name: root.name.clone(),
            policy_types: root.policy_types.clone(),
            tags: links.tags(&root.id),
            policies: links.policies(&root.id),
        });
        let units = facts.units.iter().map(|unit| UnitNode {
            id: unit.id.clone(),
            arn: unit.arn.clone(),
            name: unit.name.clone(),
            parent: unit.parent.clone(),
            path: links.path(&tree.way_to(&unit.id)),
            tags: links.tags(&unit.id),
            policies: links.policies(&unit.id),
        });
        let mut units: Vec<_> = units.collect();
        units.sort_by(|one, other| one.id.cmp(&other.id));
        let accounts = facts.accounts.as_ref().map(|accounts| {
            let node = |account: &Account| links.account(account, &tree, &organization.management_account_id);
            let mut accounts: Vec<_> = accounts.iter().map(node).collect();
            accounts.sort_by(|one, other| one.id.cmp(&other.id));
            accounts
        });
        let policies = facts.policies.as_ref().map(|policies| policies.iter().map(|one| links.policy(one)).collect());
        Ok(Self {
            schema: VERSION,
            began_at: facts.began_at.unwrap_or_default(),
            ended_at: facts.ended_at.unwrap_or_default(),
            whole_at: facts.whole_at,
            roots: roots.collect(),
            units,
            accounts,
            policies,
            parts_read: parts_of(&facts),
            delegated_administrators: facts.delegates,
            trusted_services: facts.services,
            handshakes: facts.handshakes,
            account_creations: facts.creations,
            resource_policy: facts.resource_policy.flatten(),
            gaps: facts.gaps,
            read_again: facts.read_again,
            organization,
        })
    }
}

fn parts_of(facts: &Facts) -> BTreeSet<Part> {
    let read = [
        (Part::Accounts, facts.accounts.is_some()),
        (Part::Policies, facts.policies.is_some()),
        (Part::Tags, facts.tags.is_some()),
        (Part::EffectivePolicies, facts.effective.is_some()),
        (Part::DelegatedAdministrators, facts.delegates.is_some()),
        (Part::TrustedServices, facts.services.is_some()),
        (Part::Handshakes, facts.handshakes.is_some()),
        (Part::AccountCreations, facts.creations.is_some()),
        (Part::ResourcePolicy, facts.resource_policy.is_some()),
    ];
    read.into_iter().filter(|(_, read)| *read).map(|(part, _)| part).collect()
}

/// What is found by the id of a node.
struct Links<'a> {
    names: BTreeMap<&'a str, &'a str>,
    tags: Option<&'a BTreeMap<String, TagMap>>,
    /// By target: policies, by type. `None` where policies were not read.
    attached: Option<BTreeMap<&'a str, BTreeMap<&'a str, Vec<String>>>>,
    /// By account.
    effective: Option<BTreeMap<&'a str, Vec<Effective>>>,
    /// Those of [`GUARDS`] that are turned on.
    guards: Vec<&'static str>,
}

impl<'a> Links<'a> {
    fn of(facts: &'a Facts) -> Self {
        let roots = facts.roots.iter().map(|root| (root.id.as_str(), root.name.as_str()));
        let units = facts.units.iter().map(|unit| (unit.id.as_str(), unit.name.as_str()));
        let attached = facts.policies.as_ref().map(|policies| {
            let mut attached: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
            for policy in policies {
                for target in &policy.targets {
                    let at = attached.entry(&target.id).or_default();
                    at.entry(&policy.kind).or_default().push(policy.id.clone());
                }
            }
            attached
        });
        let effective = facts.effective.as_ref().map(|all| {
            let mut effective: BTreeMap<&str, Vec<Effective>> = BTreeMap::new();
            for one in all {
                effective.entry(&one.account).or_default().push(one.clone());
            }
            effective
        });
        let enabled = facts.enabled_types();
        let guards = GUARDS.into_iter().filter(|kind| enabled.contains(*kind)).collect();
        Self { names: roots.chain(units).collect(), tags: facts.tags.as_ref(), attached, effective, guards }
    }

    /// Only whose tags were read has any: a step-by-step reading may know those of some.
    fn tags(&self, id: &str) -> Option<TagMap> {
        self.tags?.get(id).cloned()
    }

    fn policies(&self, id: &str) -> Option<Vec<String>> {
        let attached = self.attached.as_ref()?;
        Some(attached.get(id).into_iter().flat_map(BTreeMap::values).flatten().cloned().collect())
    }

    fn name(&self, id: &str) -> String {
        self.names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned())
    }

    fn path(&self, way: &[String]) -> String {
        way.iter().map(|id| self.name(id)).collect::<Vec<_>>().join("/")
    }

    fn chain(&self, way: &[String]) -> Option<Vec<Inherited>> {
        let attached = self.attached.as_ref()?;
        let link = |node: &String, kind: &str| Link {
            node: node.clone(),
            policies: attached.get(node.as_str()).and_then(|at| at.get(kind)).cloned().unwrap_or_default(),
        };
        let of = |kind: &&str| Inherited {
            kind: (*kind).to_owned(),
            chain: way.iter().map(|node| link(node, kind)).collect(),
        };
        Some(self.guards.iter().map(of).collect())
    }

    fn account(&self, account: &Account, tree: &Tree<'_>, management: &str) -> AccountNode {
        let way = tree.way_to(&account.id);
        let above = &way[..way.len() - 1];
        AccountNode {
            id: account.id.clone(),
            arn: account.arn.clone(),
            name: account.name.clone(),
            email: account.email.clone(),
            state: account.state.clone(),
            joined_method: account.joined_method.clone(),
            joined_at: account.joined_at,
            management: account.id == management,
            parent: account.parent.clone(),
            path: self.path(above),
            parents: above.iter().map(|id| NodeRef { id: id.clone(), name: self.name(id) }).collect(),
            tags: self.tags(&account.id),
            policies: self.policies(&account.id),
            inherited: self.chain(&way),
            effective_policies: self
                .effective
                .as_ref()
                .map(|all| all.get(account.id.as_str()).cloned().unwrap_or_default()),
        }
    }

    fn policy(&self, policy: &Policy) -> PolicyNode {
        // AWS's own policies cannot have tags.
        let none = || self.tags.filter(|_| policy.aws_managed).map(|_| TagMap::new());
        PolicyNode {
            id: policy.id.clone(),
            arn: policy.arn.clone(),
            name: policy.name.clone(),
            description: policy.description.clone(),
            kind: policy.kind.clone(),
            aws_managed: policy.aws_managed,
            content: policy.content.clone(),
            tags: self.tags(&policy.id).or_else(none),
            targets: policy.targets.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::services::organizations::{About, Root, Target, Unit};

    /// Root > Prod > Eu with an account in each, a policy on the root, one on Prod, and one on the account in Eu.
    pub(in crate::domains::organization) fn facts() -> Facts {
        let target = |id: &str| Target { id: id.to_owned(), kind: "X".to_owned(), name: id.to_owned() };
        let policy = |id: &str, kind: &str, targets: &[&str]| Policy {
            id: id.to_owned(),
            name: format!("name of {id}"),
            kind: kind.to_owned(),
            content: Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned()),
            targets: targets.iter().map(|id| target(id)).collect(),
            ..Policy::default()
        };
        let unit = |id: &str, name: &str, parent: &str| Unit {
            id: id.to_owned(),
            name: name.to_owned(),
            parent: parent.to_owned(),
            ..Unit::default()
        };
        let account = |id: &str, name: &str, parent: &str| Account {
            id: id.repeat(12),
            name: name.to_owned(),
            email: format!("{name}@example.com"),
            state: "ACTIVE".to_owned(),
            parent: parent.to_owned(),
            ..Account::default()
        };
        let enabled = |kind: &str| (kind.to_owned(), "ENABLED".to_owned());
        let policy_types = [enabled("SERVICE_CONTROL_POLICY"), enabled("TAG_POLICY")].into();
        let cost = TagMap::from([("CostCenter".to_owned(), "42".to_owned())]);
        Facts {
            about: Some(About { id: "o-1".to_owned(), management_account_id: "1".repeat(12), ..About::default() }),
            roots: vec![Root { id: "r-1".to_owned(), name: "Root".to_owned(), policy_types, ..Root::default() }],
            units: vec![unit("ou-2", "Eu", "ou-1"), unit("ou-1", "Prod", "r-1")],
            accounts: Some(vec![account("3", "pay", "ou-2"), account("1", "main", "r-1"), account("2", "web", "ou-1")]),
            policies: Some(vec![
                policy("p-all", "SERVICE_CONTROL_POLICY", &["r-1"]),
                policy("p-deny", "SERVICE_CONTROL_POLICY", &["ou-1", &"3".repeat(12)]),
                policy("p-tags", "TAG_POLICY", &["ou-1"]),
            ]),
            tags: Some([("r-1".to_owned(), TagMap::new()), ("3".repeat(12), cost)].into()),
            ..Facts::default()
        }
    }

    pub(in crate::domains::organization) fn snapshot() -> Snapshot {
        Snapshot::of(facts()).unwrap()
    }

    #[test]
    fn every_account_knows_the_chain_of_guards_above_it() {
        let snapshot = snapshot();
        let accounts = snapshot.accounts.as_ref().unwrap();
        let chains: Vec<_> = accounts
            .iter()
            .map(|account| {
                let inherited = account.inherited.as_ref().unwrap();
                assert_eq!(inherited.len(), 1, "only what is turned on, and only what allows and denies");
                inherited[0].chain.iter().map(|link| link.policies.join("+")).collect::<Vec<_>>().join(" > ")
            })
            .collect();
        assert_eq!(chains, ["p-all > ", "p-all > p-deny > ", "p-all > p-deny >  > p-deny"]);
        assert_eq!(accounts[2].path, "Root/Prod/Eu");
        assert!(accounts[0].management && !accounts[2].management);
    }

    #[test]
    fn policies_are_linked_back_and_what_was_not_read_is_not_none() {
        let read = snapshot();
        let prod = read.units.iter().find(|unit| unit.name == "Prod").unwrap();
        assert_eq!(prod.policies.as_deref(), Some(["p-deny".to_owned(), "p-tags".to_owned()].as_slice()));
        assert_eq!(prod.tags, None, "nobody read its tags");
        assert_eq!(read.roots[0].tags, Some(TagMap::new()), "it was read, and has none");

        let without = Snapshot::of(Facts { policies: None, accounts: None, ..facts() }).unwrap();
        assert_eq!((without.policies, without.accounts, &without.roots[0].policies), (None, None, &None));
        assert!(!without.parts_read.contains(&Part::Policies));
        assert_eq!(Snapshot::of(Facts { about: None, ..facts() }), Err(NotRead));
    }

    #[test]
    fn a_tree_that_bites_its_tail_ends() {
        let mut facts = facts();
        facts.units[1].parent = "ou-2".to_owned();
        let snapshot = Snapshot::of(facts).unwrap();
        assert_eq!(snapshot.units[0].path, "Eu/Prod");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = serde_json::to_string(&snapshot()).unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(&written).unwrap(), snapshot());
    }
}
