//! Database users: which names they may have, what stands in a user's secret, and how a password is made.

mod content;
pub mod names;
mod password;

pub use content::{Content, OWNER_TAG, owner_tag_value, shape};
pub use password::PasswordPolicy;
