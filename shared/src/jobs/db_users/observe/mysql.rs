//! Reads the accounts of `MySQL` and `MariaDB`: a fixed number of queries, however many users.

use std::collections::BTreeMap;

use super::Greeting;
use crate::domains::databases::names::CLONE;
use crate::domains::databases::powers::{ADMINISTER, OF_APPLICATIONS, SECOND_PASSWORD};
use crate::jobs::db_users::model::{Account, Accounts, Held, InGrant, SchemaGrant};
use crate::jobs::db_users::request::{Request, State, UserRequest};
use crate::services::sql::Engine;
use crate::services::sql::{MySession, SqlError, mysql_ident as ident, mysql_literal as literal};

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
    Ok(Greeting {
        engine: Engine::of_version(&field(row, 4)),
        version,
        user: field(row, 1),
        read_only,
        from: field(row, 3),
    })
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
        let account = Account {
            locked: is_on(&field(row, 2)),
            plugin: field(row, 3),
            privileged: is_on(&field(row, 4)),
            expired: is_on(&field(row, 5)),
            remembers: is_on(&field(row, 6)),
            or_by: other_ways(&field(row, 7)),
            keeps_second: is_on(&field(row, 8)),
        };
        accounts.accounts.insert((field(row, 0), field(row, 1)), account);
    }
    let literal_names = session.read("partial revokes", "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'").await?;
    accounts.names_are_literal = literal_names.first().is_some_and(|row| is_on(&field(row, 1)));
    let grantees: Vec<_> =
        request.users.iter().map(|user| literal(&format!("'{}'@'{}'", user.name, user.host))).collect();
    let grantees = if grantees.is_empty() { "NULL".to_owned() } else { grantees.join(", ") };
    let query = format!(
        "SELECT grantee, table_schema, privilege_type, is_grantable FROM information_schema.schema_privileges \
         WHERE grantee IN ({grantees}) ORDER BY 1, 2, 3"
    );
    for row in &session.read("privileges on databases", &query).await? {
        accounts.grants.push(SchemaGrant {
            grantee: field(row, 0),
            database: field(row, 1),
            privilege: field(row, 2),
            passable: field(row, 3) == "YES",
        });
    }
    accounts.inner = inner(session, &grantees).await?;
    accounts.roles = roles(session, request.engine, &users).await?;
    let question =
        format!("{} SELECT DISTINCT u, ru FROM r WHERE ru <> u ORDER BY 1, 2", reached(request.engine, &users));
    for row in &session.read("roles by roles", &question).await? {
        accounts.reached.entry(field(row, 0)).or_default().push(field(row, 1));
    }
    let query = format!(
        "SELECT grantee, count(*) FROM information_schema.user_privileges \
         WHERE grantee IN ({grantees}) AND privilege_type NOT IN ('USAGE', '{SECOND_PASSWORD}') GROUP BY 1"
    );
    for row in &session.read("privileges on all databases", &query).await? {
        accounts.global_grants.insert(field(row, 0), field(row, 1).parse().unwrap_or_default());
    }
    let absent = request.users.iter().filter(|user| user.state == State::Absent);
    let absent: Vec<_> = absent.collect();
    if !absent.is_empty() {
        accounts.held = held(session, &absent).await?;
        accounts.members = members(session, request.engine, &users).await?;
    }
    Ok(accounts)
}

/// What the users have on single tables, columns and routines: where, what, its name, the words, whether they may be passed
/// on, and the column.
async fn inner(session: &MySession, grantees: &str) -> Result<Vec<InGrant>, SqlError> {
    let mut inner = Vec::new();
    for question in questions_of_inner(grantees) {
        for row in &session.read("privileges on tables and routines", &question).await? {
            inner.extend(in_grants(row));
        }
    }
    inner.sort_by(|a: &InGrant, b| (&a.on, &a.column, &a.privilege).cmp(&(&b.on, &b.column, &b.privilege)));
    Ok(inner)
}

