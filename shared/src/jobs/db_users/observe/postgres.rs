//! Reads the catalogs of `PostgreSQL` as somebody who is no superuser: a fixed number of queries, however many users.

use std::collections::{BTreeMap, BTreeSet};

use super::Greeting;
use super::held;
use crate::jobs::db_users::model::acl::{Names, grants};
use crate::jobs::db_users::model::{
    Catalog, Database, DefaultGrant, Extension, Grant, Membership, Object, ObjectKind, PUBLIC, Role, Schema,
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
    let users: Vec<String> = request.names().collect();
    // What a group of presets holds says whose it is.
    let looked_into = request.users.iter().filter(|user| user.state == State::Absent).map(|user| user.name.clone());
    let looked_into: Vec<String> = looked_into.chain(request.groups()).collect();
    let named: Vec<String> = request.schemas().into_iter().map(str::to_owned).collect();
    let all = request.revoke == Revoke::All;
    let in_schemas = database && (all || !named.is_empty());
    // None is all of them.
    let named = if all { &[][..] } else { &named };
    let wants = !request.extensions.is_empty();
    let (
        roles,
        (memberships, self_grant),
        held,
        own,
        schemas,
        mut objects,
        routines,
        defaults,
        column_grants,
        extensions,
        wanted_extensions,
        shared_schemas,
    ) = tokio::try_join!(
        roles(session),
        memberships(session, version),
        asked(!looked_into.is_empty(), held::counts(session, &looked_into)),
        asked(database, database_of(session, &users)),
        asked(database, schemas(session, &users)),
        asked(in_schemas, relations(session, &users, named)),
        asked(in_schemas, routines(session, request, &users, named)),
        asked(database, defaults(session, &users)),
        asked(database, column_grants(session, &users)),
        asked(database && wants, extensions(session)),
        asked(wants, wanted_extensions(session, &request.extensions)),
        asked(database && wants, shared_schemas(session)),
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
        wanted_extensions,
        shared_schemas,
        held,
        self_grant,
    })
}

/// What `question` finds, if it is one to be asked.
async fn asked<T: Default>(wanted: bool, question: impl Future<Output = Result<T, SqlError>>) -> Result<T, SqlError> {
    if wanted { question.await } else { Ok(T::default()) }
}

/// The schemas that are users', or of those the ones in the parameter, if there is any.
const SCHEMAS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
                       AND (pg_catalog.cardinality($1) = 0 OR n.nspname = ANY($1))";

async fn roles(session: &PgSession) -> Result<BTreeMap<String, Role>, SqlError> {
    let query = "SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolreplication OR r.rolbypassrls, r.rolcreatedb, \
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
                creates_databases: row.get(5),
                becomes: row.get(6),
            };
            (row.get(0), role)
        })
        .collect())
}

/// Who is a member of what, and what of a role it makes the master gives itself.
async fn memberships(session: &PgSession, version: u32) -> Result<(Vec<Membership>, (bool, bool)), SqlError> {
    let (options, own) = if version >= 16 {
        ("m.inherit_option, m.set_option", "pg_catalog.current_setting('createrole_self_grant')")
    } else {
        ("member.rolinherit, true", "''")
    };
    // The setting stands in every row, so that it takes no question of its own.
    let query = format!(
        "SELECT role.rolname, member.rolname, coalesce(grantor.rolname, ''), m.admin_option, {options}, {own} \
         FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles role ON role.oid = m.roleid \
         JOIN pg_catalog.pg_roles member ON member.oid = m.member \
         LEFT JOIN pg_catalog.pg_roles grantor ON grantor.oid = m.grantor ORDER BY 1, 2, 3"
    );
    let rows = session.read("memberships", &query, &[]).await?;
    let own: String = rows.first().map(|row| row.get(6)).unwrap_or_default();
    let gives = |word: &str| own.split(',').any(|given| given.trim().eq_ignore_ascii_case(word));
    let membership = |row: &Row| Membership {
        role: row.get(0),
        member: row.get(1),
        grantor: row.get(2),
        admin: row.get(3),
        inherit: row.get(4),
        set: row.get(5),
    };
    Ok((rows.iter().map(membership).collect(), (gives("inherit"), gives("set"))))
}

/// Whether an extension looks after the object that is `oid` in `catalog`.
fn of_extension(catalog: &str, oid: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.{catalog}'::pg_catalog.regclass \
         AND d.objid = {oid} AND d.deptype = 'e')"
    )
}

/// The grants in a column of entries that are for everybody, or for or by one of `users`.
fn grants_in(row: &Row, at: usize, users: &[String], names: &mut Names) -> Vec<Grant> {
    let entries: Vec<String> = row.get::<_, Option<Vec<String>>>(at).unwrap_or_default();
    grants(&entries, |name| name == PUBLIC || users.iter().any(|user| user == name), names)
}

async fn database_of(session: &PgSession, users: &[String]) -> Result<Option<Database>, SqlError> {
    let query = "SELECT pg_catalog.pg_get_userbyid(d.datdba), \
                 coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))::pg_catalog.text[] \
                 FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
    let rows = session.read("privileges", query, &[]).await?;
    let database = |row: &Row| Database { owner: row.get(0), grants: grants_in(row, 1, users, &mut Names::default()) };
    Ok(rows.first().map(database))
}

