//! The program at the prompt: what it is called with. The password is in its environment, never among its arguments. What else on
//! this machine would name a server or a password is out of its sight: it would be sent to this server, or this one's to another.

use std::net::SocketAddr;
use std::path::Path;

use nightshift::services::sql::Engine;

use super::target::Target;

/// A program with its arguments, and the one variable that holds the password.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Client {
    pub program: String,
    pub arguments: Vec<String>,
    /// What the password is called in its environment.
    pub password: &'static str,
    /// What else its environment has, and what it may not have.
    pub environment: &'static [(&'static str, Option<&'static str>)],
    /// What a person has to know of it.
    pub note: Option<&'static str>,
}

/// Whose program a client of `MySQL` is: on many machines `mysql` is `MariaDB`'s, which has other options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Mysql,
    Mariadb,
}

impl Flavour {
    /// By what it says of itself when it is asked for its version.
    pub(super) fn of(said: &str) -> Self {
        if said.to_ascii_lowercase().contains("mariadb") { Self::Mariadb } else { Self::Mysql }
    }
}

/// mysql holds a certificate to the host it dials, and through a tunnel it dials this machine.
const CHECKED_BY_US: &str = "the server's name was checked through the tunnel; mysql itself checks who signed its certificate, \
                             since it would look for the name 127.0.0.1 in it";
/// The client of `MariaDB` checks the name, too, or nothing.
const CHECKED_ONCE: &str = "the server's certificate and name were checked through the tunnel; this client of MariaDB cannot check them \
                            there itself, the one of MySQL checks who signed the certificate";

/// A service is read before the environment, and its password with it; an address would be dialled in the place of the host. A
/// session that is encrypted by Kerberos shows no certificate (documentation of libpq, "Environment Variables" and "gssencmode").
const OF_LIBPQ: [(&str, Option<&str>); 3] =
    [("PGSERVICE", None), ("PGHOSTADDR", None), ("PGGSSENCMODE", Some("disable"))];
/// A password in an option file is taken before that of the environment, and this file is read in any case (MySQL reference manual,
/// "Command-Line Options that Affect Option-File Handling").
const OF_MYSQL: [(&str, Option<&str>); 1] = [("MYSQL_TEST_LOGIN_FILE", Some("/dev/null"))];

impl Client {
    /// What connects to `target`, by `through` if there is a tunnel. `program` is whose client of `MySQL` it is, where it is one;
    /// `roots` is a file of the authorities to believe.
    pub(super) fn new(
        target: &Target,
        (program, flavour, more): (&str, Flavour, &[String]),
        through: Option<SocketAddr>,
        roots: &Path,
    ) -> Self {
        let program = program.to_owned();
        let database = target.database.as_deref();
        let roots = roots.display();
        if target.engine == Engine::Postgres {
            let mut words = vec![("host", target.host.clone())];
            match through {
                Some(address) => {
                    words.push(("hostaddr", address.ip().to_string()));
                    words.push(("port", address.port().to_string()));
                }
                None => words.push(("port", target.port.to_string())),
            }
            words.push(("user", target.user.clone()));
            words.push(("dbname", database.unwrap_or("postgres").to_owned()));
            words.push(("sslmode", "verify-full".to_owned()));
            words.push(("sslrootcert", roots.to_string()));
            let words: Vec<_> = words.iter().map(|(key, value)| format!("{key}={}", quoted(value))).collect();
            let mut arguments = vec![format!("--dbname={}", words.join(" "))];
            arguments.extend_from_slice(more);
            return Self { program, arguments, password: "PGPASSWORD", environment: &OF_LIBPQ, note: None };
        }
        let (host, port) = match through {
            Some(address) => (address.ip().to_string(), address.port()),
            None => (target.host.clone(), target.port),
        };
        let check = match (flavour, through) {
            (Flavour::Mysql, None) => "--ssl-mode=VERIFY_IDENTITY",
            (Flavour::Mysql, Some(_)) => "--ssl-mode=VERIFY_CA",
            (Flavour::Mariadb, None) => "--ssl-verify-server-cert",
            (Flavour::Mariadb, Some(_)) => "--disable-ssl-verify-server-cert",
        };
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            format!("--host={host}"),
            format!("--port={port}"),
            "--protocol=TCP".to_owned(),
            format!("--user={}", target.user),
            format!("--ssl-ca={roots}"),
            check.to_owned(),
        ];
        arguments.extend(database.map(|database| format!("--database={database}")));
        arguments.extend_from_slice(more);
        let note = if flavour == Flavour::Mysql { CHECKED_BY_US } else { CHECKED_ONCE };
        let note = through.map(|_| note);
        Self { program, arguments, password: "MYSQL_PWD", environment: &OF_MYSQL, note }
    }
}

