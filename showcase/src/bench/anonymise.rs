//! A plan to anonymise on a large table of a real `PostgreSQL`, beside the script that one would write: an `UPDATE` by key in batches, of
//! the same values, and a `VACUUM` behind it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use nightshift::domains::anonymise::RunKey;
use nightshift::domains::anonymise::plan::{self, HELPER, Plan, Work};
use nightshift::domains::anonymise::rules;
use nightshift::secret::Secret;
use nightshift::servers::catalog;
use nightshift::services::sql::{Authorities, Endpoint, Engine};
use nightshift_testkit::database::anonymise::{carry_out, hand_keys};
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Installation, Postgres};

use super::table::{Section, Target, mebi, millis, ratio};

/// As it is named on the command line.
pub const NAME: &str = "anonymise";
const HOST: &str = "shop.cluster-x.eu-west-1.rds.amazonaws.com";
const ROWS: i64 = 10_000_000;
const QUICK_ROWS: i64 = 200_000;
/// Rows of a batch of the script.
const BATCH: i64 = 50_000;
const RULES: &str = "version = 1\nengine = \"postgresql\"\n[table.\"public.person\"]\nkeep = [\"id\", \"country\", \"born\", \"plan\", \"seen\", \"remark\"]\n\
    [table.\"public.person\".column]\nemail = { fake = \"mail\" }\nname = \"hash\"\nphone = \"hash\"\n";

pub(super) fn section() -> Section {
    let how = "A table of nine columns with a primary key and three indexes, on PostgreSQL on this machine, `fsync` off, 16 MiB of shared \
               buffers, and no whole pages in the log, as Aurora has none. Three texts change, each with an index. *Ours* is the whole plan of `clusters anonymise`, without its samples and checks: one \
               `ALTER TABLE` that writes the table and its indexes anew. *Script* is what one would write instead: the same values, by an `UPDATE` \
               of 50,000 rows at a time by key, each in a transaction of its own, and a `VACUUM` at the end. *Log* is the write-ahead log that was \
               written, *size* that of the table with its indexes afterwards."
        .to_owned();
    Section::new("Anonymising a large table", how, &["table", "figure", "ours", "script", "ratio", "target", ""])
}

/// What one way took.
struct Took {
    time: Duration,
    log: f64,
    size: f64,
}

/// Adds the rows.
pub(super) async fn measure(section: &mut Section, quick: bool) -> anyhow::Result<()> {
    let rows = if quick { QUICK_ROWS } else { ROWS };
    let server = Postgres::start(&Installation::any()?, HOST, "ours").await?;
    let first = server.admin("postgres").await?;
    for setting in ["ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()"] {
        first.batch_execute(setting).await?;
    }
    filled(&server, rows).await?;
    first.batch_execute(&format!("CREATE DATABASE script TEMPLATE ours OWNER {MASTER}")).await?;
    let ours = ours(&server).await?;
    let script = script(&server, rows).await?;
    let name = format!("{rows} rows, 3 columns changed, 3 indexes on them");
    let half = |of: f64, to: f64| Some(Target { words: "at most 1/2".to_owned(), met: 2.0 * of <= to });
    let times = (ours.time.as_secs_f64(), script.time.as_secs_f64());
    for (figure, shown, figures, target) in [
        ("time", (millis(ours.time), millis(script.time)), times, half(times.0, times.1)),
        ("log", (mebi(ours.log), mebi(script.log)), (ours.log, script.log), half(ours.log, script.log)),
        ("size", (mebi(ours.size), mebi(script.size)), (ours.size, script.size), None),
    ] {
        let row = [name.clone(), figure.to_owned(), shown.0, shown.1, ratio(figures.0, figures.1)];
        section.row(&row, target, &[]);
    }
    Ok(())
}