fn questions_of_inner(grantees: &str) -> [String; 3] {
    let table = "grantee, table_schema, '', table_name, privilege_type, is_grantable";
    // A quote is doubled: what a backslash before it means depends on the server's mode.
    let account = "concat('''', user, '''@''', host, '''')";
    [
        format!("SELECT {table}, NULL FROM information_schema.table_privileges WHERE grantee IN ({grantees})"),
        format!("SELECT {table}, column_name FROM information_schema.column_privileges WHERE grantee IN ({grantees})"),
        format!(
            "SELECT {account}, db, routine_type, routine_name, upper(proc_priv), 'NO', NULL FROM mysql.procs_priv \
             WHERE {account} IN ({grantees})"
        ),
    ]
}

/// That of a routine is a list; a word that only says that the others may be passed on is no privilege of its own.
fn in_grants(row: &[Option<String>]) -> Vec<InGrant> {
    let (database, kind, words) = (field(row, 1), field(row, 2), field(row, 4));
    let name = format!("{}.{}", ident(&database), ident(&field(row, 3)));
    let on = if kind.is_empty() { name } else { format!("{kind} {name}") };
    let passable = field(row, 5) == "YES" || words.split(',').any(|word| word == "GRANT");
    let words = words.split(',').filter(|word| !["", "USAGE", "GRANT", "GRANT OPTION"].contains(word));
    let grant = |word: &str| InGrant {
        grantee: field(row, 0),
        database: database.clone(),
        on: on.clone(),
        privilege: word.to_owned(),
        column: row.get(6).cloned().flatten().map(|column| ident(&column)),
        passable,
    };
    words.map(grant).collect()
}

/// What the users are members of.
async fn roles(
    session: &MySession,
    engine: Engine,
    users: &str,
) -> Result<BTreeMap<String, Vec<(String, bool)>>, SqlError> {
    let query = if engine == Engine::Mariadb {
        format!(
            "SELECT m.User, m.Host, m.Role, NULL, EXISTS (SELECT 1 FROM mysql.roles_mapping o WHERE o.Role = m.Role \
             AND concat(o.User, '@', o.Host) = current_user() AND o.Admin_option = 'Y') FROM mysql.roles_mapping m JOIN mysql.user a \
             ON a.User = m.User AND a.Host = m.Host WHERE m.User IN ({users}) AND m.Host <> '' ORDER BY 1, 2, 3"
        )
    } else {
        format!(
            "SELECT e.to_user, e.to_host, e.from_user, e.from_host, EXISTS (SELECT 1 FROM mysql.global_grants g \
             WHERE concat(g.user, '@', g.host) = current_user() AND g.priv = 'ROLE_ADMIN') OR EXISTS (SELECT 1 \
             FROM mysql.role_edges o WHERE o.from_user = e.from_user AND o.from_host = e.from_host \
             AND concat(o.to_user, '@', o.to_host) = current_user() AND o.with_admin_option = 'Y') \
             FROM mysql.role_edges e WHERE e.to_user IN ({users}) \
             ORDER BY 1, 2, 3, 4"
        )
    };
    let mut roles: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for row in &session.read("roles of users", &query).await? {
        let role = literal(&field(row, 2));
        let role = match row.get(3).cloned().flatten() {
            Some(host) => format!("{role}@{}", literal(&host)),
            None => role,
        };
        roles
            .entry(format!("'{}'@'{}'", field(row, 0), field(row, 1)))
            .or_default()
            .push((role, is_on(&field(row, 4))));
    }
    Ok(roles)
}

/// Who is a member of an account as of a role. On `MariaDB` no account is one.
async fn members(
    session: &MySession,
    engine: Engine,
    users: &str,
) -> Result<BTreeMap<(String, String), Vec<String>>, SqlError> {
    let mut members: BTreeMap<_, Vec<String>> = BTreeMap::new();
    if engine == Engine::Mariadb {
        return Ok(members);
    }
    let query = format!(
        "SELECT from_user, from_host, to_user FROM mysql.role_edges WHERE from_user IN ({users}) \
         AND concat(to_user, '@', to_host) <> current_user() ORDER BY 1, 2, 3"
    );
    for row in &session.read("members of users", &query).await? {
        members.entry((field(row, 0), field(row, 1))).or_default().push(field(row, 2));
    }
    Ok(members)
}

