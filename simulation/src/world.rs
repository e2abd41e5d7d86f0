//! What an account holds that people and the function change.

use std::collections::{BTreeMap, BTreeSet};

use crate::rds::Rds;

/// See the module.
#[derive(Debug, Clone)]
pub struct World {
    /// RDS, in the one Region there is.
    pub rds: Rds,
    /// What the function's role may not do.
    pub denied: BTreeSet<String>,
    /// Addresses that take no mail.
    pub refused: BTreeSet<String>,
    /// The variables of the function.
    pub policy: BTreeMap<String, String>,
}
