//! The hash that `MariaDB` keeps of a password (`mysql_native_password`), made here so that the password itself is never in
//! a statement: `MariaDB` writes statements into its logs as they are.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// `*` and the hexadecimal digits of the hash of the hash.
pub(super) fn native(password: &str) -> String {
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
}
