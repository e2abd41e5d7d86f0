//! The same on real servers of `MySQL` and `MariaDB`.

use std::process::Command;

use anyhow::{Context as _, ensure};
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use nightshift::domains::anonymise::plan::{self, Plan};
use nightshift::domains::anonymise::rules;
use nightshift::servers::catalog;
use nightshift_testkit::database::anonymise::carry_out_mysql;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Flavour, Mysql};

use super::carried::{formatted, key};
use super::{HOST, engine_of, rules as file_of, session};
use crate::{STATE, said};

const SQL: &str = include_str!("shop_mysql.sql");

fn rules_for(flavour: Flavour) -> String {
    let history = if flavour == Flavour::Mariadb {
        "[table.\"shop.past\"]\nkeep = [\"id\"]\ncolumn.who = \"hash\"\n"
    } else {
        ""
    };
    format!(
        r#"
        version = 1
        engine = "{}"
        [table."shop.person"]
        keep = ["id", "touched"]
        [table."shop.person".column]
        email = {{ fake = "mail", join = "mail" }}
        name = {{ fake = "name" }}
        phone = {{ fake = "phone" }}
        born = {{ round = "year" }}
        seen = {{ round = "month" }}
        notes = "null"
        city = {{ fake = "city" }}
        company = {{ fake = "company" }}
        iban = {{ fake = "iban" }}
        address = {{ fake = "address" }}
        ip = {{ fake = "ip" }}
        plan = {{ constant = "it's \\ free" }}
        nick = {{ sql = "LEFT(SHA2(CONCAT(id, name), 256), 8)" }}
        [table."shop.orders"]
        keep = ["id", "total"]
        [table."shop.audit_log"]
        truncate = true
        [table."shop.staff"]
        keep = ["id", "is_employee", "pay", "touched"]
        where = "NOT is_employee"
        column.plate = {{ keep-format = true, join = "plate" }}
        column.desk = "shuffle"
        column.was = {{ sql = "CONCAT('was ', desk)" }}
        {history}
        "#,
        flavour.engine()
    )
}

async fn shop(flavour: Flavour) -> anyhow::Result<Mysql> {
    let program = flavour.find().context("run `cargo xtask setup`")?;
    let server = Mysql::start(&program, HOST, "shop").await?;
    let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
    for statement in SQL.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        admin.query_drop(statement).await.with_context(|| statement.to_owned())?;
    }
    for n in 1..=120 {
        admin
            .query_drop(format!(
                "INSERT INTO person (email, name, phone, born, seen, notes, city, company, iban, address, ip, nick) VALUES \
                 ('Needle-mail-{n}@shop.example', 'needle-name-{n}', 'needle-{n}', '1970-05-17', '2026-05-17 10:00:00', \
                 'needlenote{n} here', 'needle-city', 'needle-co-{n}', 'needle-iban-{n}', 'needleaddress{n} 7', 'needle-ip', 'needle')"
            ))
            .await?;
    }
    for n in 1..=50 {
        let row = format!("({n}, {}, '{}', 'desk-{n}', {n}0)", n % 2, plate(n));
        admin.query_drop(format!("INSERT INTO staff (id, is_employee, plate, desk, pay) VALUES {row}")).await?;
    }
    admin.query_drop("INSERT INTO orders SELECT id, LOWER(email), 9.5 FROM person WHERE id <= 60").await?;
    admin.query_drop("INSERT INTO audit_log (row_was) SELECT name FROM person").await?;
    // So that the words of the full-text index are written, and not only kept in mind.
    for statement in [
        "SET GLOBAL innodb_optimize_fulltext_only = ON",
        "OPTIMIZE TABLE person",
        "SET GLOBAL innodb_optimize_fulltext_only = OFF",
    ] {
        admin.query_drop(statement).await?;
    }
    if flavour == Flavour::Mysql {
        admin.query_drop("ANALYZE TABLE person UPDATE HISTOGRAM ON name, city WITH 8 BUCKETS").await?;
        admin.query_drop("ANALYZE TABLE audit_log UPDATE HISTOGRAM ON row_was WITH 8 BUCKETS").await?;
    } else {
        admin.query_drop("CREATE TABLE past (id INT PRIMARY KEY, who VARCHAR(60)) WITH SYSTEM VERSIONING").await?;
        admin.query_drop("INSERT INTO past SELECT id, name FROM person").await?;
        admin.query_drop("UPDATE past SET who = CONCAT(who, '!')").await?;
        admin.query_drop("GRANT DELETE HISTORY ON *.* TO 'master'@'%'").await?;
        for table in ["person", "past", "audit_log"] {
            admin.query_drop(format!("ANALYZE TABLE {table} PERSISTENT FOR ALL")).await?;
        }
    }
    // Somebody was careful: nothing is updated without saying which rows.
    admin.query_drop("SET GLOBAL sql_safe_updates = 1").await?;
    Ok(server)
}

