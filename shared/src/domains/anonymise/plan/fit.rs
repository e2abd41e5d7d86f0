//! Whether what a rule makes fits the column: its type, its length, its indexes.

use super::decide::{Decided, Fate, Ruled};
use super::model::Blocker;
use crate::domains::anonymise::Fake;
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::{Table, TypeClass, Unique};
use crate::services::sql::Engine;
use crate::text::printable;

/// What does not fit in one table.
pub(super) fn faults(decided: &Decided<'_>, engine: Engine) -> Vec<Blocker> {
    let table = decided.table;
    let ruled = decided.ruled();
    let of_columns = ruled.iter().filter_map(|ruled| of_column(table, ruled, engine));
    let uniques = table.uniques.iter().flat_map(|unique| {
        let touched = ruled.iter().filter(|ruled| unique.columns.contains(&ruled.column.name));
        touched.filter_map(|ruled| of_unique(table, unique, ruled)).collect::<Vec<_>>()
    });
    let mut blockers: Vec<_> = of_columns.chain(uniques).collect();
    // What two indexes say of one column is one thing to do.
    blockers.dedup_by(|a, b| (&a.object, a.code) == (&b.object, b.code));
    if let Fate::Rows { only: Some(_), .. } = decided.fate
        && engine != Engine::Postgres
    {
        let message = format!("where is not carried out on {engine} yet");
        blockers.push(Blocker::new(table.name.to_string(), &codes::RULE_DOES_NOT_FIT, message));
    }
    blockers
}

fn place(table: &Table, ruled: &Ruled<'_>) -> String {
    format!("{}.{}", table.name, printable(&ruled.column.name))
}

fn of_column(table: &Table, ruled: &Ruled<'_>, engine: Engine) -> Option<Blocker> {
    let Ruled { column, rule, .. } = ruled;
    let blocker = |code, message: String| Some(Blocker::new(place(table, ruled), code, message));
    if column.generated {
        return blocker(&codes::GENERATED_RULED, "it is computed from other columns".to_owned());
    }
    if column.partition_key {
        return blocker(&codes::PARTITION_KEY, "the table is partitioned by it".to_owned());
    }
    if *rule == Rule::Null && !column.nullable {
        return blocker(&codes::NOT_NULL, format!("it is {} and never null", printable(&column.ty)));
    }
    if let Some(what) = misfit(ruled, engine) {
        return blocker(&codes::RULE_DOES_NOT_FIT, what);
    }
    let longest = match rule {
        Rule::Hash(digits) if column.class == TypeClass::Text => u32::from(*digits),
        Rule::Fake(fake) => fake.longest(),
        Rule::Constant(text) if column.class == TypeClass::Text => {
            u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
        }
        _ => 0,
    };
    let room = column.length.filter(|length| *length < longest)?;
    blocker(&codes::TOO_LONG, format!("{rule} has up to {longest} characters, and the column takes {room}"))
}

/// Why the column's type, or the engine, cannot hold what the rule makes.
fn misfit(ruled: &Ruled<'_>, engine: Engine) -> Option<String> {
    let Ruled { column, rule, .. } = ruled;
    let of_type = || format!("{rule} is nothing for {}", printable(&column.ty));
    let on_postgres = engine == Engine::Postgres;
    let fits = match (rule, column.class) {
        (Rule::KeepFormat | Rule::Shuffle, _) if !on_postgres => {
            return Some(format!("{rule} is not made on {engine} yet"));
        }
        (Rule::Constant(_) | Rule::Sql(_) | Rule::Shuffle, _) => !column.identity,
        (Rule::Hash(_), TypeClass::Uuid | TypeClass::Bytes) | (Rule::Fake(Fake::Ip), TypeClass::Inet) => on_postgres,
        (Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat, class) => class == TypeClass::Text,
        (Rule::Round(_), class) => matches!(class, TypeClass::Date | TypeClass::Timestamp),
        (Rule::Keep | Rule::Null | Rule::Undecided, _) => true,
    };
    (!fits).then(of_type)
}

/// Why a unique index would refuse what the rule makes, or might.
fn of_unique(table: &Table, unique: &Unique, ruled: &Ruled<'_>) -> Option<Blocker> {
    let apart = match &ruled.rule {
        // The author of an expression answers for it; a value that is there already undoes the step.
        Rule::Sql(_) => true,
        Rule::Null => unique.nulls_distinct && unique.expression.is_none(),
        rule => {
            rule.is_distinct() && unique.expression.as_deref().is_none_or(|text| is_of_case(text, &ruled.column.name))
        }
    };
    let why = match &unique.expression {
        Some(text) => format!("the unique index {} goes by {}", printable(&unique.name), printable(text)),
        None => format!("the unique index {} goes by it", printable(&unique.name)),
    };
    (!apart).then(|| {
        Blocker::new(place(table, ruled), &codes::UNIQUE_LOSSY, format!("{why}, and the rule is {}", ruled.rule))
    })
}

/// Whether an index goes by nothing of the column but its lower case: what is made up is in lower case all over.
fn is_of_case(expression: &str, column: &str) -> bool {
    let plain = expression.replace(['(', ')', '"', ' '], "").replace("::text", "").to_lowercase();
    plain == format!("lower{}", column.to_lowercase())
}
