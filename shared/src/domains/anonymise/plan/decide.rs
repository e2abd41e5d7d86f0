//! What becomes of each column once foreign keys are followed: who refers to a column becomes what that becomes, so that rows find
//! each other again.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Blocker, Masked, MaskedPart};
use crate::domains::anonymise::codes;
use crate::domains::anonymise::rules::{ColumnRule, Part, Rule, Rules, TableRules};
use crate::domains::anonymise::schema::{Column, Equality, ForeignKey, Name, Schema, Table, TableKind, path};
use crate::nearest::nearest;
use crate::text::{count, printable};

/// A table, and what becomes of it.
#[derive(Debug)]
pub(super) struct Decided<'a> {
    pub table: &'a Table,
    pub fate: Fate<'a>,
}

/// What becomes of a table.
#[derive(Debug)]
pub(super) enum Fate<'a> {
    /// Its rows go.
    Empty,
    /// Its rows stay, those for which `only` holds; and these columns change.
    Rows { only: Option<&'a str>, ruled: Vec<Ruled<'a>> },
    /// Nobody said.
    Open,
}

/// A column that does not stay as it is.
#[derive(Debug, Clone)]
pub(super) struct Ruled<'a> {
    pub column: &'a Column,
    pub rule: Rule,
    /// Of what is made with a key: always one, the column's own name if nobody gave it another.
    pub join: Option<String>,
    /// Its name behind that of its table.
    pub path: String,
}

impl Ruled<'_> {
    /// Every value that is made with a key, of the column or inside of it: its rule, its join, and what is equal there. A value inside of
    /// another takes for equal what its join does.
    pub(super) fn keyed(&self) -> Vec<(&Rule, &String, Option<&Equality>)> {
        static LOWER: Equality = Equality::Lower;
        let inside = (self.column.ty == "citext[]").then_some(&LOWER);
        let own = self.join.iter().map(|join| (&self.rule, join, Some(&self.column.equality)));
        let parts = self.rule.parts().into_iter();
        let parts = parts.filter_map(|(_, part)| Some((&part.rule, part.join.as_ref()?, inside)));
        own.chain(parts).collect()
    }

    /// What a plan says of it.
    pub(super) fn masked(&self) -> Masked {
        let part =
            |(path, part): (String, &Part)| MaskedPart { path, rule: part.rule.to_string(), join: part.join.clone() };
        Masked {
            column: self.column.name.clone(),
            rule: self.rule.to_string(),
            join: self.join.clone(),
            parts: self.rule.parts().into_iter().map(part).collect(),
        }
    }
}

/// A column of a table.
pub(super) type Place = (Name, String);
/// What columns become, and in which join.
pub(super) type Known = BTreeMap<Place, (Rule, Option<String>)>;

impl Decided<'_> {
    /// The columns that change.
    pub(super) fn ruled(&self) -> &[Ruled<'_>] {
        match &self.fate {
            Fate::Rows { ruled, .. } => ruled,
            _ => &[],
        }
    }

    /// Whether some of its rows go.
    pub(super) fn loses_rows(&self) -> bool {
        matches!(self.fate, Fate::Rows { only: Some(_), .. })
    }
}

/// Decides, and says what is left open.
pub(super) fn decide<'a>(rules: &'a Rules, schema: &'a Schema, known: &Known) -> (Vec<Decided<'a>>, Vec<Blocker>) {
    let mut blockers = Vec::new();
    let decided = schema.tables.iter().map(|table| {
        let fate = match rules.tables.get(&table.name.to_string()) {
            _ if table.kind == TableKind::Foreign => Fate::Open,
            None => {
                let message = format!("{} and no rule names it", count(table.columns.len(), "column"));
                blockers.push(Blocker::new(table.name.to_string(), &codes::UNDECIDED_TABLE, message));
                Fate::Open
            }
            Some(rules) if rules.truncate => Fate::Empty,
            Some(rules) => rows(table, rules, known, &mut blockers),
        };
        Decided { table, fate }
    });
    (decided.collect(), blockers)
}

