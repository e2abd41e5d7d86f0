//! What one of a pair of logins sees of what both may do, on `PostgreSQL`.

use crate::domains::databases::names::CLONE;
use crate::jobs::secret_rotation::model::Rights;
use crate::services::sql::{PgSession, SqlError};

/// What `login` and `other` may do, each as the one its sessions act as. Whoever act as one role have the same rights, and
/// what either makes belongs to that role; but the second of the two can have more besides.
pub(super) async fn rights(session: &PgSession, login: &str, other: &str) -> Result<Rights, SqlError> {
    let names = [login.to_owned(), other.to_owned()];
    let rows = session.read("whom the two act as", ACTING, &[&names]).await?;
    let find = |name: &str| {
        let row = rows.iter().find(|row| row.get::<_, String>(0) == name)?;
        Some((row.get::<_, String>(1), row.get::<_, bool>(2)))
    };
    let (Some((own, own_more)), Some((others, others_more))) = (find(login), find(other)) else {
        return Ok(Rights::default());
    };
    let (clone, has_more) = if login.ends_with(CLONE) { (login, own_more) } else { (other, others_more) };
    if own == others && !has_more {
        return Ok(Rights::default());
    }
    if own == others {
        // What the first has, the second has by acting as the same role.
        let rows = session.read("what the second has besides", &of_logins(), &[&names, &names]).await?;
        let only = rows.iter().filter(|row| row.get::<_, bool>(1) == (clone == login));
        return Ok(Rights {
            differ: only.map(|row| format!("only {clone} has {}", row.get::<_, String>(0))).collect(),
        });
    }
    let both = [own.clone(), others.clone()];
    let rows = session.read("what the two may do", &of_those_acted_as(), &[&both, &names]).await?;
    let mut differ = vec![format!("what {login} makes belongs to {own}, and what {other} makes to {others}")];
    differ.extend(rows.iter().map(|row| {
        let has = if row.get::<_, bool>(1) { login } else { other };
        format!("only {has} has {}", row.get::<_, String>(0))
    }));
    Ok(Rights { differ })
}

/// Whoever may not act as the role that a setting names acts as itself. As whom is said of the login in this database, of the
/// login, of the database, or of all, in this order. The last column is whether it has anything that shows it is more than a member
/// of the other: attributes, memberships, things and rights of its own.
const ACTING: &str = "SELECT r.rolname::pg_catalog.text, coalesce((SELECT t.rolname::pg_catalog.text FROM \
                      (SELECT pg_catalog.substr(c, 6) AS name FROM pg_catalog.pg_db_role_setting s, \
                      pg_catalog.unnest(s.setconfig) c WHERE c LIKE 'role=%' AND s.setrole IN (r.oid, 0) AND s.setdatabase IN \
                      (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) \
                      ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1) said \
                      JOIN pg_catalog.pg_roles t ON t.rolname = said.name WHERE pg_catalog.pg_has_role(r.oid, t.oid, \
                      CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000 THEN 'SET' \
                      ELSE 'MEMBER' END)), r.rolname::pg_catalog.text), \
                      r.rolcreatedb OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls \
                      OR EXISTS (SELECT 1 FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles o ON o.oid = m.roleid \
                      WHERE m.member = r.oid AND (o.rolname <> ALL($1) OR m.admin_option)) \
                      OR EXISTS (SELECT 1 FROM pg_catalog.pg_shdepend d WHERE d.refobjid = r.oid \
                      AND d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass \
                      AND d.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass) \
                      FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

fn of_logins() -> String {
    question(OF_ONE)
}

fn of_those_acted_as() -> String {
    question(YET_TO_BE_MADE)
}

fn question(more: &str) -> String {
    format!("SELECT what, a FROM ({RIGHTS} UNION ALL {more}) rights WHERE a <> b ORDER BY what LIMIT 50")
}

/// Each right that one of two roles has: on tables, sequences, schemas and the database, and by membership.
const RIGHTS: &str = "
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
    FROM pg_catalog.pg_roles r WHERE r.rolname <> ALL($1) AND r.rolname <> ALL($2)";

/// And on what is yet to be made.
const YET_TO_BE_MADE: &str = "
    SELECT DISTINCT 'the default privileges of what it makes', a.who = ($1)[1], a.who = ($1)[2]
    FROM (SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::pg_catalog.text AS who FROM pg_catalog.pg_default_acl d) a
    WHERE a.who = ANY($1)";

/// What a member has not by being one.
const OF_ONE: &str = "
    SELECT one.what, one.has AND r.rolname = ($1)[1], one.has AND r.rolname = ($1)[2]
    FROM pg_catalog.pg_roles r, LATERAL (VALUES ('CREATEDB', r.rolcreatedb), ('CREATEROLE', r.rolcreaterole),
         ('REPLICATION', r.rolreplication), ('BYPASSRLS', r.rolbypassrls),
         ('leave to make members of the other', EXISTS (SELECT 1 FROM pg_catalog.pg_auth_members m
          JOIN pg_catalog.pg_roles o ON o.oid = m.roleid WHERE m.member = r.oid AND m.admin_option AND o.rolname = ANY($2))))
         one (what, has) WHERE r.rolname = ANY($1)";
