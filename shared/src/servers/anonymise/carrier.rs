//! Sends the steps of a plan. A step that is whole or not at all leaves its line of progress in its own transaction; what a server does
//! outside of one can be done again, and leaves its line behind it.

use std::collections::BTreeSet;

use super::alone::APPLICATION;
use crate::domains::anonymise::RunKey;
use crate::domains::anonymise::begun::{Kept, SEEN};
use crate::domains::anonymise::checks::{Question, Sampling};
use crate::domains::anonymise::plan::{HELPER, Step, Work};
use crate::secret::Secret;
use crate::services::Permit;
use crate::services::sql::{Engine, Session, SqlError, SqlKind, literal, mysql_literal};

/// Seconds after which the server ends a session that nobody uses any more, and with it the lock that keeps others out: a function that
/// stopped waiting is frozen, and closes nothing.
const IDLE: u32 = 600;
/// A name of a session is no longer than this.
const LONGEST_NAME: usize = 63;
/// What `MySQL` and `MariaDB` say without repeating a value: too long, null, still referenced, a check, a lock, a right.
const TELLING_NOTHING: [&str; 12] =
    ["1048", "1054", "1064", "1146", "1406", "1451", "1452", "3819", "4025", "1205", "1213", "3572"];

/// See the module.
#[derive(Debug)]
pub struct Carrier<'a> {
    session: &'a Session,
    engine: Engine,
}

impl<'a> Carrier<'a> {
    /// Hands `session` what the steps of `kept` go by. Nothing of it stands in a statement, and it is gone with the session.
    pub async fn ready(session: &'a Session, engine: Engine, kept: &Kept, key: &RunKey) -> Result<Self, SqlError> {
        let name = |what: &str| match engine {
            Engine::Postgres => format!("{HELPER}.{what}"),
            Engine::Mysql | Engine::Mariadb => format!("{HELPER}_{what}"),
        };
        if engine == Engine::Postgres {
            // A statement goes on though nobody waits for it.
            session.hand("client_connection_check_interval", &Secret::new("0".to_owned())).await?;
            session.hand("idle_session_timeout", &Secret::new(format!("{IDLE}s"))).await?;
        }
        let pads = kept.joins.iter().enumerate().map(|(number, join)| (number.to_string(), key.pads(join)));
        for (number, pads) in pads.chain([("c".to_owned(), key.check_pads())]) {
            session.hand(&name(&format!("i{number}")), &pads.inner).await?;
            session.hand(&name(&format!("o{number}")), &pads.outer).await?;
        }
        session.hand(&name("needle"), &key.needle()).await?;
        session.hand(&name("run"), &Secret::new(kept.bond.mark())).await?;
        session.hand(&name("plan"), &Secret::new(kept.text())).await?;
        Ok(Self { session, engine })
    }

    /// Carries `step` out, but for what `done` has of it. Whether there was anything to do.
    pub async fn step(&self, permit: &Permit, step: &Step, done: &BTreeSet<String>) -> Result<bool, SqlError> {
        self.begin(permit, &step.id).await?;
        let mut worked = false;
        for (number, batch) in step.batches.iter().enumerate() {
            let line = if batch.atomic { step.id.clone() } else { format!("{} #{number}", step.id) };
            if done.contains(&line) {
                continue;
            }
            for message in step.of_batch(batch, self.engine) {
                self.send(permit, &message, &step.id).await?;
            }
            // What makes the table of progress can be done again; it has no line before there is a table.
            if !batch.atomic && step.work != Work::Prepare {
                self.send(permit, &self.line(&line), &step.id).await?;
            }
            worked = true;
        }
        Ok(worked)
    }

    /// Keeps samples of a table and plants the needle in it, unless `done` has that. What it says where nothing could be planted.
    pub async fn sample(
        &self,
        permit: &Permit,
        sampling: &Sampling,
        done: &BTreeSet<String>,
    ) -> Result<Option<String>, SqlError> {
        if done.contains(&sampling.line) {
            return Ok(None);
        }
        self.begin(permit, &sampling.line).await?;
        for statement in &sampling.before {
            self.send(permit, statement, &sampling.line).await?;
        }
        match self.send(permit, &sampling.whole, &sampling.line).await {
            Err(error) if is_about_values(error.kind) && sampling.plain != sampling.whole => {
                self.send(permit, &sampling.plain, &sampling.line).await?;
                Ok(Some(format!("nothing is planted in {}: {error}", sampling.table)))
            }
            other => other.map(|()| None),
        }
    }

    /// What a question finds: what, where and how often.
    pub async fn ask(&self, permit: &Permit, question: &Question) -> Result<Vec<String>, SqlError> {
        let attempt = format!("looking at {}", question.about);
        self.begin(permit, &attempt).await?;
        let rows = self.session.send(permit, &question.script, &attempt).await;
        let rows = rows.map_err(|error| without_values(self.engine, error))?;
        let found = |row: &Vec<Option<String>>| {
            let [what, place, number] = [0, 1, 2].map(|at| super::text(row, at));
            let number = crate::text::count(number.parse().unwrap_or_default(), "time");
            crate::text::printable(&format!("{}: {what} in {place}, {number}", question.about))
        };
        Ok(rows.iter().map(found).collect())
    }

