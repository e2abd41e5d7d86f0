//! What an account holds that people and the function change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::iam::{Iam, UserFace};
use crate::rds::Rds;
use crate::secrets::{Secret, SecretFace, Secrets};

/// See the module.
#[derive(Debug, Clone)]
pub struct World {
    /// RDS, in the one Region there is.
    pub rds: Rds,
    /// IAM.
    pub iam: Iam,
    /// Secrets Manager, in the one Region there is.
    pub secrets: Secrets,
    /// What the function's role may not do.
    pub denied: BTreeSet<String>,
    /// Addresses that take no mail.
    pub refused: BTreeSet<String>,
    /// The variables of the function.
    pub policy: BTreeMap<String, String>,
}

/// A user with its keys and secrets, as they truly are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The user.
    pub user: UserFace,
    /// The secrets that a tag binds to it.
    pub secrets: Vec<SecretFace>,
}

impl World {
    /// As everything is at `now`.
    pub fn advance(&mut self, now: Timestamp) {
        self.rds.advance(now);
        self.secrets.advance(now);
    }

    /// How `user` stands.
    pub fn standing(&self, user: UserFace) -> Standing {
        let faces = self.secrets.secrets.values().map(Secret::face);
        let secrets = faces.filter(|secret| secret.user.as_ref() == Some(&user.id)).collect();
        Standing { user, secrets }
    }
}
