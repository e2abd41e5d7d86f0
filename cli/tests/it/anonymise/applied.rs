//! `clusters anonymise --apply`: what it refuses, what it goes on with, what it waits for and what it finds.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use nightshift_testkit::database::{Flavour, Installation};

use super::HOST;
use super::bench::{Bench, Laid, newest, small};
use super::rules as file_of;
use crate::Said;

async fn laid(bench: Bench) -> anyhow::Result<Laid> {
    let rules = small(bench.engine(), "shop");
    Laid::new(bench, &rules).await
}

#[track_caller]
pub(super) fn refuses(said: &Said, code: &str) {
    assert!(
        said.code == 3 && said.err.contains(&format!("{code}: ")),
        "{code}: {} {}{}",
        said.code,
        said.out,
        said.err
    );
}

async fn guarded(bench: Bench) -> anyhow::Result<()> {
    let laid = laid(bench).await?;
    let Laid { bench, rules, key, .. } = &laid;
    let call = bench.call("shop", rules, key);
    let digest = call.reviewed()?;
    refuses(&call.apply(&digest, &[]), "not-marked-as-copy");
    bench.mark("shop", "prod.example").await?;
    refuses(&call.apply(&digest, &[]), "marked-elsewhere");
    bench.mark("shop", HOST).await?;

    // Somebody works with it.
    let somebody = bench.somebody("shop").await?;
    refuses(&call.apply(&digest, &[]), "in-use");
    drop(somebody);
    bench.alone("shop").await?;

    let typed = crate::said(&mut call.command(&["--apply", "--expect-plan", &digest, "--this-is-a-copy", "other"]));
    refuses(&typed, "not-this-copy");
    let other = call.apply(&format!("sha256:{}", "0".repeat(64)), &[]);
    ensure!(other.code == 3 && other.err.contains("was reviewed; nothing was done"), "{}", other.err);

    // What would keep the key.
    let mut admin = bench.admin("shop").await?;
    let (loud, quiet) = match bench {
        Bench::Postgres(_) => {
            ("ALTER ROLE master RESET log_parameter_max_length", "ALTER ROLE master SET log_parameter_max_length = 0")
        }
        Bench::Mysql(_) => ("SET GLOBAL general_log = ON", "SET GLOBAL general_log = OFF"),
    };
    admin.run(loud).await?;
    refuses(&call.apply(&digest, &[]), "key-would-be-logged");
    admin.run(quiet).await?;
    ensure!(!key.exists(), "a key that nothing depends on is not made");
    if matches!(bench, Bench::Mysql(_)) {
        // The administrator has it, which is no help to whoever asks.
        admin.run("REVOKE PROCESS ON *.* FROM master@'%'").await?;
        refuses(&call.apply(&digest, &[]), "sessions-not-seen");
        admin.run("GRANT PROCESS ON *.* TO master@'%'").await?;
    }

    // Somebody else's.
    let taken = match bench {
        Bench::Postgres(_) => [
            "CREATE SCHEMA nightshift_anon AUTHORIZATION master",
            "SET ROLE master",
            "CREATE TABLE nightshift_anon.progress (step text PRIMARY KEY)",
            "RESET ROLE",
        ],
        Bench::Mysql(_) => [
            "CREATE DATABASE nightshift_anon",
            "DO 0",
            "CREATE TABLE nightshift_anon.progress (step VARCHAR(512) PRIMARY KEY)",
            "DO 0",
        ],
    };
    for statement in taken {
        admin.run(statement).await?;
    }
    refuses(&call.apply(&digest, &[]), "progress-taken");
    admin
        .run(match bench {
            Bench::Postgres(_) => "DROP SCHEMA nightshift_anon CASCADE",
            Bench::Mysql(_) => "DROP DATABASE nightshift_anon",
        })
        .await?;
    let before = admin.ask("SELECT email FROM person WHERE id = 7").await?;
    ensure!(before == "needle-mail-7@shop.example", "nothing was done before: {before}");

    let done = call.apply(&digest, &["--output", "json"]);
    ensure!(done.code == 0, "{}{}", done.out, done.err);
    let ran: serde_json::Value = serde_json::from_str(&done.out)?;
    ensure!(ran["anonymised"] == true, "{ran}");
    let checks = ran["checks"].as_array().context("checks")?;
    let looked: Vec<_> = checks.iter().filter_map(|check| check["check"].as_str()).collect();
    ensure!(
        looked.iter().any(|name| name.ends_with(".person")) && looked.iter().any(|name| name.ends_with(".audit_log")),
        "{looked:?}"
    );
    ensure!(checks.iter().all(|check| check["found"] == serde_json::json!([])), "{ran}");
    ensure!(!key.exists(), "the key goes with the run");
    let after = admin.ask("SELECT email FROM person WHERE id = 7").await?;
    ensure!(after.ends_with("@example.org"), "{after}");
    refuses(&call.apply(&digest, &[]), "already-anonymised");
    ensure!(admin.ask("SELECT email FROM person WHERE id = 7").await? == after, "not a second time");
    Ok(())
}