    /// Carries the last step out, with `seal` before it: together where the server can.
    pub async fn finish(&self, permit: &Permit, step: &Step, seal: &str) -> Result<(), SqlError> {
        self.begin(permit, &step.id).await?;
        let messages = step.messages(self.engine).join("\n");
        if self.engine == Engine::Postgres {
            let all = format!("BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; {seal}; {messages} COMMIT;");
            return self.send(permit, &all, &step.id).await;
        }
        self.send(permit, seal, &step.id).await?;
        self.send(permit, &messages, &step.id).await
    }

    /// Leaves a line that bars the end of the run: `somebody` was there.
    pub async fn seen(&self, permit: &Permit, somebody: &str) -> Result<(), SqlError> {
        let statement = match self.engine {
            Engine::Postgres => format!(
                "INSERT INTO {HELPER}.progress (step, run, about) VALUES ({}, pg_catalog.current_setting('{HELPER}.run'), {}) \
                 ON CONFLICT (step) DO NOTHING",
                literal(SEEN),
                literal(somebody)
            ),
            Engine::Mysql | Engine::Mariadb => format!(
                "INSERT IGNORE INTO {HELPER}.progress (step, run, about) VALUES ({}, @{HELPER}_run, {})",
                mysql_literal(SEEN),
                mysql_literal(somebody)
            ),
        };
        self.send(permit, &statement, SEEN).await
    }

    /// The statement that leaves a line of progress.
    fn line(&self, line: &str) -> String {
        match self.engine {
            Engine::Postgres => format!(
                "INSERT INTO {HELPER}.progress (step, run) VALUES ({}, pg_catalog.current_setting('{HELPER}.run'))",
                literal(line)
            ),
            Engine::Mysql | Engine::Mariadb => {
                format!("INSERT INTO {HELPER}.progress (step, run) VALUES ({}, @{HELPER}_run)", mysql_literal(line))
            }
        }
    }

    /// Says in the server's list of sessions what comes next, and that it takes as long as it takes.
    async fn begin(&self, permit: &Permit, id: &str) -> Result<(), SqlError> {
        let statement = match self.engine {
            Engine::Postgres => {
                let name: String =
                    format!("{APPLICATION}:{id}").chars().filter(char::is_ascii).take(LONGEST_NAME).collect();
                format!("SET application_name = {}", literal(&name))
            }
            Engine::Mysql => format!("SET SESSION max_execution_time = 0, SESSION wait_timeout = {IDLE}"),
            Engine::Mariadb => format!("SET SESSION max_statement_time = 0, SESSION wait_timeout = {IDLE}"),
        };
        self.send(permit, &statement, id).await
    }

    async fn send(&self, permit: &Permit, script: &str, id: &str) -> Result<(), SqlError> {
        let sent = self.session.send(permit, script, &format!("the step '{id}'")).await;
        sent.map(drop).map_err(|error| without_values(self.engine, error))
    }
}

/// Whether a table did not take what was to be planted, and nothing else is wrong.
fn is_about_values(kind: SqlKind) -> bool {
    matches!(kind, SqlKind::Other | SqlKind::Exists | SqlKind::InUse)
}

/// `error` without the server's words where they can repeat a value of the database: that is somebody's data, and what is said of a run
/// goes into logs and tickets.
pub(super) fn without_values(engine: Engine, error: SqlError) -> SqlError {
    let Some(code) = error.code.as_deref() else { return error };
    let repeats = match engine {
        Engine::Postgres => code.starts_with("22") || code.starts_with('P'),
        Engine::Mysql | Engine::Mariadb => error.kind == SqlKind::Other && !TELLING_NOTHING.contains(&code),
    };
    if repeats {
        let message = "the server's words may repeat a value, and are not shown; its own log has them".to_owned();
        return SqlError { message, ..error };
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_with_a_value_in_it_is_not_repeated() {
        let said = |engine, code: &str| {
            let message = "for ana@shop.example".to_owned();
            let error = SqlError { attempt: String::new(), kind: SqlKind::Other, code: Some(code.to_owned()), message };
            without_values(engine, error).message.contains("ana")
        };
        assert!(!said(Engine::Postgres, "22P02") && !said(Engine::Postgres, "P0001"));
        assert!(
            said(Engine::Postgres, "42P01") && said(Engine::Postgres, "23505"),
            "the detail has the value, not the message"
        );
        assert!(!said(Engine::Mysql, "1062") && !said(Engine::Mariadb, "1292") && said(Engine::Mysql, "1406"));
    }
}
