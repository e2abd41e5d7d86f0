//! The way to the server as the master user. One session stays in the database all servers have: it holds the lock that
//! keeps two runs apart, since roles are shared by all databases and such locks are not.

use super::policy::Policy;
use super::request::Request;
use crate::config::ConfigFaults;
use crate::run::RunFault;
use crate::run::event::EventFault;
use crate::servers::master::{self, Asked, Master, MasterFault};
use crate::services::rds::RdsReader;
use crate::services::secrets::SecretsReader;
use crate::services::sql::Engine;
use crate::services::sql::{Endpoint, Session, SqlError, SqlKind};
use crate::text::chain;

/// The database every `PostgreSQL` server has.
const SHARED: &str = "postgres";
/// See the module.
#[derive(Debug)]
pub(super) struct Way {
    pub request: Request,
    pub endpoint: Endpoint,
    pub master: Master,
    /// In the shared database.
    pub shared: Session,
}

impl Way {
    /// Reads the master's secret and logs in.
    pub(super) async fn open(
        request: &Request,
        policy: &Policy,
        secrets: &SecretsReader,
        rds: &RdsReader,
    ) -> Result<Self, RunFault> {
        let trust = policy.reach.trust().map_err(|fault| ConfigFaults::one("NIGHTSHIFT_DB_CA_FILE", chain(&fault)))?;
        let asked =
            Asked { secret: &request.master_secret, host: &request.host, named_by: "'secret_name' and 'region'" };
        let mut master = master::read(asked, secrets, rds).await.map_err(fault_of_master)?;
        let endpoint = Endpoint {
            engine: request.engine,
            host: request.host.clone(),
            tls_name: request.tls_server_name.clone(),
            port: request.port.or(master.port).unwrap_or(request.engine.port()),
            through: policy.reach.address,
            trust,
            lock_timeout: policy.reach.lock_timeout,
            statement_timeout: policy.reach.statement_timeout,
        };
        let database = shared_database(request.engine);
        let shared = match endpoint.log_in(&master.user, &master.password, database).await {
            // RDS may have rotated it between the reading and the login.
            Err(error) if error.kind == SqlKind::Login => {
                master = master::read(asked, secrets, rds).await.map_err(fault_of_master)?;
                endpoint.log_in(&master.user, &master.password, database).await
            }
            other => other,
        };
        let shared = shared.map_err(|error| fault_of_server("logging in as the master user", error))?;
        Ok(Self { request: request.clone(), endpoint, master, shared })
    }

    /// Keeps every other run out until this one's session ends.
    pub(super) async fn lock(&self) -> Result<(), RunFault> {
        let done = self.shared.lock().await;
        done.map_err(|error| fault_of_server("waiting for another run on this server to end", error))
    }

    /// The database of the shared session.
    pub(super) fn shared_database(&self) -> &'static str {
        shared_database(self.request.engine)
    }

    /// Another session of the master's.
    pub(super) async fn log_in(&self, database: &str) -> Result<Session, SqlError> {
        self.endpoint.log_in(&self.master.user, &self.master.password, database).await
    }
}

fn shared_database(engine: Engine) -> &'static str {
    if engine == Engine::Postgres { SHARED } else { "" }
}

fn fault_of_master(fault: MasterFault) -> RunFault {
    match fault {
        MasterFault::Aws(source) => RunFault::observing("reading the master user's secret")(source),
        MasterFault::Refused(why) => EventFault::one(why).into(),
    }
}

pub(super) fn fault_of_server(attempt: &str, error: SqlError) -> RunFault {
    RunFault::Server { attempt: attempt.to_owned(), fix: error.fix(), source: Box::new(error) }
}
