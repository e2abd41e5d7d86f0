//! Drops one user. What it owns is looked at before its login goes and again when its sessions are gone, and the server has
//! the last word: it drops no role that owns anything. Where the rest cannot be done, the user gets back what was taken from
//! it, and its login.

use super::hand_over::patiently;
use super::stop::Stop;
use super::{Applier, together};
use crate::jobs::db_users::model::takes;
use crate::jobs::db_users::observe;
use crate::jobs::db_users::plan::{DropUser, Emptied, Sessions, Why, abridged};
use crate::jobs::db_users::request::Auth;
use crate::report::Reason;
use crate::run::Steps;
use crate::services::Permit;
use crate::services::sql::{Engine, MySession, Session, SqlError, SqlKind};

impl Applier<'_> {
    pub(super) async fn drop_user(&mut self, drop: &DropUser, steps: &mut Steps<'_>) -> Result<(), Stop> {
        if !drop.drop.is_empty() {
            self.nothing_new(drop, drop.fleeting).await?;
            together(self.permit, &self.way.shared, self.words(None), &drop.lock).await?;
            steps.extend(drop.lock.iter().map(ToString::to_string));
            let mut taken = Vec::new();
            if let Err(stop) = self.drop_login(drop, &mut taken, steps).await {
                self.give_back(&taken, steps).await;
                self.unlock(drop, steps).await;
                return Err(stop);
            }
        }
        self.drop_secret(drop, steps).await
    }

    /// All that comes after its login is taken. `taken` is what was taken from it for good until now.
    async fn drop_login<'b>(
        &self,
        drop: &'b DropUser,
        taken: &mut Vec<&'b Emptied>,
        steps: &mut Steps<'_>,
    ) -> Result<(), Stop> {
        let shared = &self.way.shared;
        if !drop.end_sessions.is_empty() {
            together(self.permit, shared, self.words(None), &drop.end_sessions).await?;
            steps.extend(drop.end_sessions.iter().map(ToString::to_string));
        }
        if let (Session::Mysql(reader), Some(sessions)) = (shared, &drop.sessions_of) {
            end_sessions(self.permit, shared, reader, &drop.user, sessions).await?;
            steps.push(format!("ended the sessions of {}@{}", drop.user, sessions.host));
        }
        self.nothing_new(drop, 0).await?;
        for hand_over in &drop.hand_over {
            let mut done = Vec::new();
            let ended = self.hand_over(hand_over, &mut done).await;
            // What went over has gone, however this ended.
            steps.extend(abridged(
                done.iter().map(|statement| format!("in {}: {statement}", hand_over.database)).collect(),
            ));
            ended?;
        }
        for emptied in &drop.empty {
            let Emptied { database, statements, back: _ } = emptied;
            let session = self.way.log_in(database).await?;
            patiently(self.permit, &session, self.words(None), statements).await?;
            taken.push(emptied);
            steps.extend(abridged(statements.iter().map(|statement| format!("in {database}: {statement}")).collect()));
        }
        match self.end(drop).await {
            // Gone is what was wanted, where that is all there was to do.
            Err(error) if error.kind == SqlKind::Missing && drop.drop.len() == 1 => {}
            // It came to own something meanwhile, by members or functions that work in its name.
            Err(error) if error.kind == SqlKind::InUse => return Err(self.still_there(drop, error).await),
            other => other?,
        }
        steps.extend(abridged(drop.drop.iter().map(ToString::to_string).collect()));
        Ok(())
    }

    /// The last of it, in the event's database.
    async fn end(&self, drop: &DropUser) -> Result<(), SqlError> {
        let (shared, words) = (&self.way.shared, self.words(None));
        if self.way.request.engine != Engine::Postgres {
            return together(self.permit, shared, words, &drop.drop).await;
        }
        if drop.drop.len() == 1 {
            return patiently(self.permit, shared, words, &drop.drop).await;
        }
        let session = self.way.log_in(&self.way.request.database).await?;
        patiently(self.permit, &session, words, &drop.drop).await
    }

    /// Gives back what was taken from a user that stays after all.
    async fn give_back(&self, taken: &[&Emptied], steps: &mut Steps<'_>) {
        for Emptied { database, statements: _, back } in taken.iter().rev() {
            let done = match self.way.log_in(database).await {
                Ok(session) => patiently(self.permit, &session, self.words(None), back).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(()) => {
                    steps
                        .extend(abridged(back.iter().map(|statement| format!("in {database}: {statement}")).collect()));
                }
                Err(error) => steps.push(format!("in {database}: what it had could not be given back: {error}")),
            }
        }
    }

    /// A user that owns what the plan did not see keeps it, and itself; but for as many things as are `fleeting`.
    async fn nothing_new(&self, drop: &DropUser, fleeting: i64) -> Result<(), Stop> {
        let Some(user) = self.way.request.user(&drop.user) else { return Ok(()) };
        let held = observe::held_by(&self.way.shared, user).await?;
        if !drop.hand_over.is_empty() || held.iter().map(|held| held.owns).sum::<i64>() <= fleeting {
            return Ok(());
        }
        Err(Stop::because(&Why::OwnsObjects { held }))
    }

    /// What keeps the server from dropping the user.
    async fn still_there(&self, drop: &DropUser, error: SqlError) -> Stop {
        let Some(user) = self.way.request.user(&drop.user) else { return error.into() };
        match observe::held_by(&self.way.shared, user).await {
            Ok(held) if held.iter().any(|held| held.owns > 0) => Stop::because(&Why::OwnsObjects { held }),
            Ok(held) => {
                let places = held.iter().map(|held| match &held.database {
                    Some(database) => format!("{} more privileges and the like in database {database}", held.named),
                    None => format!("{} more privileges and the like that all databases share", held.named),
                });
                Stop::because(&Why::StillNamed { things: places.collect() })
            }
            Err(_) => error.into(),
        }
    }

    /// Gives the login back: nobody is without it for a drop that did not come about.
    async fn unlock(&self, drop: &DropUser, steps: &mut Steps<'_>) {
        if drop.unlock.is_empty() {
            let is_one = self.way.request.user(&drop.user).is_some_and(|user| user.auth != Auth::Nobody);
            steps.extend(is_one.then(|| "it could not log in before this run, and cannot now".to_owned()));
            return;
        }
        // A session that broke is no use for it.
        let done = match together(self.permit, &self.way.shared, self.words(None), &drop.unlock).await {
            Err(error) if error.kind == SqlKind::NoAnswer => match self.way.log_in(self.way.shared_database()).await {
                Ok(session) => together(self.permit, &session, self.words(None), &drop.unlock).await,
                Err(error) => Err(error),
            },
            other => other,
        };
        match done {
            Ok(()) => steps.extend(drop.unlock.iter().map(ToString::to_string)),
            Err(error) if error.kind == SqlKind::Missing => {}
            Err(error) => steps.push(format!("its login could not be given back: {error}")),
        }
    }

    async fn drop_secret(&self, drop: &DropUser, steps: &mut Steps<'_>) -> Result<(), Stop> {
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

impl Stop {
    fn because(why: &Why) -> Self {
        Self { outcome: why.outcome(), reason: Reason::of(why.code(), why.message(), why.fix()) }
    }
}

/// A locked account keeps the sessions it has; those of other accounts of its name are not its. RDS has a procedure for what
/// only its own administrator may do.
async fn end_sessions(
    permit: &Permit,
    session: &Session,
    reader: &MySession,
    user: &str,
    sessions: &Sessions,
) -> Result<(), SqlError> {
    let own = crate::services::sql::mysql_literal(user);
    let query = format!("SELECT id, host FROM information_schema.processlist WHERE user = {own}");
    let rows = reader.read("the sessions of a user", &query).await?;
    let is_its = |row: &&Vec<Option<String>>| {
        let from = row.get(1).cloned().flatten().unwrap_or_default();
        // A name or address, with a port behind it but on the machine itself.
        let from = from.rsplit_once(':').map_or(from.as_str(), |(host, _)| host);
        sessions.others.is_empty() || takes(&sessions.host, from, sessions.others.iter().map(String::as_str))
    };
    for id in rows.iter().filter(is_its).filter_map(|row| row.first()?.as_deref()?.parse::<u64>().ok()) {
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
