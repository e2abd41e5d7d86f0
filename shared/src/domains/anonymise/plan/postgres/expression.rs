//! What a rule comes to in SQL: one expression over the row that is there. Null stays null, and empty stays empty.

use crate::domains::anonymise::plan::decide::Ruled;
use crate::domains::anonymise::plan::joins::Joins;
use crate::domains::anonymise::plan::model::HELPER;
use crate::domains::anonymise::rules::{Rule, Unit};
use crate::domains::anonymise::schema::{Column, Equality, TypeClass};
use crate::services::sql::{ident, literal};

/// The new value of a column.
pub(super) fn value(ruled: &Ruled<'_>, joins: &Joins) -> String {
    let Ruled { column, rule, join, .. } = ruled;
    let (name, ty) = (ident(&column.name), &column.ty);
    match rule {
        // None of them is made here; a column that is read from itself stays as it is.
        Rule::Keep | Rule::Undecided | Rule::Shuffle | Rule::Each(_) | Rule::Json(_) => name,
        Rule::Null => format!("NULL::{ty}"),
        Rule::Constant(text) => format!("{}::{ty}", literal(text)),
        Rule::Sql(sql) => format!("({sql})::{ty}"),
        Rule::Round(unit) => rounded(column, *unit),
        Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat => {
            let read = read(column, joins.equality(join.as_deref()));
            let key = literal(&joins.number(join.as_deref()).to_string());
            let made = made(column.class, rule, &key, &read);
            if column.class == TypeClass::Text {
                format!("(CASE WHEN {name}::text = '' THEN '' ELSE {made} END)::{ty}")
            } else {
                format!("{made}::{ty}")
            }
        }
    }
}

/// What a rule with a key makes of the text `read`, which is no column.
pub(super) fn of_text(rule: &Rule, join: Option<&str>, read: &str, joins: &Joins) -> String {
    let key = literal(&joins.number(join).to_string());
    let hashed = as_equal(read, joins.equality(join));
    format!("CASE WHEN {read} = '' THEN '' ELSE {} END", made(TypeClass::Text, rule, &key, &hashed))
}

/// The value as it is hashed.
fn read(column: &Column, equality: &Equality) -> String {
    let name = ident(&column.name);
    let text = match column.class {
        TypeClass::Bytes => format!("encode({name}, 'hex')"),
        // As a text it has its mask only where that is not the whole of it.
        _ => format!("{name}::text"),
    };
    as_equal(&text, equality)
}

/// Texts that are equal to the server have one pseudonym. This is how `citext` compares them, by the database's own rules.
fn as_equal(text: &str, equality: &Equality) -> String {
    if *equality == Equality::Lower { format!("lower({text} COLLATE \"default\")") } else { text.to_owned() }
}

fn made(class: TypeClass, rule: &Rule, key: &str, read: &str) -> String {
    let keyed = format!("{HELPER}.keyed({key}, {read})");
    match (rule, class) {
        (Rule::Hash(_), TypeClass::Uuid) => format!("encode(substr({keyed}, 1, 16), 'hex')"),
        (Rule::Hash(digits), TypeClass::Bytes) => format!("substr({keyed}, 1, {})", digits / 2),
        (Rule::Hash(digits), _) => format!("left(encode({keyed}, 'hex'), {digits})"),
        (Rule::KeepFormat, _) => format!("{HELPER}.keep_format({key}, {read})"),
        (Rule::Fake(fake), _) => format!("{HELPER}.fake_{}({keyed})", fake.as_str().replace('-', "_")),
        _ => read.to_owned(),
    }
}

fn rounded(column: &Column, unit: Unit) -> String {
    let (name, unit, ty) = (ident(&column.name), unit.as_str(), &column.ty);
    if ty.contains("with time zone") {
        format!("date_trunc('{unit}', {name}, 'UTC')::{ty}")
    } else {
        format!("date_trunc('{unit}', {name}::timestamp)::{ty}")
    }
}

/// As `ALTER TABLE` sets it, with all that a type says of a column and that would be lost otherwise.
pub(super) fn altered(column: &Column, using: Option<&str>) -> Vec<String> {
    let name = ident(&column.name);
    let collation = column.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
    let using = using.map(|using| format!(" USING {using}")).unwrap_or_default();
    let mut parts = vec![format!("ALTER COLUMN {name} TYPE {}{collation}{using}", column.ty)];
    parts.extend(column.storage.as_ref().map(|storage| format!("ALTER COLUMN {name} SET STORAGE {storage}")));
    parts.extend(column.compression.as_ref().map(|how| format!("ALTER COLUMN {name} SET COMPRESSION {how}")));
    parts
}