/// The plugins of `auth_or`, which has an empty entry for the first way.
fn other_ways(document: &str) -> Vec<String> {
    let ways: Vec<serde_json::Value> = serde_json::from_str(document).unwrap_or_default();
    let plugin = |way: &serde_json::Value| way.get("plugin").map(|plugin| plugin.as_str().unwrap_or("?").to_owned());
    ways.iter().filter_map(plugin).collect()
}

/// The user of an account written `user@host`: a name may hold an @, a host cannot.
fn name_of(account: &str) -> String {
    format!("left({account}, char_length({account}) - char_length(substring_index({account}, '@', -1)) - 1)")
}

/// The beginning of a question about each of `users` and every role it may become: a table `r` of both.
fn reached(engine: Engine, users: &str) -> String {
    let of_roles = if engine == Engine::Mariadb {
        "SELECT r.u, r.h, m.Role, '' FROM r JOIN mysql.roles_mapping m ON m.User = r.ru AND m.Host = r.rh"
    } else {
        "SELECT r.u, r.h, e.from_user, e.from_host FROM r JOIN mysql.role_edges e ON e.to_user = r.ru AND e.to_host = r.rh"
    };
    format!(
        "WITH RECURSIVE r (u, h, ru, rh) AS (SELECT user, host, user, host FROM mysql.user WHERE user IN ({users}) \
         UNION {of_roles})"
    )
}

/// What an account may in every database, those of the server among them, by the columns of `mysql.user`. What is left out
/// only looks at the server itself, or is nothing by itself.
const EVERYWHERE: [&str; 22] = [
    "super",
    "create_user",
    "grant",
    "file",
    "reload",
    "shutdown",
    "repl_slave",
    "select",
    "insert",
    "update",
    "delete",
    "create",
    "drop",
    "alter",
    "index",
    "references",
    "create_view",
    "create_routine",
    "alter_routine",
    "execute",
    "event",
    "trigger",
];

/// What `MariaDB` 10.5 made of `SUPER`, which no column of `mysql.user` shows: the bits 30 to 37 of an account's `access`. They
/// are `SET USER` (whoever has it makes routines that run as anybody), `FEDERATED ADMIN`, `CONNECTION ADMIN`, `READ_ONLY ADMIN`,
/// `REPLICATION SLAVE ADMIN`, `REPLICATION MASTER ADMIN`, `BINLOG ADMIN` and `BINLOG REPLAY` (`sql/privilege.h`).
const FINER: u64 = 0x3f_c000_0000;

