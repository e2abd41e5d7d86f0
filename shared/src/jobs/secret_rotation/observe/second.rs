//! Whether a login of `MySQL` may keep the password it had before.

use crate::services::sql::{MySession, SqlError};

/// From this version on there is a second password.
const FIRST: (u32, u32, u32) = (8, 0, 14);

/// Asked as the login itself, who sees its own rights.
pub(super) async fn allowed(session: &MySession) -> Result<bool, SqlError> {
    let query = "SELECT version(), EXISTS (SELECT 1 FROM information_schema.user_privileges \
                 WHERE privilege_type = 'APPLICATION_PASSWORD_ADMIN')";
    let rows = session.read("whether a second password may be kept", query).await?;
    let field = |at: usize| rows.first().and_then(|row| row.get(at).cloned().flatten()).unwrap_or_default();
    Ok(has_it(&field(0)) && field(1) == "1")
}

fn has_it(version: &str) -> bool {
    let mut parts = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next()) >= FIRST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_from_8_0_14_on_have_it() {
        let has = ["5.7.44", "8.0.13", "8.0.14", "8.0.36-28", "8.4.3", "9.1.0", ""].map(has_it);
        assert_eq!(has, [false, false, true, true, true, true, false]);
    }
}
