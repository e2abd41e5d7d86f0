//! Where a database is, as people write it: `postgres://USER@HOST:PORT/DATABASE`, `mysql://…` or `mariadb://…`. A password has no place in it, since command lines
//! are kept in histories and shown to whoever looks at the processes of a machine.

use std::str::FromStr;

use nightshift::services::sql::Engine;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub engine: Engine,
    pub user: String,
    pub host: String,
    pub port: u16,
    pub database: String,
}

const SHAPE: &str =
    "it is written postgres://USER@HOST:PORT/DATABASE, where :PORT may be left out, or with mysql:// or mariadb://";

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or(SHAPE)?;
        let engine = match scheme {
            "postgres" | "postgresql" => Engine::Postgres,
            "mysql" => Engine::Mysql,
            "mariadb" => Engine::Mariadb,
            _ => return Err(SHAPE.to_owned()),
        };
        if rest.contains(['?', '#']) {
            return Err(
                "it takes no options: TLS is always verified, by NIGHTSHIFT_DB_CA_FILE or the authorities of RDS"
                    .to_owned(),
            );
        }
        let (place, database) = rest.split_once('/').ok_or(SHAPE)?;
        let (user, server) = place.rsplit_once('@').ok_or(SHAPE)?;
        if user.contains(':') {
            return Err("it takes no password, which others could read here: put it into PGPASSWORD or MYSQL_PWD, or a file for --password-file".to_owned());
        }
        let (host, port) = match server.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| format!("'{port}' is no port"))?),
            None => (server, engine.port()),
        };
        let [user, host, database] = [user, host, database].map(decoded);
        let (user, host, database) = (user?, host?, database?);
        if [&user, &host, &database].iter().any(|part| part.is_empty()) || database.contains('/') {
            return Err(SHAPE.to_owned());
        }
        Ok(Self { engine, user, host, port, database })
    }
}

/// `%41` is `A`.
fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
        let [Some(high), Some(low)] = digits else {
            return Err(format!("'{text}' has a % without two digits behind it"));
        };
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    String::from_utf8(bytes).map_err(|_| format!("'{text}' is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_user_a_host_and_a_database_and_no_password() {
        let read = |text: &str| text.parse::<Address>();
        let address = |user: &str, host: &str, port, database: &str| {
            let [user, host, database] = [user, host, database].map(str::to_owned);
            Address { engine: Engine::Postgres, user, host, port, database }
        };
        assert_eq!(read("postgres://ana@db.example/shop"), Ok(address("ana", "db.example", 5432, "shop")));
        assert_eq!(read("mysql://ana@h/shop").map(|read| (read.engine, read.port)), Ok((Engine::Mysql, 3306)));
        assert_eq!(read("mariadb://ana@h/shop").map(|read| read.engine), Ok(Engine::Mariadb));
        assert_eq!(read("postgresql://a%40b@h:6432/my%20shop"), Ok(address("a@b", "h", 6432, "my shop")));
        for (text, expected) in [
            ("db.example/shop", SHAPE),
            ("postgres://db.example/shop", SHAPE),
            ("postgres://ana@/shop", SHAPE),
            ("postgres://ana@h/", SHAPE),
            ("oracle://ana@h/shop", SHAPE),
            ("postgres://ana:secret@h/shop", "it takes no password"),
            ("postgres://ana@h/shop?sslmode=disable", "it takes no options"),
            ("postgres://ana@h:x/shop", "'x' is no port"),
            ("postgres://ana@h/%4", "without two digits"),
            ("postgres://ana@h/%ff", "is no text"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(expected) && !said.contains("secret"), "{text}: {said}");
        }
    }
}
