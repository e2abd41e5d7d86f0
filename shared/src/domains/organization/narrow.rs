//! A snapshot with less in it. What is left out counts as not read.

use super::Snapshot;
use crate::services::organizations::Part;

impl Snapshot {
    /// Without accounts and all that is known of them.
    #[must_use]
    pub fn without_accounts(mut self) -> Self {
        self.accounts = None;
        self.parts_read.remove(&Part::Accounts);
        self.parts_read.remove(&Part::EffectivePolicies);
        self
    }

    /// Without policies, what they are attached to and what they come to.
    #[must_use]
    pub fn without_policies(self) -> Self {
        let mut left = self.without_effective_policies();
        left.policies = None;
        left.roots.iter_mut().for_each(|root| root.policies = None);
        left.units.iter_mut().for_each(|unit| unit.policies = None);
        for account in left.accounts.iter_mut().flatten() {
            (account.policies, account.inherited) = (None, None);
        }
        left.parts_read.remove(&Part::Policies);
        left
    }

    /// Without what policies come to.
    #[must_use]
    pub fn without_effective_policies(mut self) -> Self {
        self.accounts.iter_mut().flatten().for_each(|account| account.effective_policies = None);
        self.parts_read.remove(&Part::EffectivePolicies);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::{facts, snapshot};
    use crate::services::organizations::Facts;

    #[test]
    fn what_is_left_out_is_as_if_it_had_not_been_read() {
        let read = |change: fn(&mut Facts)| {
            let mut facts = facts();
            change(&mut facts);
            Snapshot::of(facts).unwrap()
        };
        assert_eq!(snapshot().without_accounts(), read(|facts| facts.accounts = None));
        assert_eq!(snapshot().without_policies(), read(|facts| facts.policies = None));
    }
}