/// A value in a connection string of `PostgreSQL` (documentation of libpq, "Keyword/Value Connection Strings").
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use nightshift::secret::Secret;

    use super::*;

    fn target(engine: Engine) -> Target {
        Target {
            secret: "arn:s".to_owned(),
            engine,
            host: "db.example".to_owned(),
            port: engine.port(),
            user: "o'brien app".to_owned(),
            password: Secret::new("hunter2".to_owned()),
            database: Some("shop".to_owned()),
            is_proxy: false,
        }
    }

    #[test]
    fn a_name_is_verified_directly_and_through_a_tunnel_and_no_argument_holds_the_password() {
        let through = Some("127.0.0.1:40000".parse().unwrap());
        let roots = Path::new("/r.pem");
        let said = |engine, through| {
            let (program, flavour) = match engine {
                Engine::Postgres => ("psql", Flavour::Mysql),
                Engine::Mysql => ("mysql", Flavour::of("mysql  Ver 9.7.0 for Linux on x86_64 (Source distribution)")),
                Engine::Mariadb => {
                    ("mysql", Flavour::of("mysql from 11.8.3-MariaDB, client 15.2 for debian-linux-gnu"))
                }
            };
            let more = ["-c".to_owned(), "x".to_owned()];
            let client = Client::new(&target(engine), (program, flavour, &more), through, roots);
            assert!(!format!("{client:?}").contains("hunter2"));
            format!("{} {}", client.program, client.arguments.join(" "))
        };
        insta::assert_snapshot!(said(Engine::Postgres, None), @r"psql --dbname=host=db.example port=5432 user='o\'brien app' dbname=shop sslmode=verify-full sslrootcert=/r.pem -c x");
        insta::assert_snapshot!(said(Engine::Postgres, through), @r"psql --dbname=host=db.example hostaddr=127.0.0.1 port=40000 user='o\'brien app' dbname=shop sslmode=verify-full sslrootcert=/r.pem -c x");
        insta::assert_snapshot!(said(Engine::Mysql, None), @"mysql --no-defaults --host=db.example --port=3306 --protocol=TCP --user=o'brien app --ssl-ca=/r.pem --ssl-mode=VERIFY_IDENTITY --database=shop -c x");
        insta::assert_snapshot!(said(Engine::Mysql, through), @"mysql --no-defaults --host=127.0.0.1 --port=40000 --protocol=TCP --user=o'brien app --ssl-ca=/r.pem --ssl-mode=VERIFY_CA --database=shop -c x");
        insta::assert_snapshot!(said(Engine::Mariadb, None), @"mysql --no-defaults --host=db.example --port=3306 --protocol=TCP --user=o'brien app --ssl-ca=/r.pem --ssl-verify-server-cert --database=shop -c x");
        insta::assert_snapshot!(said(Engine::Mariadb, through), @"mysql --no-defaults --host=127.0.0.1 --port=40000 --protocol=TCP --user=o'brien app --ssl-ca=/r.pem --disable-ssl-verify-server-cert --database=shop -c x");
    }

    #[test]
    fn a_backslash_and_a_quote_stay_what_they_are() {
        assert_eq!(quoted(r"a\b'c"), r"'a\\b\'c'");
        assert_eq!(quoted(""), "''");
    }
}
