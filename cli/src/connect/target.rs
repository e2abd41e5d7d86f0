//! Who connects to what: a secret in the shape AWS's rotation functions read, or one that RDS keeps for a cluster.

use nightshift::domains::databases::Content;
use nightshift::secret::Secret;
use nightshift::services::aws::{Aws, Kind};
use nightshift::services::rds::{Cluster, RdsReader};
use nightshift::services::secrets::SecretsReader;
use nightshift::services::sql::Engine;
use nightshift::text::printable;

use crate::args::Role;
use crate::told::Told;

/// One login on one server.
#[derive(Debug)]
pub(super) struct Target {
    /// Where the password is.
    pub secret: String,
    pub engine: Engine,
    /// As its certificate names it.
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Secret,
    /// None where the secret names none.
    pub database: Option<String>,
    /// It is a proxy's endpoint, whose certificate is of another authority than a server's.
    pub is_proxy: bool,
}

/// Finds out who `name` is, as `role` if one was asked for.
pub(super) async fn find(aws: &Aws, account: &str, name: &str, role: Option<Role>) -> anyhow::Result<Target> {
    let region = aws.region().unwrap_or_default();
    let secrets = SecretsReader::new(aws, region);
    let names = names(name, role);
    // Whoever may read some secrets alone is refused the others, whether they are there or not.
    let mut denied = None;
    for candidate in &names {
        match secrets.current(candidate).await {
            Ok(Some((arn, value))) => return of_secret(candidate, &arn, value.as_ref(), role, None),
            Ok(None) => {}
            Err(error) if error.kind == Kind::Denied => denied = denied.or(Some(error)),
            Err(error) => return Err(error.into()),
        }
    }
    let tried = names.join(", ");
    let cluster = match (RdsReader::new(aws, region).cluster(name, account).await, denied) {
        (Ok(None), Some(denied)) => return Err(denied.into()),
        (Err(error), denied) if error.kind == Kind::Denied => return Err(denied.unwrap_or(error).into()),
        (cluster, _) => cluster?,
    };
    let Some(cluster) = cluster else {
        return Err(Told::error(
            format!(
                "there is no secret {} and no cluster {} in {region} of account {account}",
                printable(&tried),
                printable(name)
            ),
            "check the name, --as and --region; `nightshift secrets list --all` has the names of all secrets",
        ));
    };
    let own = cluster.access.master_secret.clone().filter(|_| matches!(role, None | Some(Role::Manager)));
    let Some(own) = own else {
        return Err(Told::error(
            format!("cluster {name} is there, but no secret {} and none that RDS keeps", printable(&tried)),
            "name the secret of the user you want to be; `nightshift users list` has those that db-users keeps",
        ));
    };
    match secrets.current(&own).await? {
        Some((arn, value)) => of_secret(&own, &arn, value.as_ref(), Some(Role::Manager), Some(&cluster)),
        None => Err(Told::error(
            format!("cluster {name} names the secret {own}, which is not there"),
            "wait until RDS has made it, or name another secret",
        )),
    }
}

/// The names a secret may have: the one that was typed, or with the role behind it in the ways people write such names.
fn names(name: &str, role: Option<Role>) -> Vec<String> {
    let (capital, small) = match role {
        None => return vec![name.to_owned()],
        Some(Role::Reader) => ("Reader", "reader"),
        Some(Role::Writer) => ("Writer", "writer"),
        Some(Role::Manager) => ("Manager", "manager"),
    };
    let mut names = vec![format!("{name}{capital}")];
    names.extend(["-", "_", "/", "."].map(|between| format!("{name}{between}{small}")));
    names
}

fn of_secret(
    name: &str,
    arn: &str,
    value: Option<&Secret>,
    role: Option<Role>,
    cluster: Option<&Cluster>,
) -> anyhow::Result<Target> {
    let lacks = |what: &str| {
        Told::error(
            format!("the secret {} {what}, so it says of nobody how to log in", printable(name)),
            "it takes a JSON object with engine, host, username and password, as AWS's rotation functions read it",
        )
    };
    let content = value.and_then(Content::read).ok_or_else(|| lacks("holds no JSON object"))?;
    let (Some(user), Some(password)) = (content.text("username"), content.password()) else {
        return Err(lacks("has no username or no password"));
    };
    // What RDS keeps for a cluster has a user and a password alone.
    let engine = content.text("engine").or_else(|| cluster.map(|cluster| cluster.engine.as_str()));
    let engine = engine.and_then(Engine::parse).ok_or_else(|| lacks("names no engine of ours"))?;
    let own = content.text("host").or_else(|| cluster?.access.endpoint.as_deref());
    let proxy = content.text("proxyHost").filter(|_| goes_by_proxy(user, role));
    let host = proxy.or(own).ok_or_else(|| lacks("names no host"))?;
    let of_cluster = cluster.and_then(|cluster| cluster.settings.port).and_then(|port| u16::try_from(port).ok());
    let database = content.text("dbname").or_else(|| cluster?.access.database.as_deref());
    Ok(Target {
        secret: arn.to_owned(),
        engine,
        host: host.to_owned(),
        port: content.port().or(of_cluster).unwrap_or(engine.port()),
        user: user.to_owned(),
        password,
        database: database.map(str::to_owned),
        is_proxy: proxy.is_some(),
    })
}

/// Whoever manages tables goes to the server itself, and so does whoever is none of the three.
fn goes_by_proxy(user: &str, role: Option<Role>) -> bool {
    match role {
        Some(role) => role != Role::Manager,
        None => user.ends_with("_reader") || user.ends_with("_writer"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(value: &serde_json::Value, role: Option<Role>) -> anyhow::Result<Target> {
        of_secret("s", "arn:s", Some(&Secret::new(value.to_string())), role, None)
    }

    #[test]
    fn readers_and_writers_go_by_the_proxy_and_a_manager_to_the_server() {
        let secret = |user: &str| {
            json!({"engine": "aurora-postgresql", "host": "db.example", "port": "5433", "username": user, "password": "p",
                   "dbname": "shop", "proxyHost": "proxy.example"})
        };
        for (user, role, expected) in [
            ("app_reader", None, "proxy.example"),
            ("app_writer", None, "proxy.example"),
            ("app_manager", None, "db.example"),
            ("app", None, "db.example"),
            ("app", Some(Role::Reader), "proxy.example"),
            ("app_reader", Some(Role::Manager), "db.example"),
        ] {
            let target = target(&secret(user), role).unwrap();
            assert_eq!((target.host.as_str(), target.is_proxy), (expected, expected.starts_with("proxy")), "{user}");
            assert_eq!((target.port, target.database.as_deref()), (5433, Some("shop")));
        }
    }

    #[test]
    fn a_secret_that_says_too_little_names_what_it_lacks() {
        for (value, expected) in [
            (json!([]), "holds no JSON object"),
            (json!({"engine": "postgres", "host": "h"}), "has no username or no password"),
            (json!({"username": "u", "password": "p", "host": "h", "engine": "oracle"}), "names no engine of ours"),
            (json!({"username": "u", "password": "p", "engine": "mysql"}), "names no host"),
        ] {
            let fault = target(&value, None).unwrap_err().to_string();
            assert!(fault.contains(expected) && fault.contains("the secret s"), "{fault}");
        }
    }

    #[test]
    fn a_role_stands_behind_the_name_as_people_write_it() {
        assert_eq!(names("AuroraDemo", Some(Role::Reader))[0], "AuroraDemoReader");
        assert!(names("orders", Some(Role::Manager)).contains(&"orders-manager".to_owned()));
        assert_eq!(names("orders", None), ["orders"]);
    }
}
