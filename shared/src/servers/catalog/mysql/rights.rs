//! What whoever asks gets to see. `information_schema` shows each user what they have a right to, and says nothing of the rest.

use std::collections::BTreeSet;

use crate::services::sql::{MySession, SqlError};

/// On every database: what shows tables and foreign keys, triggers, and events.
const SHOWS: [(&str, &str); 3] = [
    ("SELECT", "every table and routine, and every foreign key of another database"),
    ("TRIGGER", "every trigger"),
    ("EVENT", "every event"),
];
/// Where a table keeps what rows were: without it that stays, behind a step that is done.
const PAST: (&str, &str) = ("DELETE HISTORY", "what rows of system-versioned tables were, so as to delete it");
/// Those of the server itself, which RDS keeps from its master.
const OWN: [&str; 4] = ["mysql", "sys", "information_schema", "performance_schema"];

/// What they do not. `keeps_past` says whether a table keeps what its rows were.
pub(super) async fn unseen(session: &MySession, keeps_past: bool) -> Result<Vec<String>, SqlError> {
    let (lines, role) = held(session).await?;
    let past = keeps_past.then_some(PAST);
    Ok(of(&lines, &role, &SHOWS.into_iter().chain(past).collect::<Vec<_>>()))
}

/// Whether whoever asks gets to see the sessions of others.
pub(crate) async fn sees_sessions(session: &MySession) -> Result<bool, SqlError> {
    let (lines, whose) = held(session).await?;
    Ok(of(&lines, &whose, &[("PROCESS", "sessions")]).is_empty())
}

/// The rights of whoever asks, and the names that they count of.
async fn held(session: &MySession) -> Result<(Vec<String>, Vec<String>), SqlError> {
    let role = session.read("the role", "SELECT COALESCE(CURRENT_ROLE(), 'NONE'), CURRENT_USER()").await?;
    let role = role.into_iter().flatten().map(Option::unwrap_or_default).collect();
    let lines = session.read("the rights", "SHOW GRANTS").await?;
    Ok((lines.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect(), role))
}

/// `whose` are the names that rights count of: the role that is taken on, and the user.
fn of(lines: &[String], whose: &[String], wanted: &[(&str, &str)]) -> Vec<String> {
    let mut held = BTreeSet::new();
    let mut revoked = false;
    for line in lines {
        if let Some((rights, to)) = line.strip_prefix("GRANT ").and_then(|line| line.split_once(" ON *.* TO ")) {
            let grantee =
                to.split(" IDENTIFIED ").next().unwrap_or_default().split(" WITH ").next().unwrap_or_default();
            let grantee = grantee.split(" REQUIRE ").next().unwrap_or_default().replace(['`', '\''], "");
            let counts = |name: &String| grantee == name.replace(['`', '\''], "");
            if whose.iter().any(counts) {
                held.extend(rights.split(',').map(|right| right.trim().to_owned()));
            }
        }
        if let Some((rights, rest)) = line.strip_prefix("REVOKE ").and_then(|line| line.split_once(" ON ")) {
            let database = rest.trim_start_matches('`').split('`').next().unwrap_or_default();
            let shows = rights.split(',').any(|right| SHOWS.iter().any(|(name, _)| *name == right.trim()));
            revoked |= shows && !OWN.contains(&database);
        }
    }
    let has = |right: &str| held.contains("ALL PRIVILEGES") || held.contains(right);
    let missing = wanted.iter().filter(|(right, _)| revoked || !has(right));
    missing.map(|(right, what)| format!("{what} ({right} on *.*)")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rights_on_everything_show_everything() {
        let whose = ["NONE", "m@%"].map(str::to_owned);
        for (lines, missing) in [
            (&["GRANT ALL PRIVILEGES ON *.* TO `m`@`%` WITH GRANT OPTION"][..], 0),
            (&["GRANT SELECT, TRIGGER, EVENT ON *.* TO `m`@`%` IDENTIFIED BY PASSWORD '*x' WITH GRANT OPTION"], 0),
            (&["GRANT SELECT, EVENT ON *.* TO 'm'@'%' REQUIRE SSL", "GRANT TRIGGER ON `a`.* TO `m`@`%`"], 1),
            (&["GRANT SELECT ON `a ON *.* TO b`.* TO `m`@`%`"], 3),
            (&["GRANT SELECT, TRIGGER, EVENT ON *.* TO `all_of_it`"], 3),
            (&["GRANT SELECT, TRIGGER, EVENT ON *.* TO `m`@`%`", "REVOKE INSERT, SELECT ON `shop`.* FROM `m`@`%`"], 3),
            (&["GRANT SELECT, TRIGGER, EVENT ON *.* TO `m`@`%`", "REVOKE SELECT ON `mysql`.* FROM `m`@`%`"], 0),
            (&[], 3),
        ] {
            let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
            assert_eq!(of(&lines, &whose, &SHOWS).len(), missing, "{lines:?}");
        }
        let past = ["GRANT SELECT, DELETE HISTORY ON *.* TO `m`@`%`".to_owned()];
        assert!(of(&past, &whose, &[PAST]).is_empty() && of(&past[..0], &whose, &[PAST]).len() == 1);
        let process = |right: &str| of(&[format!("GRANT {right} ON *.* TO `m`@`%`")], &whose, &[("PROCESS", "")]);
        assert!(process("SELECT, PROCESS").is_empty() && process("SELECT, TRIGGER, EVENT").len() == 1);
        assert_eq!(
            of(&["GRANT PROCESS ON *.* TO `root`@`%`".to_owned()], &whose, &[("PROCESS", "")]).len(),
            1,
            "root's"
        );
        let taken_on = ["all_of_it", "m@%"].map(str::to_owned);
        let of_role = ["GRANT SELECT, TRIGGER, EVENT ON *.* TO `all_of_it`".to_owned()];
        assert!(of(&of_role, &taken_on, &SHOWS).is_empty());
    }
}
