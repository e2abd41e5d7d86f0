//! Databases in which a plan once said that nothing was in the way, and carrying it out did harm or left originals. Each is a database
//! of its own on a real server. A plan has to refuse it by name, or carry it out right.

mod code;
mod fits;
mod mysql;
mod rows;
mod statistics;

use anyhow::{Context as _, ensure};
use nightshift::domains::anonymise::plan::{self, Plan};
use nightshift::domains::anonymise::rules;
use nightshift::servers::catalog;
use nightshift::services::sql::Engine;
use nightshift_testkit::database::anonymise::carry_out;
use nightshift_testkit::database::postgres::{MASTER, PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Installation, Postgres};

use super::carried::key;
use super::{HOST, session};

/// The oldest and the newest server.
const BOTH: [u32; 2] = [14, 18];

/// A server of `version` on which tables belong to a role `shop`, which the master can act as.
async fn server(version: u32) -> anyhow::Result<Postgres> {
    let installation = Installation::find(version).context("run `cargo xtask setup`")?;
    let server = Postgres::start(&installation, HOST, "empty").await?;
    let admin = server.log_in(RDS_ADMIN, PASSWORD, "empty").await?;
    let member = if version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
    admin
        .batch_execute(&format!(
            "CREATE ROLE shop; GRANT shop TO master {member}; GRANT CREATE, USAGE ON SCHEMA public TO shop"
        ))
        .await?;
    Ok(server)
}

/// One database, and the plan of it.
struct Tried<'a> {
    server: &'a Postgres,
    database: String,
    admin: Client,
    plan: Plan,
}

/// Makes `database` by `sql`, which `shop` sends but for what comes before `-- shop`.
async fn tried<'a>(server: &'a Postgres, database: &str, sql: &str, rules: &str) -> anyhow::Result<Tried<'a>> {
    tried_in(server, database, "TEMPLATE empty", sql, rules).await
}

/// The same, in a database that is made by other words.
async fn tried_in<'a>(
    server: &'a Postgres,
    database: &str,
    how: &str,
    sql: &str,
    rules_text: &str,
) -> anyhow::Result<Tried<'a>> {
    let postgres = server.log_in(RDS_ADMIN, PASSWORD, "postgres").await?;
    postgres.batch_execute(&format!("CREATE DATABASE {database} {how} OWNER master")).await?;
    let admin = server.log_in(RDS_ADMIN, PASSWORD, database).await?;
    let (before, sql) = sql.split_once("-- shop").unwrap_or(("", sql));
    let all = format!("{before};SET ROLE shop;{sql};RESET ROLE");
    admin.batch_execute(&all).await.with_context(|| all.clone())?;
    let session = session(Engine::Postgres, server.address(), &server.certificates.authority, MASTER, database).await?;
    let schema = catalog::schema(&session, database).await?;
    let rules = rules::read(&format!("version = 1\nengine = \"postgresql\"\n{rules_text}"))?;
    Ok(Tried { server, database: database.to_owned(), admin, plan: plan::make(&rules, &schema) })
}

impl Tried<'_> {
    /// What stands in its way, a line each.
    fn said(&self) -> String {
        said(&self.plan)
    }

    /// It is refused, and each of these lines says why.
    #[track_caller]
    fn refused(&self, lines: &[&str]) {
        let said = self.said();
        for line in lines {
            assert!(said.contains(line), "{} {}: {line}\n{said}", self.server.version, self.database);
        }
    }

    /// Nothing is in its way, and it goes through to the end.
    async fn carried(&self) -> anyhow::Result<()> {
        ensure!(self.plan.blockers.is_empty(), "{} {}: {}", self.server.version, self.database, self.said());
        let master = self.server.master(&self.database).await?;
        carry_out(&master, &self.plan, &key())
            .await
            .with_context(|| format!("{} {}", self.server.version, self.database))
    }

    /// The one text that `question` answers with.
    async fn text(&self, question: &str) -> anyhow::Result<String> {
        let row = self.admin.query_one(question, &[]).await.with_context(|| question.to_owned())?;
        Ok(row.get::<_, Option<String>>(0).unwrap_or_default())
    }

    /// The one number that `question` answers with.
    async fn number(&self, question: &str) -> anyhow::Result<i64> {
        Ok(self.admin.query_one(question, &[]).await.with_context(|| question.to_owned())?.get(0))
    }

    /// Where statistics hold what was planted.
    async fn statistics(&self) -> anyhow::Result<String> {
        let held = "(SELECT tablename || '.' || attname AS place, s::text AS held FROM pg_stats s WHERE schemaname = 'public' \
                    UNION ALL SELECT statistics_name::text, e::text FROM pg_stats_ext e) AS s WHERE held ~* 'needle'";
        self.text(&format!("SELECT string_agg(DISTINCT place, ', ' ORDER BY place) FROM {held}")).await
    }
}

/// What stands in the way of a plan, a line each.
fn said(plan: &Plan) -> String {
    let line = |one: &plan::Blocker| format!("{}: {}: {}; {}", one.object, one.code, one.message, one.fix);
    plan.blockers.iter().map(line).collect::<Vec<_>>().join("\n")
}
