//! Reads the catalogs of `PostgreSQL` as somebody who is no superuser: a fixed number of queries, however many users.

use std::collections::{BTreeMap, BTreeSet};

use super::Greeting;
use crate::jobs::db_users::model::{
    Catalog, Database, DefaultGrant, Grant, Held, Membership, Object, ObjectKind, Role, Schema,
};
use crate::jobs::db_users::request::{Request, Revoke, State};
use crate::services::sql::Engine;
use crate::services::sql::{PgSession, Row, SqlError};

pub(super) async fn greeting(session: &PgSession) -> Result<Greeting, SqlError> {
    // Its own transaction is read only in any case.
    let query = "SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000, current_user, \
                 pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('default_transaction_read_only') = 'on'";
    let rows = session.read("version and role", query, &[]).await?;
    let row =
        rows.first().ok_or_else(|| SqlError::unreachable("reading the version", "the server answered nothing"))?;
    Ok(Greeting {
        engine: Engine::Postgres,
        version: u32::try_from(row.get::<_, i32>(0)).unwrap_or_default(),
        user: row.get(1),
        read_only: row.get(2),
        from: String::new(),
    })
}

/// Whether there is a database of this name.
pub(super) async fn has_database(session: &PgSession, name: &str) -> Result<bool, SqlError> {
    let names = [name.to_owned()];
    let query = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = ANY($1)";
    let rows = session.read("databases", query, &[&names]).await?;
    Ok(!rows.is_empty())
}

/// The catalogs; `database` is whether this session is in the event's database. All questions are sent at once, and answered
/// in one round trip.
pub(super) async fn catalog(
    session: &PgSession,
    request: &Request,
    version: u32,
    database: bool,
) -> Result<Catalog, SqlError> {
    let users: Vec<String> = request.users.iter().map(|user| user.name.clone()).collect();
    let absent = request.users.iter().filter(|user| user.state == State::Absent);
    let absent: Vec<String> = absent.map(|user| user.name.clone()).collect();
    let named: Vec<String> = request.schemas().into_iter().map(str::to_owned).collect();
    let revokes = request.revoke != Revoke::None;
    let all = request.revoke == Revoke::All;
    let in_schemas = database && (all || !named.is_empty());
    let looks_at_routines = in_schemas && (revokes || request.users.iter().any(|user| !user.functions.is_empty()));
    // None is all of them.
    let named = if all { &[][..] } else { &named };
    let (
        roles,
        memberships,
        held,
        own,
        schemas,
        mut objects,
        routines,
        defaults,
        column_grants,
        extensions,
        placed_extensions,
    ) = tokio::try_join!(
        roles(session),
        memberships(session, version),
        asked(!absent.is_empty(), held(session, &absent)),
        asked(database, database_of(session, &users)),
        asked(database, schemas(session, &users)),
        asked(in_schemas, relations(session, &users, named)),
        asked(looks_at_routines, routines(session, &users, named)),
        asked(database, defaults(session, &users)),
        asked(database && revokes, column_grants(session, &users)),
        asked(database && !request.extensions.is_empty(), extensions(session)),
        asked(!request.extensions.is_empty(), placed_extensions(session, &request.extensions)),
    )?;
    objects.extend(routines);
    Ok(Catalog {
        roles,
        memberships,
        database: own,
        schemas,
        objects,
        defaults,
        column_grants,
        extensions,
        placed_extensions,
        held,
    })
}

/// What `question` finds, if it is one to be asked.
async fn asked<T: Default>(wanted: bool, question: impl Future<Output = Result<T, SqlError>>) -> Result<T, SqlError> {
    if wanted { question.await } else { Ok(T::default()) }
}

/// The schemas that are users', or of those the ones in the second parameter, if there is any.
const SCHEMAS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
                       AND (pg_catalog.cardinality($2) = 0 OR n.nspname = ANY($2))";

async fn roles(session: &PgSession) -> Result<BTreeMap<String, Role>, SqlError> {
    let query = "SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolreplication OR r.rolbypassrls, \
                 (SELECT pg_catalog.substr(setting, 6) FROM pg_catalog.unnest(r.rolconfig) setting \
                 WHERE setting LIKE 'role=%' LIMIT 1) FROM pg_catalog.pg_roles r";
    let rows = session.read("roles", query, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| {
            let role = Role {
                login: row.get(1),
                superuser: row.get(2),
                creates_roles: row.get(3),
                privileged: row.get(4),
                becomes: row.get(5),
            };
            (row.get(0), role)
        })
        .collect())
}

