//! AWS Secrets Manager in memory, in one Region, as far as it is asked: secrets by name, versions by id, which never change, and
//! labels, which move. What was read is remembered by the day.

mod calls;
mod state;

use jiff::{SignedDuration, Timestamp};

use crate::wire::{self, Answered, Refusal, Request};

pub use state::{CURRENT, PREVIOUS, Secret, SecretFace, Secrets, Version, VersionFace, key_in};

/// What a call did to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// What.
    pub deed: Deed,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a call of AWS's own")]
pub enum Deed {
    Made,
    Restored,
    /// A version that was not there; of a key, where it holds one.
    Stored {
        version: String,
        key: Option<String>,
        labels: Vec<String>,
    },
    Labelled {
        label: String,
        to: Option<String>,
        from: Option<String>,
    },
    Policy {
        document: String,
    },
    /// A value was read, which people would be taken for having done.
    Read {
        version: String,
    },
}

/// An answer of this service; what it shows, no law asks for.
pub type Outcome = wire::Outcome<Effect, ()>;

impl Secrets {
    /// Carries `request` out at `now`; labels are read as they were `lag` ago.
    pub fn answer(&mut self, request: &mut Request, now: Timestamp, lag: SignedDuration) -> Answered<Outcome> {
        let then = now.checked_sub(lag).unwrap_or(now);
        match request.action.as_str() {
            "secretsmanager:DescribeSecret" => self.describe(request, then),
            "secretsmanager:ListSecretVersionIds" => self.list_versions(request, then),
            "secretsmanager:GetResourcePolicy" => self.get_policy(request),
            "secretsmanager:GetSecretValue" => self.get_value(request, now),
            "secretsmanager:CreateSecret" => self.create(request, now),
            "secretsmanager:RestoreSecret" => self.restore_secret(request),
            "secretsmanager:PutResourcePolicy" => self.put_policy(request),
            "secretsmanager:PutSecretValue" => self.put_value(request, now),
            "secretsmanager:UpdateSecretVersionStage" => self.move_label(request, now),
            other => Err(Refusal::OfSimulation(format!("{other}, which the simulation does not know"))),
        }
    }
}

#[cfg(test)]
mod tests;
