//! What a server of `MySQL` or `MariaDB` is, and whether a login may keep the password it had before.

use crate::services::sql::{Engine, MySession, SqlError};

/// From this version on there is a second password.
const FIRST: (u32, u32, u32) = (8, 0, 14);

/// What the server is, and whether it has second passwords and the login may keep one. Asked as the login itself, who sees its own
/// rights, and may see those of others.
pub(super) async fn look(session: &MySession) -> Result<(Engine, bool), SqlError> {
    let query = "SELECT version(), EXISTS (SELECT 1 FROM information_schema.user_privileges \
                 WHERE privilege_type = 'APPLICATION_PASSWORD_ADMIN' \
                 AND replace(grantee, '''', '') = replace(current_user(), '''', ''))";
    let rows = session.read("what the server is and whether a second password may be kept", query).await?;
    let field = |at: usize| rows.first().and_then(|row| row.get(at).cloned().flatten()).unwrap_or_default();
    Ok((Engine::of_version(&field(0)), has_it(&field(0)) && field(1) == "1"))
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
