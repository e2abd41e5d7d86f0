//! What a decision about a clone is made from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::quarantine::Location;
use crate::domains::anonymise::rules::Rules;
use crate::services::rds::{Cluster, Instance, RdsReader};

/// Who asks, as far as anybody can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// AWS says so: this ARN, which stands for this owner.
    Proven {
        /// Of the caller.
        arn: String,
        /// Whom it stands for.
        owner: String,
    },
    /// AWS names somebody who stands for no owner.
    NobodysName {
        /// Of the caller.
        arn: String,
        /// Why not.
        why: String,
    },
    /// The event says so, and the policy trusts whoever may invoke the function.
    Named {
        /// As the event has it.
        owner: String,
    },
    /// Nobody said anything that counts.
    Unproven,
    /// What they signed was refused.
    Refused(String),
    /// Nobody could be asked.
    Unknown(String),
    /// Nobody asks for anything: a sweep.
    NotAsked,
}

/// What was read.
#[derive(Debug)]
pub struct World {
    /// Who asks.
    pub claim: Claim,
    /// Every Aurora cluster of every Region that counts. Had one of them not been readable, there would be no world.
    pub clusters: Vec<Cluster>,
    /// The members of the source, by identifier.
    pub instances: BTreeMap<String, Instance>,
    /// By which rules the source's data is made nobody's, or why nobody can say; where that was asked for, and can be done.
    pub rules: Option<Result<Ruled, String>>,
    /// Keys of runs, where that was asked for: read before the clusters, so that none is there whose cluster is too young to be seen.
    pub keys: Vec<Key>,
    /// The way to each Region.
    pub readers: BTreeMap<String, RdsReader>,
}

/// The key of a run, by its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Where the secret is.
    pub region: String,
    /// Its name.
    pub name: String,
}

/// Rules, and where they are from.
#[derive(Debug)]
pub struct Ruled {
    /// Their place.
    pub location: Location,
    /// Of their text.
    pub fingerprint: String,
    /// What they say.
    pub rules: Rules,
}

impl World {
    /// The cluster `id` in `region`.
    pub fn cluster(&self, region: &str, id: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.region == region && cluster.id == id)
    }
}
