//! The catalog of `MySQL` and `MariaDB`: `information_schema`, asked table by table of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::domains::anonymise::schema::{
    Column, ForeignKey, Name, Road, Schema, Table, TableKind, Trigger, TypeClass, Unique,
};
use crate::domains::anonymise::suggest::{ENOUGH, SHAPES, Sampled};
use crate::services::sql::{Engine, MySession, SqlError, SqlKind, mysql_ident, mysql_literal};

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
    columns(session, &db, &mut tables).await?;
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
         WHERE TABLE_SCHEMA = {db} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_NAME"
    );
    let rows = session.read("tables", &query).await?;
    let table = |row: &Row| {
        let kind = match text(row, 2).as_str() {
            "INNODB" if text(row, 5).contains("partitioned") => TableKind::Partitioned,
            "INNODB" => TableKind::Ordinary,
            "FEDERATED" | "CONNECT" | "SPIDER" | "S3" => TableKind::Foreign,
            _ => TableKind::Untransacted,
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

async fn columns(session: &MySession, db: &str, tables: &mut BTreeMap<String, Table>) -> Result<(), SqlError> {
    let query = format!(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE, LOWER(EXTRA), \
         COALESCE(COLLATION_NAME, ''), COALESCE(GENERATION_EXPRESSION, '') FROM information_schema.COLUMNS \
         WHERE TABLE_SCHEMA = {db} ORDER BY TABLE_NAME, ORDINAL_POSITION"
    );
    let rows = session.read("columns", &query).await?;
    let query = format!(
        "SELECT TABLE_NAME, CONCAT(COALESCE(PARTITION_EXPRESSION, ''), ' ', COALESCE(SUBPARTITION_EXPRESSION, '')) \
         FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = {db} AND PARTITION_NAME IS NOT NULL"
    );
    let keys: BTreeSet<(String, String)> = session
        .read("partitions", &query)
        .await?
        .iter()
        .map(|row| (text(row, 0), text(row, 1).to_lowercase()))
        .collect();
    for row in &rows {
        let (table, name, extra) = (text(row, 0), text(row, 1), text(row, 6));
        let parted = keys.iter().any(|(of, key)| *of == table && key.contains(&name.to_lowercase()));
        let data_type = text(row, 3).to_lowercase();
        let column = Column {
            ty: text(row, 2),
            class: class(&data_type),
            length: row.get(4).cloned().flatten().and_then(|length| length.parse().ok()),
            nullable: text(row, 5) == "YES",
            generated: ["virtual generated", "stored generated", "persistent"].iter().any(|word| extra.contains(word))
                || !text(row, 8).is_empty(),
            identity: extra.contains("auto_increment"),
            case_blind: text(row, 7).ends_with("_ci"),
            partition_key: parted,
            on_update: extra.contains("on update"),
            name,
            ..Column::default()
        };
        if let Some(table) = tables.get_mut(&table) {
            table.columns.push(column);
        }
    }
    Ok(())
}

fn class(data_type: &str) -> TypeClass {
    match data_type {
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => TypeClass::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => TypeClass::Bytes,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit" | "year" => {
            TypeClass::Number
        }
        "date" => TypeClass::Date,
        "datetime" | "timestamp" => TypeClass::Timestamp,
        "json" => TypeClass::Json,
        "uuid" => TypeClass::Uuid,
        "inet4" | "inet6" => TypeClass::Inet,
        "enum" | "set" => TypeClass::Enum,
        _ => TypeClass::Other,
    }
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
        // What stands in backticks in an expression is a column.
        let within: Vec<_> =
            expression.iter().flat_map(|text| text.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
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

/// Those that an update fires. Others sleep while a plan is carried out.
async fn triggers(
    session: &MySession,
    db: &str,
    database: &str,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), SqlError> {
    let query = format!(
        "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {db} \
         AND EVENT_MANIPULATION = 'UPDATE' ORDER BY 1, 2"
    );
    for row in session.read("triggers", &query).await? {
        if let Some(table) = tables.get_mut(&text(&row, 0)) {
            let on = Name::new(database, text(&row, 0));
            table.triggers.push(Trigger { on, name: text(&row, 1), ..Trigger::default() });
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

/// One question a table, for its texts that are stored.
pub(super) async fn sample(
    session: &MySession,
    schema: &Schema,
) -> Result<BTreeMap<(Name, String), Sampled>, SqlError> {
    let mut found = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| table.kind != TableKind::Foreign) {
        let texts: Vec<_> =
            table.columns.iter().filter(|column| column.class == TypeClass::Text && !column.generated).collect();
        if texts.is_empty() {
            continue;
        }
        let counts = texts.iter().flat_map(|column| {
            let name = mysql_ident(&column.name);
            let like = SHAPES.iter().map({
                let name = name.clone();
                move |(_, pattern)| format!("COALESCE(SUM({name} REGEXP {}), 0)", mysql_literal(pattern))
            });
            std::iter::once(format!("COALESCE(SUM({name} <> ''), 0)")).chain(like).collect::<Vec<_>>()
        });
        let query = format!(
            "SELECT {} FROM (SELECT {} FROM {}.{} LIMIT {ENOUGH}) AS s",
            counts.collect::<Vec<_>>().join(", "),
            texts.iter().map(|column| mysql_ident(&column.name)).collect::<Vec<_>>().join(", "),
            mysql_ident(&table.name.schema),
            mysql_ident(&table.name.name)
        );
        let rows = match session.read(&format!("a sample of {}", table.name), &query).await {
            // Whoever may not read it has the names of its columns to go by.
            Err(error) if error.kind == SqlKind::Denied => continue,
            rows => rows?,
        };
        let Some(row) = rows.first() else { continue };
        for (place, column) in texts.iter().enumerate() {
            let at = place * (SHAPES.len() + 1);
            let number = |at: usize| text(row, at).parse().unwrap_or_default();
            let like = SHAPES.iter().enumerate().map(|(shape, (kind, _))| (*kind, number(at + 1 + shape))).collect();
            let sampled = Sampled { filled: number(at), like };
            found.insert((table.name.clone(), column.name.clone()), sampled);
        }
    }
    Ok(found)
}
