//! The joins of a plan: columns of one join have the same pseudonym for the same value, by a key of the join's own. What one column
//! takes for equal, all of its join do.

use std::collections::BTreeMap;

use super::decide::Decided;
use super::model::Blocker;
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::Equality;
use crate::text::printable;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Joins {
    /// In the order of their numbers.
    pub names: Vec<String>,
    equality: BTreeMap<String, Equality>,
}

impl Joins {
    /// Those of these tables.
    pub(super) fn of(decided: &[&Decided<'_>]) -> Self {
        let mut equality: BTreeMap<String, Equality> = BTreeMap::new();
        for ruled in decided.iter().flat_map(|one| one.ruled()) {
            for (_, join, own) in ruled.keyed() {
                let of_join = equality.entry(join.clone()).or_default();
                // Where there are two besides texts as they are, the plan is refused.
                if let Some(own) = own.filter(|_| *of_join == Equality::Exact) {
                    of_join.clone_from(own);
                }
            }
        }
        Self { names: equality.keys().cloned().collect(), equality }
    }

    /// The number of its key.
    pub(super) fn number(&self, join: Option<&str>) -> usize {
        self.names.iter().position(|name| Some(name.as_str()) == join).unwrap_or_default()
    }

    /// What its columns take for equal.
    pub(super) fn equality(&self, join: Option<&str>) -> &Equality {
        join.and_then(|join| self.equality.get(join)).unwrap_or(&Equality::Exact)
    }
}

/// Columns of which nobody can say what they take for equal, or of which two in one join do not agree on that.
pub(super) fn faults(decided: &[Decided<'_>]) -> Vec<Blocker> {
    let mut first: BTreeMap<&String, (&Equality, String)> = BTreeMap::new();
    let mut blockers = Vec::new();
    let all = || {
        let ruled = decided.iter().flat_map(|one| one.ruled().iter().map(move |ruled| (one.table, ruled)));
        ruled.flat_map(|(table, ruled)| ruled.keyed().into_iter().map(move |keyed| (table, ruled, keyed)))
    };
    let is_alone = |join: &String| all().filter(|(.., (_, other, _))| *other == join).count() == 1;
    for (table, ruled, (rule, join, own)) in all() {
        let place = format!("{}.{}", table.name, printable(&ruled.column.name));
        let Some(own) = own else {
            blockers.extend(of_inside(
                &place,
                join,
                all().filter_map(|(.., (_, other, own))| own.filter(|_| other == join)),
            ));
            continue;
        };
        if let Equality::Unknown(collation) = own {
            let message = format!("what the collation {} takes for equal is not known here", printable(collation));
            blockers.push(Blocker::new(place.clone(), &codes::COLLATION, message));
            continue;
        }
        if let Equality::Weighed { collation, .. } = own
            && *rule == Rule::KeepFormat
            && !is_alone(join)
        {
            let message = format!(
                "keep-format goes by each character, and what is equal to {} may have other ones",
                printable(collation)
            );
            blockers.push(Blocker::new(place.clone(), &codes::COLLATION, message));
        }
        let (other, other_place) = first.entry(join).or_insert_with(|| (own, place.clone()));
        let agree = *other == own
            || matches!((&**other, own), (Equality::Exact, Equality::Lower) | (Equality::Lower, Equality::Exact));
        if !agree {
            let message = format!(
                "it compares by {}, and {other_place} by {}, so that what is equal in one is not in the other of the join {}",
                named(own),
                named(other),
                printable(join)
            );
            blockers.push(Blocker::new(place, &codes::COLLATION, message));
        }
    }
    blockers
}

/// What is inside of a document may be any character, and what a collation's set does not have is one and the same there.
fn of_inside<'a>(place: &str, join: &str, others: impl Iterator<Item = &'a Equality>) -> Option<Blocker> {
    let mut sets = others.filter_map(|other| match other {
        Equality::Weighed { collation, .. } if !collation.starts_with("utf8mb4") => Some(collation),
        _ => None,
    });
    let collation = printable(sets.next()?);
    let message = format!(
        "{collation}, by which a column of the join {} compares, does not have every character",
        printable(join)
    );
    Some(Blocker::new(place.to_owned(), &codes::COLLATION, message))
}

fn named(equality: &Equality) -> String {
    match equality {
        Equality::Exact => "every character".to_owned(),
        Equality::Lower => "lower case".to_owned(),
        Equality::Padded => "every character but spaces at the end, as _bin does".to_owned(),
        Equality::Weighed { collation, .. } | Equality::Unknown(collation) => printable(collation),
    }
}
