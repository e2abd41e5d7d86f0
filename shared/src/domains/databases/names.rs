//! Which names may be given to users, databases and schemas, and which users nobody may touch. Servers cut a name that
//! is too long and go on, so that two users become one; here it is refused.

use crate::config::Alphabet;
use crate::services::sql::Engine;

/// What AWS's rotation appends for the second of a pair of users.
pub const CLONE: &str = "_clone";

/// The first of the pair that `user` is of.
pub fn base_of(user: &str) -> &str {
    user.strip_suffix(CLONE).filter(|base| !base.is_empty()).unwrap_or(user)
}

/// The other of the pair that `user` is of.
pub fn other_of(user: &str) -> String {
    let base = base_of(user);
    if base == user { format!("{user}{CLONE}") } else { base.to_owned() }
}

/// A server takes any sign for a name. Those that nobody uses there, and that come of a list badly written, are met by
/// `?`.
pub fn alphabet(_pattern: &str) -> Alphabet {
    Alphabet { of: "usual name of a user", signs: "_.:/=+-@$#~&,", spaces: false }
}

/// Why `name` cannot be a user's on `engine`; `pair` if rotation is to keep a second one beside it.
pub fn fault_of_user(name: &str, engine: Engine, pair: bool) -> Option<String> {
    let most = engine.longest_user();
    let length = engine.length(name) + if pair { CLONE.len() } else { 0 };
    let unit = if engine == Engine::Postgres { "bytes" } else { "characters" };
    if name.is_empty() {
        Some("a user needs a name".to_owned())
    } else if name.contains('\0') {
        Some("a name cannot hold a NUL".to_owned())
    } else if let Some(fault) = engine.cannot_keep(name) {
        Some(fault.to_owned())
    } else if engine.unquotes(name) {
        Some("nobody can log in by a name in quotes here".to_owned())
    } else if length > most {
        let with = if pair { format!(" with {CLONE}") } else { String::new() };
        Some(format!("the name has {length} {unit}{with} and {engine} allows {most}"))
    } else if is_reserved(name, engine) {
        Some("the name is reserved for the server and RDS".to_owned())
    } else {
        None
    }
}

/// Why `name` cannot be that of a database or schema.
pub fn fault_of_object(name: &str, engine: Engine) -> Option<String> {
    let most = if engine == Engine::Postgres { 63 } else { 64 };
    if name.is_empty() || name.contains('\0') || engine.length(name) > most {
        return Some(format!("a name has one to {most} characters and no NUL"));
    }
    if let Some(fault) = engine.cannot_keep(name) {
        return Some(fault.to_owned());
    }
    is_the_servers(name, engine).then(|| "the name is reserved for the server".to_owned())
}

/// Databases and schemas that are the server's own: who may write there may make anybody anything.
fn is_the_servers(name: &str, engine: Engine) -> bool {
    // Where names are kept in lower case, MySQL takes `MySQL` for its own.
    let lower = name.to_lowercase();
    match engine {
        Engine::Postgres => {
            name.starts_with("pg_")
                || ["information_schema", "rdsadmin", "template0", "template1"].contains(&lower.as_str())
        }
        Engine::Mysql | Engine::Mariadb => {
            ["mysql", "sys", "information_schema", "performance_schema"].contains(&lower.as_str())
        }
    }
}

