//! The event of `db-users`: the server, and the users it is to have. The shape is that of existing pipelines, in which
//! booleans are texts, `"None"` is nobody and privileges are comma separated; everything else is an addition.

mod groups;
mod order;
mod schema;
mod server;
mod user;
mod words;

use std::collections::BTreeSet;

pub use groups::Group;
pub use order::{Use, ordered};
pub use schema::schema;
pub use server::{Request, Revoke};
pub use user::{Auth, Origin, Preset, Rotation, State, TABLES_MYSQL, UserRequest};

/// Privileges by the words of SQL, upper case.
pub type Words = BTreeSet<String>;

/// What stands for every privilege of its kind.
pub const ALL: &str = "ALL";

#[cfg(test)]
mod tests;
