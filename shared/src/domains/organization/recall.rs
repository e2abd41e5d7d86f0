//! What was read, out of the snapshot that was made of it: for a reading that goes on from there.

use std::collections::BTreeMap;

use super::Snapshot;
use crate::services::organizations::{Account, Effective, Facts, Part, Policy, Root, TagMap, Unit};

impl Snapshot {
    /// See the module.
    pub fn facts(&self) -> Facts {
        let accounts = || self.accounts.iter().flatten();
        let was_read = |part| self.parts_read.contains(&part);
        let effective = || {
            let of = |account: &str, one: &Effective| Effective { account: account.to_owned(), ..one.clone() };
            accounts().flat_map(move |account| {
                account.effective_policies.iter().flatten().map(move |one| of(&account.id, one))
            })
        };
        Facts {
            began_at: Some(self.began_at),
            ended_at: Some(self.ended_at),
            whole_at: self.whole_at,
            about: Some(self.organization.clone()),
            roots: self
                .roots
                .iter()
                .map(|root| Root {
                    id: root.id.clone(),
                    arn: root.arn.clone(),
                    name: root.name.clone(),
                    policy_types: root.policy_types.clone(),
                })
                .collect(),
            units: self
                .units
                .iter()
                .map(|unit| Unit {
                    id: unit.id.clone(),
                    arn: unit.arn.clone(),
                    name: unit.name.clone(),
                    parent: unit.parent.clone(),
                })
                .collect(),
            accounts: self.accounts.as_ref().map(|all| {
                all.iter()
                    .map(|account| Account {
                        id: account.id.clone(),
                        arn: account.arn.clone(),
                        name: account.name.clone(),
                        email: account.email.clone(),
                        state: account.state.clone(),
                        joined_method: account.joined_method.clone(),
                        joined_at: account.joined_at,
                        parent: account.parent.clone(),
                        way: account.parents.iter().map(|node| node.id.clone()).collect(),
                    })
                    .collect()
            }),
            policies: self.policies.as_ref().map(|all| {
                all.iter()
                    .map(|policy| Policy {
                        id: policy.id.clone(),
                        arn: policy.arn.clone(),
                        name: policy.name.clone(),
                        description: policy.description.clone(),
                        kind: policy.kind.clone(),
                        aws_managed: policy.aws_managed,
                        content: policy.content.clone(),
                        targets: policy.targets.clone(),
                    })
                    .collect()
            }),
            tags: was_read(Part::Tags).then(|| self.tags()),
            effective: was_read(Part::EffectivePolicies).then(|| effective().collect()),
            delegates: self.delegated_administrators.clone(),
            services: self.trusted_services.clone(),
            handshakes: self.handshakes.clone(),
            creations: self.account_creations.clone(),
            resource_policy: was_read(Part::ResourcePolicy).then(|| self.resource_policy.clone()),
            gaps: self.gaps.clone(),
            read_again: self.read_again.clone(),
        }
    }

    /// By id, of what can have any.
    fn tags(&self) -> BTreeMap<String, TagMap> {
        let roots = self.roots.iter().map(|root| (&root.id, &root.tags));
        let units = self.units.iter().map(|unit| (&unit.id, &unit.tags));
        let accounts = self.accounts.iter().flatten().map(|account| (&account.id, &account.tags));
        let own = self.policies.iter().flatten().filter(|policy| !policy.aws_managed);
        let policies = own.map(|policy| (&policy.id, &policy.tags));
        let all = roots.chain(units).chain(accounts).chain(policies);
        all.filter_map(|(id, tags)| Some((id.clone(), tags.clone()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::{facts, snapshot};

    #[test]
    fn a_snapshot_of_what_a_snapshot_recalls_is_the_same() {
        assert_eq!(Snapshot::of(snapshot().facts()).unwrap(), snapshot());
        let less = Snapshot::of(Facts { tags: None, policies: None, accounts: None, ..facts() }).unwrap();
        assert_eq!(Snapshot::of(less.facts()).unwrap(), less);
        assert_eq!(less.facts().tags, None, "what was not read is not none");
    }
}
