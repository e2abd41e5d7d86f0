//! The world as this domain sees it: a server, the catalogs of its database, and a secret for each user. What a decision
//! needs, no client, and never a password: whether one is right is known by trying, and kept as that answer.

pub mod acl;
mod mysql;
mod postgres;
mod secret;

use std::collections::BTreeMap;

pub use acl::{Grant, PUBLIC, Privileges};
pub use mysql::{Account, Accounts, InGrant, SchemaGrant, takes};
pub use postgres::{
    Catalog, Database, DefaultGrant, Extension, Held, Membership, NotForHeir, Object, ObjectKind, Place, Role, Schema,
    Thing, ThingKind,
};
pub use secret::{Present, SecretFacts, SecretState, Version};

use crate::services::Read;
use crate::services::sql::Engine;

/// All that was read in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Twelve digits.
    pub account: String,
    /// Where the server and its secrets are.
    pub region: String,
    /// The server.
    pub server: Server,
    /// What its catalogs say.
    pub state: State,
    /// The secret of each user that names one.
    pub secrets: BTreeMap<String, Read<SecretFacts>>,
}

/// What the catalogs say, which each kind of server has of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Of `PostgreSQL`.
    Postgres(Catalog),
    /// Of `MySQL` and `MariaDB`.
    Mysql(Accounts),
}

/// The server of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its engine.
    pub engine: Engine,
    /// Its major version.
    pub version: u32,
    /// As the event has it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name its certificate has to bear, where that is another.
    pub tls_name: Option<String>,
    /// `DbClusterResourceId` or `DbiResourceId`, where RDS knows the server.
    pub resource_id: Option<String>,
    /// The user this run is logged in as.
    pub master: String,
    /// The database of the event.
    pub database: String,
}
