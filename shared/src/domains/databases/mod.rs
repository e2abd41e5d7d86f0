//! Database users: which names they may have, what stands in a user's secret, how a password is made and how a statement
//! carries it.

mod content;
mod login;
pub mod names;
mod password;
pub mod powers;
mod statement;
mod strategy;
mod token;

pub use content::{Content, OWNER_TAG, owner_tag_value, shape};
pub use login::Login;
pub use password::PasswordPolicy;
pub use statement::{Statement, Words};
pub use strategy::Strategy;
pub use token::token_of;
