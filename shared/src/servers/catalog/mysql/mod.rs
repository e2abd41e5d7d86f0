//! The catalog of `MySQL` and `MariaDB`: `information_schema`, asked table by table of its own.

mod columns;
mod rights;
mod sample;

use std::collections::BTreeMap;

use crate::domains::anonymise::schema::{
    Check, ForeignKey, Name, Road, Schema, Table, TableKind, Trigger, TriggerEvent, TypeClass, Unique,
};
use crate::services::sql::{Engine, MySession, SqlError, mysql_ident, mysql_literal};

pub(super) use rights::sees_sessions;
pub(super) use sample::sample;

type Row = Vec<Option<String>>;

/// `database` as the server has it.
pub(super) async fn schema(session: &MySession, database: &str) -> Result<Schema, SqlError> {
    let about = session
        .read(
            "version and user",
            "SELECT VERSION(), CURRENT_USER(), (SELECT GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME) FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = 'nightshift_anon'), (SELECT COUNT(*) FROM information_schema.SCHEMATA \
             WHERE SCHEMA_NAME = 'nightshift_anon')",
        )
        .await?;
    let about = about.into_iter().next().unwrap_or_default();
    let (version, user) = (text(&about, 0), text(&about, 1));
    let engine = if version.contains("MariaDB") { Engine::Mariadb } else { Engine::Mysql };
    // Databases there have no owner: what is in it says whose it is.
    let helper_owner = (text(&about, 3) != "0").then(|| match text(&about, 2).as_str() {
        // Whoever carries a plan out looks closer; an empty one is of a run that died where it began.
        "" | "progress" | "progress,sample" => user.clone(),
        _ => "somebody else".to_owned(),
    });
    let db = mysql_literal(database);
    let mut tables = tables(session, &db, database).await?;
    columns::columns(session, &db, engine, &mut tables).await?;
    checks(session, &db, engine, &mut tables).await?;
    uniques(session, &db, engine, &mut tables).await?;
    foreign_keys(session, &db, database, &mut tables).await?;
    triggers(session, &db, database, &mut tables).await?;
    if engine == Engine::Mysql {
        histograms(session, &db, &mut tables).await?;
    }
    Ok(Schema {
        engine,
        version: version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default(),
        database: database.to_owned(),
        user,
        may_create: true,
        helper_owner,
        roads: roads(session, &db).await?,
        unseen: rights::unseen(session, tables.values().any(|table| table.versioned)).await?,
        tables: tables.into_values().collect(),
        ..Schema::default()
    })
}

