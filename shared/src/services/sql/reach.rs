//! What every function that logs in to database servers is told of the way there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::tls::{Authorities, TlsFault, Trust};
use crate::config::Settings;
use crate::text::printable;

/// The way to servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// `NIGHTSHIFT_DB_CA_FILE`: whom to believe about a server's name, instead of the RDS authorities compiled in.
    pub ca_file: Option<PathBuf>,
    /// `NIGHTSHIFT_DB_ADDRESS`: a tunnel to connect through. The server still has to prove its own name.
    pub address: Option<SocketAddr>,
    /// `NIGHTSHIFT_LOCK_TIMEOUT_SECONDS`: how long a statement waits for others.
    pub lock_timeout: Duration,
    /// `NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS`.
    pub statement_timeout: Duration,
}

impl Reach {
    /// Whom to believe about a server's name.
    pub fn trust(&self) -> Result<Trust, TlsFault> {
        self.ca_file.clone().map_or(Authorities::Rds, Authorities::File).trust()
    }

    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            ca_file: settings.text("NIGHTSHIFT_DB_CA_FILE").map(PathBuf::from),
            address: settings.parsed("NIGHTSHIFT_DB_ADDRESS", |text| {
                text.parse().map_err(|_| {
                    format!("'{}' is not an address with a port, such as 127.0.0.1:15432", printable(text))
                })
            }),
            lock_timeout: seconds(settings, "NIGHTSHIFT_LOCK_TIMEOUT_SECONDS", 10),
            statement_timeout: seconds(settings, "NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS", 60),
        }
    }
}

fn seconds(settings: &mut Settings<'_>, name: &'static str, default: usize) -> Duration {
    Duration::from_secs(u64::try_from(settings.number(name, default, 1..=600)).unwrap_or(60))
}
