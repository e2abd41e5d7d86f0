//! What a role holds in `PostgreSQL`: how much in each database, which the server keeps in one list for all of them, and, of
//! one database, each thing by its name. A role is let go of by naming all of this; nothing is ever dropped in one sweep.

use std::collections::BTreeMap;

use crate::jobs::db_users::model::acl::{Names, grants};
use crate::jobs::db_users::model::{Held, NotForHeir, Place, Thing, ThingKind};
use crate::jobs::db_users::request::UserRequest;
use crate::services::sql::{PgSession, Row, SqlError};

/// A routine `p` as SQL has it behind its schema. Of an aggregate only the types are told: the words that say which of them
/// it orders by are for reading.
pub(super) const ROUTINE: &str = "pg_catalog.quote_ident(p.proname) || '(' || CASE WHEN p.prokind = 'a' \
     THEN pg_catalog.oidvectortypes(p.proargtypes) ELSE pg_catalog.pg_get_function_identity_arguments(p.oid) END || ')'";

/// How much each of `users` holds, in every database.
pub(super) async fn counts(session: &PgSession, users: &[String]) -> Result<BTreeMap<String, Vec<Held>>, SqlError> {
    let query = "SELECT r.rolname, d.datname, pg_catalog.count(*) FILTER (WHERE s.deptype = 'o' \
                 AND s.classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, \
                 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)), \
                 pg_catalog.count(*) FROM pg_catalog.pg_shdepend s \
                 JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
                 WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname = ANY($1) \
                 AND s.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass GROUP BY 1, 2 ORDER BY 1, 2";
    let mut held: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    for row in &session.read("what a user holds", query, &[users]).await? {
        let (owns, all): (i64, i64) = (row.get(2), row.get(3));
        let entry = Held { database: row.get(1), owns, named: all - owns, ..Held::default() };
        held.entry(row.get(0)).or_default().push(entry);
    }
    Ok(held)
}

/// One kind of thing: its catalog, and how one of it is looked up.
struct Kind {
    catalog: &'static str,
    /// Word, name, schema, owner, entries, roles, column.
    columns: String,
    from: &'static str,
}

/// No list of texts, and no text.
const NO_LIST: &str = "NULL::pg_catalog.text[]";
const NONE: &str = "NULL::pg_catalog.text";

/// The name of a table behind its schema.
const TABLE: &str = "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)";

fn kind(catalog: &'static str, columns: String, from: &'static str) -> Kind {
    Kind { catalog, columns, from }
}

fn by_id(owner: &str) -> String {
    format!("pg_catalog.pg_get_userbyid({owner})")
}

/// A kind that GRANT calls by `word`.
fn grantable(
    catalog: &'static str,
    word: &str,
    (name, schema): (&str, &str),
    (owner, acl): (&str, &str),
    from: &'static str,
) -> Kind {
    let owner = by_id(owner);
    let columns = format!("'{word}', {name}, {schema}, {owner}, {acl}::pg_catalog.text[], {NO_LIST}, {NONE}");
    kind(catalog, columns, from)
}

/// A kind of something that lies in a schema, by the column of its name.
fn in_schema(column: &str) -> String {
    format!("pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident({column})")
}

fn quoted(column: &str) -> String {
    format!("pg_catalog.quote_ident({column})")
}

/// Whether a sequence belongs to a column: it goes to whomever the table goes to, and not without it.
const GOES_WITH_TABLE: &str = "EXISTS (SELECT 1 FROM pg_catalog.pg_depend w WHERE w.objid = c.oid AND w.deptype IN ('a', 'i') \
     AND w.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND w.refclassid = w.classid AND w.refobjsubid > 0)";

