//! The room that knows Secrets Manager: what stands in a user's secret, how a new value is made, and every call.

mod content;
mod password;
mod reader;
mod writer;

pub use content::{Content, shape};
pub use password::PasswordPolicy;
pub use reader::SecretsReader;
pub use writer::SecretsWriter;

/// The tag on secrets this job made: its user's name.
pub const OWNER_TAG: &str = "nightshift:db-user";
/// What is in use.
pub const CURRENT: &str = "AWSCURRENT";
/// What is on its way to be.
pub const PENDING: &str = "AWSPENDING";
