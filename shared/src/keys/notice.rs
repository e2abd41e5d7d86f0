//! What people have to be told, as values, and the one place it is handed on. A notice never holds a secret; it says where
//! the owner fetches it.

use super::model::User;
use super::plan::Facts;
use super::tags::Kind;

/// Something somebody has to know.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// What about.
    pub kind: Kind,
    /// Whom it concerns.
    pub user: &'a User,
    /// The key it is about.
    pub key: &'a str,
    /// The key that takes its place, or stands in its way.
    pub other: Option<&'a str>,
    /// Where the user stands.
    pub facts: &'a Facts,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A channel took it.
    Sent,
    /// There is none.
    NoChannel,
    /// None took it: what the last one said.
    NotSent(String),
}

/// Hands notices on.
#[derive(Debug, Default)]
pub struct Teller;

impl Teller {
    /// Tells whoever has to know.
    pub async fn tell(&self, notice: Notice<'_>) -> Told {
        let _ = notice;
        Told::NoChannel
    }
}
