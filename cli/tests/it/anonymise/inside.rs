//! Values inside of documents and arrays: each path becomes what its rule says and the same on every engine, what is of another shape is
//! not handed over, and what is left somewhere else is found.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use nightshift_testkit::database::{Flavour, Installation};
use serde_json::{Value, json};

use super::HOST;
use super::bench::{Bench, small};
use super::rules as file_of;
use crate::Said;

const RULES: &str = r#"
[table."{schema}.docs"]
keep = ["id"]
[table."{schema}.docs".column]
doc = { json = { "$.who.mail" = { fake = "mail", join = "mail" }, "$.tags[*]" = "hash", "$.\"it's n\"" = "keep", "$.list[*].name" = { constant = "no \"one\"" } }, rest = "{rest}" }
note = { json = { "$.a" = { keep-format = true }, "$.b[*][*]" = "null" } }
"#;

fn doc(n: usize) -> Value {
    json!({
        "who": { "mail": format!("needle-mail-{n}@shop.example"), "age": 7 },
        "tags": [format!("needle-tag-{n}"), null, "", 5, { "x": "needle" }],
        "it's n": [n],
        "list": [{ "name": "needle" }, { "name": null, "b": 1 }, {}, "needle"],
        "stays": "plain",
    })
}

/// MariaDB keeps a member that is named twice, so there the rest goes.
fn keeps_rest(bench: &Bench) -> bool {
    bench.engine() != "mariadb"
}

/// A shop with documents, in which `more` was done besides, anonymised.
async fn carried(bench: &Bench, more: &str) -> anyhow::Result<Said> {
    bench.shop("shop").await?;
    let mut admin = bench.admin("shop").await?;
    let is_postgres = bench.engine() == "postgresql";
    if is_postgres {
        admin.run("SET ROLE shop").await?;
    }
    let ty = if is_postgres { "jsonb" } else { "JSON" };
    admin.run(&format!("CREATE TABLE docs (id INT PRIMARY KEY, doc {ty}, note TEXT)")).await?;
    for n in 1..=40 {
        let (doc, note) = (doc(n).to_string(), json!({ "a": format!("Needle {n}"), "b": [[1, 2], 3], "c": "needle" }));
        let [doc, note] = [doc, note.to_string()].map(|text| text.replace('\\', "\\\\").replace('\'', "''"));
        admin.run(&format!("INSERT INTO docs VALUES ({n}, '{doc}', '{note}')")).await?;
    }
    admin
        .run("INSERT INTO docs VALUES (41, NULL, ''), (42, '[\"needle\"]', '[]'), (43, '{\"tags\": \"needle\"}', NULL)")
        .await?;
    if !more.is_empty() {
        admin.run(more).await?;
    }
    let schema = if is_postgres { "public" } else { "shop" };
    let rest = if keeps_rest(bench) { "keep" } else { "drop" };
    let own = RULES.replace("{schema}", schema).replace("{rest}", rest);
    let (_folder, rules) = file_of(&(small(bench.engine(), "shop") + &own))?;
    let keys = tempfile::tempdir()?;
    let (rules, key) = (PathBuf::from(rules), keys.path().join("key"));
    drop(admin);
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", &rules, &key);
    let digest = call.reviewed()?;
    Ok(call.apply(&digest, &[]))
}

async fn changed(bench: Bench) -> anyhow::Result<()> {
    let done = carried(&bench, "").await?;
    ensure!(done.code == 0, "{}{}", done.out, done.err);
    let mut admin = bench.admin("shop").await?;
    let cast = if bench.engine() == "postgresql" { "::text" } else { "" };
    let mut read = async |what: &str, id: usize| -> anyhow::Result<Value> {
        let text = admin.ask(&format!("SELECT {what}{cast} FROM docs WHERE id = {id}")).await?;
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).with_context(|| text.clone()) }
    };
    let (mut doc, note) = (read("doc", 9).await?, read("note", 9).await?);
    let hex = |text: &Value| {
        text.as_str().is_some_and(|text| text.len() == 20 && text.chars().all(|c| c.is_ascii_hexdigit()))
    };
    ensure!(hex(&doc["tags"][0]) && hex(&doc["tags"][3]), "{doc:#}");
    let mail = doc["who"]["mail"].take();
    doc["tags"][0].take();
    doc["tags"][3].take();
    let kept = json!({
        "who": { "mail": null, "age": 7 }, "tags": [null, null, "", null, null], "it's n": [9],
        "list": [{ "name": "no \"one\"" }, { "name": "no \"one\"", "b": 1 }, {}, null], "stays": "plain",
    });
    let dropped = json!({
        "who": { "mail": null }, "tags": [null, null, "", null, null], "it's n": [9],
        "list": [{ "name": "no \"one\"" }, { "name": "no \"one\"" }, {}, null],
    });
    let expected = if keeps_rest(&bench) { kept } else { dropped };
    ensure!(doc == expected, "{} {doc:#}", bench.engine());
    let shape: String =
        note["a"].as_str().context("a")?.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    ensure!(shape.len() == 8 && shape.ends_with(" 9") && shape != "Needle 9", "{note}");
    ensure!(note["b"] == json!([[null, null], null]) && note.get("c").is_none(), "{note}");
    ensure!(read("doc", 41).await?.is_null() && read("doc", 42).await? == Value::Null, "an array is no object");
    ensure!(read("doc", 43).await? == json!({ "tags": null }) && read("note", 42).await?.is_null());
    let email = admin.ask("SELECT email FROM person WHERE id = 9").await?;
    ensure!(mail == email.as_str(), "{mail} and {email}: of one join");
    let empty = admin.ask("SELECT CASE WHEN doc IS NULL AND note = '' THEN 'yes' END FROM docs WHERE id = 41").await?;
    ensure!(empty == "yes", "null stays null, and empty stays empty");
    Ok(())
}

