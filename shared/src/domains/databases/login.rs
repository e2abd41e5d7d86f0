//! What a secret says of one login: of which server, and as whom. In the shape that AWS's rotation functions and console
//! read.

use super::Content;
use crate::services::sql::Engine;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// `engine`.
    pub engine: Engine,
    /// `host`.
    pub host: String,
    /// `port`, or where servers of this engine listen.
    pub port: u16,
    /// `username`.
    pub user: String,
    /// `dbname`.
    pub database: Option<String>,
    /// `tlsServerName`: the name that the server's certificate bears, where that is not the host's.
    pub tls_name: Option<String>,
    /// `masterarn`.
    pub master: Option<String>,
}

impl Login {
    /// Reads it; `Err` says what is wrong with the secret's value.
    pub fn read(content: &Content) -> Result<Self, String> {
        let needed = |key: &str| content.text(key).ok_or_else(|| format!("has no text under '{key}'"));
        let engine = needed("engine")?;
        let engine = Engine::parse(engine).ok_or_else(|| {
            let known: Vec<_> = Engine::SPELLINGS.iter().map(|(name, _)| *name).collect();
            format!("has the engine '{}', and this function rotates {}", printable(engine), known.join(", "))
        })?;
        let port = match (content.port(), content.has("port")) {
            (Some(port), _) => port,
            (None, false) => engine.port(),
            (None, true) => return Err("has a 'port' that is no port".to_owned()),
        };
        let (host, user) = (needed("host")?.to_owned(), needed("username")?.to_owned());
        if content.password().is_none() {
            return Err("has no text under 'password'".to_owned());
        }
        let text = |key: &str| content.text(key).map(str::to_owned);
        let (database, tls_name, master) = (text("dbname"), text("tlsServerName"), text("masterarn"));
        Ok(Self { engine, host, port, user, database, tls_name, master })
    }

    /// Whether the host is an RDS Proxy or one of its endpoints, by the name that RDS gives those. A proxy checks a password against the
    /// secret's current version, so that it takes no coming one.
    pub fn is_at_proxy(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let host = host.trim_end_matches('.');
        // In China the Region stands behind `rds`, and not before it.
        let mut parts = host.split('.').skip(1).skip_while(|part| !part.starts_with("proxy-"));
        let is_named_so = parts.next().is_some();
        let rest: Vec<_> = parts.collect();
        is_named_so && rest.contains(&"rds") && rest.contains(&"amazonaws")
    }

    /// Whether both are of one server, as far as their words go: a password is sent nowhere else.
    pub fn is_of_server_of(&self, other: &Self) -> bool {
        self.engine == other.engine
            && self.host.eq_ignore_ascii_case(&other.host)
            && self.port == other.port
            && self.tls_name == other.tls_name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::secret::Secret;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Login, String> {
        let mut value = json!({
            "engine": "aurora-postgresql", "host": "db.example", "port": "5433", "username": "app", "password": "p",
            "dbname": "shop", "proxyHost": "proxy.example",
        });
        change(&mut value);
        Login::read(&Content::read(&Secret::new(value.to_string())).unwrap())
    }

    #[test]
    fn a_proxy_is_known_by_the_name_that_rds_gives_it() {
        let at = |host: &str| {
            let value = json!({"engine": "mysql", "host": host, "username": "app", "password": "p"}).to_string();
            Login::read(&Content::read(&Secret::new(value)).expect("an object")).expect("a login").is_at_proxy()
        };
        for host in [
            "front.proxy-abc123.us-east-1.rds.amazonaws.com",
            "Front.Proxy-abc123.us-east-1.rds.amazonaws.com.",
            "readers.endpoint.proxy-abc123.cn-north-1.rds.amazonaws.com.cn",
            "front.proxy-abc123.rds.cn-northwest-1.amazonaws.com.cn",
        ] {
            assert!(at(host), "{host}");
        }
        for host in [
            "proxy-abc.cluster-x.us-east-1.rds.amazonaws.com",
            "db.example.org",
            "db.proxy-net.example.org",
            "localhost",
        ] {
            assert!(!at(host), "{host}");
        }
    }

    #[test]
    fn a_port_may_be_a_text_or_a_number_or_missing_and_never_anything_else() {
        let port = |value: Value| read(|secret| secret["port"] = value).map(|login| login.port);
        assert_eq!(port(json!("5433")), Ok(5433));
        assert_eq!(port(json!(5433)), Ok(5433));
        for bad in [json!("5433x"), json!(70_000), json!(null), json!(true), json!("")] {
            assert_eq!(port(bad.clone()), Err("has a 'port' that is no port".to_owned()), "{bad}");
        }
        let missing = read(|secret| _ = secret.as_object_mut().unwrap().remove("port"));
        assert_eq!(missing.map(|login| login.port), Ok(5432));
    }

    #[test]
    fn what_is_missing_is_named() {
        for key in ["engine", "host", "username", "password"] {
            let said = read(|secret| _ = secret.as_object_mut().unwrap().remove(key));
            assert_eq!(said, Err(format!("has no text under '{key}'")));
        }
        let said = read(|secret| secret["engine"] = json!("oracle-ee")).unwrap_err();
        assert!(said.starts_with("has the engine 'oracle-ee', and this function rotates postgres, "), "{said}");
    }

    #[test]
    fn another_host_port_engine_or_name_in_the_certificate_is_another_server() {
        let own = read(|_| {}).unwrap();
        assert!(own.is_of_server_of(&read(|secret| secret["host"] = json!("DB.example")).unwrap()));
        assert!(own.is_of_server_of(&read(|secret| secret["engine"] = json!("postgres")).unwrap()));
        for (key, value) in [
            ("host", json!("db2.example")),
            ("port", json!(1)),
            ("engine", json!("mysql")),
            ("tlsServerName", json!("x")),
        ] {
            assert!(!own.is_of_server_of(&read(|secret| secret[key] = value).unwrap()), "{key}");
        }
    }
}
