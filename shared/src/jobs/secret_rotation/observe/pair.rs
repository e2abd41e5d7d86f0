//! What the master sees of a pair of logins, and what one of the two sees of both.

use std::collections::{BTreeMap, BTreeSet};

use crate::domains::databases::names::CLONE;
use crate::jobs::secret_rotation::model::{Role, Roles};
use crate::services::sql::{PgSession, Row, SqlError};

/// Both logins, whether they are there or not.
pub(super) async fn of(session: &PgSession, base: &str) -> Result<Roles, SqlError> {
    let clone = format!("{base}{CLONE}");
    let names = [base.to_owned(), clone.clone()];
    let names = [&names[..]];
    let (greeting, roles, settings, members, own) = tokio::try_join!(
        session.read("version and role", GREETING, &[]),
        session.read("the two roles", ROLES, &names),
        session.read("their settings", SETTINGS, &names),
        session.read("their membership", MEMBERS, &names),
        session.read("what the second has of its own", OWN, &names),
    )?;
    let greeting = greeting.first().ok_or_else(|| SqlError::unreachable("reading the version", "no answer"))?;
    let version = u32::try_from(greeting.get::<_, i32>(0)).unwrap_or_default();
    let may_all = version < 16 && greeting.get::<_, bool>(2);
    let mut all: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    let mut everybodys = BTreeSet::new();
    for row in &settings {
        let setting: String = row.get(2);
        let Some((name, value)) = setting.split_once('=') else { continue };
        if row.get::<_, String>(0).is_empty() {
            everybodys.insert((row.get(1), value.to_owned()));
        } else {
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
        known: false,
        own: own.iter().map(|row| row.get(0)).collect(),
        everybodys,
    })
}

const GREETING: &str = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000, \
                        current_user::pg_catalog.text, r.rolcreaterole OR r.rolsuper FROM pg_catalog.pg_roles r \
                        WHERE r.rolname = current_user";

/// Who administers the server does so by its own attributes, or by being somebody who does.
const ROLES: &str = "SELECT r.rolname::pg_catalog.text, EXISTS (SELECT 1 FROM pg_catalog.pg_roles o \
                     WHERE (o.oid = r.oid OR pg_catalog.pg_has_role(r.oid, o.oid, 'MEMBER')) AND (o.rolsuper OR o.rolcreaterole \
                     OR o.rolreplication OR o.rolbypassrls OR o.rolname IN ('rds_superuser', 'rds_replication', \
                     'pg_create_subscription', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))), \
                     pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION'), r.rolconnlimit, \
                     r.rolvaliduntil::pg_catalog.text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

/// As whom sessions act may be said for everybody, too.
const SETTINGS: &str = "SELECT coalesce(r.rolname::pg_catalog.text, ''), coalesce(d.datname::pg_catalog.text, ''), setting \
                        FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
                        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, \
                        pg_catalog.unnest(s.setconfig) setting WHERE r.rolname = ANY($1) \
                        OR (s.setrole = 0 AND setting LIKE 'role=%')";

/// Things of the second, and rights that it was given itself, in whatever database; and whose member it is beside the first.
const OWN: &str = "SELECT CASE WHEN d.deptype = 'o' THEN 'it owns ' || pg_catalog.count(*) || ' things' \
                   ELSE 'it was given rights on ' || pg_catalog.count(*) || ' things' END \
                   || coalesce(' in database ' || b.datname, ' of all databases') AS what \
                   FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles c ON c.oid = d.refobjid \
                   LEFT JOIN pg_catalog.pg_database b ON b.oid = d.dbid \
                   WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass \
                   AND d.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass AND c.rolname = ($1)[2] \
                   GROUP BY d.deptype, b.datname \
                   UNION ALL SELECT 'it is a member of ' || o.rolname FROM pg_catalog.pg_roles c \
                   JOIN pg_catalog.pg_auth_members m ON m.member = c.oid JOIN pg_catalog.pg_roles o ON o.oid = m.roleid \
                   WHERE c.rolname = ($1)[2] AND o.rolname <> ($1)[1] AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles r \
                   WHERE r.rolname = ($1)[1] AND pg_catalog.pg_has_role(r.oid, o.oid, 'MEMBER')) ORDER BY what";

/// By way of JSON, so that the columns that 16 brought need not be there.
const MEMBERS: &str = "SELECT coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::pg_catalog.bool, member.rolinherit), \
                       coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::pg_catalog.bool, true) \
                       FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles member ON member.oid = m.member \
                       JOIN pg_catalog.pg_roles role ON role.oid = m.roleid \
                       WHERE role.rolname = ($1)[1] AND member.rolname = ($1)[2]";
