//! Everything that deciding takes: whether anybody else is at work, what was begun, what the database looks like, and what it says of
//! itself. Another call is kept out before anything is read, until the session ends.

use std::time::Duration;

use super::model::Order;
use crate::clock;
use crate::domains::anonymise::begun::{Begun, codes};
use crate::domains::anonymise::plan::{self, Plan};
use crate::domains::anonymise::schema::Schema;
use crate::report::Reason;
use crate::run::Ledger;
use crate::servers::anonymise::{alone, marked, progress};
use crate::servers::catalog;
use crate::services::sql::{Session, SqlError};

/// How often it is looked whether another call has ended.
const LOOK: Duration = Duration::from_secs(1);
/// A session that was closed ends a little later: so often it is looked, and so long it is waited between.
const LOOKS: u32 = 5;
const BETWEEN: Duration = Duration::from_millis(200);

/// What was seen.
#[derive(Debug)]
pub struct Sight {
    /// What the database looks like.
    pub schema: Schema,
    /// What the rules would make of it now. Where a run was begun, that one is gone on with and not this.
    pub plan: Plan,
    /// The run that was begun, where there is one.
    pub begun: Option<Begun>,
    /// Why nothing is begun here.
    pub refusals: Vec<Reason>,
}

/// Looks, and waits for another call to end for as long as `wait`.
pub async fn observe(
    session: &Session,
    order: &Order,
    wait: Duration,
    ledger: &Ledger<'_>,
) -> Result<Result<Sight, Vec<Reason>>, SqlError> {
    if order.copy != order.place.database {
        let [typed, named] = [&order.copy, &order.place.database].map(|name| crate::text::printable(name));
        let message = format!("{typed} was typed as the copy, and the address names {named}");
        return Ok(Err(vec![Reason::listed(&codes::WRONG_COPY, message)]));
    }
    let mut waited = Duration::ZERO;
    while let Err(reason) = alone::lock(session).await? {
        if waited >= wait || ledger.interrupted().is_some() {
            return Ok(Err(vec![reason]));
        }
        clock::sleep(LOOK).await;
        waited += LOOK;
    }
    let lines = match progress::lines(session).await? {
        Ok(lines) => lines,
        Err(reason) => return Ok(Err(vec![reason])),
    };
    let schema = catalog::schema(session, &order.place.database).await?;
    let begun = match Begun::read(schema.engine, &order.place.database, lines) {
        Ok(begun) => begun,
        Err(reason) => return Ok(Err(vec![reason])),
    };
    let found = marked::found(session).await?;
    let marked = match &begun {
        Some(begun) => order.place.goes_on(&found, schema.engine, &begun.kept.bond.plan),
        None => order.place.is_copy(&found, schema.engine),
    };
    let mut refusals: Vec<_> = marked.err().into_iter().collect();
    refusals.extend(others(session).await?);
    refusals.extend(alone::logs(session).await?);
    let plan = plan::make(&order.rules, &schema);
    Ok(Ok(Sight { schema, plan, begun, refusals }))
}

/// Who else is there, and stays.
pub(super) async fn others(session: &Session) -> Result<Vec<Reason>, SqlError> {
    let mut found = alone::others(session).await?;
    for _ in 1..LOOKS {
        if found.is_empty() {
            break;
        }
        clock::sleep(BETWEEN).await;
        found = alone::others(session).await?;
    }
    Ok(found)
}
