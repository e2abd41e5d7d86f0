//! Reads the accounts of `MySQL` and `MariaDB`: a fixed number of queries, however many users.

use std::collections::BTreeMap;

use super::Greeting;
use crate::domains::databases::names::CLONE;
use crate::jobs::db_users::model::{Account, Accounts, Held, SchemaGrant};
use crate::jobs::db_users::request::{Request, State};
use crate::services::sql::Engine;
use crate::services::sql::mysql_literal as literal;
use crate::services::sql::{MySession, SqlError};

fn field(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

fn is_on(text: &str) -> bool {
    ["1", "Y", "ON", "true"].contains(&text)
}

pub(super) async fn greeting(session: &MySession) -> Result<Greeting, SqlError> {
    let query = format!(
        "SELECT substring_index(version(), '.', 1), {}, @@global.read_only, substring_index(user(), '@', -1), version()",
        name_of("current_user()")
    );
    let rows = session.read("version and user", &query).await?;
    let row =
        rows.first().ok_or_else(|| SqlError::unreachable("reading the version", "the server answered nothing"))?;
    // Aurora's readers say so in a variable that others do not have.
    let inner = session.read("the state of the engine", "SHOW GLOBAL VARIABLES LIKE 'innodb_read_only'").await?;
    let read_only = is_on(&field(row, 2)) || inner.first().is_some_and(|row| is_on(&field(row, 1)));
    let version = field(row, 0).parse().unwrap_or_default();
    let engine = if field(row, 4).contains("MariaDB") { Engine::Mariadb } else { Engine::Mysql };
    Ok(Greeting { engine, version, user: field(row, 1), read_only, from: field(row, 3) })
}

pub(super) async fn has_database(session: &MySession, name: &str) -> Result<bool, SqlError> {
    let query = format!("SELECT 1 FROM information_schema.schemata WHERE schema_name = {}", literal(name));
    Ok(!session.read("databases", &query).await?.is_empty())
}

pub(super) async fn accounts(session: &MySession, request: &Request, database: bool) -> Result<Accounts, SqlError> {
    // The second of a rotated pair is looked at, too.
    let users = request.users.iter().flat_map(|user| [literal(&user.name), literal(&format!("{}{CLONE}", user.name))]);
    let users: Vec<_> = users.collect();
    let users = if users.is_empty() { "NULL".to_owned() } else { users.join(", ") };
    let mut accounts = Accounts { database, ..Accounts::default() };
    for row in &session.read("accounts", &query_of_accounts(request.engine, &users)).await? {
        let account =
            Account { locked: is_on(&field(row, 2)), plugin: field(row, 3), privileged: is_on(&field(row, 4)) };
        accounts.accounts.insert((field(row, 0), field(row, 1)), account);
    }
    let literal_names = session.read("partial revokes", "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'").await?;
    accounts.names_are_literal = literal_names.first().is_some_and(|row| is_on(&field(row, 1)));
    let grantees: Vec<_> =
        request.users.iter().map(|user| literal(&format!("'{}'@'{}'", user.name, user.host))).collect();
    let grantees = if grantees.is_empty() { "NULL".to_owned() } else { grantees.join(", ") };
    let query = format!(
        "SELECT grantee, table_schema, privilege_type FROM information_schema.schema_privileges \
         WHERE grantee IN ({grantees}) ORDER BY 1, 2, 3"
    );
    for row in &session.read("privileges on databases", &query).await? {
        let grant = SchemaGrant { grantee: field(row, 0), database: field(row, 1), privilege: field(row, 2) };
        accounts.grants.push(grant);
    }
    let query = format!(
        "SELECT grantee, count(*) FROM information_schema.user_privileges \
         WHERE grantee IN ({grantees}) AND privilege_type <> 'USAGE' GROUP BY 1"
    );
    for row in &session.read("privileges on all databases", &query).await? {
        accounts.global_grants.insert(field(row, 0), field(row, 1).parse().unwrap_or_default());
    }
    let absent = request.users.iter().filter(|user| user.state == State::Absent);
    let absent: Vec<_> = absent.map(|user| user.name.as_str()).collect();
    if !absent.is_empty() {
        accounts.held = held(session, &absent).await?;
    }
    Ok(accounts)
}

/// The user of an account written `user@host`: a name may hold an @, a host cannot.
fn name_of(account: &str) -> String {
    format!("left({account}, char_length({account}) - char_length(substring_index({account}, '@', -1)) - 1)")
}

/// The catalogs differ: `MariaDB` keeps an account's state in a document, and its roles elsewhere. Who may administer the
/// server or its users may do so itself, by a role, by a role of a role, or by writing into the tables of the server.
fn query_of_accounts(engine: Engine, users: &str) -> String {
    let of_roles = if engine == Engine::Mariadb {
        "SELECT r.u, r.h, m.Role, '' FROM r JOIN mysql.roles_mapping m ON m.User = r.ru AND m.Host = r.rh"
    } else {
        "SELECT r.u, r.h, e.from_user, e.from_host FROM r JOIN mysql.role_edges e ON e.to_user = r.ru AND e.to_host = r.rh"
    };
    let reached = format!(
        "WITH RECURSIVE r (u, h, ru, rh) AS (SELECT user, host, user, host FROM mysql.user WHERE user IN ({users}) \
         UNION {of_roles})"
    );
    let any = |table: &str, what: &str| {
        format!(
            "EXISTS (SELECT 1 FROM r JOIN {table} p ON p.user = r.ru AND p.host = r.rh \
             WHERE r.u = a.user AND r.h = a.host AND ({what}))"
        )
    };
    let administers = any("mysql.user", "p.super_priv = 'Y' OR p.create_user_priv = 'Y'");
    let writes = any("mysql.db", "'mysql' LIKE p.db AND 'Y' IN (p.insert_priv, p.update_priv, p.create_routine_priv)");
    if engine == Engine::Mariadb {
        return format!(
            "{reached} SELECT a.User, a.Host, coalesce(JSON_VALUE(a.Priv, '$.account_locked'), 'false'), \
             coalesce(JSON_VALUE(a.Priv, '$.plugin'), ''), {administers} OR {writes} \
             FROM mysql.global_priv a WHERE a.User IN ({users})"
        );
    }
    let granted =
        any("mysql.global_grants", "p.priv IN ('ROLE_ADMIN', 'SYSTEM_USER', 'SET_USER_ID', 'SET_ANY_DEFINER')");
    format!(
        "{reached} SELECT a.user, a.host, a.account_locked, a.plugin, {administers} OR {writes} OR {granted} \
         FROM mysql.user a WHERE a.user IN ({users})"
    )
}

/// What runs with the rights of each of `users`: without it, that runs no more.
pub(super) async fn held(session: &MySession, users: &[&str]) -> Result<BTreeMap<String, Vec<Held>>, SqlError> {
    let names: Vec<_> = users.iter().map(|user| literal(user)).collect();
    let places = [("views", "table"), ("routines", "routine"), ("triggers", "trigger"), ("events", "event")];
    let owner = name_of("definer");
    let places = places.map(|(table, word)| {
        format!("SELECT {owner} AS owner, {word}_schema AS place FROM information_schema.{table}")
    });
    let query = format!(
        "SELECT owner, place, count(*) FROM ({}) AS defined WHERE owner IN ({}) GROUP BY owner, place ORDER BY 1, 2",
        places.join(" UNION ALL "),
        names.join(", ")
    );
    let mut held: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for row in &session.read("what runs with a user's rights", &query).await? {
        let owns = field(row, 2).parse().unwrap_or_default();
        let entry = Held { database: Some(field(row, 1)), owns, named: 0, owners: Vec::new() };
        held.entry(field(row, 0)).or_default().push(entry);
    }
    Ok(held)
}
