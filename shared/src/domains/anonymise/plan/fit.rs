//! Whether what a rule makes fits the column: its type, its length, its indexes.

use super::decide::{Decided, Ruled};
use super::model::Blocker;
use crate::domains::anonymise::Fake;
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::Rule;
use crate::domains::anonymise::schema::{Column, Table, TypeClass, Unique};
use crate::services::sql::Engine;
use crate::text::printable;

/// The longest text whose format is kept on `MySQL` and `MariaDB`.
const LONGEST: u32 = 1_000;

/// What does not fit in one table.
pub(super) fn faults(decided: &Decided<'_>, engine: Engine) -> Vec<Blocker> {
    let table = decided.table;
    let ruled = decided.ruled();
    let of_columns = ruled.iter().filter_map(|ruled| of_column(table, ruled, engine));
    let uniques = table
        .uniques
        .iter()
        .flat_map(|unique| ruled.iter().filter_map(|ruled| of_unique(table, unique, ruled)).collect::<Vec<_>>());
    let mut blockers: Vec<_> = of_columns.chain(uniques).collect();
    // What two indexes say of one column is one thing to do.
    blockers.dedup_by(|a, b| (&a.object, a.code) == (&b.object, b.code));
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
    // On PostgreSQL a row is known by where it lies.
    if *rule == Rule::Shuffle && engine != Engine::Postgres && table.primary_key().is_none() {
        let message = "the table has no primary key, by which a row is known that gets another one's value";
        return blocker(&codes::RULE_DOES_NOT_FIT, message.to_owned());
    }
    let longest = match rule {
        Rule::Hash(digits) if column.class == TypeClass::Text => u32::from(*digits),
        Rule::Fake(fake) => fake.longest(),
        Rule::Each(part) => match &part.rule {
            Rule::Hash(digits) => u32::from(*digits),
            Rule::Fake(fake) => fake.longest(),
            Rule::Constant(text) => u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
            _ => 0,
        },
        Rule::Constant(text) if column.class == TypeClass::Text => {
            u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
        }
        _ => 0,
    };
    // Elsewhere the server refuses what is too long, and the step with it; a cast to such a type cuts it.
    if let Rule::Json(_) = rule
        && let Some(room) = column.length
        && engine == Engine::Postgres
    {
        let message = format!("a document has no longest length, and the column takes {room} characters");
        return blocker(&codes::TOO_LONG, message);
    }
    let element = length_of_element(&column.ty).filter(|_| matches!(rule, Rule::Each(_)));
    let room = column.length.or(element).filter(|length| *length < longest)?;
    blocker(&codes::TOO_LONG, format!("{} has up to {longest} characters, and the column takes {room}", named(rule)))
}

/// Why the column's type, or the engine, cannot hold what the rule makes.
fn misfit(ruled: &Ruled<'_>, engine: Engine) -> Option<String> {
    let Ruled { column, rule, .. } = ruled;
    let of_type = || format!("{} is nothing for {}", named(rule), printable(&column.ty));
    let on_postgres = engine == Engine::Postgres;
    let fits = match (rule, column.class) {
        (Rule::Json(document), _) if document.keeps_rest && engine == Engine::Mariadb => {
            return Some(
                "rest = \"keep\" is nothing for mariadb, where a member that is named twice would stay once".to_owned(),
            );
        }
        // The time it takes there grows with the square of the length.
        (Rule::KeepFormat, TypeClass::Text) if !on_postgres && column.length.is_none_or(|length| length > LONGEST) => {
            return Some(format!(
                "{rule} takes too long on {engine} for texts that may be longer than {LONGEST} characters"
            ));
        }
        (Rule::Constant(_) | Rule::Sql(_) | Rule::Shuffle, _) => !column.identity,
        (Rule::Hash(_), TypeClass::Uuid | TypeClass::Bytes) | (Rule::Fake(Fake::Ip), TypeClass::Inet) => on_postgres,
        (Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat, class) => class == TypeClass::Text,
        (Rule::Round(_), class) => matches!(class, TypeClass::Date | TypeClass::Timestamp),
        // Elsewhere a document is a text, and anywhere a text may be one.
        (Rule::Json(_), class) => matches!(class, TypeClass::Json | TypeClass::Text),
        (Rule::Each(part), TypeClass::Array) => part.rule == Rule::Null || is_of_texts(&column.ty),
        (Rule::Each(_), _) => false,
        (Rule::Keep | Rule::Null | Rule::Undecided, _) => true,
    };
    (!fits).then(of_type)
}