/// What can be granted.
fn what_can_be_granted() -> Vec<Kind> {
    let routine = format!("pg_catalog.quote_ident(n.nspname) || '.' || {ROUTINE}");
    vec![
        kind(
            "pg_class",
            format!(
                "CASE WHEN c.relkind <> 'S' THEN 'TABLE' WHEN {GOES_WITH_TABLE} THEN 'OWNED SEQUENCE' ELSE 'SEQUENCE' END, {TABLE}, n.nspname, {}, \
                 coalesce(f.attacl, CASE WHEN s.objsubid = 0 THEN c.relacl END)::pg_catalog.text[], {NO_LIST}, \
                 pg_catalog.quote_ident(f.attname)",
                by_id("c.relowner")
            ),
            "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_attribute f ON f.attrelid = c.oid AND f.attnum = s.objsubid AND s.objsubid <> 0 \
             WHERE c.oid = s.objid",
        ),
        grantable(
            "pg_proc",
            "ROUTINE",
            (&routine, "n.nspname"),
            ("p.proowner", "p.proacl"),
            "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = s.objid",
        ),
        grantable(
            "pg_type",
            "TYPE",
            (&in_schema("t.typname"), "n.nspname"),
            ("t.typowner", "t.typacl"),
            "pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = s.objid",
        ),
        grantable(
            "pg_namespace",
            "SCHEMA",
            (&quoted("n.nspname"), "n.nspname"),
            ("n.nspowner", "n.nspacl"),
            "pg_catalog.pg_namespace n WHERE n.oid = s.objid",
        ),
        grantable(
            "pg_language",
            "LANGUAGE",
            (&quoted("l.lanname"), "NULL"),
            ("l.lanowner", "l.lanacl"),
            "pg_catalog.pg_language l WHERE l.oid = s.objid",
        ),
        grantable(
            "pg_foreign_data_wrapper",
            "FOREIGN DATA WRAPPER",
            (&quoted("f.fdwname"), "NULL"),
            ("f.fdwowner", "f.fdwacl"),
            "pg_catalog.pg_foreign_data_wrapper f WHERE f.oid = s.objid",
        ),
        grantable(
            "pg_foreign_server",
            "FOREIGN SERVER",
            (&quoted("f.srvname"), "NULL"),
            ("f.srvowner", "f.srvacl"),
            "pg_catalog.pg_foreign_server f WHERE f.oid = s.objid",
        ),
        grantable(
            "pg_largeobject_metadata",
            "LARGE OBJECT",
            ("l.oid::pg_catalog.text", "NULL"),
            ("l.lomowner", "l.lomacl"),
            "pg_catalog.pg_largeobject_metadata l WHERE l.oid = s.objid",
        ),
        grantable(
            "pg_database",
            "DATABASE",
            (&quoted("d.datname"), "NULL"),
            ("d.datdba", "d.datacl"),
            "pg_catalog.pg_database d WHERE d.oid = s.objid",
        ),
        grantable(
            "pg_tablespace",
            "TABLESPACE",
            (&quoted("t.spcname"), "NULL"),
            ("t.spcowner", "t.spcacl"),
            "pg_catalog.pg_tablespace t WHERE t.oid = s.objid",
        ),
    ]
}

/// What is none of that and names a role all the same.
fn others() -> Vec<Kind> {
    vec![
        kind(
            "pg_default_acl",
            format!(
                "'default ' || d.defaclobjtype::pg_catalog.text, coalesce(pg_catalog.quote_ident(n.nspname), ''), n.nspname, \
                 {}, d.defaclacl::pg_catalog.text[], {NO_LIST}, {NONE}",
                by_id("d.defaclrole")
            ),
            "pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace \
             WHERE d.oid = s.objid",
        ),
        kind(
            "pg_policy",
            format!(
                "'policy', pg_catalog.quote_ident(q.polname) || ' ON ' || {TABLE}, n.nspname, {}, {NO_LIST}, \
                 ARRAY(SELECT m.rolname::pg_catalog.text FROM pg_catalog.pg_roles m WHERE m.oid = ANY(q.polroles)), {NONE}",
                by_id("c.relowner")
            ),
            "pg_catalog.pg_policy q JOIN pg_catalog.pg_class c ON c.oid = q.polrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE q.oid = s.objid",
        ),
        kind(
            "pg_user_mapping",
            format!(
                "'mapping', pg_catalog.quote_ident(f.srvname), NULL, {}, {NO_LIST}, {NO_LIST}, {NONE}",
                by_id("f.srvowner")
            ),
            "pg_catalog.pg_user_mappings u JOIN pg_catalog.pg_foreign_server f ON f.oid = u.srvid WHERE u.umid = s.objid",
        ),
    ]
}

