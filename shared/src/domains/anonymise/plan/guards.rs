//! What must not run, must not be reached, or must be cut first.

use std::collections::BTreeSet;

use super::decide::{Decided, Fate};
use super::fit::goes_by;
use super::model::{Blocker, HELPER};
use super::statistics;
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::{Rule, Rules};
use crate::domains::anonymise::schema::{
    Code, Name, Owner, Reach, Schema, Table, TableKind, TriggerEvent, TriggerState, TypeClass,
};
use crate::services::sql::Engine;
use crate::text::{count, printable};

/// What stands in the way of all.
pub(super) fn of_database(rules: &Rules, schema: &Schema) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    if rules.engine != schema.engine {
        let message = format!("the rules are for {}, and the server is {}", rules.engine, schema.engine);
        blockers.push(Blocker::new(schema.database.clone(), &codes::OTHER_ENGINE, message));
    }
    if let Some(meant) = rules.schema.as_ref().filter(|meant| **meant != schema.fingerprint()) {
        let message = format!("the rules are for {}, and this is {}", printable(meant), schema.fingerprint());
        blockers.push(Blocker::new(schema.database.clone(), &codes::SCHEMA_CHANGED, message));
    }
    for road in &schema.roads {
        let message = "it leads out of the database, or brings data in";
        blockers.push(
            Blocker::new(printable(&road.what), &codes::ROAD_OUT, message).fix(format!("in the clone: {}", road.cut)),
        );
    }
    for name in &schema.event_triggers {
        let message = "it would run with every step, as whoever carries the plan out";
        blockers.push(Blocker::new(printable(name), &codes::EVENT_TRIGGER, message));
    }
    if schema.large_objects > 0 && !rules.keep_large_objects {
        let objects = usize::try_from(schema.large_objects).unwrap_or(usize::MAX);
        let message = format!("there are {}, and no rule can look into one", count(objects, "large object"));
        blockers.push(Blocker::new(schema.database.clone(), &codes::LARGE_OBJECTS, message));
    }
    match &schema.helper_owner {
        Some(owner) if *owner != schema.user => {
            let message = format!("it is {}'s: what is in it is not ours to run", printable(owner));
            blockers.push(Blocker::new(HELPER, &codes::HELPER_TAKEN, message));
        }
        None if !schema.may_create => {
            let message = format!("{} may not make the schema {HELPER} here", printable(&schema.user));
            blockers.push(Blocker::new(schema.database.clone(), &codes::NO_RIGHT_TO_CREATE, message));
        }
        _ => {}
    }
    if !schema.unseen.is_empty() {
        let user = printable(&schema.user);
        let message =
            format!("{user} does not get to see {}, so this plan says nothing of it", schema.unseen.join(", "));
        blockers.push(Blocker::new(schema.database.clone(), &codes::NOT_ALL_SEEN, message));
    }
    for strange in &schema.strange {
        let message = format!("{}: nobody has thought of that here", printable(&strange.why));
        blockers.push(Blocker::new(printable(&strange.what), &codes::NOT_UNDERSTOOD, message));
    }
    for view in &schema.materialised {
        blockers.extend(of_owner(&view.name, &view.owner, &schema.user));
        blockers.extend(of_code(&view.name, Some(&view.owner), &view.code, rules));
    }
    blockers
}

