//! Proposes rules by the names of columns, their types, and how their texts look. It never decides: what it is not sure of is
//! written out for somebody to decide, and a plan refuses that.

mod hints;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Fake;
use super::rules::{DIGITS, VERSION};
use super::schema::{Column, Name, Schema, Table, TypeClass};
use crate::text::printable;
use hints::{Hint, of_name};

/// As many rows of a table are looked at.
pub const ENOUGH: u64 = 10_000;
/// Fewer filled ones say nothing.
const FEW: u64 = 5;
/// As many of a hundred have to look alike.
const MOST: u64 = 80;

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Shape {
    Mail,
    Iban,
    Ip,
    Phone,
}

/// Each by an expression that every server reads alike; the first that fits is the one.
pub const SHAPES: [(Shape, &str); 4] = [
    (Shape::Mail, "^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$"),
    (Shape::Iban, "^[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}[A-Z0-9 ]{7,30}$"),
    (Shape::Ip, "^([0-9]{1,3}[.]){3}[0-9]{1,3}$"),
    (Shape::Phone, "^[+]?[0-9(][0-9 ().-]{6,18}[0-9]$"),
];

/// What was counted of one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sampled {
    /// Rows in which it holds something.
    pub filled: u64,
    /// Those of each shape.
    pub like: BTreeMap<Shape, u64>,
}

/// A rule, and why.
struct Proposal {
    rule: Option<String>,
    why: String,
}

/// A file of rules to go through by hand.
pub fn suggest(schema: &Schema, sampled: &BTreeMap<(Name, String), Sampled>) -> String {
    let mut text = format!(
        "# Proposed by names, types and samples. Read every line: nothing here is decided until you have.\n\
         # DECIDE stands where nothing was recognised; a plan refuses it.\n\
         version = {VERSION}\nengine = \"{}\"\nschema = \"{}\"\n",
        schema.engine,
        schema.fingerprint()
    );
    for table in &schema.tables {
        let _ = write!(text, "\n[table.{}]\n", key(&table.name.to_string(), true));
        of_table(table, sampled, &mut text);
    }
    text
}

fn of_table(table: &Table, sampled: &BTreeMap<(Name, String), Sampled>, text: &mut String) {
    let (mut kept, mut lines, mut follows) = (Vec::new(), Vec::new(), Vec::new());
    for column in table.columns.iter().filter(|column| !column.generated) {
        if let Some(to) = refers(table, &column.name) {
            follows.push(format!("# {} follows {to}", printable(&column.name)));
            continue;
        }
        let seen = sampled.get(&(table.name.clone(), column.name.clone()));
        match proposal(table, column, seen) {
            Proposal { rule: Some(rule), why } => {
                lines.push(format!("{} = {rule} # {why}", key(&column.name, false)));
            }
            Proposal { rule: None, .. } => kept.push(key(&column.name, true)),
        }
    }
    let texts = table.columns.iter().filter(|column| column.class == TypeClass::Text && !column.generated);
    if texts.clone().count() > 0
        && texts.clone().all(|column| !sampled.contains_key(&(table.name.clone(), column.name.clone())))
    {
        text.push_str("# nobody looked at its values: they may not be read, or policies say who sees which rows\n");
    }
    if table.name.name.contains("log") || table.name.name.contains("audit") || table.name.name.contains("history") {
        text.push_str("# a history keeps what rows were: truncate = true may be what you want\n");
    }
    if !kept.is_empty() {
        let _ = writeln!(text, "keep = [{}]", kept.join(", "));
    }
    for line in follows {
        let _ = writeln!(text, "{line}");
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "\n[table.{}.column]", key(&table.name.to_string(), true));
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
}

/// What a foreign key of this column alone refers to. One of several columns is decided column by column.
fn refers(table: &Table, column: &str) -> Option<String> {
    let key = table.foreign_keys.iter().find(|key| key.columns.iter().any(|own| own == column))?;
    let at = key.columns.iter().position(|own| own == column)?;
    // To itself, it would wait for itself.
    let other = key.referenced.get(at)?;
    (key.references != table.name || other != column).then(|| format!("{}.{}", key.references, printable(other)))
}

/// A key or text of TOML.
fn key(name: &str, quoted: bool) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare && !quoted {
        return name.to_owned();
    }
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn decide(why: impl Into<String>) -> Proposal {
    Proposal { rule: Some("\"DECIDE\"".to_owned()), why: why.into() }
}

fn proposal(table: &Table, column: &Column, seen: Option<&Sampled>) -> Proposal {
    let ty = printable(&column.ty);
    let named = of_name(&column.name);
    match column.class {
        TypeClass::Text => text(table, column, named, seen),
        TypeClass::Date | TypeClass::Timestamp if named == Some(Hint::Birth) => {
            Proposal { rule: Some("{ round = \"year\" }".to_owned()), why: "by its name a day of birth".to_owned() }
        }
        TypeClass::Inet => fitting(table, column, Fake::Ip, "an address on the network"),
        TypeClass::Number
        | TypeClass::Bool
        | TypeClass::Date
        | TypeClass::Timestamp
        | TypeClass::Uuid
        | TypeClass::Enum => match named {
            Some(hint) if !matches!(hint, Hint::Birth) => decide(format!("{ty}, by its name {}", hint.as_str())),
            _ => Proposal { rule: None, why: String::new() },
        },
        TypeClass::Json | TypeClass::Bytes | TypeClass::Array | TypeClass::Other => {
            decide(format!("{ty}: it can hold anything"))
        }
    }
}

