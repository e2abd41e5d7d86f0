//! The way to the server as the master user. One session stays in the database all servers have: it holds the lock that
//! keeps two runs apart, since roles are shared by all databases and such locks are not.

use super::master::{self, Master, MasterFault};
use super::policy::Policy;
use super::request::Request;
use crate::config::ConfigFaults;
use crate::run::RunFault;
use crate::run::event::EventFault;
use crate::services::rds::RdsReader;
use crate::services::secrets::SecretsReader;
use crate::services::sql::Engine;
use crate::services::sql::{Authorities, Endpoint, Session, SqlError, SqlKind};
use crate::text::chain;

/// The database every `PostgreSQL` server has.
const SHARED: &str = "postgres";
/// Any number will do, as long as every run has the same.
const LOCK: &str = "SET lock_timeout = '60s'; SELECT pg_catalog.pg_advisory_lock(7956003944967206259)";
/// The same on `MySQL` and `MariaDB`, where it is the server's and not a database's.
const LOCK_MYSQL: &str = "SELECT GET_LOCK('nightshift.db-users', 60)";

/// See the module.
#[derive(Debug)]
pub(super) struct Way<'a> {
    pub request: &'a Request,
    pub endpoint: Endpoint,
    pub master: Master,
    /// In the shared database.
    pub shared: Session,
}

impl<'a> Way<'a> {
    /// Reads the master's secret and logs in.
    pub(super) async fn open(
        request: &'a Request,
        policy: &Policy,
        secrets: &SecretsReader,
        rds: &RdsReader,
    ) -> Result<Self, RunFault> {
        let authorities = policy.ca_file.clone().map_or(Authorities::Rds, Authorities::File);
        let trust = authorities.trust().map_err(|fault| ConfigFaults::one("NIGHTSHIFT_DB_CA_FILE", chain(&fault)))?;
        let mut master = master::read(request, secrets, rds).await.map_err(fault_of_master)?;
        let endpoint = Endpoint {
            engine: request.engine,
            host: request.host.clone(),
            tls_name: request.tls_server_name.clone(),
            port: request.port.or(master.port).unwrap_or(request.engine.port()),
            through: policy.address,
            trust,
            lock_timeout: policy.lock_timeout,
            statement_timeout: policy.statement_timeout,
        };
        let database = if request.engine == Engine::Postgres { SHARED } else { "" };
        let shared = match endpoint.log_in(&master.user, &master.password, database).await {
            // RDS may have rotated it between the reading and the login.
            Err(error) if error.kind == SqlKind::Login => {
                master = master::read(request, secrets, rds).await.map_err(fault_of_master)?;
                endpoint.log_in(&master.user, &master.password, database).await
            }
            other => other,
        };
        let shared = shared.map_err(|error| fault_of_server("logging in as the master user", error))?;
        Ok(Self { request, endpoint, master, shared })
    }

    /// Keeps every other run out until this one's session ends.
    pub(super) async fn lock(&self) -> Result<(), RunFault> {
        let waiting = "waiting for another run to end";
        let done = match &self.shared {
            Session::Postgres(session) => session.run(LOCK, waiting).await,
            Session::Mysql(session) => match session.read(waiting, LOCK_MYSQL).await {
                Ok(rows) if rows.first().and_then(|row| row.first()?.as_deref()) == Some("1") => Ok(()),
                Ok(_) => Err(SqlError::unreachable(waiting, "it did not end within a minute")),
                Err(error) => Err(error),
            },
        };
        done.map_err(|error| fault_of_server("waiting for another run on this server to end", error))
    }

    /// Another session of the master's.
    pub(super) async fn log_in(&self, database: &str) -> Result<Session, SqlError> {
        self.endpoint.log_in(&self.master.user, &self.master.password, database).await
    }
}

fn fault_of_master(fault: MasterFault) -> RunFault {
    match fault {
        MasterFault::Aws(source) => {
            RunFault::Observe { attempt: "reading the master user's secret".to_owned(), source }
        }
        MasterFault::Refused(why) => EventFault::one(why).into(),
    }
}

pub(super) fn fault_of_server(attempt: &str, error: SqlError) -> RunFault {
    RunFault::Server { attempt: attempt.to_owned(), fix: error.fix(), source: Box::new(error) }
}
