//! What is decided by what the server is, and by what it says to a login.

use super::*;
use crate::services::sql::SqlKind;

/// `MySQL` takes a hash that is made for `MariaDB` for the password itself, and nobody gets in any more.
#[test]
fn a_server_of_another_engine_than_the_secrets_gets_no_password() {
    let on = |engine: Engine, speaks: Option<Result<Engine, SqlError>>| {
        let world = with(|world| {
            for stored in [&mut world.current, &mut world.pending].into_iter().flatten() {
                stored.login = Ok(Login { engine, ..login() });
            }
            world.speaks = speaks;
        });
        said(&world, Step::Set)
    };
    for (engine, other) in [(Engine::Mysql, Engine::Mariadb), (Engine::Mariadb, Engine::Mysql)] {
        assert_eq!(on(engine, Some(Ok(other))), "failed other-engine");
        assert_eq!(on(engine, Some(Err(SqlError::unreachable("asking", "silence")))), "failed sql-no-answer");
        assert_eq!(on(engine, None), "failed sql-no-answer", "nobody looked");
        assert!(on(engine, Some(Ok(engine))).starts_with("as app, by its current password"));
    }
}

#[test]
fn a_database_that_lets_the_login_not_in_is_no_verdict_on_its_password() {
    let answered = |code: &str| {
        let (attempt, message) = (String::new(), String::new());
        let error = SqlError { attempt, kind: SqlKind::Denied, code: Some(code.to_owned()), message };
        let world = with(|world| {
            world.current = Some(stored(OLD, Tried::Failed(error.clone())));
            world.pending = Some(stored(NEW, Tried::Failed(error)));
        });
        [Step::Set, Step::Test].map(|step| said(&world, step))
    };
    assert_eq!(answered("3D000"), ["failed no-database"; 2]);
    assert_eq!(answered("42501"), ["failed no-database"; 2]);
    assert_eq!(answered("1044"), ["failed sql-denied"; 2]);
}