async fn filled(server: &Postgres, rows: i64) -> anyhow::Result<()> {
    let admin = server.log_in(RDS_ADMIN, PASSWORD, "ours").await?;
    let all = format!(
        "CREATE TABLE person (id bigint PRIMARY KEY, email text COLLATE \"C\", name text, phone text, country text, born date, plan text, \
         seen timestamptz, remark text); ALTER TABLE person OWNER TO {MASTER}; \
         INSERT INTO person SELECT n, 'person-' || n || '@shop.example', 'name of ' || n, '+34 600 ' || lpad(n::text, 9, '0'), 'ES', \
         date '1970-01-01' + (n % 15000)::int, 'free', timestamptz '2026-01-01' + n * interval '1 second', 'a remark of some length, as rows have one' \
         FROM generate_series(1, {rows}) AS n; \
         CREATE INDEX by_email ON person (email); CREATE INDEX by_name ON person (name); CREATE INDEX by_phone ON person (phone); \
         ANALYZE person; CHECKPOINT"
    );
    // Each by itself: a checkpoint takes no transaction.
    for statement in all.split("; ") {
        admin.batch_execute(statement).await.with_context(|| statement.to_owned())?;
    }
    Ok(())
}

fn key() -> anyhow::Result<RunKey> {
    RunKey::new(Secret::new("a key of one run, as long as it takes".to_owned())).context("the key is too short")
}

async fn planned(server: &Postgres, database: &str) -> anyhow::Result<Plan> {
    let endpoint = Endpoint {
        engine: Engine::Postgres,
        host: HOST.to_owned(),
        tls_name: None,
        port: 5432,
        through: Some(server.address()),
        trust: Authorities::File(server.certificates.authority.clone()).trust()?,
        lock_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_mins(10),
    };
    let session = endpoint.log_in(MASTER, &Secret::new(PASSWORD.to_owned()), database).await?;
    let plan = plan::make(&rules::read(RULES)?, &catalog::schema(&session, database).await?);
    ensure!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    Ok(plan)
}

async fn ours(server: &Postgres) -> anyhow::Result<Took> {
    let (plan, key) = (planned(server, "ours").await?, key()?);
    let master = server.master("ours").await?;
    taken(server, "ours", async || carry_out(&master, &plan, &key).await).await
}

async fn script(server: &Postgres, rows: i64) -> anyhow::Result<Took> {
    let (plan, key) = (planned(server, "script").await?, key()?);
    let master = server.master("script").await?;
    hand_keys(&master, &plan, &key).await?;
    let prepare = plan.steps.iter().find(|step| step.work == Work::Prepare).context("no first step")?;
    for message in prepare.messages(plan.engine) {
        master.batch_execute(&message).await?;
    }
    let number = |column: &str| {
        let join = plan.joins.iter().position(|join| join.ends_with(column));
        join.map(|number| format!("{HELPER}.keyed('{number}', {column})")).context("no such join")
    };
    let hash = |column| number(column).map(|keyed| format!("left(encode({keyed}, 'hex'), 20)"));
    let set = format!(
        "email = {HELPER}.fake_mail({}), name = {}, phone = {}",
        number("email")?,
        hash("name")?,
        hash("phone")?
    );
    taken(server, "script", async || {
        for first in (0..rows).step_by(usize::try_from(BATCH)?) {
            let update = format!("UPDATE person SET {set} WHERE id > {first} AND id <= {}", first + BATCH);
            master.batch_execute(&update).await?;
        }
        Ok(master.batch_execute("VACUUM person").await?)
    })
    .await
}

/// Does `work` in `database`, from a checkpoint on.
#[expect(clippy::disallowed_methods, reason = "what is measured is time")]
async fn taken(
    server: &Postgres,
    database: &str,
    work: impl AsyncFnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Took> {
    let admin = server.admin(database).await?;
    admin.batch_execute("CHECKPOINT").await?;
    let before: String = text(&admin, "SELECT pg_current_wal_lsn()::text").await?;
    let started = Instant::now();
    work().await?;
    let time = started.elapsed();
    let log = format!("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '{before}')::text");
    let size = "SELECT pg_total_relation_size('person')::text";
    let left = "SELECT count(*)::text FROM (SELECT email FROM person WHERE email LIKE 'person-%' LIMIT 1) AS s";
    ensure!(text(&admin, left).await? == "0", "not every row was changed");
    Ok(Took { time, log: text(&admin, &log).await?.parse()?, size: text(&admin, size).await?.parse()? })
}

async fn text(admin: &Client, question: &str) -> anyhow::Result<String> {
    Ok(admin.query_one(question, &[]).await?.get(0))
}