fn text(table: &Table, column: &Column, named: Option<Hint>, seen: Option<&Sampled>) -> Proposal {
    let like = seen.filter(|seen| seen.filled >= FEW).and_then(|seen| {
        let (shape, number) = SHAPES
            .iter()
            .map(|(shape, _)| (*shape, seen.like.get(shape).copied().unwrap_or_default()))
            .find(|(_, number)| number * 100 >= seen.filled * MOST)?;
        Some((shape, format!("{} of {} values look like one", number, seen.filled)))
    });
    match (named, like) {
        (Some(Hint::Secret), _) => secret(column),
        (_, Some((shape, why))) => {
            let fake = match shape {
                Shape::Mail => Fake::Mail,
                Shape::Iban => Fake::Iban,
                Shape::Ip => Fake::Ip,
                Shape::Phone => Fake::Phone,
            };
            fitting(table, column, fake, &why)
        }
        (Some(hint), None) => match hint.fake() {
            Some(fake) => fitting(table, column, fake, &format!("by its name {}", hint.as_str())),
            None => decide(format!("by its name {}", hint.as_str())),
        },
        (None, None) => decide(format!("{}: nothing was recognised", printable(&column.ty))),
    }
}

/// A credential is worth nothing to anybody here.
fn secret(column: &Column) -> Proposal {
    let rule = if column.nullable { "\"null\"" } else { "{ constant = \"\" }" };
    Proposal { rule: Some(rule.to_owned()), why: "by its name a credential".to_owned() }
}

/// `fake`, or a hash where values have to stay apart, if the column has room for it.
fn fitting(table: &Table, column: &Column, fake: Fake, why: &str) -> Proposal {
    let room = |wanted: u32| column.length.is_none_or(|length| length >= wanted);
    let unique = table.uniques.iter().any(|unique| unique.columns.contains(&column.name));
    if unique && !fake.is_distinct() {
        return if room(u32::from(DIGITS)) {
            Proposal { rule: Some("\"hash\"".to_owned()), why: format!("{why}; unique") }
        } else {
            decide(format!("{why}; unique, and too short for a hash"))
        };
    }
    if !room(fake.longest()) {
        return decide(format!("{why}; too short for a made-up one of {} characters", fake.longest()));
    }
    let join = if fake == Fake::Mail { ", join = \"mail\"" } else { "" };
    Proposal { rule: Some(format!("{{ fake = \"{}\"{join} }}", fake.as_str())), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::anonymise::rules::read;
    use crate::domains::anonymise::schema::{ForeignKey, Unique};

    fn column(name: &str, ty: &str, class: TypeClass) -> Column {
        Column { name: name.to_owned(), ty: ty.to_owned(), class, nullable: true, ..Column::default() }
    }

    #[test]
    fn what_is_recognised_is_proposed_and_the_rest_is_left_to_somebody() {
        let text = |name: &str| column(name, "text", TypeClass::Text);
        let person = Table {
            name: Name::new("public", "person"),
            columns: vec![
                column("id", "bigint", TypeClass::Number),
                text("E-Mail"),
                text("contact"),
                text("apellidos"),
                text("password_hash"),
                column("birth_date", "date", TypeClass::Date),
                column("phone", "bigint", TypeClass::Number),
                Column { length: Some(8), ..text("city") },
                text("iban"),
                text("notes"),
                column("doc", "jsonb", TypeClass::Json),
                column("created_at", "timestamptz", TypeClass::Timestamp),
                Column { generated: true, ..text("search") },
            ],
            uniques: vec![Unique { name: "u".to_owned(), columns: vec!["iban".to_owned()], ..Unique::default() }],
            ..Table::default()
        };
        let audit = Table {
            name: Name::new("public", "audit_log"),
            columns: vec![column("person", "bigint", TypeClass::Number), text("a \"b\"")],
            foreign_keys: vec![ForeignKey {
                columns: vec!["person".to_owned()],
                references: person.name.clone(),
                referenced: vec!["id".to_owned()],
                ..ForeignKey::default()
            }],
            ..Table::default()
        };
        let schema = Schema { tables: vec![audit, person], ..Schema::default() };
        let sampled = Sampled { filled: 50, like: [(Shape::Phone, 41)].into() };
        let sampled = [((Name::new("public", "person"), "contact".to_owned()), sampled)].into();
        let proposed = suggest(&schema, &sampled);
        insta::assert_snapshot!(proposed.replace(&schema.fingerprint(), "sha256:…"), @r#"
        # Proposed by names, types and samples. Read every line: nothing here is decided until you have.
        # DECIDE stands where nothing was recognised; a plan refuses it.
        version = 1
        engine = "postgres"
        schema = "sha256:…"

        [table."public.audit_log"]
        # nobody looked at its values: they may not be read, or policies say who sees which rows
        # a history keeps what rows were: truncate = true may be what you want
        # person follows public.person.id

        [table."public.audit_log".column]
        "a \"b\"" = "DECIDE" # text: nothing was recognised

        [table."public.person"]
        keep = ["id", "created_at"]

        [table."public.person".column]
        E-Mail = { fake = "mail", join = "mail" } # by its name a mail address
        contact = { fake = "phone" } # 41 of 50 values look like one
        apellidos = { fake = "last-name" } # by its name a family's name
        password_hash = "null" # by its name a credential
        birth_date = { round = "year" } # by its name a day of birth
        phone = "DECIDE" # bigint, by its name a phone number
        city = "DECIDE" # by its name a town; too short for a made-up one of 12 characters
        iban = "hash" # by its name a bank account; unique
        notes = "DECIDE" # text: nothing was recognised
        doc = "DECIDE" # jsonb: it can hold anything
        "#);
        // It is a file of rules as it stands, and refused for what is undecided alone.
        assert_eq!(read(&proposed).unwrap().tables.len(), 2);
    }
}
