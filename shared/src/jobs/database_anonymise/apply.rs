//! Carries out what was agreed to, step by step, until one does not come to its end.

use super::action::Where;
use super::model::{Ended, Order, Ran, StepRan};
use crate::clock::ITEM_BUDGET;
use crate::domains::anonymise::RunKey;
use crate::domains::anonymise::begun::{Bond, Kept, codes};
use crate::report::{Outcome, Reason};
use crate::run::{Allowed, Done, Ledger, agreed};
use crate::servers::anonymise::{Action, Barred, Hand, Sight};
use crate::services::Permit;
use crate::services::sql::{Session, SqlError};

/// Begins what was seen, or goes on with it, by `key`.
pub async fn apply(
    session: &Session,
    order: &Order,
    sight: &Sight,
    key: &RunKey,
    ledger: &Ledger<'_>,
) -> Result<Ended, SqlError> {
    let wanted = Bond {
        plan: order.reviewed.clone(),
        rules: order.fingerprint.clone(),
        schema: sight.schema.fingerprint(),
        key: key.fingerprint(),
    };
    let (kept, done) = match sight.kept(wanted) {
        Ok(kept) => kept,
        Err(Barred::Blocked) => return Ok(Ended::Blocked(Box::new(sight.plan.clone()))),
        Err(Barred::Refused(reasons)) => return Ok(Ended::Refused(reasons)),
    };
    let scope = Where { database: order.place.database.clone() };
    let actions = Action::all(&kept.steps);
    let work = async |allowed: &Allowed<'_, Action>| {
        let hand = Hand::ready(session, &order.place, sight, (&kept, &done), key).await?;
        Ok(all(hand, allowed, order, &kept, ledger).await)
    };
    match agreed(&order.reviewed, &kept.bond.plan, (actions, &scope), work).await {
        Ok(ran) => Ok(Ended::Ran(ran?)),
        Err(tripped) => Ok(Ended::Tripped(Box::new(tripped))),
    }
}

async fn all(hand: Hand<'_>, allowed: &Allowed<'_, Action>, order: &Order, kept: &Kept, ledger: &Ledger<'_>) -> Ran {
    ledger.expects(allowed.actions().len());
    let (mut steps, mut stopped) = (Vec::new(), false);
    for (action, turn) in allowed.iter() {
        let done = if stopped {
            let message = "an earlier step did not come to its end";
            Done::left(Outcome::Deferred, Reason::listed(&codes::NOT_REACHED, message))
        } else {
            ledger.item(turn, ITEM_BUDGET, async |permit: &Permit| one(&hand, permit, action).await).await
        };
        stopped |= !done.outcome.is_right();
        let step = turn.entry().id.clone();
        steps.push(StepRan { step, outcome: done.outcome, reason: done.reason });
    }
    let (database, host) = (order.place.database.clone(), order.place.host.clone());
    let checks = hand.checks();
    Ran { schema: 1, database, host, plan: kept.bond.plan.clone(), anonymised: !stopped, steps, checks }
}

async fn one(hand: &Hand<'_>, permit: &Permit, action: &Action) -> Done {
    let worked = hand.one(permit, action).await;
    Done { outcome: worked.outcome, steps: worked.said, reason: worked.reason }
}
