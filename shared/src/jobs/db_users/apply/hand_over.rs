//! Hands what a user owns to its heir, some things a transaction. A table that changes hands is closed to everybody meanwhile,
//! and whoever asks for it waits behind us: so no lock is waited for longer than a blink, what is held by others is left and
//! tried again later, and after some of that the whole is given up.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Applier, Words, sendable};
use crate::clock;
use crate::jobs::db_users::observe::makes;
use crate::jobs::db_users::plan::{HandOver, Statement};
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
    pub(super) async fn hand_over(&self, hand_over: &HandOver) -> Result<(), SqlError> {
        let session = self.way.log_in(&hand_over.database).await?;
        let words = self.words(None);
        // What the heir was given meanwhile is its own: it is not lent, nor taken back.
        let given = if hand_over.lent.is_empty() { BTreeSet::new() } else { makes(&session, &hand_over.heir).await? };
        let lent = hand_over.lent.iter().filter(|lent| !given.contains(&lent.schema)).cloned().collect();
        let hand_over = &HandOver { lent, ..hand_over.clone() };
        let mut held_by_others: Vec<&[Statement]> = Vec::new();
        for some in hand_over.things.chunks(AT_ONCE) {
            match once(self.permit, &session, words, hand_over, some).await {
                // One of them is in use: it is found by trying each, so that the others are not held for its sake.
                Err(error) if error.kind == SqlKind::Busy => held_by_others.extend(some.chunks(1)),
                other => other?,
            }
        }
        for pause in PAUSES {
            let mut still = Vec::new();
            for one in std::mem::take(&mut held_by_others) {
                match once(self.permit, &session, words, hand_over, one).await {
                    Err(error) if error.kind == SqlKind::Busy => still.push(one),
                    other => other?,
                }
            }
            if still.is_empty() {
                break;
            }
            clock::sleep(pause).await;
            held_by_others = still;
        }
        for one in held_by_others {
            once(self.permit, &session, words, hand_over, one).await?;
        }
        patiently(self.permit, &session, words, hand_over).await
    }
}

/// What is not named one by one.
async fn patiently(permit: &Permit, session: &Session, words: Words<'_>, hand_over: &HandOver) -> Result<(), SqlError> {
    for pause in PAUSES {
        match once(permit, session, words, hand_over, &hand_over.rest).await {
            Err(error) if error.kind == SqlKind::Busy => clock::sleep(pause).await,
            other => return other,
        }
    }
    once(permit, session, words, hand_over, &hand_over.rest).await
}

/// One transaction with `things` in it.
async fn once(
    permit: &Permit,
    session: &Session,
    words: Words<'_>,
    hand_over: &HandOver,
    things: &[Statement],
) -> Result<(), SqlError> {
    let mut all = vec![(BLINK.to_owned(), BLINK.to_owned())];
    let (give, mut take): (Vec<_>, Vec<_>) =
        hand_over.lent.iter().map(|lent| (lent.give.clone(), lent.take.clone())).unzip();
    take.reverse();
    for statements in [&hand_over.before, &give, things, &take, &hand_over.after] {
        all.extend(sendable(words, statements)?);
    }
    match session.together(permit, &all).await {
        // It went to its heir by an earlier run, or is gone.
        Err(error) if error.kind == SqlKind::Missing && things.len() == 1 => Ok(()),
        other => other,
    }
}
