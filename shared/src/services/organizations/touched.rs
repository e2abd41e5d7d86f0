//! What of an organisation was touched since it was read, and has to be read again. Accounts are listed in each reading, so that
//! whoever came, left or moved is seen without being named.

use std::collections::BTreeSet;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Nobody can say what: all of it is read.
    pub everything: bool,
    /// Units came, went or got another name.
    pub units: bool,
    /// Delegated administrators, trusted services, handshakes, creations of accounts or the resource policy.
    pub extras: bool,
    /// The content or the targets of these policies.
    pub policies: BTreeSet<String>,
    /// The tags of these roots, units, accounts and policies.
    pub tags: BTreeSet<String>,
}

impl Touched {
    /// Whether listing the accounts shows all there is to see.
    pub fn is_of_accounts_alone(&self) -> bool {
        *self == Self::default()
    }
}
