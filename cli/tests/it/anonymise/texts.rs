//! Values that stand in the catalog itself, where no rule reaches them: each is found by the object it stands in, and what somebody has
//! read and accepts by its name is let through.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::ensure;
use nightshift_testkit::database::{Flavour, Installation};

use super::HOST;
use super::bench::{Bench, small};
use super::rules as file_of;
use crate::Said;

/// What stands where, on `PostgreSQL`: a statement, and the object as a check names it. `{v}` is somebody's mail address.
const POSTGRES: [(&str, &str); 22] = [
    ("CREATE TYPE mood AS ENUM ('fine', '{v}')", "type public.mood"),
    ("CREATE DOMAIN word AS text DEFAULT '{v}'", "type public.word"),
    ("ALTER TABLE orders ALTER COLUMN remark SET DEFAULT '{v}'", "default value for public.orders.remark"),
    ("ALTER TABLE orders ADD CONSTRAINT odd CHECK (remark <> '{v}')", "table constraint odd on public.orders"),
    ("CREATE VIEW one AS SELECT id FROM orders WHERE remark = '{v}'", "view public.one"),
    ("CREATE RULE r AS ON DELETE TO one DO INSTEAD UPDATE orders SET remark = '{v}'", "rule r on public.one"),
    ("CREATE INDEX few ON orders (id) WHERE remark = '{v}'", "index public.few"),
    (
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON orders USING (remark <> '{v}')",
        "policy p on public.orders",
    ),
    ("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 'for ' || '{v}'$$", "function public.f()"),
    ("CREATE FUNCTION g() RETURNS text LANGUAGE sql RETURN '{v}'", "function public.g()"),
    ("CREATE FUNCTION h(x int, y text DEFAULT '{v}') RETURNS text LANGUAGE sql RETURN y", "function public.h("),
    ("CREATE FUNCTION street() RETURNS text LANGUAGE sql RETURN 'Calle Mayor 5'", "function public.street()"),
    (
        "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW WHEN (NEW.remark = '{v}') EXECUTE FUNCTION t()",
        "trigger t on public.orders",
    ),
    ("CREATE STATISTICS s ON id, (remark = '{v}') FROM orders", "statistics object public.s"),
    ("COMMENT ON COLUMN orders.remark IS 'Ask {v}.'", "table column public.orders.remark"),
    (
        "CREATE FUNCTION link() RETURNS text LANGUAGE sql AS 'SELECT ''https://x.example/?a=1&m={v}&b=2'''",
        "function public.link()",
    ),
    (
        "CREATE FUNCTION odd() RETURNS text LANGUAGE plpgsql AS $$BEGIN -- don't\nRETURN 'Calle Mayor 5'; END$$",
        "function public.odd()",
    ),
    ("CREATE AGGREGATE all_of(text) (SFUNC = textcat, STYPE = text, INITCOND = '{v}')", "aggregate public.all_of("),
    (
        "CREATE TABLE parts (v text) PARTITION BY LIST (v); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN ('{v}')",
        "table public.parts_1",
    ),
    ("RESET ROLE; COMMENT ON DATABASE shop IS 'of {v}'", "database shop"),
    ("DO $$BEGIN IF to_regrole('\"{v}\"') IS NULL THEN CREATE ROLE \"{v}\"; END IF; END$$", "role \"nee… ("),
    ("ALTER ROLE shop SET application_name = '{v}'", "role shop"),
];

/// The same on `MySQL` and `MariaDB`.
const MYSQL: [(&str, &str); 16] = [
    ("ALTER TABLE orders ADD COLUMN mood ENUM('fine', '{v}')", "column shop.orders.mood"),
    ("ALTER TABLE orders ALTER COLUMN remark SET DEFAULT '{v}'", "column shop.orders.remark"),
    ("ALTER TABLE orders ADD COLUMN noted INT COMMENT 'Ask {v}.'", "column shop.orders.noted"),
    ("ALTER TABLE orders ADD COLUMN made VARCHAR(300) AS (CONCAT(remark, '{v}'))", "column shop.orders.made"),
    ("ALTER TABLE audit_log COMMENT = 'of {v}'", "table shop.audit_log"),
    (
        "CREATE TABLE parts (v VARCHAR(60)) ENGINE = InnoDB PARTITION BY LIST COLUMNS (v) (PARTITION p VALUES IN ('{v}'))",
        "table shop.parts",
    ),
    ("CREATE VIEW one AS SELECT id FROM orders WHERE remark = '{v}'", "view shop.one"),
    ("CREATE INDEX some ON orders (remark) COMMENT '{v}'", "index shop.orders.some"),
    ("ALTER TABLE orders ADD CONSTRAINT odd CHECK (remark <> '{v}')", "check shop.odd"),
    ("CREATE FUNCTION f() RETURNS VARCHAR(60) DETERMINISTIC\nRETURN CONCAT(\"for \", '{v}')", "routine shop.f"),
    ("CREATE FUNCTION street() RETURNS VARCHAR(60) DETERMINISTIC RETURN 'Calle Mayor 5'", "routine shop.street"),
    ("ALTER TABLE orders ADD CONSTRAINT few CHECK (remark <> 'Calle Mayor 5')", "check shop.few"),
    ("CREATE FUNCTION which(a ENUM('{v}', 'b')) RETURNS INT DETERMINISTIC RETURN 1", "routine shop.which"),
    ("CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET NEW.remark = '{v}'", "trigger shop.t"),
    ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM audit_log WHERE row_was = '{v}'", "event shop.e"),
    ("CREATE USER IF NOT EXISTS '{v}'", "account 'nee… (32)"),
];

