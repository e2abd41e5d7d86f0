//! Everything that deciding takes: whether the database that was typed as the copy is the one of the address, and what is seen of it.

use std::time::Duration;

use super::model::Order;
use crate::domains::anonymise::begun::codes;
use crate::report::Reason;
use crate::run::Ledger;
use crate::servers::anonymise::{self, Around, Sight};
use crate::services::sql::{Session, SqlError};

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
    if let Err(reason) = anonymise::lock(session, wait, || ledger.interrupted().is_some()).await? {
        return Ok(Err(vec![reason]));
    }
    anonymise::look(session, &order.place, &order.rules, Around::Database).await
}
