//! Both sides of a foreign key: what becomes of one becomes of the other, or rows lose each other.

use std::collections::BTreeMap;

use super::decide::{Known, Place, references};
use super::model::Blocker;
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::{Rule, Rules};
use crate::domains::anonymise::schema::{Name, Schema, Table};
use crate::text::printable;

/// What becomes of one side.
enum Becomes<'a> {
    /// What its rule makes.
    Ruled(&'a Rule, Option<&'a str>),
    /// What it is computed from, and so something else where any of that changes.
    Computed(bool),
    /// It is in a database that the plan leaves as it is.
    Elsewhere,
    /// Nobody said.
    Open,
}

impl std::fmt::Display for Becomes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ruled(rule, Some(join)) => write!(f, "{rule} of join {}", printable(join)),
            Self::Ruled(rule, None) => write!(f, "{rule}"),
            Self::Computed(_) => f.write_str("computed from other columns"),
            Self::Elsewhere => f.write_str("in another database, which stays as it is"),
            Self::Open => f.write_str("undecided"),
        }
    }
}

/// What does not go together.
pub(super) fn faults(rules: &Rules, schema: &Schema, known: &Known) -> Vec<Blocker> {
    let is_emptied = |name: &Name| rules.tables.get(&name.to_string()).is_some_and(|rules| rules.truncate);
    let mut blockers = Vec::new();
    for (table, key, own, other) in references(schema) {
        if is_emptied(&table.name) {
            continue;
        }
        let (mine, theirs) = (becomes(schema, known, &own), becomes(schema, known, &other));
        let message = format!(
            "{} ({mine}) refers to {}.{} ({theirs}) by the foreign key {}",
            own.1,
            other.0,
            other.1,
            printable(&key.name)
        );
        let differ = |more: &str| {
            Blocker::new(format!("{}.{}", own.0, own.1), &codes::FOREIGN_KEY_DIFFERS, format!("{message}{more}"))
        };
        match fault(&mine, &theirs) {
            Fault::None => {}
            Fault::Differs => blockers.push(differ("")),
            Fault::OwnRow => blockers.push(
                differ(": an expression reads its own row, and values that change places are of other rows").fix(
                    "choose `hash` or `fake` for what is referred to, make the referring column null, or truncate its table",
                ),
            ),
            Fault::CannotFollow => blockers.push(differ("").fix(
                "keep both sides as they are, make the referring column null, or drop the foreign key in the clone first",
            )),
        }
    }
    blockers
        .extend(schema.tables.iter().filter(|table| !is_emptied(&table.name)).flat_map(|table| halves(table, known)));
    blockers.extend(joins(known));
    blockers
}

fn becomes<'a>(schema: &Schema, known: &'a Known, place: &Place) -> Becomes<'a> {
    let Some(table) = schema.tables.iter().find(|table| table.name == place.0) else { return Becomes::Elsewhere };
    if table.column(&place.1).is_some_and(|column| column.generated) {
        // Which columns it goes by is not known on every server.
        let changes = |name: &String| {
            let rule = known.get(&(table.name.clone(), name.clone())).map(|(rule, _)| rule);
            rule.is_some_and(|rule| !matches!(rule, Rule::Keep | Rule::Undecided))
        };
        return Becomes::Computed(table.columns.iter().any(|column| changes(&column.name)));
    }
    match known.get(place) {
        None | Some((Rule::Undecided, _)) => Becomes::Open,
        Some((rule, join)) => Becomes::Ruled(rule, join.as_deref()),
    }
}

enum Fault {
    None,
    Differs,
    OwnRow,
    CannotFollow,
}

fn fault(mine: &Becomes<'_>, theirs: &Becomes<'_>) -> Fault {
    use Becomes::{Computed, Elsewhere, Open, Ruled};
    let stays = |side: &Becomes<'_>| matches!(side, Computed(false) | Elsewhere | Ruled(Rule::Keep, _));
    // Null refers to nothing.
    if matches!(mine, Ruled(Rule::Null, _)) || stays(mine) && stays(theirs) {
        return Fault::None;
    }
    match (mine, theirs) {
        (Open | Ruled(..), Ruled(rule, _)) if !rule.is_of_value() => Fault::OwnRow,
        (Open, theirs) => {
            if matches!(theirs, Computed(true)) {
                Fault::CannotFollow
            } else {
                Fault::None
            }
        }
        (_, Open) => Fault::None,
        (Ruled(rule, join), Ruled(other, other_join)) => {
            if (rule, join) == (other, other_join) {
                Fault::None
            } else {
                Fault::Differs
            }
        }
        _ => Fault::CannotFollow,
    }
}

/// A key that takes all of its columns null, or none.
fn halves(table: &Table, known: &Known) -> Vec<Blocker> {
    let is_null =
        |column: &String| known.get(&(table.name.clone(), column.clone())).is_some_and(|(rule, _)| *rule == Rule::Null);
    let mut blockers = Vec::new();
    for key in table.foreign_keys.iter().filter(|key| key.full && !key.columns.iter().all(is_null)) {
        blockers.extend(key.columns.iter().filter(|column| is_null(column)).map(|column| {
            let message = format!(
                "it becomes null, and other columns of {} do not: it is MATCH FULL, which takes all of them null or none",
                printable(&key.name)
            );
            Blocker::new(format!("{}.{column}", table.name), &codes::FOREIGN_KEY_DIFFERS, message)
        }));
    }
    blockers
}

/// Columns of one join with different rules.
fn joins(known: &Known) -> Vec<Blocker> {
    let mut joins: BTreeMap<&String, (&Rule, &Place)> = BTreeMap::new();
    let mut blockers = Vec::new();
    let own = known.iter().filter_map(|(place, (rule, join))| Some((place, rule, join.as_ref()?)));
    let inside = known.iter().flat_map(|(place, (rule, _))| {
        rule.parts().into_iter().filter_map(move |(_, part)| Some((place, &part.rule, part.join.as_ref()?)))
    });
    for (place, rule, join) in own.chain(inside) {
        let (first, where_first) = joins.entry(join).or_insert((rule, place));
        if *first != rule {
            let message = format!(
                "the join {} is a {rule} here and a {first} in {}.{}",
                printable(join),
                where_first.0,
                where_first.1
            );
            blockers.push(Blocker::new(format!("{}.{}", place.0, place.1), &codes::JOIN_DIFFERS, message));
        }
    }
    blockers
}
