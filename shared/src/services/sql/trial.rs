//! Whether a password is the right one: the one test that works without the rights of a superuser is to log in with it.

use super::{Endpoint, Session, SqlError};
use crate::secret::Secret;

/// What came of logging in with a stored password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Nothing to try with, or nobody to be.
    NotTried,
    /// The password is right.
    Works,
    /// The server refused it.
    Refused,
    /// It is right, and has run out.
    Expired,
    /// It could not be found out.
    Unknown(String),
}

impl Trial {
    /// What an attempt to log in says of the password. What the server says after it knows who one is, is no word about it.
    pub fn of(attempt: &Result<Session, SqlError>) -> Self {
        match attempt {
            Ok(_) => Self::Works,
            Err(error) => match error.code.as_deref() {
                Some("42501" | "3D000" | "1044" | "1049") => Self::Works,
                Some("28P01" | "1045" | "1698") => Self::Refused,
                // It was the right one, and has run out.
                Some("1820" | "1862") => Self::Expired,
                _ => Self::Unknown(error.to_string()),
            },
        }
    }
}

impl Endpoint {
    /// Whether `password` is that of `user`.
    pub async fn try_login(&self, user: &str, password: &Secret, database: &str) -> Trial {
        Trial::of(&self.log_in(user, password, database).await)
    }
}