/// The catalogs differ: `MariaDB` keeps an account's state in a document, and its roles elsewhere. Who may administer the
/// server or its users may do so itself, by a role, by a role of a role, by being another account, or by writing into the
/// tables of the server, of which whoever writes everywhere writes, too.
fn query_of_accounts(engine: Engine, users: &str) -> String {
    let reached = reached(engine, users);
    let any = |table: &str, what: &str| {
        format!(
            "EXISTS (SELECT 1 FROM r JOIN {table} p ON p.user = r.ru AND p.host = r.rh \
             WHERE r.u = a.user AND r.h = a.host AND ({what}))"
        )
    };
    let everywhere = EVERYWHERE.map(|word| format!("p.{word}_priv")).join(", ");
    let administers = any("mysql.user", &format!("'Y' IN ({everywhere})"));
    let is_another = any("mysql.proxies_priv", "p.proxied_user <> p.user");
    let database = "'Y' IN (p.insert_priv, p.update_priv, p.delete_priv, p.create_priv, p.drop_priv, p.alter_priv, \
                    p.create_routine_priv, p.alter_routine_priv, p.trigger_priv, p.event_priv, p.grant_priv)";
    let table = "'insert|update|delete|create|drop|alter|trigger|grant'";
    let writes = [
        any("mysql.db", &format!("'mysql' LIKE p.db AND {database}")),
        any(
            "mysql.tables_priv",
            &format!("p.db = 'mysql' AND lower(concat(p.table_priv, p.column_priv)) REGEXP {table}"),
        ),
    ];
    let administers = format!("{administers} OR {is_another} OR {}", writes.join(" OR "));
    if engine == Engine::Mariadb {
        let granted =
            any("mysql.global_priv", &format!("cast(JSON_VALUE(p.priv, '$.access') AS unsigned) & {FINER} <> 0"));
        return format!(
            "{reached} SELECT a.User, a.Host, coalesce(JSON_VALUE(a.Priv, '$.account_locked'), 'false'), \
             coalesce(JSON_VALUE(a.Priv, '$.plugin'), ''), {administers} OR {granted}, \
             coalesce(JSON_VALUE(a.Priv, '$.password_last_changed') = 0, 0), 0, \
             coalesce(JSON_EXTRACT(a.Priv, '$.auth_or'), ''), 0 FROM mysql.global_priv a WHERE a.User IN ({users})"
        );
    }
    let (of_applications, administer) = (OF_APPLICATIONS.map(literal).join(", "), ADMINISTER.map(literal).join(", "));
    let granted = any(
        "mysql.global_grants",
        &format!("(p.priv LIKE '%\\_ADMIN' AND p.priv NOT IN ({of_applications})) OR p.priv IN ({administer})"),
    );
    format!(
        "{reached} SELECT a.user, a.host, a.account_locked, a.plugin, {administers} OR {granted}, \
         a.password_expired = 'Y' OR (coalesce(a.password_lifetime, @@global.default_password_lifetime) > 0 \
         AND a.password_last_changed < now() - INTERVAL coalesce(a.password_lifetime, @@global.default_password_lifetime) DAY), \
         coalesce(a.password_reuse_history, @@global.password_history) > 0 \
         OR coalesce(a.password_reuse_time, @@global.password_reuse_interval) > 0, '', \
         EXISTS (SELECT 1 FROM mysql.global_grants g WHERE g.user = a.user AND g.host = a.host AND g.priv = '{SECOND_PASSWORD}') \
         FROM mysql.user a WHERE a.user IN ({users})"
    )
}

/// What runs with the rights of each of `users`: without it, that runs no more. An account of the same name for other hosts
/// is another one.
pub(super) async fn held(session: &MySession, users: &[&UserRequest]) -> Result<BTreeMap<String, Vec<Held>>, SqlError> {
    let names: Vec<_> = users.iter().map(|user| literal(&format!("{}@{}", user.name, user.host))).collect();
    let places = [("views", "table"), ("routines", "routine"), ("triggers", "trigger"), ("events", "event")];
    let owner = name_of("definer");
    let places = places.map(|(table, word)| {
        format!(
            "SELECT {owner} AS owner, {word}_schema AS place FROM information_schema.{table} WHERE definer IN ({})",
            names.join(", ")
        )
    });
    let query = format!(
        "SELECT owner, place, count(*) FROM ({}) AS defined GROUP BY owner, place ORDER BY 1, 2",
        places.join(" UNION ALL ")
    );
    let mut held: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for row in &session.read("what runs with a user's rights", &query).await? {
        let owns = field(row, 2).parse().unwrap_or_default();
        let entry = Held { database: Some(field(row, 1)), owns, ..Held::default() };
        held.entry(field(row, 0)).or_default().push(entry);
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::sql::one_question;

    #[test]
    fn what_is_asked_is_one_question_whatever_a_user_is_called() {
        for name in ["app", "it's", "back\\slash\\", "a\\'; DROP USER b; -- ", "`;`", "#\"/*"] {
            let users = literal(name);
            for engine in [Engine::Mysql, Engine::Mariadb] {
                let question = query_of_accounts(engine, &users);
                assert!(one_question(&question), "{question}");
                assert!(one_question(&format!("{} SELECT DISTINCT u, ru FROM r", reached(engine, &users))));
            }
            let grantees = literal(&format!("'{name}'@'%'"));
            assert!(questions_of_inner(&grantees).iter().all(|question| one_question(question)), "{name}");
            assert!(one_question(&format!("SELECT {}", name_of("definer"))));
        }
    }
}
