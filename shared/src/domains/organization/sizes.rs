//! How large an organisation was, for what reading it again will take.

use std::collections::BTreeSet;

use super::Snapshot;
use crate::services::organizations::Sizes;

impl Snapshot {
    /// Its sizes. Chains are those that were asked about; where effective policies were not read, as many as there are policies.
    pub fn sizes(&self) -> Sizes {
        let is_guard = |kind: &str| super::snapshot::GUARDS.contains(&kind);
        let length = |list: usize| u64::try_from(list).unwrap_or(u64::MAX);
        let types: BTreeSet<&String> = self
            .roots
            .iter()
            .flat_map(|root| &root.policy_types)
            .filter(|(_, state)| *state == "ENABLED")
            .map(|(kind, _)| kind)
            .collect();
        let accounts = || self.accounts.iter().flatten();
        let effective = accounts().flat_map(|account| account.effective_policies.iter().flatten());
        let chains: BTreeSet<_> = effective.map(|policy| (&policy.kind, &policy.asked_of)).collect();
        let policies = self.policies.as_ref().map_or(0, Vec::len);
        let was_read = accounts().any(|account| account.effective_policies.is_some());
        Sizes {
            accounts: length(accounts().count()),
            units: length(self.units.len()),
            policies: length(policies),
            guards: length(types.iter().filter(|kind| is_guard(kind)).count()),
            merged_types: length(types.iter().filter(|kind| !is_guard(kind)).count()),
            types: length(types.len()),
            chains: length(if was_read { chains.len() } else { policies }),
            delegates: length(self.delegated_administrators.as_ref().map_or(0, Vec::len)),
        }
    }
}
