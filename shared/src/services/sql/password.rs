//! A password as a statement carries it. `PostgreSQL` and `MariaDB` write statements into their logs as they are, so they get
//! what they keep of a password, made here: a verifier or a hash, which is no use for logging in. `MySQL` wants the password
//! itself, and keeps it out of its logs.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

use super::Engine;
use super::quote::{literal, mysql_literal, scram_sha_256};
use crate::secret::Secret;

/// `password` as a literal of `engine`. None is ever empty: that would be an account without one.
pub fn password_literal(engine: Engine, password: &Secret) -> Option<String> {
    let password = Some(password.expose()).filter(|password| !password.is_empty())?;
    Some(match engine {
        Engine::Postgres => literal(&scram_sha_256(password)),
        Engine::Mysql => mysql_literal(password),
        Engine::Mariadb => mysql_literal(&native(password)),
    })
}

/// What `mysql_native_password` keeps: `*` and the hexadecimal digits of the hash of the hash.
fn native(password: &str) -> String {
    Sha1::digest(Sha1::digest(password)).iter().fold(String::from("*"), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_the_server_makes() {
        // SELECT PASSWORD('password') on the server.
        assert_eq!(native("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    }

    #[test]
    fn only_mysql_is_sent_the_password_itself_and_nobody_an_empty_one() {
        let secret = |text: &str| Secret::new(text.to_owned());
        for engine in [Engine::Postgres, Engine::Mysql, Engine::Mariadb] {
            let sent = password_literal(engine, &secret("hush-hush")).unwrap();
            assert_eq!(sent.contains("hush-hush"), engine == Engine::Mysql, "{sent}");
            assert_eq!(password_literal(engine, &secret("")), None);
        }
    }
}
