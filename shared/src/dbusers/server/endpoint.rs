//! Where a server is and how to get there: its name, which its certificate has to bear, and the address that leads to it.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::config::{ChannelBinding, SslMode};

use super::error::SqlError;
use super::postgres::Session;
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// One server.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// As the event has it.
    pub host: String,
    /// The name its certificate bears, where that is another one.
    pub tls_name: Option<String>,
    /// Its port.
    pub port: u16,
    /// A tunnel to it.
    pub through: Option<SocketAddr>,
    /// Whom to believe.
    pub tls: ClientConfig,
    /// How long a statement waits for others.
    pub lock_timeout: Duration,
    /// How long one takes at most.
    pub statement_timeout: Duration,
}

impl Endpoint {
    /// Logs in to `database` as `user`.
    pub async fn log_in(&self, user: &str, password: &Secret, database: &str) -> Result<Session, SqlError> {
        let attempt = format!("logging in to {}:{}/{database} as {user}", self.host, self.port);
        let address = self.address(&attempt).await?;
        let mut config = tokio_postgres::Config::new();
        config
            .host(self.tls_name.as_deref().unwrap_or(&self.host))
            .hostaddr(address.ip())
            .port(address.port())
            .user(user)
            .password(password.expose())
            .dbname(database)
            .application_name("nightshift db-users")
            .connect_timeout(CONNECT_TIMEOUT)
            .channel_binding(ChannelBinding::Prefer)
            .ssl_mode(SslMode::Require)
            .options(format!(
                "-c lock_timeout={} -c statement_timeout={}",
                self.lock_timeout.as_millis(),
                self.statement_timeout.as_millis()
            ));
        Session::connect(&config, self.tls.clone(), attempt).await
    }

    async fn address(&self, attempt: &str) -> Result<SocketAddr, SqlError> {
        if let Some(address) = self.through {
            return Ok(address);
        }
        let mut found = tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(|error| {
            SqlError::unreachable(attempt, format!("the name {} cannot be resolved: {error}", self.host))
        })?;
        found.next().ok_or_else(|| SqlError::unreachable(attempt, format!("the name {} has no address", self.host)))
    }
}
