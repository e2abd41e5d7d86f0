//! The way to the server that a secret names: always by verified TLS, and never in clear text.

use super::super::model::Tried;
use super::super::policy::Policy;
use crate::config::ConfigFaults;
use crate::domains::databases::Login;
use crate::run::RunFault;
use crate::secret::Secret;
use crate::services::sql::{Endpoint, Engine, Reach, Session, Trial, Trust};
use crate::text::chain;

/// The database that AWS's rotation functions log in to where a secret names none.
pub(super) const DEFAULT: &str = "postgres";

/// What all logins have in common.
#[derive(Debug)]
pub(super) struct Door {
    reach: Reach,
    trust: Trust,
}

impl Door {
    pub(super) fn new(policy: &Policy) -> Result<Self, RunFault> {
        let reach = policy.reach.clone();
        let trust = reach.trust().map_err(|fault| ConfigFaults::one("NIGHTSHIFT_DB_CA_FILE", chain(&fault)))?;
        Ok(Self { reach, trust })
    }

    /// Logs in.
    pub(super) async fn open(&self, login: &Login, password: &Secret) -> (Tried, Option<Session>) {
        let endpoint = Endpoint {
            engine: login.engine,
            host: login.host.clone(),
            tls_name: login.tls_name.clone(),
            port: login.port,
            through: self.reach.address,
            trust: self.trust.clone(),
            lock_timeout: self.reach.lock_timeout,
            statement_timeout: self.reach.statement_timeout,
        };
        let database = match login.engine {
            Engine::Postgres => login.database.as_deref().unwrap_or(DEFAULT),
            Engine::Mysql | Engine::Mariadb => "",
        };
        let attempt = endpoint.log_in(&login.user, password, database).await;
        match (Trial::of(&attempt), attempt) {
            (_, Ok(session)) => (Tried::Works, Some(session)),
            (Trial::Refused, Err(_)) => (Tried::Refused, None),
            // One that has run out is right, and no other one is to be looked for.
            (_, Err(error)) => (Tried::Failed(error), None),
        }
    }
}