/// A rule in a few words, whatever is inside.
fn named(rule: &Rule) -> String {
    match rule {
        Rule::Each(part) => format!("each {}", part.rule),
        Rule::Json(_) => "json".to_owned(),
        rule => rule.to_string(),
    }
}

/// Whether an array of this type is one of texts.
fn is_of_texts(ty: &str) -> bool {
    let element = ty.trim_end_matches("[]").split('(').next().unwrap_or_default();
    matches!(element, "text" | "citext" | "character varying" | "character")
}

/// The most characters of an element of an array of this type.
fn length_of_element(ty: &str) -> Option<u32> {
    ty.split_once('(')?.1.split_once(')')?.0.parse().ok()
}

/// How an index goes by a column.
#[derive(PartialEq, Eq)]
enum Way<'a> {
    /// By itself.
    Itself,
    /// By an expression of the index, or of a column that is computed from it.
    Expression(&'a str),
    /// By which rows it holds for.
    Condition(&'a str),
}

/// Each way in which `unique` goes by `column`.
fn ways<'a>(table: &'a Table, unique: &'a Unique, column: &Column) -> Vec<Way<'a>> {
    let is_it = |other: &Column| other.name == column.name;
    let mut ways = Vec::new();
    for through in unique.columns.iter().filter_map(|name| table.column(name)) {
        match (&unique.expression, &through.computed) {
            (Some(text), _) if table.follows(through, &is_it) => ways.push(Way::Expression(text)),
            (None, None) if is_it(through) => ways.push(Way::Itself),
            (None, Some(computed)) if table.follows(through, &is_it) => {
                ways.push(Way::Expression(&computed.expression));
            }
            _ => {}
        }
    }
    let goes_by = |name: &str| table.column(name).is_some_and(|other| table.follows(other, &is_it));
    if let Some(condition) = &unique.condition
        && table.columns.iter().any(|other| goes_by(&other.name) && names(condition, &other.name))
    {
        ways.push(Way::Condition(condition));
    }
    ways
}

/// Whether a unique index goes by `column` in any way.
pub(super) fn goes_by(table: &Table, unique: &Unique, column: &Column) -> bool {
    !ways(table, unique, column).is_empty()
}

/// Why a unique index would refuse what the rule makes, or might.
fn of_unique(table: &Table, unique: &Unique, ruled: &Ruled<'_>) -> Option<Blocker> {
    let Ruled { column, rule, .. } = ruled;
    let apart = |way: &Way<'_>| match (rule, way) {
        // The author of an expression answers for it; a value that is there already undoes the step.
        (Rule::Sql(_), _) => true,
        (rule, Way::Condition(text)) => keeps(text, &column.name, rule),
        (Rule::Null, Way::Itself) => unique.nulls_distinct,
        (Rule::Null, Way::Expression(_)) => false,
        (rule, Way::Itself) => rule.is_distinct(),
        (rule, Way::Expression(text)) => rule.is_distinct() && is_of_case(text, &column.name),
    };
    let ways = ways(table, unique, column);
    let way = ways.iter().find(|way| !apart(way))?;
    let name = printable(&unique.name);
    let why = match way {
        Way::Itself => format!("the unique index {name} goes by it"),
        Way::Expression(text) => format!("the unique index {name} goes by {}", printable(text)),
        Way::Condition(text) => format!("the unique index {name} holds where {}", printable(text)),
    };
    Some(Blocker::new(place(table, ruled), &codes::UNIQUE_LOSSY, format!("{why}, and the rule is {rule}")))
}

/// Whether an index goes by nothing of the column but its lower case: what is made up is in lower case all over.
fn is_of_case(expression: &str, column: &str) -> bool {
    let plain = expression.replace(['(', ')', '"', '`', ' '], "").replace("::text", "").to_lowercase();
    let column = column.to_lowercase();
    plain == format!("lower{column}") || plain == format!("lcase{column}")
}

/// Whether a text may name the column: too often rather than too seldom.
fn names(text: &str, column: &str) -> bool {
    text.to_lowercase().contains(&column.to_lowercase())
}

/// Whether the rows for which a condition holds are the same after the rule: all that it asks of the column is whether it is null.
fn keeps(condition: &str, column: &str, rule: &Rule) -> bool {
    let plain = condition.replace(['(', ')', '"'], "");
    let asked: Vec<_> = plain.split(" AND ").filter(|part| names(part, column)).collect();
    let is_null = |part: &&str| *part == format!("{column} IS NULL") || *part == format!("{column} IS NOT NULL");
    // A column that is computed from it asks for more than can be seen here.
    !asked.is_empty() && asked.iter().all(is_null) && rule.keeps_null()
}
