//! Drops one user. Between taking its login and dropping what it holds it is looked at once more: nothing it came to own
//! since the plan was made goes with it.

use super::stop::Stop;
use super::{Applier, together};
use crate::jobs::db_users::observe;
use crate::jobs::db_users::plan::{DropUser, Statement, Why};
use crate::services::Permit;
use crate::services::sql::{MySession, Session, SqlError, SqlKind};

impl Applier<'_> {
    pub(super) async fn drop_user(&mut self, drop: &DropUser, steps: &mut Vec<String>) -> Result<(), Stop> {
        let shared = &self.way.shared;
        for statements in [&drop.lock, &drop.end_sessions] {
            if !statements.is_empty() {
                together(self.permit, shared, self.way.request.engine, statements, None).await?;
                steps.extend(statements.iter().map(ToString::to_string));
            }
        }
        if let Session::Mysql(reader) = shared
            && !drop.drop.is_empty()
        {
            end_sessions(self.permit, shared, reader, &drop.user).await?;
            steps.push(format!("ended the sessions of {}", drop.user));
        }
        if !drop.drop.is_empty() {
            self.nothing_new(drop).await?;
        }
        for (database, statements) in &drop.empty {
            let session = self.way.log_in(database).await?;
            together(self.permit, &session, self.way.request.engine, statements, None).await?;
            steps.extend(statements.iter().map(|statement| format!("in {database}: {statement}")));
        }
        for statement in &drop.drop {
            let shown = statement.to_string();
            match shared.run(self.permit, &shown, &shown).await {
                // Gone is what was wanted.
                Err(error) if error.kind == SqlKind::Missing => {}
                other => other?,
            }
            steps.push(shown);
        }
        self.drop_secret(drop, steps).await
    }

    /// A user that owns what the plan did not see keeps it, and itself.
    async fn nothing_new(&self, drop: &DropUser) -> Result<(), Stop> {
        let reassigns = drop.empty.iter().flat_map(|(_, statements)| statements);
        let has_heir = reassigns
            .into_iter()
            .any(|statement| matches!(statement, Statement::Sql(sql) if sql.starts_with("REASSIGN")));
        let held = observe::held_by(&self.way.shared, &drop.user).await?;
        if has_heir || held.iter().all(|held| held.owns == 0) {
            return Ok(());
        }
        let why = Why::OwnsObjects { held };
        Err(Stop { outcome: why.outcome(), reason: crate::report::Reason::new(why.code(), why.message(), why.fix()) })
    }

    async fn drop_secret(&self, drop: &DropUser, steps: &mut Vec<String>) -> Result<(), Stop> {
        let Some(secret) = &drop.secret else { return Ok(()) };
        if secret.cancel_rotation {
            self.writer.cancel_rotation(&secret.name).await?;
            steps.push(format!("ended the rotation of secret {}", secret.name));
        }
        match self.writer.delete(&secret.name, secret.recovery_days).await {
            Err(error) if error.is_not_found() => {}
            other => other?,
        }
        steps.push(format!("deleted secret {}, to be had back for {} days", secret.name, secret.recovery_days));
        Ok(())
    }
}

/// A locked account keeps the sessions it has. RDS has a procedure for what only its own administrator may do.
async fn end_sessions(permit: &Permit, session: &Session, reader: &MySession, user: &str) -> Result<(), SqlError> {
    let own = crate::services::sql::mysql_literal(user);
    let query = format!("SELECT id FROM information_schema.processlist WHERE user = {own}");
    let rows = reader.read("the sessions of a user", &query).await?;
    for id in rows.iter().filter_map(|row| row.first()?.as_deref()?.parse::<u64>().ok()) {
        let shown = format!("KILL {id}");
        match session.run(permit, &shown, &shown).await {
            // 1094: it has ended meanwhile. 1095: not ours to end.
            Err(error) if error.code.as_deref() == Some("1094") => {}
            Err(error) if error.code.as_deref() == Some("1095") => {
                let shown = format!("CALL mysql.rds_kill({id})");
                session.run(permit, &shown, &shown).await?;
            }
            other => other?,
        }
    }
    Ok(())
}