const VALUE: &str = "needle-mail-9@shop.example";

/// Carries the rules with `accepted` out in a shop that is made anew, with a value in each of `places`.
async fn carried(bench: &Bench, places: &[(String, String)], accepted: &[&str]) -> anyhow::Result<Said> {
    bench.shop("shop").await?;
    let mut admin = bench.admin("shop").await?;
    let is_postgres = bench.engine() == "postgresql";
    admin.run("UPDATE person SET notes = 'Calle Mayor 5' WHERE id = 8").await?;
    if is_postgres {
        admin.run("SET ROLE shop").await?;
    }
    for (statement, _) in places {
        admin.run(statement).await?;
    }
    let (schema, kept) = if is_postgres { ("public", "") } else { ("shop", ", \"mood\", \"noted\"") };
    let text = small(bench.engine(), "shop").replace("\"remark\"", &format!("\"remark\"{kept}"));
    let names: Vec<_> = accepted.iter().map(|name| format!("'''{name}'''")).collect();
    let accept = format!("[accept]\ncatalog = [{}]\n", names.join(", "));
    let (_folder, rules) = file_of(&format!("{text}[table.\"{schema}.parts\"]\nkeep = [\"v\"]\n{accept}"))?;
    let keys = tempfile::tempdir()?;
    let (rules, key) = (PathBuf::from(rules), keys.path().join("key"));
    drop(admin);
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", &rules, &key);
    let digest = call.reviewed()?;
    Ok(call.apply(&digest, &["--output", "json"]))
}

async fn named(bench: Bench, places: &[(&str, &str)]) -> anyhow::Result<()> {
    let filled = |text: &str| text.replace("{v}", VALUE);
    let places: Vec<_> = places.iter().map(|(statement, object)| (filled(statement), filled(object))).collect();
    let ended = carried(&bench, &places, &[]).await?;
    ensure!(ended.code == 2, "{}{}", ended.out, ended.err);
    let ran: serde_json::Value = serde_json::from_str(&ended.out)?;
    let checks = ran["checks"].as_array().into_iter().flatten();
    let (of_catalog, others): (Vec<_>, Vec<_>) = checks.partition(|check| check["check"] == "the catalog");
    ensure!(others.iter().all(|check| check["found"] == serde_json::json!([])), "{others:#?}");
    let found = of_catalog.iter().flat_map(|check| check["found"].as_array().into_iter().flatten());
    let found: Vec<_> = found.filter_map(serde_json::Value::as_str).collect();
    for (_, object) in &places {
        let column = if object.contains("street") || object.contains("odd()") || object.contains("shop.few") {
            "person.notes"
        } else {
            "person.email"
        };
        let is_it = |said: &&str| said.contains(&format!("{column} in {object}"));
        ensure!(found.iter().any(is_it), "{object}: {found:#?}");
    }
    let objects = found.iter().filter_map(|said| said.split_once(" in ")?.1.rsplit_once(", "));
    let objects: BTreeSet<_> = objects.map(|(object, _)| object).collect();
    ensure!(objects.len() == places.len(), "nothing else: {found:#?}");
    ensure!(!ended.out.contains("needle-") && !ended.err.contains("needle-"), "no value leaves the server");

    let objects: Vec<_> = objects.into_iter().collect();
    let ended = carried(&bench, &places, &objects).await?;
    ensure!(ended.code == 0, "{}{}", ended.out, ended.err);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_catalog_is_found_by_its_object_and_accepted_by_its_name() -> anyhow::Result<()> {
    for version in [14, 18] {
        let Some(installation) = Installation::find(version) else { anyhow::bail!("run `cargo xtask setup`") };
        named(Bench::postgres(&installation).await?, &POSTGRES).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_catalog_of_mysql_and_mariadb_is_found_and_accepted_likewise() -> anyhow::Result<()> {
    named(Bench::mysql(Flavour::Mysql).await?, &MYSQL).await?;
    named(Bench::mysql(Flavour::Mariadb).await?, &MYSQL).await
}
