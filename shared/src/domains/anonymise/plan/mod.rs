//! From rules and a schema to a plan: what becomes of each column, whether it can, and the SQL it comes to. A plan with something in
//! its way lists all that is in its way at once.

mod decide;
mod fit;
mod group;
mod guards;
mod joins;
mod keys;
mod method;
mod model;
mod mysql;
mod postgres;
mod statistics;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::codes;
use super::rules::Rules;
use super::schema::Schema;
use crate::services::sql::Engine;
use decide::{Decided, Fate};

pub use model::{
    BEGUN, Batch, Blocker, COMMENT, HELPER, Masked, MaskedPart, Method, Plan, Remains, Step, Work, Worked, digest,
};

/// See the module.
pub fn make(rules: &Rules, schema: &Schema) -> Plan {
    let mut blockers = guards::of_database(rules, schema);
    blockers.extend(decide::unknown(rules, schema));
    let known = decide::known(rules, schema);
    blockers.extend(keys::faults(rules, schema, &known));
    let (decided, open) = decide::decide(rules, schema, &known);
    blockers.extend(open);
    blockers.extend(joins::faults(&decided));
    blockers.extend(schema.materialised.iter().flat_map(|view| statistics::of_view(view, &decided, schema)));
    let mut barred = BTreeSet::new();
    for one in &decided {
        let mut faults = fit::faults(one, schema.engine);
        faults.extend(guards::of_table(one, &decided, rules, schema));
        if !faults.is_empty() {
            barred.insert(&one.table.name);
        }
        blockers.extend(faults);
    }
    blockers.extend(mixed(&decided));
    let free: Vec<_> = decided.iter().filter(|one| !barred.contains(&one.table.name)).collect();
    let ((steps, joins), remains) = match schema.engine {
        Engine::Postgres => (postgres::steps(&free, schema), postgres::remains()),
        Engine::Mysql | Engine::Mariadb => (mysql::steps(&free, schema), mysql::remains()),
    };
    let kept = decided.iter().filter(|one| matches!(&one.fate, Fate::Rows { only: None, ruled } if ruled.is_empty()));
    let kept = kept.map(|one| one.table.name.to_string()).collect();
    Plan {
        schema: 1,
        engine: schema.engine,
        version: schema.version,
        database: schema.database.clone(),
        fingerprint: schema.fingerprint(),
        digest: digest(schema.engine, &schema.database, &joins, &steps),
        blockers,
        joins,
        watched: decided.iter().flat_map(guards::watched).chain(statistics::watched(&decided, schema)).collect(),
        steps,
        kept,
        remains,
    }
}

/// Tables that have to be emptied at once, and that belong to different roles.
fn mixed(decided: &[Decided<'_>]) -> Vec<Blocker> {
    let emptied: Vec<_> = decided.iter().filter(|one| matches!(one.fate, Fate::Empty)).collect();
    let mixed = group::groups(&emptied, |_, _| true).into_iter().filter_map(|tables| {
        let owners: BTreeSet<_> =
            tables.iter().filter_map(|one| one.table.owner.as_ref()).map(|owner| &owner.name).collect();
        let first = tables.first().filter(|_| owners.len() > 1)?;
        let others: Vec<_> = tables.iter().skip(1).map(|one| one.table.name.to_string()).collect();
        let message = format!("it is emptied together with {}, which are not all one role's", others.join(", "));
        Some(Blocker::new(first.table.name.to_string(), &codes::MIXED_OWNERS, message))
    });
    mixed.collect()
}