async fn schemas(session: &PgSession, users: &[String]) -> Result<BTreeMap<String, Schema>, SqlError> {
    let query = "SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner), \
                 coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))::pg_catalog.text[] \
                 FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
    let mut names = Names::default();
    let rows = session.read("schemas", query, &[]).await?;
    let mut schema = |row: &Row| Schema { owner: row.get(1), grants: grants_in(row, 2, users, &mut names) };
    Ok(rows.iter().map(|row| (row.get(0), schema(row))).collect())
}

async fn relations(session: &PgSession, users: &[String], schemas: &[String]) -> Result<Vec<Object>, SqlError> {
    let query = format!(
        "SELECT n.nspname, pg_catalog.quote_ident(c.relname), c.relkind = 'S', pg_catalog.pg_get_userbyid(c.relowner), \
         {}, c.relacl::pg_catalog.text[] \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE {SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1, 2",
        of_extension("pg_class", "c.oid")
    );
    let rows = session.read("tables and sequences", &query, &[schemas]).await?;
    let kind = |row: &Row| if row.get(2) { ObjectKind::Sequence } else { ObjectKind::Table };
    Ok(objects(rows, kind, users))
}

/// The routines: all of them where somebody is to be given them, otherwise those that are granted to somebody.
async fn routines(
    session: &PgSession,
    request: &Request,
    users: &[String],
    schemas: &[String],
) -> Result<Vec<Object>, SqlError> {
    let given = request.users.iter().any(|user| !user.functions.is_empty());
    let which = if given { "" } else { "AND p.proacl IS NOT NULL " };
    let query = format!(
        "SELECT n.nspname, {}, false, pg_catalog.pg_get_userbyid(p.proowner), {}, \
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))::pg_catalog.text[] \
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
         WHERE {SCHEMAS} {which}ORDER BY 1, 2",
        held::ROUTINE,
        of_extension("pg_proc", "p.oid")
    );
    let rows = session.read("routines", &query, &[schemas]).await?;
    Ok(objects(rows, |_| ObjectKind::Routine, users))
}

/// The objects, each name of a role or schema kept once.
fn objects(rows: Vec<Row>, kind: impl Fn(&Row) -> ObjectKind, users: &[String]) -> Vec<Object> {
    let mut names = Names::default();
    let object = |row: Row| Object {
        kind: kind(&row),
        schema: names.of(row.get(0)),
        sql_name: row.get(1),
        owner: names.of(row.get(3)),
        of_extension: row.get(4),
        grants: grants_in(&row, 5, users, &mut names),
    };
    rows.into_iter().map(object).collect()
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

/// Where those of `wanted` go, and where the extensions are that they need.
async fn wanted_extensions(session: &PgSession, wanted: &[String]) -> Result<BTreeMap<String, Extension>, SqlError> {
    let query = "SELECT v.name, v.schema, ARRAY(SELECT n.nspname::pg_catalog.text \
                 FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
                 WHERE e.extname = ANY(v.requires)) FROM pg_catalog.pg_available_extension_versions v \
                 JOIN pg_catalog.pg_available_extensions a ON a.name = v.name AND a.default_version = v.version \
                 WHERE v.name = ANY($1)";
    let rows = session.read("where extensions go", query, &[wanted]).await?;
    let extension =
        |row: &Row| Extension { schema: row.get(1), leans_on: row.get::<_, Vec<String>>(2).into_iter().collect() };
    Ok(rows.iter().map(|row| (row.get(0), extension(row))).collect())
}

/// Schemas that somebody else than a superuser or this user put something into that a script can come upon by its name, or
/// may.
async fn shared_schemas(session: &PgSession) -> Result<BTreeSet<String>, SqlError> {
    let of = |table: &str, schema: &str, owner: &str| {
        format!("SELECT o.{schema} AS place, o.{owner} AS owner FROM pg_catalog.{table} o")
    };
    let all = [
        of("pg_proc", "pronamespace", "proowner"),
        of("pg_operator", "oprnamespace", "oprowner"),
        of("pg_type", "typnamespace", "typowner"),
        of("pg_class", "relnamespace", "relowner"),
    ];
    let query = format!(
        "SELECT DISTINCT n.nspname FROM ({}) o JOIN pg_catalog.pg_namespace n ON n.oid = o.place \
         JOIN pg_catalog.pg_roles r ON r.oid = o.owner WHERE NOT r.rolsuper AND r.rolname <> current_user \
         AND n.nspname !~ '^pg_' UNION SELECT n.nspname FROM pg_catalog.pg_namespace n, \
         pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a \
         LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE a.privilege_type = 'CREATE' \
         AND coalesce(NOT r.rolsuper AND r.rolname <> current_user AND NOT (r.rolname = 'pg_database_owner' AND \
         (SELECT pg_catalog.pg_get_userbyid(d.datdba) = current_user FROM pg_catalog.pg_database d \
         WHERE d.datname = pg_catalog.current_database())), true)",
        all.join(" UNION ALL ")
    );
    let rows = session.read("who made what", &query, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
