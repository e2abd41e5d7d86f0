//! A plan carried out on a real server: nothing of what was planted is left where it can be read, what has to fit together does, and
//! a run that died at any message goes on to the same end.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use nightshift::domains::anonymise::RunKey;
use nightshift::domains::anonymise::plan::{self, Plan};
use nightshift::domains::anonymise::rules;
use nightshift::secret::Secret;
use nightshift::servers::catalog;
use nightshift::services::sql::Engine;
use nightshift_testkit::database::anonymise::{carry_out, hand_keys, messages};
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Installation, Postgres};

use super::{RULES, session, shop};

async fn planned(server: &Postgres, database: &str) -> anyhow::Result<Plan> {
    let session = session(Engine::Postgres, server.address(), &server.certificates.authority, MASTER, database).await?;
    let schema = catalog::schema(&session, database).await?;
    Ok(plan::make(&rules::read(RULES)?, &schema))
}

pub(super) fn key() -> RunKey {
    RunKey::new(Secret::new("a key of one run, as long as it takes".to_owned())).expect("long enough")
}

/// What `keep-format` makes of `text`, as the rules have it on every engine.
pub(super) fn formatted(join: &str, text: &str) -> String {
    let byte = |at: usize| {
        let hash = key().hash(join, &format!("{}:{text}", at / 32));
        u8::from_str_radix(&hash[at % 32 * 2..][..2], 16).expect("two digits")
    };
    let made = text.chars().enumerate().map(|(at, c)| match c {
        '0'..='9' => char::from(b'0' + byte(at) % 10),
        'a'..='z' => char::from(b'a' + byte(at) % 26),
        'A'..='Z' => char::from(b'A' + byte(at) % 26),
        c if c > '\u{7f}' => 'x',
        c => c,
    });
    made.collect()
}

/// Where a planted value can be read by anybody with SQL.
async fn readable(admin: &Client) -> anyhow::Result<Vec<String>> {
    let tables = admin
        .query(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm') AND n.nspname = 'public' ORDER BY 1",
            &[],
        )
        .await?;
    let mut found = Vec::new();
    for table in tables.iter().map(|row| row.get::<_, String>(0)).chain(["pg_stats", "pg_stats_ext"].map(str::to_owned))
    {
        let question = format!("SELECT count(*) FROM {table} AS t WHERE t::text ~ 'needle|6e6565646c65'");
        let hits: i64 = admin.query_one(&question, &[]).await?.get(0);
        if hits > 0 {
            found.push(format!("{table}: {hits}"));
        }
    }
    Ok(found)
}