/// Users of the server and of RDS: never created, changed, dropped or borrowed.
pub fn is_reserved(name: &str, engine: Engine) -> bool {
    let lower = name.to_lowercase();
    if lower.starts_with("rds") {
        return ["rds_", "rds-"].iter().any(|prefix| lower.starts_with(prefix))
            || ["rdsadmin", "rdsrepladmin", "rdsproxyadmin", "rdstopmgr", "rdsproxyuser", "rdswriteforwarduser"]
                .contains(&lower.as_str());
    }
    match engine {
        Engine::Postgres => lower.starts_with("pg_") || ["public", "none", "current_user"].contains(&lower.as_str()),
        Engine::Mysql | Engine::Mariadb => {
            ["root", "mysql", "event_scheduler", "system user", "mariadb.sys"].contains(&lower.as_str())
                || ["mysql.", "aws_"].iter().any(|prefix| lower.starts_with(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_a_pair_take_turns() {
        assert_eq!((base_of("app_clone"), base_of("app"), base_of(CLONE)), ("app", "app", CLONE));
        assert_eq!((other_of("app_clone"), other_of("app")), ("app".to_owned(), "app_clone".to_owned()));
    }

    #[test]
    fn a_database_of_the_servers_own_is_nobodys_to_be_given() {
        for engine in [Engine::Mysql, Engine::Mariadb] {
            for name in ["mysql", "MySQL", "sys", "information_schema", "Performance_Schema"] {
                assert!(fault_of_object(name, engine).is_some(), "{name}");
            }
            assert_eq!(fault_of_object("mysql_shop", engine), None);
        }
        for name in ["pg_catalog", "information_schema", "rdsadmin", "template0", "template1"] {
            assert!(fault_of_object(name, Engine::Postgres).is_some(), "{name}");
        }
        assert_eq!(fault_of_object("mysql", Engine::Postgres), None);
    }

    #[test]
    fn names_that_a_server_would_cut_or_that_are_not_ours_are_refused() {
        let fault = |name: &str, engine, pair| fault_of_user(name, engine, pair).unwrap_or_else(|| "fine".to_owned());
        for (name, engine, pair, expected) in [
            ("airflow-rw-ddl", Engine::Postgres, true, "fine"),
            ("a'b\"c\\d;--", Engine::Postgres, false, "fine"),
            ("", Engine::Postgres, false, "a user needs a name"),
            ("a\0b", Engine::Mysql, false, "a name cannot hold a NUL"),
            ("pg_monitor", Engine::Postgres, false, "the name is reserved for the server and RDS"),
            ("RDS_superuser", Engine::Postgres, false, "the name is reserved for the server and RDS"),
            ("rdsadmin", Engine::Mysql, false, "the name is reserved for the server and RDS"),
            ("Public", Engine::Postgres, false, "the name is reserved for the server and RDS"),
            ("mysql.sys", Engine::Mysql, false, "the name is reserved for the server and RDS"),
            ("AWS_LAMBDA_ACCESS", Engine::Mysql, false, "the name is reserved for the server and RDS"),
            ("aws_sync", Engine::Postgres, false, "fine"),
            ("rdsfan", Engine::Postgres, false, "fine"),
            ("app ", Engine::Postgres, false, "fine"),
            ("'app'", Engine::Postgres, false, "fine"),
            ("'app'", Engine::Mariadb, false, "nobody can log in by a name in quotes here"),
            ("'", Engine::Mariadb, false, "fine"),
            ("app ", Engine::Mysql, false, "a name cannot begin or end in a space here"),
            ("\tapp", Engine::Mariadb, false, "a name cannot begin or end in a space here"),
            ("app\u{b}", Engine::Mysql, false, "a name cannot begin or end in a space here"),
            ("a😀", Engine::Mariadb, false, "a name cannot hold characters beyond U+FFFF here"),
        ] {
            assert_eq!(fault(name, engine, pair), expected, "{name:?}");
        }
        let long = |length: usize| "x".repeat(length);
        assert_eq!(fault(&long(63), Engine::Postgres, false), "fine");
        assert_eq!(
            fault(&long(58), Engine::Postgres, true),
            "the name has 64 bytes with _clone and postgres allows 63"
        );
        assert_eq!(fault(&"é".repeat(32), Engine::Postgres, false), "the name has 64 bytes and postgres allows 63");
        assert_eq!(fault(&"é".repeat(32), Engine::Mysql, false), "fine");
        assert_eq!(fault(&long(33), Engine::Mysql, false), "the name has 33 characters and mysql allows 32");
        assert_eq!(fault(&long(80), Engine::Mariadb, false), "fine");
    }
}