/// A run that could not go on: what changed is named, and the same goes on.
async fn bound(bench: Bench) -> anyhow::Result<()> {
    let laid = laid(bench).await?;
    let Laid { bench, rules, key, .. } = &laid;
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", rules, key);
    let digest = call.reviewed()?;
    let mut admin = bench.admin("shop").await?;
    // The administrator reads a table and does not let go of it.
    let (lock, unlock) = match bench {
        Bench::Postgres(_) => ("BEGIN; LOCK TABLE person IN ACCESS SHARE MODE", "COMMIT"),
        Bench::Mysql(_) => ("LOCK TABLES person READ", "UNLOCK TABLES"),
    };
    admin.run(lock).await?;
    let stopped = call.apply(&digest, &[]);
    ensure!([2, 3].contains(&stopped.code) && stopped.out.contains("not-reached"), "{}{}", stopped.out, stopped.err);
    admin.run(unlock).await?;
    ensure!(key.exists(), "the key outlives the call");
    bench.alone("shop").await?;

    let (_folder, other) = file_of(&format!("{}# read again\n", small(bench.engine(), "shop")))?;
    let changed = bench.call("shop", std::path::Path::new(&other), key);
    refuses(&changed.apply(&digest, &[]), "other-rules");
    refuses(&call.apply(&format!("sha256:{}", "0".repeat(64)), &[]), "other-plan");
    let keyless = super::bench::Call { key: None, ..bench.call("shop", rules, key) };
    refuses(&keyless.apply(&digest, &[]), "other-key");
    admin.run("ALTER TABLE orders ADD COLUMN later INT").await?;
    refuses(&call.apply(&digest, &[]), "schema-moved");
    admin.run("ALTER TABLE orders DROP COLUMN later").await?;
    let line = "UPDATE nightshift_anon.progress SET run = 'of somebody' WHERE step LIKE 'sample%'";
    admin.run(line).await?;
    refuses(&call.apply(&digest, &[]), "other-run");
    admin.run("DELETE FROM nightshift_anon.progress WHERE run = 'of somebody'").await?;

    let done = call.apply(&digest, &[]);
    ensure!(done.code == 0, "{}{}", done.out, done.err);
    ensure!(done.out.contains("already_right") == (bench.engine() == "postgresql"), "{}", done.out);
    ensure!(!key.exists());
    Ok(())
}

/// A column that somebody kept repeats what another one has.
async fn found(bench: Bench) -> anyhow::Result<()> {
    let laid = laid(bench).await?;
    let Laid { bench, rules, key, .. } = &laid;
    let mut admin = bench.admin("shop").await?;
    admin.run("UPDATE orders SET remark = mail WHERE id = 9").await?;
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", rules, key);
    let digest = call.reviewed()?;
    for _ in 0..2 {
        let ended = call.apply(&digest, &[]);
        ensure!(ended.code == 2, "{}{}", ended.out, ended.err);
        for words in ["[original-found]", "person.email in remark, 1 time", "is not anonymised: 'check'"] {
            ensure!(ended.out.contains(words), "{words}\n{}", ended.out);
        }
        ensure!(!ended.out.contains("needle-") && !ended.err.contains("needle-"), "no value leaves the server");
        ensure!(key.exists(), "it is not at its end");
        bench.alone("shop").await?;
    }
    Ok(())
}

/// A table that nobody gave the login a right to.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_check_cannot_look_at_it_does_not_vouch_for() -> anyhow::Result<()> {
    let bench = Bench::postgres(&newest()?).await?;
    bench.shop("shop").await?;
    let mut admin = bench.admin("shop").await?;
    admin.run("CREATE TABLE strange (id int PRIMARY KEY)").await?;
    let text = format!("{}[table.\"public.strange\"]\nkeep = [\"id\"]\n", small("postgresql", "shop"));
    let (_folder, rules) = file_of(&text)?;
    let keys = tempfile::tempdir()?;
    let (rules, key) = (PathBuf::from(rules), keys.path().join("key"));
    bench.mark("shop", HOST).await?;
    let call = bench.call("shop", &rules, &key);
    let digest = call.reviewed()?;
    let ended = call.apply(&digest, &[]);
    ensure!(ended.code == 2 && ended.out.contains("[could-not-look] looking at public.strange"), "{}", ended.out);
    admin.run("GRANT SELECT ON strange TO master").await?;
    let done = call.apply(&digest, &[]);
    ensure!(done.code == 0, "{}{}", done.out, done.err);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_reviewed_plan_on_a_quiet_copy_is_carried_out() -> anyhow::Result<()> {
    guarded(Bench::postgres(&newest()?).await?).await?;
    guarded(Bench::mysql(Flavour::Mysql).await?).await?;
    guarded(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_with_the_same_plan_rules_schema_and_key_alone() -> anyhow::Result<()> {
    bound(Bench::postgres(&Installation::any()?).await?).await?;
    bound(Bench::mysql(Flavour::Mysql).await?).await?;
    bound(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_in_a_kept_column_fails_the_run_by_name() -> anyhow::Result<()> {
    found(Bench::postgres(&newest()?).await?).await?;
    found(Bench::mysql(Flavour::Mysql).await?).await?;
    found(Bench::mysql(Flavour::Mariadb).await?).await
}