/// What must be as it was: constraints, triggers, policies, rights, sequences.
async fn structure(admin: &Client) -> anyhow::Result<String> {
    let row = admin
        .query_one(
            "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (\
             SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated || ' ' \
             || coalesce(obj_description(oid, 'pg_constraint'), '') AS line FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
             UNION ALL SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT relname || ' ' || relowner::regrole || ' ' || relrowsecurity || relforcerowsecurity FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace \
             UNION ALL SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull \
             || ' ' || attcollation || ' ' || attidentity::text || attgenerated::text FROM pg_attribute WHERE attnum > 0 AND attrelid IN \
             (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) \
             UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN \
             (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) \
             UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_t') AS s",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

async fn fits(admin: &Client) -> anyhow::Result<()> {
    let number = async |question: &str| -> anyhow::Result<i64> {
        Ok(admin.query_one(question, &[]).await.with_context(|| question.to_owned())?.get(0))
    };
    for (question, expected) in [
        ("SELECT count(*) FROM orders o JOIN person p ON p.id = o.person AND p.email = o.mail", 200),
        ("SELECT count(DISTINCT v.mail) FROM visit v JOIN person p ON p.email = v.mail", 400),
        (
            "SELECT count(*) FROM person WHERE email ~ '^[0-9a-f]{20}@example[.]org$' AND name ~ '^[A-Z][a-z]+ [A-Z][a-z]+$'",
            400,
        ),
        (
            "SELECT count(*) FROM person WHERE phone ~ '^[+][0-9]{2} [0-9]{3} [0-9]{6}$' AND notes IS NULL AND shown = upper(name)",
            400,
        ),
        ("SELECT count(DISTINCT uid) + count(DISTINCT ip) + count(DISTINCT token) FROM person", 801),
        (
            "SELECT count(*) FROM person WHERE born = date_trunc('year', born) AND extract(day FROM seen AT TIME ZONE 'UTC') = 1",
            400,
        ),
        (
            "SELECT count(*) FROM person WHERE iban ~ '^DE[0-9]{2}00000000' AND \
             mod((substr(iban, 5) || '1314' || substr(iban, 3, 2))::numeric, 97) = 1",
            400,
        ),
        (
            "SELECT count(*) FROM person WHERE plan = 'free' AND country = 'ES' AND mood = 'good' AND tags[1] ~ '^[0-9a-f]{20}$' \
             AND tags[2] IS NULL AND tags[3] = '' AND cardinality(tags) = 3",
            400,
        ),
        (
            "SELECT count(*) FROM person WHERE doc ->> 'mail' = email AND doc ->> 'at' = '2026-05' AND NOT doc ? 'other' \
             AND doc #>> '{deep,name}' ~ '^[0-9a-f]{20}$' AND doc #>> '{phones,0}' ~ '^[a-z]{6} [0-9]+$' \
             AND doc #> '{phones,1}' = 'null' AND doc #>> '{phones,2}' ~ '^[0-9]$' AND doc #> '{phones,3}' = 'null'",
            400,
        ),
        ("SELECT count(*) FROM audit_log", 0),
        ("SELECT count(*) FROM staff WHERE nick ~ '^user-[0-9a-f]{20}$' AND NOT is_employee", 25),
        ("SELECT count(*) FROM staff", 25),
        ("SELECT count(*) FROM guarded WHERE secret ~ '^[0-9a-f]{20}$'", 50),
    ] {
        let found = number(question).await?;
        ensure!(found == expected, "{question}: {found}, not {expected}");
    }
    // Exactly once: what the server made is the hash of what was there, and not of a hash.
    let expected = format!("{}@example.org", &key().hash("mail", "needle-mail-7@shop.example")[..20]);
    let found: String = admin.query_one("SELECT email FROM person WHERE id = 7", &[]).await?.get(0);
    ensure!(found == expected, "{found}, not {expected}");
    let expected = formatted("public.person.phone", "+34 600 000007");
    let found: String = admin.query_one("SELECT phone FROM person WHERE id = 7", &[]).await?.get(0);
    ensure!(found == expected, "{found}, not {expected}");
    Ok(())
}

async fn proved(version: u32) -> anyhow::Result<()> {
    let installation = Installation::find(version).context("run `cargo xtask setup`")?;
    let server = shop(&installation).await?;
    let admin = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
    // Values change places in it, and stay in the database: it is no secret whose they are any more, and no needle.
    admin.batch_execute("UPDATE orders SET ship_to = 'ship-' || id; ANALYZE orders").await?;
    let before = structure(&admin).await?;
    let plan = planned(&server, "shop").await?;
    ensure!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    let master = server.master("shop").await?;
    carry_out(&master, &plan, &key()).await?;
    fits(&admin).await?;
    assert_eq!(readable(&admin).await?, Vec::<String>::new(), "on {version}");
    assert_eq!(structure(&admin).await?, before, "on {version}");

    // In files, only in rows of the server's own statistics that are dead.
    admin.batch_execute("CHECKPOINT").await?;
    let statistics = admin
        .query(
            "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relname IN ('pg_statistic', 'pg_statistic_ext_data') \
             OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relname IN ('pg_statistic', 'pg_statistic_ext_data'))",
            &[],
        )
        .await?;
    let known: BTreeSet<String> = statistics.iter().map(|row| row.get(0)).collect();
    let database = admin.query_one("SELECT oid FROM pg_database WHERE datname = current_database()", &[]).await?.get(0);
    let files = server.files_with(database, &["needle"])?;
    assert!(files.iter().any(|file| known.contains(file)), "what is looked for is found where it is known to be");
    let files: Vec<_> = files.into_iter().filter(|file| !known.contains(file)).collect();
    assert_eq!(files, Vec::<String>::new(), "on {version}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_left_on_the_oldest_server() -> anyhow::Result<()> {
    proved(14).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_planted_is_left_on_the_newest_server() -> anyhow::Result<()> {
    proved(18).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_died_at_a_message_of_any_kind_goes_on_to_the_same_end() -> anyhow::Result<()> {
    let server = shop(&Installation::any()?).await?;
    let plan = planned(&server, "shop").await?;
    let all = messages(&server.master("shop").await?, &plan).await?;
    let postgres = server.log_in(RDS_ADMIN, PASSWORD, "postgres").await?;
    // Every one that is whole or not at all, and the first of each other kind but the last, which drops the schema that says how far
    // it is: whoever carries it out has to have kept that by then.
    let mut kinds: BTreeSet<_> = ["SET", "RESET", "DROP"].into();
    let at = all.iter().enumerate().filter(|(_, (_, message))| {
        let kind = message.split([' ', ';']).next().unwrap_or_default();
        kind == "BEGIN" || kinds.insert(kind)
    });
    for died in at.map(|(at, _)| at) {
        let database = format!("shop_{died}");
        postgres.batch_execute(&format!("CREATE DATABASE {database} TEMPLATE shop OWNER master")).await?;
        let first = server.master(&database).await?;
        hand_keys(&first, &plan, &key()).await?;
        let mut left = messages(&first, &plan).await?;
        let (_, message) = left.remove(died);
        for (_, message) in &left[..died] {
            first.batch_execute(message).await.with_context(|| message.clone())?;
        }
        // The message is sent, and nobody waits for its answer.
        let sent = tokio::spawn(async move { first.batch_execute(&message).await });
        tokio::task::yield_now().await;
        sent.abort();
        let admin = server.log_in(RDS_ADMIN, PASSWORD, &database).await?;
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'master'";
        while admin.query_one(others, &[]).await?.get::<_, i64>(0) > 0 {
            tokio::task::yield_now().await;
        }
        let second = server.master(&database).await?;
        carry_out(&second, &plan, &key()).await.with_context(|| format!("died at message {died}"))?;
        fits(&admin).await.with_context(|| format!("died at message {died}"))?;
        drop((second, admin));
    }
    Ok(())
}