/// What stands in the way of one table.
pub(super) fn of_table(decided: &Decided<'_>, all: &[Decided<'_>], rules: &Rules, schema: &Schema) -> Vec<Blocker> {
    let table = decided.table;
    let name = table.name.to_string();
    let blocker = |code, message: String| Blocker::new(name.clone(), code, message);
    match table.kind {
        TableKind::Foreign => return vec![blocker(&codes::FOREIGN_TABLE, "its rows are on another server".to_owned())],
        TableKind::Inheriting if !matches!(decided.fate, Fate::Empty) && changes(decided) => {
            return vec![blocker(&codes::INHERITS, "it inherits, or is inherited from".to_owned())];
        }
        TableKind::Unknown if changes(decided) => {
            let message = "its storage engine is none that is known here: a statement on it may touch other tables, or other servers";
            return vec![blocker(&codes::NOT_UNDERSTOOD, message.to_owned())];
        }
        TableKind::Untransacted if !matches!(decided.fate, Fate::Empty) && changes(decided) => {
            return vec![blocker(&codes::NOT_TRANSACTIONAL, "its storage engine knows no transactions".to_owned())];
        }
        _ => {}
    }
    if !changes(decided) {
        return Vec::new();
    }
    let mut blockers: Vec<_> = of_family(decided, all).into_iter().collect();
    if table.has_rewrite_rules {
        blockers.push(blocker(&codes::REWRITE_RULE, "a rule makes something else of what is done to it".to_owned()));
    }
    if table.mixed_owners {
        blockers.push(blocker(&codes::MIXED_OWNERS, "not all of its partitions are its owner's".to_owned()));
    }
    if let Some(owner) = &table.owner {
        blockers.extend(of_owner(&table.name, owner, &schema.user));
    }
    blockers.extend(of_code(&table.name, table.owner.as_ref(), &table.code, rules));
    if schema.engine != Engine::Postgres {
        blockers.extend(of_triggers(table, decided));
    }
    blockers.extend(statistics::of_table(decided, schema));
    blockers.extend(of_references(decided, all));
    blockers
}

fn changes(decided: &Decided<'_>) -> bool {
    match &decided.fate {
        Fate::Empty => true,
        Fate::Rows { only, ruled } => only.is_some() || !ruled.is_empty(),
        Fate::Open => false,
    }
}

fn of_owner(name: &Name, owner: &Owner, user: &str) -> Option<Blocker> {
    let (owner_shown, user) = (printable(&owner.name), printable(user));
    let message = match owner.reach {
        Reach::Oneself | Reach::Member => return None,
        Reach::Out => format!("it is {owner_shown}'s, and {user} cannot become that role"),
        Reach::Superuser => format!("it is {owner_shown}'s, who may do anything: nothing is to run as that role"),
    };
    Some(Blocker::new(name.to_string(), &codes::OWNER_OUT_OF_REACH, message))
}

fn of_code(name: &Name, owner: Option<&Owner>, code: &[Code], rules: &Rules) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    for Code { place, calls } in code {
        let unread: Vec<_> =
            calls.iter().filter(|call| !rules.functions.contains(*call)).map(|call| printable(call)).collect();
        let place = printable(place);
        if !unread.is_empty() {
            let message = format!("{place} calls {}", unread.join(", "));
            let quoted: Vec<_> = unread.iter().map(|call| format!("\"{call}\"")).collect();
            let fix = format!(
                "read it; then accept it by `functions = [{}]` under [accept], or drop what calls it in the clone first",
                quoted.join(", ")
            );
            blockers.push(Blocker::new(name.to_string(), &codes::CODE_WOULD_RUN, message).fix(fix));
        } else if !calls.is_empty() && owner.is_some_and(|owner| owner.reach == Reach::Oneself) {
            let message = format!("{place} calls {}, and the owner is whoever carries the plan out", calls.join(", "));
            blockers.push(Blocker::new(name.to_string(), &codes::CODE_AS_MASTER, printable(&message)));
        }
    }
    blockers
}

/// What inherits and what it inherits from are emptied together, or not at all.
fn of_family(decided: &Decided<'_>, all: &[Decided<'_>]) -> Option<Blocker> {
    let table = decided.table;
    if table.kind != TableKind::Inheriting {
        return None;
    }
    let mut family = BTreeSet::from([&table.name]);
    loop {
        let before = family.len();
        for one in all {
            if family.contains(&one.table.name) || one.table.parents.iter().any(|parent| family.contains(parent)) {
                family.insert(&one.table.name);
                family.extend(&one.table.parents);
            }
        }
        if family.len() == before {
            break;
        }
    }
    let is_emptied = |name: &Name| all.iter().any(|one| one.table.name == *name && matches!(one.fate, Fate::Empty));
    let kept: Vec<_> =
        family.into_iter().filter(|name| !is_emptied(name)).map(|name| printable(&name.to_string())).collect();
    let message = format!("it is emptied, and of its family by inheritance {} is not", kept.join(", "));
    (!kept.is_empty()).then(|| Blocker::new(table.name.to_string(), &codes::INHERITS, message))
}