/// Longer than one hash has bytes.
fn plate(n: usize) -> String {
    format!("Needle {n} ñ-AB{}", "z".repeat(40))
}

async fn planned(server: &Mysql) -> anyhow::Result<Plan> {
    let session =
        session(engine_of(server.flavour), server.address(), &server.certificates.authority, MASTER, "").await?;
    let schema = catalog::schema(&session, "shop").await?;
    Ok(plan::make(&rules::read(&rules_for(server.flavour))?, &schema))
}

/// Where a planted value can be read by anybody with SQL.
async fn readable(admin: &mut Conn, flavour: Flavour) -> anyhow::Result<Vec<String>> {
    let mut places = ["person", "orders", "audit_log", "staff"].map(str::to_owned).to_vec();
    if flavour == Flavour::Mysql {
        // Its texts are encoded, so that it is there at all is enough.
        places.push(
            "(SELECT 'needle' FROM information_schema.COLUMN_STATISTICS WHERE SCHEMA_NAME = 'shop') AS s".to_owned(),
        );
    } else {
        places.extend(["past FOR SYSTEM_TIME ALL".to_owned(), "mysql.column_stats".to_owned()]);
    }
    admin.query_drop("SET GLOBAL innodb_ft_aux_table = 'shop/person'").await?;
    places.push("information_schema.INNODB_FT_INDEX_TABLE".to_owned());
    let mut found = Vec::new();
    for place in places {
        let rows: Vec<mysql_async::Row> =
            admin.query(format!("SELECT * FROM {place}")).await.with_context(|| place.clone())?;
        let texts = rows.iter().flat_map(|row| {
            (0..row.len()).filter_map(|at| match row.as_ref(at) {
                Some(mysql_async::Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).to_lowercase()),
                _ => None,
            })
        });
        let hits = texts.filter(|text| text.contains("needle")).count();
        if hits > 0 {
            found.push(format!("{place}: {hits}"));
        }
    }
    Ok(found)
}

