//! What the rules say of one column, or of a value inside of one.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};

use super::{DIGITS, Document, Part, Path, Rule, Unit, expression};
use crate::domains::anonymise::Fake;
use crate::nearest::nearest;
use crate::text::printable;

/// Rules that are a word by themselves.
pub const WORDS: [&str; 6] = ["keep", "null", "hash", "keep-format", "shuffle", UNDECIDED];
/// What stands where somebody has yet to decide.
const UNDECIDED: &str = "DECIDE";
/// All digits of a hash.
const ALL_DIGITS: u8 = 64;

/// What somebody says of one value.
pub(super) enum Said {
    /// A word.
    Word(String),
    /// A table.
    Table(Box<Wish>),
}

/// The table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Wish {
    constant: Option<String>,
    fake: Option<String>,
    hash: Option<u8>,
    keep_format: Option<bool>,
    round: Option<String>,
    sql: Option<String>,
    each: Option<Said>,
    json: Option<BTreeMap<String, Said>>,
    rest: Option<String>,
    join: Option<String>,
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rule;
        impl<'de> Visitor<'de> for Rule {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rule: a word as \"null\", or a table as { fake = \"mail\" }")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Said, E> {
                Ok(Said::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Said, A::Error> {
                Wish::deserialize(MapAccessDeserializer::new(map)).map(|wish| Said::Table(Box::new(wish)))
            }
        }
        deserializer.deserialize_any(Rule)
    }
}

/// The rule that `said` comes to, with its join.
pub(super) fn rule_of(said: Said) -> Result<(Rule, Option<String>), String> {
    let wish = match said {
        Said::Word(word) => return word_rule(&word).map(|rule| (rule, None)),
        Said::Table(wish) => *wish,
    };
    let Wish { constant, fake, hash, keep_format, round, sql, each, json, rest, join } = wish;
    let mut rules = Vec::new();
    rules.extend(constant.map(|text| Ok(Rule::Constant(text))));
    rules.extend(fake.map(|word| fake_of(&word)));
    rules.extend(hash.map(hash_of));
    rules.extend(
        keep_format
            .map(|yes| if yes { Ok(Rule::KeepFormat) } else { Err("keep-format is true or left out".to_owned()) }),
    );
    rules.extend(round.map(|word| unit_of(&word)));
    rules.extend(sql.map(|text| match expression::fault(&text) {
        Some(what) => Err(format!("sql is not one expression: {what}")),
        None => Ok(Rule::Sql(text)),
    }));
    rules.extend(each.map(|said| part_of(said).map(|part| Rule::Each(Box::new(part)))));
    if rest.is_some() && json.is_none() {
        return Err("rest goes with json".to_owned());
    }
    rules.extend(json.map(|parts| document_of(parts, rest.as_deref())));
    let (Some(rule), None) = (rules.pop(), rules.pop()) else {
        return Err("a rule is one of constant, fake, hash, keep-format, round, sql, each, json".to_owned());
    };
    let rule = rule?;
    if join.is_some() && !rule.is_keyed() {
        let inside = if rule.parts().is_empty() { "" } else { ": give one to what is inside" };
        return Err(format!("{rule} is made with no key, so it can be of no join{inside}"));
    }
    Ok((rule, join))
}

/// What becomes of a value inside of another: it goes by that value alone.
fn part_of(said: Said) -> Result<Part, String> {
    let (rule, join) = rule_of(said)?;
    match rule {
        Rule::Keep | Rule::Null | Rule::Constant(_) | Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat => {
            Ok(Part { rule, join })
        }
        other => Err(format!(
            "{other} is nothing for a value inside of another: keep, null, constant, hash, fake or keep-format"
        )),
    }
}

fn document_of(said: BTreeMap<String, Said>, rest: Option<&str>) -> Result<Rule, String> {
    let keeps_rest = match rest {
        None | Some("drop") => false,
        Some("keep") => true,
        Some(other) => return Err(format!("rest is '{}'; one of drop, keep", printable(other))),
    };
    let mut parts = BTreeMap::new();
    for (path, said) in said {
        let path = Path::parse(&path)?;
        let part = part_of(said).map_err(|what| format!("{path}: {what}"))?;
        if let Some((path, _)) = parts.get_key_value(&path) {
            return Err(format!("two rules name {path}"));
        }
        parts.insert(path, part);
    }
    if parts.is_empty() {
        return Err("json names no path: give the column a rule of its own".to_owned());
    }
    let document = Document { parts, keeps_rest };
    if let Err(path) = document.tree() {
        return Err(format!(
            "{path} is one thing by this path and another by a second one: a value, an object or an array"
        ));
    }
    Ok(Rule::Json(document))
}

fn word_rule(word: &str) -> Result<Rule, String> {
    Ok(match word {
        "keep" => Rule::Keep,
        "null" => Rule::Null,
        "hash" => Rule::Hash(DIGITS),
        "keep-format" => Rule::KeepFormat,
        "shuffle" => Rule::Shuffle,
        UNDECIDED => Rule::Undecided,
        other => {
            let meant = nearest(other, WORDS).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            return Err(format!("'{}' is no rule{meant} One is {}", printable(other), WORDS.join(", ")));
        }
    })
}

fn fake_of(word: &str) -> Result<Rule, String> {
    let found = Fake::SPELLINGS.iter().find(|(spelling, _)| *spelling == word);
    found.map(|(_, fake)| Rule::Fake(*fake)).ok_or_else(|| {
        let words = Fake::SPELLINGS.map(|(spelling, _)| spelling);
        let meant = nearest(word, words).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        format!("'{}' is nothing that is made up{meant} One is {}", printable(word), words.join(", "))
    })
}

fn hash_of(digits: u8) -> Result<Rule, String> {
    if (DIGITS..=ALL_DIGITS).contains(&digits) && digits.is_multiple_of(2) {
        Ok(Rule::Hash(digits))
    } else {
        Err(format!("hash is {digits} digits; it is an even number from {DIGITS} (80 bits) to {ALL_DIGITS}"))
    }
}

fn unit_of(word: &str) -> Result<Rule, String> {
    match word {
        "year" => Ok(Rule::Round(Unit::Year)),
        "month" => Ok(Rule::Round(Unit::Month)),
        other => Err(format!("round is '{}'; one of year, month", printable(other))),
    }
}