fn text(row: &Row, at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

async fn tables(session: &MySession, db: &str, database: &str) -> Result<BTreeMap<String, Table>, SqlError> {
    let query = format!(
        "SELECT TABLE_NAME, TABLE_TYPE, UPPER(COALESCE(ENGINE, '')), COALESCE(TABLE_ROWS, 0), \
         COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0), COALESCE(CREATE_OPTIONS, '') FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = {db} AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE') ORDER BY TABLE_NAME"
    );
    let rows = session.read("tables", &query).await?;
    let table = |row: &Row| {
        let is_known = matches!(text(row, 1).as_str(), "BASE TABLE" | "SYSTEM VERSIONED");
        let kind = match text(row, 2).as_str() {
            "INNODB" if !is_known => TableKind::Unknown,
            "INNODB" if text(row, 5).contains("partitioned") => TableKind::Partitioned,
            "INNODB" => TableKind::Ordinary,
            "FEDERATED" | "CONNECT" | "SPIDER" | "S3" => TableKind::Foreign,
            // What is done to one of these is done to it alone.
            "MYISAM" | "ARIA" | "MEMORY" | "CSV" | "ARCHIVE" | "ROCKSDB" => TableKind::Untransacted,
            _ => TableKind::Unknown,
        };
        let number = |at| text(row, at).parse().unwrap_or_default();
        let table = Table {
            name: Name::new(database, text(row, 0)),
            kind,
            rows: number(3),
            bytes: number(4),
            versioned: text(row, 1) == "SYSTEM VERSIONED",
            ..Table::default()
        };
        (text(row, 0), table)
    };
    Ok(rows.iter().map(table).collect())
}

/// What stands in backticks in an expression is a column.
fn within(expression: &str) -> Vec<String> {
    expression.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Constraints that are checked. A text that is checked to be JSON is no text to a rule: `MariaDB` has no other type for it.
async fn checks(
    session: &MySession,
    db: &str,
    engine: Engine,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    // MySQL does not say there of which table a check is.
    let query = match engine {
        Engine::Mariadb => format!(
            "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS \
             WHERE CONSTRAINT_SCHEMA = {db} ORDER BY 1, 2"
        ),
        _ => format!(
            "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS c \
             JOIN information_schema.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA \
             AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' \
             WHERE c.CONSTRAINT_SCHEMA = {db} ORDER BY 1, 2"
        ),
    };
    for row in session.read("checks", &query).await? {
        let Some(table) = tables.get_mut(&text(&row, 0)) else { continue };
        let (name, clause) = (text(&row, 1), text(&row, 2));
        let columns = within(&clause);
        for column in &mut table.columns {
            let asked = format!("json_valid({})", mysql_ident(&column.name));
            // Beside another way it need not hold.
            let clause = clause.to_lowercase();
            if clause.contains(&asked.to_lowercase()) && !clause.contains(" or ") {
                column.class = TypeClass::Json;
            }
        }
        table.checks.push(Check { name, columns });
    }
    Ok(())
}

async fn uniques(
    session: &MySession,
    db: &str,
    engine: Engine,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    let expression = if engine == Engine::Mysql { "EXPRESSION" } else { "NULL" };
    let query = format!(
        "SELECT TABLE_NAME, INDEX_NAME, COALESCE(COLUMN_NAME, ''), {expression}, SUB_PART FROM information_schema.STATISTICS \
         WHERE TABLE_SCHEMA = {db} AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"
    );
    for row in session.read("unique indexes", &query).await? {
        let Some(table) = tables.get_mut(&text(&row, 0)) else { continue };
        let name = text(&row, 1);
        if table.uniques.last().is_none_or(|unique| unique.name != name) {
            table.uniques.push(Unique { name, nulls_distinct: true, ..Unique::default() });
        }
        let expression = row.get(3).cloned().flatten();
        let part = row.get(4).cloned().flatten().map(|length| format!("the first {length} characters"));
        let within: Vec<_> = expression.iter().flat_map(|text| within(text)).collect();
        if let Some(unique) = table.uniques.last_mut() {
            unique.columns.extend(within);
            unique.columns.extend(Some(text(&row, 2)).filter(|column| !column.is_empty()));
            unique.expression = unique.expression.take().or(expression.map(|text| text.replace('`', ""))).or(part);
        }
    }
    Ok(())
}

async fn foreign_keys(
    session: &MySession,
    db: &str,
    database: &str,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    let query = format!(
        "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
         FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = {db} AND REFERENCED_TABLE_NAME IS NOT NULL \
         ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
    );
    for row in session.read("foreign keys", &query).await? {
        let Some(table) = tables.get_mut(&text(&row, 0)) else { continue };
        let name = text(&row, 1);
        if table.foreign_keys.last().is_none_or(|key| key.name != name) {
            let references = Name::new(text(&row, 3), text(&row, 4));
            let on = Name::new(database, text(&row, 0));
            table.foreign_keys.push(ForeignKey { name, on, references, ..ForeignKey::default() });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(text(&row, 2));
            key.referenced.push(text(&row, 5));
        }
    }
    Ok(())
}

/// All of them, each with what fires it.
async fn triggers(
    session: &MySession,
    db: &str,
    database: &str,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    let query = format!(
        "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, EVENT_MANIPULATION FROM information_schema.TRIGGERS \
         WHERE EVENT_OBJECT_SCHEMA = {db} ORDER BY 1, 2"
    );
    for row in session.read("triggers", &query).await? {
        if let Some(table) = tables.get_mut(&text(&row, 0)) {
            let on = Name::new(database, text(&row, 0));
            let event = match text(&row, 2).as_str() {
                "INSERT" => TriggerEvent::Insert,
                "UPDATE" => TriggerEvent::Update,
                "DELETE" => TriggerEvent::Delete,
                _ => TriggerEvent::Other,
            };
            table.triggers.push(Trigger { on, name: text(&row, 1), event, ..Trigger::default() });
        }
    }
    Ok(())
}

async fn histograms(session: &MySession, db: &str, tables: &mut BTreeMap<String, Table>) -> Result<(), SqlError> {
    let query = format!(
        "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMN_STATISTICS WHERE SCHEMA_NAME = {db} ORDER BY 1, 2"
    );
    for row in session.read("histograms", &query).await? {
        if let Some(table) = tables.get_mut(&text(&row, 0)) {
            table.histograms.push(text(&row, 1));
        }
    }
    Ok(())
}

/// Events run on a clone as they did on its source, and another database may hold rows to this one's.
async fn roads(session: &MySession, db: &str) -> Result<Vec<Road>, SqlError> {
    let query = "SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'ENABLED' ORDER BY 1, 2";
    let events = session.read("events", query).await?;
    let event = |row: &Row| {
        let name = format!("{}.{}", mysql_ident(&text(row, 0)), mysql_ident(&text(row, 1)));
        Road { what: format!("event {}.{}", text(row, 0), text(row, 1)), cut: format!("ALTER EVENT {name} DISABLE") }
    };
    let query = format!(
        "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE \
         WHERE REFERENCED_TABLE_SCHEMA = {db} AND TABLE_SCHEMA <> {db} ORDER BY 1, 2, 3"
    );
    let keys = session.read("foreign keys of other databases", &query).await?;
    let key = |row: &Row| {
        let table = format!("{}.{}", mysql_ident(&text(row, 0)), mysql_ident(&text(row, 1)));
        let name = text(row, 2);
        let cut = format!("ALTER TABLE {table} DROP FOREIGN KEY {}", mysql_ident(&name));
        Road { what: format!("foreign key {name} of {}.{}", text(row, 0), text(row, 1)), cut }
    };
    Ok(events.iter().map(event).chain(keys.iter().map(key)).collect())
}
