//! Where a server is and how to get there: its name, which its certificate has to bear, and the address that leads to it.

use std::net::SocketAddr;
use std::time::Duration;

use mysql_async::{OptsBuilder, SslOpts};
use tokio_postgres::config::{ChannelBinding, SslMode};

use super::Engine;
use super::error::SqlError;
use super::{MySession, PgSession, Session, Trust};
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
/// How long the other end may be silent below what is asked of it before it counts as gone.
const SILENCE: Duration = Duration::from_secs(15);

/// Where names are looked for in every session: with the server itself. Said with the login, it stands before any statement
/// and above what a database or role has by default, so that nothing an application made can be taken for the server's.
const SEARCH_PATH: &str = "pg_catalog,pg_temp";

/// The session is the one who logged in, hears the server's warnings, and lasts until it is ended, whatever a server, database
/// or role has by default: an owner of a database may have it otherwise, a grant that gives nothing is only a warning, and
/// the session that keeps other runs out has nothing to say while others work.
/// Its transactions see what is committed and wait for nobody to begin, and names and texts are spelt one way.
const AS_IT_IS: &str = "-c role=none -c client_min_messages=warning -c idle_session_timeout=0 \
                        -c idle_in_transaction_session_timeout=0 -c default_transaction_isolation=read\\ committed \
                        -c default_transaction_deferrable=off -c standard_conforming_strings=on \
                        -c quote_all_identifiers=off -c transform_null_equals=off";

/// The same on `MySQL` and `MariaDB`: it lasts, and an answer is whole.
const AS_IT_IS_MYSQL: &str = "wait_timeout = 28800, sql_select_limit = 18446744073709551615";

/// One server.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What it speaks.
    pub engine: Engine,
    /// As the event has it.
    pub host: String,
    /// The name its certificate bears, where that is another one.
    pub tls_name: Option<String>,
    /// Its port.
    pub port: u16,
    /// A tunnel to it.
    pub through: Option<SocketAddr>,
    /// Whom to believe.
    pub trust: Trust,
    /// How long a statement waits for others.
    pub lock_timeout: Duration,
    /// How long one takes at most.
    pub statement_timeout: Duration,
}

impl Endpoint {
    /// Logs in as `user`, on `PostgreSQL` to `database`. On the others no session is in any, so that no name is taken for one
    /// of a database's own.
    pub async fn log_in(&self, user: &str, password: &Secret, database: &str) -> Result<Session, SqlError> {
        let attempt = format!("logging in to {}:{}/{database} as {user}", self.host, self.port);
        let address = self.address(&attempt).await?;
        match self.engine {
            Engine::Postgres => self.postgres(user, password, database, address, attempt).await.map(Session::Postgres),
            Engine::Mysql | Engine::Mariadb => self.mysql(user, password, address, &attempt).await.map(Session::Mysql),
        }
    }

    async fn mysql(
        &self,
        user: &str,
        password: &Secret,
        address: SocketAddr,
        attempt: &str,
    ) -> Result<MySession, SqlError> {
        let mut tls =
            SslOpts::default().with_disable_built_in_roots(true).with_root_certs(vec![self.trust.pem.clone().into()]);
        if let Some(name) = &self.tls_name {
            // Not instead of the check, but what is checked: the certificate has to be for this name.
            tls = tls.with_danger_tls_hostname_override(Some(name.clone()));
        }
        let waits = self.lock_timeout.as_secs();
        let options = OptsBuilder::default()
            .ip_or_hostname(self.host.clone())
            .resolved_ips(Some(vec![address.ip()]))
            .tcp_port(address.port())
            .prefer_socket(false)
            .tcp_keepalive(Some(SILENCE))
            .user(Some(user))
            .pass(Some(password.expose()))
            .ssl_opts(tls)
            // A backslash in a text has to mean what it means where the text is quoted, and no byte of a character may be
            // one: `init_connect` and the server's own defaults can say otherwise.
            .setup(vec![
                "SET NAMES utf8mb4".to_owned(),
                format!("SET SESSION sql_mode = '', lock_wait_timeout = {waits}, {AS_IT_IS_MYSQL}"),
            ]);
        MySession::connect(options, attempt).await
    }

    async fn postgres(
        &self,
        user: &str,
        password: &Secret,
        database: &str,
        address: SocketAddr,
        attempt: String,
    ) -> Result<PgSession, SqlError> {
        let mut config = tokio_postgres::Config::new();
        config
            .host(self.tls_name.as_deref().unwrap_or(&self.host))
            .hostaddr(address.ip())
            .port(address.port())
            .user(user)
            .password(password.expose())
            .dbname(database)
            .application_name("nightshift")
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(SILENCE)
            .tcp_user_timeout(SILENCE)
            .channel_binding(ChannelBinding::Prefer)
            .ssl_mode(SslMode::Require)
            .options(format!(
                "-c search_path={SEARCH_PATH} {AS_IT_IS} -c lock_timeout={} -c statement_timeout={}",
                self.lock_timeout.as_millis(),
                self.statement_timeout.as_millis()
            ));
        PgSession::connect(&config, self.trust.client.clone(), attempt).await
    }

    async fn address(&self, attempt: &str) -> Result<SocketAddr, SqlError> {
        if let Some(address) = self.through {
            return Ok(address);
        }
        let mut found = tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(|error| {
            SqlError::no_name(attempt, format!("the name {} cannot be resolved: {error}", self.host))
        })?;
        found.next().ok_or_else(|| SqlError::no_name(attempt, format!("the name {} has no address", self.host)))
    }
}