async fn memberships(session: &PgSession, version: u32) -> Result<Vec<Membership>, SqlError> {
    let options = if version >= 16 { "m.inherit_option, m.set_option" } else { "member.rolinherit, true" };
    let query = format!(
        "SELECT role.rolname, member.rolname, coalesce(grantor.rolname, ''), m.admin_option, {options} \
         FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles role ON role.oid = m.roleid \
         JOIN pg_catalog.pg_roles member ON member.oid = m.member \
         LEFT JOIN pg_catalog.pg_roles grantor ON grantor.oid = m.grantor ORDER BY 1, 2, 3"
    );
    let rows = session.read("memberships", &query, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| Membership {
            role: row.get(0),
            member: row.get(1),
            grantor: row.get(2),
            admin: row.get(3),
            inherit: row.get(4),
            set: row.get(5),
        })
        .collect())
}

/// The three columns of a grant, `NULL` where an object has none; `acl` is an expression with the defaults filled in.
fn grants_of(acl: &str) -> String {
    format!(
        "LEFT JOIN LATERAL (SELECT coalesce(grantee.rolname, 'PUBLIC') AS grantee, grantor.rolname AS grantor, \
         a.privilege_type AS privilege FROM pg_catalog.aclexplode({acl}) a \
         LEFT JOIN pg_catalog.pg_roles grantee ON grantee.oid = a.grantee \
         LEFT JOIN pg_catalog.pg_roles grantor ON grantor.oid = a.grantor \
         WHERE a.grantee = 0 OR grantee.rolname = ANY($1)) g ON true"
    )
}

/// Whether an extension looks after the object that is `oid` in `catalog`.
fn of_extension(catalog: &str, oid: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.{catalog}'::pg_catalog.regclass \
         AND d.objid = {oid} AND d.deptype = 'e')"
    )
}

fn grant(row: &Row, at: usize) -> Option<Grant> {
    let grantor: Option<String> = row.get(at + 1);
    Some(Grant {
        grantee: row.get::<_, Option<String>>(at)?,
        grantor: grantor.unwrap_or_default(),
        privilege: row.get::<_, Option<String>>(at + 2)?,
    })
}

async fn database_of(session: &PgSession, users: &[String]) -> Result<Option<Database>, SqlError> {
    let query = format!(
        "SELECT pg_catalog.pg_get_userbyid(d.datdba), g.grantee, g.grantor, g.privilege \
         FROM pg_catalog.pg_database d {} WHERE d.datname = pg_catalog.current_database()",
        grants_of("coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))")
    );
    let rows = session.read("privileges", &query, &[users]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut grants: Vec<_> = rows.iter().filter_map(|row| grant(row, 1)).collect();
    grants.sort();
    Ok(Some(Database { owner: first.get(0), grants }))
}

async fn schemas(session: &PgSession, users: &[String]) -> Result<BTreeMap<String, Schema>, SqlError> {
    let query = format!(
        "SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner), g.grantee, g.grantor, g.privilege \
         FROM pg_catalog.pg_namespace n {} WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
        grants_of("coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))")
    );
    let mut schemas: BTreeMap<String, Schema> = BTreeMap::new();
    for row in &session.read("schemas", &query, &[users]).await? {
        let schema = schemas.entry(row.get(0)).or_default();
        schema.owner = row.get(1);
        schema.grants.extend(grant(row, 2));
    }
    for schema in schemas.values_mut() {
        schema.grants.sort();
    }
    Ok(schemas)
}

async fn relations(session: &PgSession, users: &[String], schemas: &[String]) -> Result<Vec<Object>, SqlError> {
    let query = format!(
        "SELECT n.nspname, pg_catalog.quote_ident(c.relname), c.relkind = 'S', pg_catalog.pg_get_userbyid(c.relowner), \
         {}, g.grantee, g.grantor, g.privilege \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace {} \
         WHERE {SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1, 2",
        of_extension("pg_class", "c.oid"),
        grants_of("c.relacl")
    );
    let rows = session.read("tables and sequences", &query, &[users, schemas]).await?;
    let kind = |row: &Row| if row.get(2) { ObjectKind::Sequence } else { ObjectKind::Table };
    Ok(gathered(&rows, kind))
}

async fn routines(session: &PgSession, users: &[String], schemas: &[String]) -> Result<Vec<Object>, SqlError> {
    let query = format!(
        "SELECT n.nspname, \
         pg_catalog.quote_ident(p.proname) || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', \
         false, pg_catalog.pg_get_userbyid(p.proowner), {}, g.grantee, g.grantor, g.privilege \
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace {} \
         WHERE {SCHEMAS} ORDER BY 1, 2",
        of_extension("pg_proc", "p.oid"),
        grants_of("coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))")
    );
    let rows = session.read("routines", &query, &[users, schemas]).await?;
    Ok(gathered(&rows, |_| ObjectKind::Routine))
}

/// One object for the rows of each.
fn gathered(rows: &[Row], kind: impl Fn(&Row) -> ObjectKind) -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    for row in rows {
        let (schema, sql_name, kind): (String, String, _) = (row.get(0), row.get(1), kind(row));
        let same =
            objects.last().is_some_and(|last| last.schema == schema && last.sql_name == sql_name && last.kind == kind);
        if !same {
            let (owner, of_extension) = (row.get(3), row.get(4));
            objects.push(Object { kind, schema, sql_name, owner, of_extension, grants: Vec::new() });
        }
        if let Some(last) = objects.last_mut() {
            last.grants.extend(grant(row, 5));
        }
    }
    for object in &mut objects {
        object.grants.sort();
    }
    objects
}

