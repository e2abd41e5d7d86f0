//! What `secret-rotation` may touch and how it works, from its environment variables.

use crate::config::Settings;
use crate::domains::databases::PasswordPolicy;
use crate::domains::databases::names::alphabet;
use crate::run::Protected;
use crate::services::sql::Reach;

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `NIGHTSHIFT_PROTECTED`: users whose passwords are not rotated.
    pub protected: Protected,
    /// `NIGHTSHIFT_PASSWORD_LENGTH` and `NIGHTSHIFT_PASSWORD_EXCLUDE`.
    pub passwords: PasswordPolicy,
    /// The way to servers.
    pub reach: Reach,
    /// The Region this runs in, where it is known.
    pub home: Option<String>,
}

impl Policy {
    /// Reads it; `home` is the function's own region.
    pub fn read(settings: &mut Settings<'_>, home: Option<&str>) -> Self {
        Self {
            protected: Protected::read(settings, "NIGHTSHIFT_PROTECTED", alphabet, ""),
            passwords: PasswordPolicy::read(settings),
            reach: Reach::read(settings),
            home: home.map(str::to_owned),
        }
    }
}