async fn left(bench: Bench) -> anyhow::Result<()> {
    // A tag in a column that is kept, and somebody's address in a member that is.
    let (tag, mail) = ("needle-tag-7", "needle-mail-7@shop.example");
    let member = if bench.engine() == "postgresql" {
        format!("UPDATE docs SET doc = doc || '{{\"stays\": \"ask {mail} first\"}}' WHERE id = 7")
    } else {
        format!("UPDATE docs SET doc = JSON_SET(doc, '$.stays', 'ask {mail} first') WHERE id = 7")
    };
    let in_remark =
        (format!("UPDATE orders SET remark = '{tag}' WHERE id = 7"), "docs.doc.\"tags\"[*] in remark, 1 time");
    let in_member = keeps_rest(&bench).then_some((member, "person.email in doc, "));
    for (more, words) in [in_remark].into_iter().chain(in_member) {
        let ended = carried(&bench, &more).await?;
        ensure!(ended.code == 2 && ended.out.contains(words), "{words}\n{}{}", ended.out, ended.err);
        ensure!(!ended.out.contains("needle-") && !ended.err.contains("needle-"), "no value leaves the server");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_inside_of_a_document_becomes_what_its_path_says() -> anyhow::Result<()> {
    for version in [14, 18] {
        let installation = Installation::find(version).context("run `cargo xtask setup`")?;
        changed(Bench::postgres(&installation).await?).await?;
    }
    changed(Bench::mysql(Flavour::Mysql).await?).await?;
    changed(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_inside_of_a_document_is_found_elsewhere() -> anyhow::Result<()> {
    left(Bench::postgres(&Installation::any()?).await?).await?;
    left(Bench::mysql(Flavour::Mysql).await?).await?;
    left(Bench::mysql(Flavour::Mariadb).await?).await
}

/// Whoever wrote a cast wrote code, and a type as it is written out calls none of it.
#[tokio::test(flavor = "multi_thread")]
async fn no_cast_of_somebodys_is_called_and_no_collation_of_theirs_is_in_the_way() -> anyhow::Result<()> {
    let bench = Bench::postgres(&Installation::find(18).context("run `cargo xtask setup`")?).await?;
    bench.shop("shop").await?;
    let mut admin = bench.admin("shop").await?;
    admin
        .run(
            "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE FUNCTION told(mood) RETURNS text LANGUAGE plpgsql AS \
             'BEGIN RAISE EXCEPTION ''code ran''; END'; CREATE CAST (mood AS text) WITH FUNCTION told(mood); \
             CREATE COLLATION blind (provider = icu, locale = 'und', deterministic = false); \
             CREATE TABLE moods (id int PRIMARY KEY, mood mood, moods mood[], free text COLLATE blind, gone text COLLATE blind); \
             INSERT INTO moods VALUES (1, 'good', '{good,bad}', 'needle', 'needle-9 and more'), (2, NULL, '{}', NULL, ''); \
             ALTER TABLE moods OWNER TO master",
        )
        .await?;
    let own = "[table.\"public.moods\"]\nkeep = [\"id\", \"mood\", \"free\"]\n\
               column.moods = { each = \"null\" }\ncolumn.gone = \"null\"\n";
    let (_folder, rules) = file_of(&(small("postgresql", "shop") + own))?;
    let keys = tempfile::tempdir()?;
    let (rules, key) = (PathBuf::from(rules), keys.path().join("key"));
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", &rules, &key);
    let digest = call.reviewed()?;
    let done = call.apply(&digest, &[]);
    ensure!(done.code == 0, "{}{}", done.out, done.err);
    let moods = admin.ask("SELECT string_agg(moods::text[]::text, ' ' ORDER BY id) FROM moods WHERE id > 1").await?;
    ensure!(moods == "{}", "{moods}");
    let gone =
        admin.ask("SELECT array_position(moods, NULL)::text || cardinality(moods) FROM moods WHERE id = 1").await?;
    ensure!(gone == "12", "two elements, and both null: {gone}");
    Ok(())
}
