//! Everything that deciding takes: whether anybody else is at work, what was begun, what the database looks like, and what it says of
//! itself. Another call is kept out before anything is read, until the session ends.

use std::collections::BTreeSet;
use std::time::Duration;

use super::alone::Around;
use super::{alone, marked, progress};
use crate::clock;
use crate::domains::anonymise::begun::{Begun, Bond, Kept};
use crate::domains::anonymise::codes as plan_codes;
use crate::domains::anonymise::mark::Place;
use crate::domains::anonymise::plan::{self, Plan};
use crate::domains::anonymise::rules::Rules;
use crate::domains::anonymise::schema::Schema;
use crate::report::Reason;
use crate::servers::catalog;
use crate::services::sql::{Session, SqlError};
use crate::text::printable;

/// How often it is looked whether another call has ended.
const LOOK: Duration = Duration::from_secs(1);
/// A session of our own that was closed ends a little later: so often it is looked, and so long it is waited between.
const LOOKS: u32 = 25;
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
    /// Objects of the catalog whose texts the rules accept.
    pub accepted: BTreeSet<String>,
    /// How far around it is looked who else is there.
    pub around: Around,
}

/// Why nothing of a plan is carried out.
#[derive(Debug)]
pub enum Barred {
    /// Something stands in its way: its blockers.
    Blocked,
    /// Each of these.
    Refused(Vec<Reason>),
}

/// Keeps other calls out, and waits for one to end for as long as `wait`, unless `stops` says to stop.
pub async fn lock(session: &Session, wait: Duration, stops: impl Fn() -> bool) -> Result<Result<(), Reason>, SqlError> {
    let mut waited = Duration::ZERO;
    while let Err(reason) = alone::lock(session).await? {
        if waited >= wait || stops() {
            return Ok(Err(reason));
        }
        clock::sleep(LOOK).await;
        waited += LOOK;
    }
    Ok(Ok(()))
}

/// Looks at `place`, which `session` is in and has to itself.
pub async fn look(
    session: &Session,
    place: &Place,
    rules: &Rules,
    around: Around,
) -> Result<Result<Sight, Vec<Reason>>, SqlError> {
    let lines = match progress::lines(session).await? {
        Ok(lines) => lines,
        Err(reason) => return Ok(Err(vec![reason])),
    };
    let schema = catalog::schema(session, &place.database).await?;
    let begun = match Begun::read(schema.engine, &place.database, lines) {
        Ok(begun) => begun,
        Err(reason) => return Ok(Err(vec![reason])),
    };
    let found = marked::found(session).await?;
    let marked = match &begun {
        Some(begun) => place.goes_on(&found, schema.engine, &begun.kept.bond.plan),
        None => place.is_copy(&found, schema.engine),
    };
    let mut refusals: Vec<_> = marked.err().into_iter().collect();
    match &begun {
        // Whoever is there by now is seen by the first step, which leaves a line of it.
        Some(begun) => {
            refusals.extend(begun.was_joined().err());
            refusals.extend(led_astray(&schema));
        }
        None => refusals.extend(others(session, around).await?),
    }
    refusals.extend(alone::logs(session).await?);
    let plan = plan::make(rules, &schema);
    Ok(Ok(Sight { schema, plan, begun, refusals, accepted: rules.catalog.clone(), around }))
}

/// Who else is there. A session of the own login, which may have been closed just now, is looked at until it is gone.
pub async fn others(session: &Session, around: Around) -> Result<Vec<Reason>, SqlError> {
    for _ in 1..LOOKS {
        let found = alone::others(session, around).await?;
        if found.own.is_empty() || !found.reasons.is_empty() {
            return Ok(found.all());
        }
        clock::sleep(BETWEEN).await;
    }
    Ok(alone::others(session, around).await?.all())
}

/// What no plan is begun beside, and what may have come since one was: its steps know nothing of it.
pub(super) fn led_astray(schema: &Schema) -> Option<Reason> {
    let roads = schema.roads.iter().map(|road| (&*road.what, Some(&*road.cut)));
    let triggers = schema.event_triggers.iter().map(|name| (&**name, None));
    let (what, cut) = roads.chain(triggers).next()?;
    let message = format!("{} was made after the plan was begun", printable(what));
    let reason = Reason::listed(&plan_codes::ROAD_OUT, message);
    Some(Reason { fix: cut.map(|cut| format!("in the copy: {cut}")).or(reason.fix.clone()), ..reason })
}

impl Sight {
    /// What is carried out for whoever wants `wanted`, and what of it is done: the run that was begun, if it is that one, or a new one
    /// by the plan of today.
    pub fn kept(&self, wanted: Bond) -> Result<(Kept, BTreeSet<String>), Barred> {
        let (kept, done) = match &self.begun {
            Some(begun) => match begun.is_of(&wanted) {
                Ok(()) => (begun.kept.clone(), begun.done.clone()),
                Err(reason) => return Err(Barred::Refused(vec![reason])),
            },
            None if !self.plan.blockers.is_empty() => return Err(Barred::Blocked),
            None => {
                let bond = Bond { plan: self.plan.digest.clone(), ..wanted };
                let (joins, steps) = (self.plan.joins.clone(), self.plan.steps.clone());
                (Kept { bond, joins, steps }, BTreeSet::new())
            }
        };
        if self.refusals.is_empty() { Ok((kept, done)) } else { Err(Barred::Refused(self.refusals.clone())) }
    }
}