fn rows<'a>(table: &'a Table, rules: &'a TableRules, known: &Known, blockers: &mut Vec<Blocker>) -> Fate<'a> {
    let (mut changed, mut open) = (Vec::new(), Vec::new());
    for column in &table.columns {
        match known.get(&(table.name.clone(), column.name.clone())) {
            Some((Rule::Undecided, _)) | None if column.generated => {}
            Some((Rule::Undecided, _)) | None => open.push(printable(&column.name)),
            Some((Rule::Keep, _)) => {}
            Some((rule, join)) => {
                let path = path(&[&table.name.schema, &table.name.name, &column.name]);
                changed.push(Ruled { column, rule: rule.clone(), join: join.clone(), path });
            }
        }
    }
    if open.is_empty() {
        return Fate::Rows { only: rules.only.as_deref(), ruled: changed };
    }
    let message = format!("{} not decided: {}", count(open.len(), "column"), open.join(", "));
    let fix = format!("decide each under [table.\"{0}\".column], or add it to keep of [table.\"{0}\"]", table.name);
    blockers.push(Blocker::new(table.name.to_string(), &codes::UNDECIDED_COLUMN, message).fix(fix));
    Fate::Open
}

/// What the rules name and the database does not have.
pub(super) fn unknown(rules: &Rules, schema: &Schema) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    let names: Vec<_> = schema.tables.iter().map(|table| table.name.to_string()).collect();
    let meant =
        |word: &str, words: Vec<&str>| nearest(word, words).map(|near| format!("; did you mean {}?", printable(near)));
    for (name, of_table) in &rules.tables {
        let Some(table) = schema.table(name) else {
            let near = meant(name, names.iter().map(String::as_str).collect()).unwrap_or_default();
            let message = format!("line {} of the rules names it, and there is no such table{near}", of_table.line);
            blockers.push(Blocker::new(printable(name), &codes::NO_SUCH_TABLE, message));
            continue;
        };
        for (column, rule) in &of_table.columns {
            if table.column(column).is_none() {
                let near = meant(column, table.columns.iter().map(|column| column.name.as_str()).collect());
                let message = format!(
                    "line {} of the rules names it, and the table has no such column{}",
                    rule.line,
                    near.unwrap_or_default()
                );
                blockers.push(Blocker::new(format!("{name}.{}", printable(column)), &codes::NO_SUCH_COLUMN, message));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for name in names.iter().filter(|name| !seen.insert(*name)) {
        blockers.push(Blocker::new(name.clone(), &codes::NOT_UNDERSTOOD, "two tables are written so in rules"));
    }
    blockers
}

/// Every foreign key, column by column: who refers, and to what.
pub(super) fn references(schema: &Schema) -> impl Iterator<Item = (&Table, &ForeignKey, Place, Place)> {
    schema.tables.iter().flat_map(|table| {
        table.foreign_keys.iter().flat_map(move |key| {
            let pairs = key.columns.iter().zip(&key.referenced);
            pairs.map(move |(own, other)| {
                (table, key, (table.name.clone(), own.clone()), (key.references.clone(), other.clone()))
            })
        })
    })
}

/// The rule of each column that has one, its own or that of what it refers to, with the join it is in.
pub(super) fn known(rules: &Rules, schema: &Schema) -> Known {
    let mut known = Known::new();
    let mut without_join = BTreeSet::new();
    for table in &schema.tables {
        let Some(of_table) = rules.tables.get(&table.name.to_string()) else { continue };
        for (column, ColumnRule { rule, join, .. }) in &of_table.columns {
            let place = (table.name.clone(), column.clone());
            if join.is_none() {
                without_join.insert(place.clone());
            }
            let own = path(&[&table.name.schema, &table.name.name, column]);
            let rule = rule.with_joins(&own);
            let join = rule.is_keyed().then(|| join.clone().unwrap_or(own));
            known.insert(place, (rule, join));
        }
    }
    // A chain of references is as long as there are tables, at most.
    for _ in 0..=schema.tables.len() {
        let before = known.clone();
        for (_, _, own, other) in references(schema) {
            let Some((rule, join)) = before.get(&other).filter(|(rule, _)| rule.is_of_value()) else { continue };
            if !both_take(schema, rule, &own, &other) {
                continue;
            }
            let follows = match known.get(&own) {
                None | Some((Rule::Undecided, _)) => true,
                Some((own_rule, _)) => own_rule == rule && without_join.contains(&own),
            };
            if follows {
                known.insert(own, (rule.clone(), join.clone()));
            }
        }
        if known == before {
            break;
        }
    }
    known
}

/// Whether one rule makes the same of equal values in both columns.
fn both_take(schema: &Schema, rule: &Rule, own: &Place, other: &Place) -> bool {
    let column = |place: &Place| schema.tables.iter().find(|table| table.name == place.0)?.column(&place.1);
    let (Some(own), Some(other)) = (column(own), column(other)) else { return false };
    let alike = match rule {
        Rule::Round(_) => own.ty == other.ty,
        rule if rule.is_keyed() => own.class == other.class,
        _ => true,
    };
    alike && !own.generated && !other.generated
}