async fn proved(flavour: Flavour) -> anyhow::Result<()> {
    let server = shop(flavour).await?;
    let mut admin = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
    let before = readable(&mut admin, flavour).await?;
    let places = if flavour == Flavour::Mysql { 6 } else { 7 };
    ensure!(before.len() == places, "what is looked for is there before: {before:?}");
    let plan = planned(&server).await?;
    ensure!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    let mut master = server.log_in(MASTER, PASSWORD, "").await?;
    carry_out_mysql(&mut master, &plan, &key()).await?;
    assert_eq!(readable(&mut admin, flavour).await?, Vec::<String>::new(), "{flavour:?}");
    for (question, expected) in [
        ("SELECT COUNT(*) FROM orders o JOIN person p ON p.email = o.mail AND p.id = o.id", 60),
        (
            "SELECT COUNT(*) FROM person WHERE email REGEXP '^[0-9a-f]{20}@example[.]org$' AND shown = UPPER(name) AND notes IS NULL",
            120,
        ),
        ("SELECT COUNT(*) FROM person WHERE name REGEXP '^[A-Z][a-z]+ [A-Z][a-z]+$' AND plan = 'it''s \\\\ free'", 120),
        (
            "SELECT COUNT(*) FROM person WHERE phone REGEXP '^[+]447700900[0-9]{3}$' AND born = '1970-01-01' AND seen = '2026-05-01'",
            120,
        ),
        (
            "SELECT COUNT(*) FROM person WHERE ip REGEXP '^2001:db8(:[0-9a-f]{4}){6}$' AND nick REGEXP '^[0-9a-f]{8}$'",
            120,
        ),
        (
            "SELECT COUNT(*) FROM person WHERE LENGTH(iban) = 22 AND CAST(CONCAT(SUBSTR(iban, 5), '1314', SUBSTR(iban, 3, 2)) AS DECIMAL(30)) % 97 = 1",
            120,
        ),
        ("SELECT COUNT(*) FROM person WHERE touched = '2026-01-01 00:00:00' AND city <> '' AND company <> ''", 120),
        ("SELECT COUNT(*) FROM audit_log", 0),
        ("SELECT COUNT(*) FROM staff WHERE NOT is_employee AND pay = 10 * id AND touched = '2026-01-01 00:00:00'", 25),
        ("SELECT COUNT(*) FROM staff", 25),
        // Of the row's own value, as it was.
        ("SELECT COUNT(*) FROM staff WHERE was = CONCAT('was desk-', id)", 25),
        ("SELECT COUNT(DISTINCT desk) + SUM(desk REGEXP '^desk-[0-9]*[02468]$') FROM staff", 50),
        // A place that is drawn may be the one it had: about one of 25, five at times, and never fifteen.
        ("SELECT COUNT(*) > 10 FROM staff WHERE desk <> CONCAT('desk-', id)", 1),
        ("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'nightshift_anon'", 0),
    ] {
        let found: Option<i64> = admin.query_first(question).await.with_context(|| question.to_owned())?;
        ensure!(found == Some(expected), "{flavour:?}: {question}: {found:?}, not {expected}");
    }
    // What the collation takes for equal has one pseudonym: that of its weights.
    let weights = "SELECT HEX(WEIGHT_STRING(CONVERT('NEEDLE-mail-7@shop.example' USING utf8mb4) COLLATE %))";
    let collation: Option<String> = admin
        .query_first("SELECT COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'person' AND COLUMN_NAME = 'email'")
        .await?;
    let weights: Option<String> = admin.query_first(weights.replace('%', &collation.context("no collation")?)).await?;
    let expected = format!("{}@example.org", &key().hash("mail", &weights.context("no weights")?)[..20]);
    let found: Option<String> = admin.query_first("SELECT email FROM person WHERE id = 7").await?;
    ensure!(found.as_deref() == Some(&*expected), "{found:?}, not {expected}");

    let found: Option<String> = admin.query_first("SELECT plate FROM staff WHERE id = 8").await?;
    let expected = formatted("plate", &plate(8));
    ensure!(found.as_deref() == Some(&*expected), "{found:?}, not {expected}: the same as on PostgreSQL");

    // A session without its keys changes nothing.
    let emails: Option<String> = admin.query_first("SELECT GROUP_CONCAT(email ORDER BY id) FROM person").await?;
    let mut keyless = server.log_in(MASTER, PASSWORD, "").await?;
    for message in plan.steps.iter().take(1).flat_map(|step| step.messages(plan.engine)) {
        // What makes the table goes through; the first line of progress does not.
        let _ = keyless.query_drop(message).await;
    }
    let mask = plan.steps.iter().find(|step| step.id.contains("shop.person")).context("no step")?;
    let refused = keyless.query_drop(&mask.messages(plan.engine)[0]).await;
    ensure!(refused.is_err(), "it went through");
    drop(keyless);
    let after: Option<String> = admin.query_first("SELECT GROUP_CONCAT(email ORDER BY id) FROM person").await?;
    ensure!(emails == after, "it changed something");

    // A trigger cannot be put to sleep, and an event runs on.
    admin.query_drop("CREATE TRIGGER touch BEFORE UPDATE ON person FOR EACH ROW SET NEW.nick = OLD.nick").await?;
    admin.query_drop("CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM audit_log").await?;
    let (_folder, file) = file_of(&rules_for(flavour))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    let database = format!("{}://master@{HOST}/shop", flavour.engine());
    command.env_clear().env("COLUMNS", "140").env("XDG_STATE_HOME", STATE).env("MYSQL_PWD", PASSWORD);
    command.env("NIGHTSHIFT_DB_ADDRESS", server.address().to_string());
    command.env("NIGHTSHIFT_DB_CA_FILE", &server.certificates.authority);
    command.args(["clusters", "anonymise", "--database", &database, "--plan", "--rules", &file]);
    let shown = said(&mut command);
    ensure!(shown.code == 3, "{}{}", shown.out, shown.err);
    for line in
        ["event shop.nightly", "ALTER EVENT `shop`.`nightly` DISABLE", "the update would fire touch", "code-would-run"]
    {
        ensure!(shown.out.contains(line), "{line}\n{}", shown.out);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_left_on_mysql() -> anyhow::Result<()> {
    proved(Flavour::Mysql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_left_on_mariadb() -> anyhow::Result<()> {
    proved(Flavour::Mariadb).await
}