async fn defaults(session: &PgSession, users: &[String]) -> Result<Vec<DefaultGrant>, SqlError> {
    let query = "SELECT pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype::pg_catalog.text, \
                 grantee.rolname, a.privilege_type FROM pg_catalog.pg_default_acl d \
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, \
                 pg_catalog.aclexplode(d.defaclacl) a JOIN pg_catalog.pg_roles grantee ON grantee.oid = a.grantee \
                 WHERE grantee.rolname = ANY($1) AND d.defaclobjtype IN ('r', 'S', 'f') ORDER BY 1, 2, 3, 4, 5";
    let rows = session.read("default privileges", query, &[users]).await?;
    let kind = |letter: String| match letter.as_str() {
        "r" => ObjectKind::Table,
        "S" => ObjectKind::Sequence,
        _ => ObjectKind::Routine,
    };
    Ok(rows
        .iter()
        .map(|row| DefaultGrant {
            creator: row.get(0),
            schema: row.get(1),
            kind: kind(row.get(2)),
            grantee: row.get(3),
            privilege: row.get(4),
        })
        .collect())
}

async fn column_grants(session: &PgSession, users: &[String]) -> Result<BTreeMap<String, usize>, SqlError> {
    let query = "SELECT grantee.rolname, pg_catalog.count(DISTINCT (c.attrelid, c.attnum)) \
                 FROM pg_catalog.pg_attribute c, pg_catalog.aclexplode(c.attacl) a \
                 JOIN pg_catalog.pg_roles grantee ON grantee.oid = a.grantee \
                 WHERE grantee.rolname = ANY($1) GROUP BY 1";
    let rows = session.read("privileges on columns", query, &[users]).await?;
    Ok(rows.iter().map(|row| (row.get(0), usize::try_from(row.get::<_, i64>(1)).unwrap_or_default())).collect())
}

async fn extensions(session: &PgSession) -> Result<BTreeSet<String>, SqlError> {
    let rows = session.read("extensions", "SELECT extname FROM pg_catalog.pg_extension", &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Those of `wanted` that go to a schema of their own choice.
async fn placed_extensions(session: &PgSession, wanted: &[String]) -> Result<BTreeSet<String>, SqlError> {
    let query = "SELECT v.name FROM pg_catalog.pg_available_extension_versions v \
                 JOIN pg_catalog.pg_available_extensions a ON a.name = v.name AND a.default_version = v.version \
                 WHERE v.schema IS NOT NULL AND v.name = ANY($1)";
    let rows = session.read("where extensions go", query, &[wanted]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What each of `users` holds, in every database: the server keeps that list for all of them in one place.
pub(in crate::jobs::db_users) async fn held(
    session: &PgSession,
    users: &[String],
) -> Result<BTreeMap<String, Vec<Held>>, SqlError> {
    let query = "SELECT r.rolname, d.datname, pg_catalog.count(*) FILTER (WHERE s.deptype = 'o'), \
                 pg_catalog.count(*) FILTER (WHERE s.deptype <> 'o') FROM pg_catalog.pg_shdepend s \
                 JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
                 WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname = ANY($1) \
                 AND s.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass GROUP BY 1, 2 ORDER BY 1, 2";
    let mut held: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for row in &session.read("what a user holds", query, &[users]).await? {
        let entry = Held { database: row.get(1), owns: row.get(2), named: row.get(3), owners: Vec::new() };
        held.entry(row.get(0)).or_default().push(entry);
    }
    Ok(held)
}

/// Whose objects in this session's database `user` has privileges on.
pub(super) async fn owners_to(session: &PgSession, user: &str) -> Result<Vec<String>, SqlError> {
    let of = |owner: &str, table: &str, acl: &str| {
        format!(
            "SELECT o.{owner} AS owner FROM pg_catalog.{table} o, pg_catalog.aclexplode(o.{acl}) a \
             JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE r.rolname = ANY($1)"
        )
    };
    let all = [
        of("relowner", "pg_class", "relacl"),
        of("nspowner", "pg_namespace", "nspacl"),
        of("proowner", "pg_proc", "proacl"),
        of("typowner", "pg_type", "typacl"),
        of("defaclrole", "pg_default_acl", "defaclacl"),
        of("datdba", "pg_database", "datacl"),
    ];
    let all = all.join(" UNION ALL ");
    let query = format!("SELECT DISTINCT pg_catalog.pg_get_userbyid(owner) FROM ({all}) granted ORDER BY 1");
    let names = [user.to_owned()];
    let rows = session.read("who granted to a user", &query, &[&names]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