/// What each of `users` owns in this session's database, and what names it there, by name; with `shared` what all databases
/// share instead.
pub(super) async fn things(
    session: &PgSession,
    users: &[String],
    shared: bool,
) -> Result<BTreeMap<String, Vec<Thing>>, SqlError> {
    let kinds: Vec<_> = what_can_be_granted().into_iter().chain(others()).collect();
    let looked_up: Vec<_> = kinds
        .iter()
        .map(|Kind { catalog, columns, from }| {
            format!("SELECT {columns}, '{catalog}' AS place FROM {from} AND s.classid = 'pg_catalog.{catalog}'::pg_catalog.regclass")
        })
        .collect();
    let place = if shared {
        "s.dbid = 0::pg_catalog.oid"
    } else {
        "s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
    };
    // What is of no known kind, or has a part in what a policy or an extension began with, is described in the server's words.
    let query = format!(
        "SELECT r.rolname, CASE WHEN s.deptype = 'i' THEN 'other' ELSE coalesce(o.word, 'other') END, \
         coalesce(CASE WHEN s.deptype = 'i' THEN NULL ELSE o.name END, \
         pg_catalog.pg_describe_object(s.classid, s.objid, s.objsubid)), o.schema::pg_catalog.text, \
         coalesce(o.owner, CASE WHEN s.deptype = 'o' THEN r.rolname END, ''), o.entries, o.roles, \
         o.of_column::pg_catalog.text \
         FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid \
         LEFT JOIN LATERAL ({}) o (word, name, schema, owner, entries, roles, of_column, place) ON true \
         WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname = ANY($1) AND {place} \
         AND s.classid <> 'pg_catalog.pg_auth_members'::pg_catalog.regclass ORDER BY 1, 2, 3",
        looked_up.join(" UNION ALL ")
    );
    let mut names = Names::default();
    let mut things: BTreeMap<String, Vec<Thing>> = BTreeMap::new();
    for row in &session.read("what a user holds here", &query, &[users]).await? {
        let user: String = row.get(0);
        let thing = thing(row, &user, &mut names);
        things.entry(user).or_default().push(thing);
    }
    Ok(things)
}

fn thing(row: &Row, user: &str, names: &mut Names) -> Thing {
    let entries: Vec<String> = row.get::<_, Option<Vec<String>>>(5).unwrap_or_default();
    let word: String = row.get(1);
    let owner: String = row.get(4);
    let is_default = word.starts_with("default ");
    let with_table = word.strip_prefix("OWNED ");
    Thing {
        what: kind_of(with_table.unwrap_or(&word)),
        goes_with_table: with_table.is_some(),
        sql_name: row.get(2),
        schema: row.get(3),
        // Of its own defaults all is of interest: all of it has to go.
        grants: grants(&entries, |name| name == user || (is_default && owner == user), names),
        owner,
        column: row.get(7),
        roles: row.get::<_, Option<Vec<String>>>(6).unwrap_or_default(),
    }
}

fn kind_of(word: &str) -> ThingKind {
    const GRANTABLE: [&str; 10] = [
        "TABLE",
        "SEQUENCE",
        "ROUTINE",
        "TYPE",
        "SCHEMA",
        "LANGUAGE",
        "FOREIGN DATA WRAPPER",
        "FOREIGN SERVER",
        "LARGE OBJECT",
        "DATABASE",
    ];
    if let Some(word) = GRANTABLE.into_iter().chain(["TABLESPACE"]).find(|known| *known == word) {
        return ThingKind::Grantable(word);
    }
    match word {
        "default r" => ThingKind::Default("TABLES"),
        "default S" => ThingKind::Default("SEQUENCES"),
        "default f" => ThingKind::Default("ROUTINES"),
        "default T" => ThingKind::Default("TYPES"),
        "default n" => ThingKind::Default("SCHEMAS"),
        "default L" => ThingKind::Default("LARGE OBJECTS"),
        "policy" => ThingKind::Policy,
        "mapping" => ThingKind::UserMapping,
        _ => ThingKind::Other,
    }
}

