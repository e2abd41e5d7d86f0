//! The room that knows the database drivers: one way to connect, by verified TLS and never without, and errors that carry
//! the server's own code and message but no statement, since that may hold a password.

mod endpoint;
mod error;
mod mysql;
mod postgres;
mod session;
mod tls;

pub use endpoint::Endpoint;
pub use error::{SqlError, SqlKind};
pub use mysql::MySession;
pub use postgres::PgSession;
pub use session::Session;
pub use tls::{Authorities, TlsFault, Trust};