/// Triggers cannot be put to sleep there, and run as whoever defined them.
fn of_triggers(table: &Table, decided: &Decided<'_>) -> Option<Blocker> {
    // What is truncated fires none. What keeps the past is not truncated.
    let (deletes, updates) = match &decided.fate {
        Fate::Empty => (table.versioned, false),
        Fate::Rows { only, ruled } => (only.is_some(), !ruled.is_empty()),
        Fate::Open => (false, false),
    };
    let what = match (deletes, updates) {
        (false, false) => return None,
        (true, false) => "deleting its rows",
        (false, true) => "the update",
        (true, true) => "deleting rows and the update",
    };
    let awake = table.triggers.iter().filter(|trigger| trigger.state != TriggerState::Disabled);
    let fired = awake.filter(|trigger| match trigger.event {
        TriggerEvent::Insert => false,
        TriggerEvent::Update => updates,
        TriggerEvent::Delete => deletes,
        TriggerEvent::Other => true,
    });
    let names: Vec<_> = fired.map(|trigger| printable(&trigger.name)).collect();
    if names.is_empty() {
        return None;
    }
    let message = format!("{what} would fire {}", names.join(", "));
    let fix = "drop the trigger in the clone first; `SHOW CREATE TRIGGER` has what makes it again";
    Some(Blocker::new(table.name.to_string(), &codes::CODE_WOULD_RUN, message).fix(fix))
}

/// Rows that others refer to.
fn of_references(decided: &Decided<'_>, all: &[Decided<'_>]) -> Vec<Blocker> {
    let goes = match &decided.fate {
        Fate::Empty => "is emptied",
        Fate::Rows { only: Some(_), .. } => "loses rows",
        _ => return Vec::new(),
    };
    let name = &decided.table.name;
    let itself = decided.table.foreign_keys.iter().find(|key| key.references == *name);
    let itself = itself.filter(|_| matches!(decided.fate, Fate::Rows { .. })).map(|key| {
        let shown = printable(&key.name);
        let message = format!("it {goes}, and refers to itself by {shown}");
        let fix = format!(
            "`ALTER TABLE {} DROP CONSTRAINT {shown}` in the clone first, or keep the rows",
            printable(&key.on.to_string())
        );
        Blocker::new(name.to_string(), &codes::STILL_REFERENCED, message).fix(fix)
    });
    let mut told = BTreeSet::new();
    let others = all.iter().filter(|other| other.table.name != *name && !matches!(other.fate, Fate::Empty));
    others
        .flat_map(|other| other.table.foreign_keys.iter().map(move |key| (other, key)))
        .filter(|(other, key)| key.references == *name && told.insert(&other.table.name))
        .map(|(other, key)| {
            let message = format!("it {goes}, and {} refers to it by {}", other.table.name, printable(&key.name));
            Blocker::new(name.to_string(), &codes::STILL_REFERENCED, message)
        })
        .chain(itself)
        .collect()
}

/// What may refuse a value while a step runs.
pub(super) fn watched(decided: &Decided<'_>) -> Vec<String> {
    let table = decided.table;
    let is_ruled = |name: &String| decided.ruled().iter().any(|ruled| ruled.column.name == *name);
    let checks = table.checks.iter().filter(|check| check.columns.iter().any(is_ruled));
    let checks = checks
        .map(|check| format!("{}: the check {} goes by a column that changes", table.name, printable(&check.name)));
    let uniques = table.uniques.iter().filter(|unique| {
        decided.ruled().iter().any(|ruled| matches!(ruled.rule, Rule::Sql(_)) && goes_by(table, unique, ruled.column))
    });
    let uniques = uniques.map(|unique| {
        format!(
            "{}: the unique index {} goes by a column with an expression of yours",
            table.name,
            printable(&unique.name)
        )
    });
    let inside = decided.ruled().iter().filter(|ruled| !ruled.rule.parts().is_empty()).flat_map(|ruled| {
        let column = printable(&ruled.column.name);
        let is_text = ruled.column.class == TypeClass::Text || ruled.column.ty == "json";
        let text =
            is_text.then(|| format!("{}: {column} may hold a text that is no document to the server", table.name));
        let follows = table
            .columns
            .iter()
            .filter(|other| other.generated && table.follows(other, &|one| one.name == ruled.column.name));
        let follows = follows
            .map(|other| format!("{}: {} is computed from what is in {column}", table.name, printable(&other.name)));
        text.into_iter().chain(follows.collect::<Vec<_>>()).collect::<Vec<_>>()
    });
    checks.chain(uniques).chain(inside).collect()
}
