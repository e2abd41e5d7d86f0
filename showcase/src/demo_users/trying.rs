//! What each user may do, found out by doing it.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{LineStyle, Table, TableStyle};
use tokio_postgres::Client;

use nightshift_testkit::database::DatabaseWorld;

/// The users, as the columns have them.
const USERS: [&str; 3] = ["airflow-rw-ddl", "airflow-rw-dml", "airflow-ro-dml"];
/// Their secrets.
pub(super) const SECRETS: [&str; 3] = [
    "dp-sec-db-ue1-af-activation-af_rw_ddl-dev",
    "dp-sec-db-ue1-af-activation-af_rw-dev",
    "dp-sec-db-ue1-af-activation-af_ro-dev",
];
/// What is tried, and who may. The first makes the table the others are about.
const STATEMENTS: [(&str, [bool; 3]); 11] = [
    ("CREATE SCHEMA reports", [true, false, false]),
    ("CREATE TABLE reports.run (id serial, state text)", [true, false, false]),
    ("CREATE TABLE dag_run (id serial, state text)", [true, false, false]),
    ("INSERT INTO dag_run (state) VALUES ('queued')", [true, true, false]),
    ("UPDATE dag_run SET state = 'running'", [true, true, false]),
    ("SELECT * FROM dag_run", [true, true, true]),
    ("DELETE FROM dag_run", [true, true, false]),
    ("TRUNCATE dag_run", [true, false, false]),
    ("SELECT * FROM legacy", [true, true, true]),
    ("DELETE FROM legacy", [true, true, false]),
    ("DROP TABLE legacy", [false, false, false]),
];
const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none());

/// What came of each statement.
#[derive(Debug)]
pub(super) struct Tried(Vec<[bool; 3]>);

impl Tried {
    /// Logs in as each and tries everything.
    pub(super) async fn all(world: &DatabaseWorld) -> anyhow::Result<Self> {
        let mut sessions = Vec::new();
        for secret in SECRETS {
            sessions.push(world.log_in_by(secret).await?);
        }
        let mut tried = Vec::new();
        for (statement, _) in STATEMENTS {
            let mut may = [false; 3];
            for (session, may) in sessions.iter().zip(&mut may) {
                *may = self::may(session, statement).await?;
            }
            tried.push(may);
        }
        Ok(Self(tried))
    }

    pub(super) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(STYLE).set_header(std::iter::once("STATEMENT").chain(USERS));
        for ((statement, _), may) in STATEMENTS.iter().zip(&self.0) {
            let words = may.map(|may| if may { "yes" } else { "denied" });
            table.add_row(std::iter::once(*statement).chain(words));
        }
        format!("{}\n", table.trim_fmt())
    }

    /// An error naming the first statement that was allowed or denied against the event.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        for ((statement, expected), found) in STATEMENTS.iter().zip(&self.0) {
            ensure!(expected == found, "{statement}: expected {expected:?}, found {found:?} of {USERS:?}");
        }
        Ok(())
    }
}

/// Whether `statement` is allowed; anything but a denial is an error.
async fn may(session: &Client, statement: &str) -> anyhow::Result<bool> {
    match session.batch_execute(statement).await {
        Ok(()) => Ok(true),
        Err(error) if error.code().is_some_and(|code| code.code() == "42501") => Ok(false),
        Err(error) => bail!("{statement}: {:?}", error.as_db_error()),
    }
}

/// The versions of every user's secret.
pub(super) async fn versions(world: &DatabaseWorld) -> anyhow::Result<Vec<BTreeMap<String, Vec<String>>>> {
    let mut all = Vec::new();
    for secret in SECRETS {
        all.push(world.versions(secret).await?);
    }
    Ok(all)
}
