//! Hands what a user owns to its heir, some things a transaction. A table that changes hands is closed to everybody meanwhile,
//! and whoever asks for it waits behind us: so no lock is waited for longer than a blink, what is held by others is left and
//! tried again later, and after some of that the whole is given up.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Applier;
use crate::clock;
use crate::domains::databases::{Statement, Words};
use crate::jobs::db_users::observe::makes;
use crate::jobs::db_users::plan::HandOver;
use crate::services::Permit;
use crate::services::sql::{Session, SqlError, SqlKind};

/// How long production stands still at most, each time.
const BLINK: &str = "SET LOCAL lock_timeout = '200ms'";
/// Things in one transaction.
const AT_ONCE: usize = 50;
/// The pauses before what others held is tried again.
const PAUSES: [Duration; 7] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(3),
];

impl Applier<'_> {
    /// Hands it over; `done` is what has gone, be it all or not.
    pub(super) async fn hand_over<'b>(
        &self,
        hand_over: &'b HandOver,
        done: &mut Vec<&'b Statement>,
    ) -> Result<(), SqlError> {
        let session = self.way.log_in(&hand_over.database).await?;
        let words = self.words(None);
        // What the heir was given meanwhile is its own: it is not lent, nor taken back.
        let given = if hand_over.lent.is_empty() { BTreeSet::new() } else { makes(&session, &hand_over.heir).await? };
        let lent = hand_over.lent.iter().filter(|lent| !given.contains(&lent.schema)).cloned().collect();
        let around = &HandOver { lent, things: Vec::new(), ..hand_over.clone() };
        let mut again: Vec<&[Statement]> = Vec::new();
        for some in hand_over.things.chunks(AT_ONCE) {
            match once(self.permit, &session, words, around, some).await {
                Ok(()) => done.extend(some),
                // One of them is in use, or is gone: it is found by trying each, so that the others are not held for its sake.
                Err(error) if error.kind == SqlKind::Busy || is_gone(&error) => again.extend(some.chunks(1)),
                Err(error) => return Err(error),
            }
        }
        for pause in PAUSES {
            let mut still = Vec::new();
            for one in std::mem::take(&mut again) {
                match once(self.permit, &session, words, around, one).await {
                    Ok(()) => done.extend(one),
                    Err(error) if is_gone(&error) => {}
                    Err(error) if error.kind == SqlKind::Busy => still.push(one),
                    Err(error) => return Err(error),
                }
            }
            if still.is_empty() {
                break;
            }
            clock::sleep(pause).await;
            again = still;
        }
        for one in again {
            match once(self.permit, &session, words, around, one).await {
                Err(error) if is_gone(&error) => {}
                other => other.map(|()| done.extend(one))?,
            }
        }
        let all = around_things(words, around, &hand_over.rest)?;
        again_and_again(self.permit, &session, &all).await?;
        done.extend(&hand_over.rest);
        Ok(())
    }
}

/// The table or schema is not there any more. That a role is not there is another matter.
fn is_gone(error: &SqlError) -> bool {
    matches!(error.code.as_deref(), Some("42P01" | "3F000"))
}

/// Runs `statements` as one transaction that waits for no lock longer than a blink, and tries it for some ten seconds.
pub(super) async fn patiently(
    permit: &Permit,
    session: &Session,
    words: Words<'_>,
    statements: &[Statement],
) -> Result<(), SqlError> {
    let mut all = vec![(BLINK.to_owned(), BLINK.to_owned())];
    all.extend(words.sendable(statements)?);
    again_and_again(permit, session, &all).await
}

async fn again_and_again(permit: &Permit, session: &Session, all: &[(String, String)]) -> Result<(), SqlError> {
    for pause in PAUSES {
        match session.together(permit, all).await {
            Err(error) if error.kind == SqlKind::Busy => clock::sleep(pause).await,
            other => return other,
        }
    }
    session.together(permit, all).await
}

/// One transaction with `things` in it.
async fn once(
    permit: &Permit,
    session: &Session,
    words: Words<'_>,
    around: &HandOver,
    things: &[Statement],
) -> Result<(), SqlError> {
    session.together(permit, &around_things(words, around, things)?).await
}

/// What one transaction with `things` in it is made of.
fn around_things(words: Words<'_>, around: &HandOver, things: &[Statement]) -> Result<Vec<(String, String)>, SqlError> {
    let mut all = vec![(BLINK.to_owned(), BLINK.to_owned())];
    let (give, mut take): (Vec<_>, Vec<_>) =
        around.lent.iter().map(|lent| (lent.give.clone(), lent.take.clone())).unzip();
    take.reverse();
    for statements in [&around.before, &give, things, &take, &around.after] {
        all.extend(words.sendable(statements)?);
    }
    Ok(all)
}
