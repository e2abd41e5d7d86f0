//! The room that knows the database drivers: one way to connect, by verified TLS and never without, and errors that carry
//! the server's own code and message but no statement, since that may hold a password.

pub mod codes;
mod endpoint;
mod engine;
mod error;
mod mysql;
mod password;
mod postgres;
mod quote;
mod reach;
mod session;
mod tls;
mod trial;

pub use endpoint::Endpoint;
pub use engine::Engine;
pub use error::{MASK, SqlError, SqlKind};
pub use mysql::MySession;
pub use password::password_literal;
pub use postgres::{PgSession, Row};
pub use quote::{ident, literal, mysql_ident, mysql_literal, one_question};
pub use reach::Reach;
pub use session::Session;
pub use tls::{Authorities, TlsFault, Trust};
pub use trial::Trial;
