//! An organisation as it was read, as far as a choice of accounts asks about it.

use crate::domains::fleet::{Account, Organisation};
use crate::domains::organization::Snapshot;

/// See the module.
pub fn organisation(snapshot: &Snapshot) -> Organisation {
    let roots = snapshot.roots.iter().map(|root| (root.id.clone(), root.name.clone()));
    let units = snapshot.units.iter().map(|unit| (unit.id.clone(), unit.path.clone()));
    let accounts = snapshot.accounts.iter().flatten().map(|account| Account {
        id: account.id.clone(),
        name: account.name.clone(),
        state: account.state.clone(),
        is_management: account.management,
        parents: account.parents.iter().map(|parent| parent.id.clone()).collect(),
        path: account.path.clone(),
        tags: account.tags.as_ref().map(|tags| tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
    });
    Organisation { units: roots.chain(units).collect(), accounts: accounts.collect() }
}