/// The schemas of this session's database, with their owners and who may make things in them: asked where somebody is to
/// come to own some of those.
pub(super) async fn places(session: &PgSession) -> Result<BTreeMap<String, Place>, SqlError> {
    let query = "SELECT n.nspname, CASE WHEN o.rolname = 'pg_database_owner' THEN (SELECT pg_catalog.pg_get_userbyid(d.datdba) \
                 FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) ELSE o.rolname END, \
                 ARRAY(SELECT coalesce(r.rolname, 'PUBLIC')::pg_catalog.text FROM pg_catalog.aclexplode(coalesce(n.nspacl, \
                 pg_catalog.acldefault('n', n.nspowner))) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee \
                 WHERE a.privilege_type = 'CREATE') FROM pg_catalog.pg_namespace n \
                 JOIN pg_catalog.pg_roles o ON o.oid = n.nspowner WHERE n.nspname !~ '^pg_'";
    let rows = session.read("who may make things where", query, &[]).await?;
    let place = |row: &Row| Place { owner: row.get(1), makers: row.get::<_, Vec<String>>(2).into_iter().collect() };
    Ok(rows.iter().map(|row| (row.get(0), place(row))).collect())
}

/// What of what each of `users` owns in this session's database its heir, at the same place of `heirs`, could not own: the
/// server wants more of whoever owns these.
async fn not_for_heirs(
    session: &PgSession,
    users: &[String],
    heirs: &[String],
) -> Result<BTreeMap<String, Vec<NotForHeir>>, SqlError> {
    let query = "SELECT u.rolname, t.what, t.takes_create FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) w (username, heir) \
                 JOIN pg_catalog.pg_roles u ON u.rolname = w.username JOIN pg_catalog.pg_roles h ON h.rolname = w.heir \
                 CROSS JOIN LATERAL ( \
                 SELECT 'the publication ' || p.pubname::pg_catalog.text, NOT p.puballtables FROM pg_catalog.pg_publication p \
                 WHERE p.pubowner = u.oid AND (p.puballtables OR NOT pg_catalog.has_database_privilege(h.oid, \
                 pg_catalog.current_database()::pg_catalog.text, 'CREATE')) UNION ALL \
                 SELECT 'the server ' || f.srvname::pg_catalog.text, false FROM pg_catalog.pg_foreign_server f \
                 WHERE f.srvowner = u.oid AND NOT pg_catalog.has_foreign_data_wrapper_privilege(h.oid, f.srvfdw, 'USAGE') \
                 UNION ALL SELECT 'the wrapper ' || f.fdwname::pg_catalog.text, false FROM pg_catalog.pg_foreign_data_wrapper f \
                 WHERE f.fdwowner = u.oid UNION ALL SELECT 'the event trigger ' || e.evtname::pg_catalog.text, false \
                 FROM pg_catalog.pg_event_trigger e WHERE e.evtowner = u.oid) t (what, takes_create) WHERE NOT h.rolsuper \
                 ORDER BY 1, 2";
    let mut found: BTreeMap<String, Vec<NotForHeir>> = BTreeMap::new();
    for row in &session.read("what an heir could not own", query, &[users, heirs]).await? {
        found.entry(row.get(0)).or_default().push(NotForHeir { what: row.get(1), takes_create: row.get(2) });
    }
    Ok(found)
}

/// What there is to know about `users` in this session's database, some of whom have an heir.
pub(super) async fn here(session: &PgSession, users: &[&UserRequest]) -> Result<Looked, SqlError> {
    let names: Vec<String> = users.iter().map(|user| user.name.clone()).collect();
    let pairs = users.iter().filter_map(|user| Some((user.name.clone(), user.reassign_to.clone()?)));
    let (owners, heirs): (Vec<_>, Vec<_>) = pairs.unzip();
    let (things, places, not_for_heirs) =
        tokio::try_join!(things(session, &names, false), places(session), not_for_heirs(session, &owners, &heirs))?;
    Ok(Looked { things, places, not_for_heirs })
}

/// See [`here`].
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub things: BTreeMap<String, Vec<Thing>>,
    pub places: BTreeMap<String, Place>,
    pub not_for_heirs: BTreeMap<String, Vec<NotForHeir>>,
}
