//! What the master sees of a pair of logins, and what one of the two sees of both.

use std::collections::{BTreeMap, BTreeSet};

use crate::domains::databases::names::CLONE;
use crate::jobs::secret_rotation::model::{Rights, Role, Roles};
use crate::services::sql::{PgSession, Row, SqlError};

/// Both logins, whether they are there or not.
pub(super) async fn of(session: &PgSession, base: &str) -> Result<Roles, SqlError> {
    let clone = format!("{base}{CLONE}");
    let names = [base.to_owned(), clone.clone()];
    let names = [&names[..]];
    let (greeting, roles, settings, members) = tokio::try_join!(
        session.read("version and role", GREETING, &[]),
        session.read("the two roles", ROLES, &names),
        session.read("their settings", SETTINGS, &names),
        session.read("their membership", MEMBERS, &names),
    )?;
    let greeting = greeting.first().ok_or_else(|| SqlError::unreachable("reading the version", "no answer"))?;
    let version = u32::try_from(greeting.get::<_, i32>(0)).unwrap_or_default();
    let may_all = version < 16 && greeting.get::<_, bool>(2);
    let mut all: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for row in &settings {
        let setting: String = row.get(2);
        if let Some((name, value)) = setting.split_once('=') {
            all.entry(row.get(0)).or_default().insert((row.get(1), name.to_owned(), value.to_owned()));
        }
    }
    let role = |row: &Row| Role {
        privileged: row.get(1),
        administered: may_all || row.get::<_, bool>(2),
        connections: row.get(3),
        until: row.get(4),
        settings: all.get(&row.get::<_, String>(0)).cloned().unwrap_or_default(),
    };
    let find = |name: &str| roles.iter().find(|row| row.get::<_, String>(0) == name).map(role);
    // Before 16 a membership has neither of the two, and the member's own attribute says whether it inherits.
    let enough = |row: &Row| row.get::<_, bool>(0) && row.get::<_, bool>(1);
    Ok(Roles {
        version,
        master: greeting.get(1),
        base: find(base),
        clone: find(&clone),
        membership: (!members.is_empty()).then(|| members.iter().any(enough)),
    })
}

const GREETING: &str = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000, \
                        current_user::pg_catalog.text, r.rolcreaterole OR r.rolsuper FROM pg_catalog.pg_roles r \
                        WHERE r.rolname = current_user";

const ROLES: &str = "SELECT r.rolname::pg_catalog.text, r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls, \
                     pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION'), r.rolconnlimit, \
                     r.rolvaliduntil::pg_catalog.text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

const SETTINGS: &str = "SELECT r.rolname::pg_catalog.text, coalesce(d.datname::pg_catalog.text, ''), setting \
                        FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
                        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, \
                        pg_catalog.unnest(s.setconfig) setting WHERE r.rolname = ANY($1)";

/// By way of JSON, so that the columns that 16 brought need not be there.
const MEMBERS: &str = "SELECT coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::pg_catalog.bool, member.rolinherit), \
                       coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::pg_catalog.bool, true) \
                       FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles member ON member.oid = m.member \
                       JOIN pg_catalog.pg_roles role ON role.oid = m.roleid \
                       WHERE role.rolname = ($1)[1] AND member.rolname = ($1)[2]";

/// What `login` and `other` may do, each as the one its sessions act as. Whoever act as one role have the same rights, and
/// what either makes belongs to that role.
pub(super) async fn rights(session: &PgSession, login: &str, other: &str) -> Result<Rights, SqlError> {
    let names = [login.to_owned(), other.to_owned()];
    let rows = session.read("whom the two act as", ACTING, &[&names]).await?;
    let acting =
        |name: &str| rows.iter().find(|row| row.get::<_, String>(0) == name).map(|row| row.get::<_, String>(1));
    let (Some(own), Some(others)) = (acting(login), acting(other)) else { return Ok(Rights::default()) };
    if own == others {
        return Ok(Rights::default());
    }
    let both = [own.clone(), others.clone()];
    let rows = session.read("what the two may do", DIFFERENCES, &[&both, &names]).await?;
    let mut differ = vec![format!("what {login} makes belongs to {own}, and what {other} makes to {others}")];
    differ.extend(rows.iter().map(|row| {
        let has = if row.get::<_, bool>(1) { login } else { other };
        format!("only {has} has {}", row.get::<_, String>(0))
    }));
    Ok(Rights { differ })
}

const ACTING: &str = "SELECT r.rolname::pg_catalog.text, coalesce(NULLIF(coalesce(\
                      (SELECT pg_catalog.substr(c, 6) FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c \
                      WHERE s.setrole = r.oid AND c LIKE 'role=%' AND s.setdatabase = (SELECT d.oid FROM \
                      pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())), \
                      (SELECT pg_catalog.substr(c, 6) FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c \
                      WHERE s.setrole = r.oid AND c LIKE 'role=%' AND s.setdatabase = 0)), 'none'), r.rolname::pg_catalog.text) \
                      FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

/// Each right that one of two roles has: on tables, sequences, schemas and the database, by membership, and on what is yet to
/// be made.
const DIFFERENCES: &str = "SELECT what, a FROM (
    SELECT p || ' on ' || c.oid::pg_catalog.regclass::pg_catalog.text AS what,
           pg_catalog.has_table_privilege(($1)[1], c.oid, p) AS a, pg_catalog.has_table_privilege(($1)[2], c.oid, p) AS b
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
         pg_catalog.unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT p || ' on sequence ' || c.oid::pg_catalog.regclass::pg_catalog.text,
           pg_catalog.has_sequence_privilege(($1)[1], c.oid, p), pg_catalog.has_sequence_privilege(($1)[2], c.oid, p)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
         pg_catalog.unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
    WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT p || ' on schema ' || n.nspname, pg_catalog.has_schema_privilege(($1)[1], n.oid, p),
           pg_catalog.has_schema_privilege(($1)[2], n.oid, p)
    FROM pg_catalog.pg_namespace n, pg_catalog.unnest(ARRAY['USAGE', 'CREATE']) p
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT p || ' on database ' || d.datname, pg_catalog.has_database_privilege(($1)[1], d.oid, p),
           pg_catalog.has_database_privilege(($1)[2], d.oid, p)
    FROM pg_catalog.pg_database d, pg_catalog.unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) p
    WHERE d.datname = pg_catalog.current_database()
    UNION ALL
    SELECT 'membership in ' || r.rolname, pg_catalog.pg_has_role(($1)[1], r.oid, 'USAGE'),
           pg_catalog.pg_has_role(($1)[2], r.oid, 'USAGE')
    FROM pg_catalog.pg_roles r WHERE r.rolname <> ALL($1) AND r.rolname <> ALL($2)
    UNION ALL
    SELECT DISTINCT 'the default privileges of what it makes', a.who = ($1)[1], a.who = ($1)[2]
    FROM (SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::pg_catalog.text AS who FROM pg_catalog.pg_default_acl d) a
    WHERE a.who = ANY($1)
) rights WHERE a <> b ORDER BY what LIMIT 50";
