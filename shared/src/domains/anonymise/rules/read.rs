//! Reads a file of rules. Every fault is told with its line, all that can be found at once; a key that is not known is one.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::wish::{Said, rule_of};
use super::{ColumnRule, Rule, Rules, TableRules, VERSION, expression};
use crate::services::sql::Engine;
use crate::text::{one_line, printable};

/// What is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} in the rules: {}", crate::text::count(.0.len(), "fault"), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct RuleFaults(pub Vec<RuleFault>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RuleFault {
    /// From one.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<i64>,
    engine: Spanned<String>,
    schema: Option<String>,
    #[serde(default)]
    accept: Accept,
    #[serde(default)]
    table: BTreeMap<Spanned<String>, TableText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Accept {
    #[serde(default)]
    functions: Vec<String>,
    #[serde(default)]
    large_objects: bool,
    #[serde(default)]
    catalog: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableText {
    #[serde(default)]
    truncate: bool,
    #[serde(default)]
    keep: Vec<Spanned<String>>,
    #[serde(rename = "where")]
    only: Option<Spanned<String>>,
    #[serde(default)]
    column: BTreeMap<Spanned<String>, Spanned<Said>>,
}

/// Reads `text`.
pub fn read(text: &str) -> Result<Rules, RuleFaults> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        RuleFaults(vec![RuleFault { line, what: one_line(error.message()) }])
    })?;
    let mut reading = Reading { text, faults: Vec::new() };
    let rules = reading.rules(file);
    reading.faults.sort_by_key(|fault| fault.line);
    match rules {
        Some(rules) if reading.faults.is_empty() => Ok(rules),
        _ => Err(RuleFaults(reading.faults)),
    }
}

fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

struct Reading<'a> {
    text: &'a str,
    faults: Vec<RuleFault>,
}

impl Reading<'_> {
    fn line<T>(&self, at: &Spanned<T>) -> usize {
        line_at(self.text, at.span().start)
    }

    fn fault(&mut self, line: usize, what: impl Into<String>) {
        self.faults.push(RuleFault { line, what: what.into() });
    }

    fn rules(&mut self, file: File) -> Option<Rules> {
        if *file.version.get_ref() != VERSION {
            self.fault(
                self.line(&file.version),
                format!("version is {}, and this reads version {VERSION}", file.version.get_ref()),
            );
        }
        let engine = Engine::parse(file.engine.get_ref());
        if engine.is_none() {
            let what = format!("engine is '{}'; one of postgresql, mysql, mariadb", printable(file.engine.get_ref()));
            self.fault(self.line(&file.engine), what);
        }
        let tables = file.table.into_iter().map(|(name, table)| {
            let line = self.line(&name);
            let name = name.into_inner();
            let rules = self.table(&name, line, table);
            (name, rules)
        });
        let tables = tables.collect();
        Some(Rules {
            engine: engine?,
            schema: file.schema,
            functions: file.accept.functions.into_iter().collect(),
            keep_large_objects: file.accept.large_objects,
            catalog: file.accept.catalog.into_iter().collect(),
            tables,
        })
    }

    fn table(&mut self, name: &str, line: usize, table: TableText) -> TableRules {
        let mut columns = BTreeMap::new();
        for kept in table.keep {
            let line = self.line(&kept);
            let rule = ColumnRule { line, rule: Rule::Keep, join: None };
            if columns.insert(kept.get_ref().clone(), rule).is_some() {
                self.fault(line, format!("{}: column {} is kept twice", printable(name), printable(kept.get_ref())));
            }
        }
        for (column, said) in table.column {
            let line = self.line(&column);
            let place = format!("{}.{}", printable(name), printable(column.get_ref()));
            if columns.contains_key(column.get_ref()) {
                self.fault(line, format!("{place} is kept and has a rule: which of them is meant?"));
            }
            match rule_of(said.into_inner()) {
                Ok((rule, join)) => {
                    columns.insert(column.into_inner(), ColumnRule { line, rule, join });
                }
                Err(what) => self.fault(line, format!("{place}: {what}")),
            }
        }
        if let Some(only) = &table.only
            && let Some(what) = expression::fault(only.get_ref())
        {
            self.fault(self.line(only), format!("{}: where is not one condition: {what}", printable(name)));
        }
        if table.truncate && (table.only.is_some() || !columns.is_empty()) {
            self.fault(
                line,
                format!("{} is truncated, so it needs no other rule: which of them is meant?", printable(name)),
            );
        }
        TableRules { line, truncate: table.truncate, only: table.only.map(Spanned::into_inner), columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
version = 1
engine = "postgresql"

[accept]
functions = ["public.is_mail(text)"]
catalog = ["function public.support()"]

[table."public.person"]
keep = ["id", "country"]
where = "NOT is_employee"

[table."public.person".column]
email = { fake = "mail", join = "mail" }
dni   = { keep-format = true }
born  = { round = "year" }
notes = "null"
token = { hash = 40 }
plan  = { constant = "free" }
nick  = { sql = "upper(nick)" }
tags  = { each = { fake = "mail", join = "mail" } }
doc   = { json = { "$.b" = "keep", "$.a[*].\"x y\"" = { hash = 20 } }, rest = "keep" }
later = "DECIDE"

[table."public.audit_log"]
truncate = true
"#;

    #[test]
    fn a_file_says_of_each_column_what_becomes_of_it() {
        let rules = read(GOOD).unwrap();
        let person = &rules.tables["public.person"];
        let shown: Vec<_> =
            person.columns.iter().map(|(name, rule)| format!("{name} {}: {}", rule.line, rule.rule)).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        born 16: round to the year
        country 10: keep
        dni 15: keep-format
        doc 22: $."a"[*]."x y": hash of 20 digits, $."b": keep, the rest stays
        email 14: fake mail
        id 10: keep
        later 23: DECIDE
        nick 20: sql
        notes 17: null
        plan 19: constant
        tags 21: each fake mail (join mail)
        token 18: hash of 40 digits
        "#);
        assert_eq!(person.columns["email"].join.as_deref(), Some("mail"));
        assert!(rules.tables["public.audit_log"].truncate && rules.functions.contains("public.is_mail(text)"));
        assert!(rules.catalog.contains("function public.support()"));
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let head = "version = 1\nengine = \"postgresql\"\n";
        for (text, expected) in [
            ("engine = \"mysql\"\n", "line 1: missing field `version`"),
            (
                "version = 2\nengine = \"oracle\"\n",
                "line 1: version is 2, and this reads version 1; line 2: engine is 'oracle'",
            ),
            ("version = 1\nengine = \"mysql\"\nkeep = 1\n", "line 3: unknown field `keep`, expected one of `version`"),
            ("[table.\"a.b\"]\ntruncat = true\n", "line 4: unknown field `truncat`, expected one of `truncate`"),
            ("[table.\"a.b\".column]\nx = \"kep\"\n", "line 4: a.b.x: 'kep' is no rule; did you mean 'keep'?"),
            ("[table.\"a.b\".column]\nx = { fake = \"email\" }\n", "line 4: a.b.x: 'email' is nothing that is made up"),
            (
                "[table.\"a.b\".column]\nx = { hash = 12 }\n",
                "line 4: a.b.x: hash is 12 digits; it is an even number from 20",
            ),
            ("[table.\"a.b\".column]\nx = { fake = \"mail\", hash = 20 }\n", "line 4: a.b.x: a rule is one of"),
            ("[table.\"a.b\".column]\nx = { join = \"m\" }\n", "line 4: a.b.x: a rule is one of"),
            (
                "[table.\"a.b\".column]\nx = { constant = \"c\", join = \"m\" }\n",
                "line 4: a.b.x: constant is made with no key",
            ),
            ("[table.\"a.b\".column]\nx = { sql = \"1; DROP\" }\n", "line 4: a.b.x: sql is not one expression"),
            ("[table.\"a.b\".column]\nx = { round = \"day\" }\n", "line 4: a.b.x: round is 'day'; one of year, month"),
            (
                "[table.\"a.b\".column]\nx = { each = { round = \"year\" } }\n",
                "line 4: a.b.x: round to the year is nothing for a value inside",
            ),
            (
                "[table.\"a.b\".column]\nx = { each = \"hash\", join = \"m\" }\n",
                "so it can be of no join: give one to what is inside",
            ),
            ("[table.\"a.b\".column]\nx = { hash = 20, rest = \"keep\" }\n", "line 4: a.b.x: rest goes with json"),
            ("[table.\"a.b\".column]\nx = { json = {} }\n", "line 4: a.b.x: json names no path"),
            (
                "[table.\"a.b\".column]\nx = { json = { a = \"null\" } }\n",
                "line 4: a.b.x: the path 'a' does not begin with $",
            ),
            (
                "[table.\"a.b\".column]\nx = { json = { \"$.a\" = \"shuffle\" } }\n",
                "a.b.x: $.\"a\": shuffle is nothing for a value inside",
            ),
            (
                "[table.\"a.b\".column]\nx = { json = { \"$.a\" = \"null\", \"$.a.b\" = \"null\" } }\n",
                "a.b.x: $.\"a\" is one thing by this path",
            ),
            (
                "[table.\"a.b\".column]\nx = { json = { \"$.a\" = \"null\", \"$.\\\"a\\\"\" = \"null\" } }\n",
                "a.b.x: two rules name $.\"a\"",
            ),
            (
                "[table.\"a.b\".column]\nx = { json = { \"$.a\" = \"null\" }, rest = \"stay\" }\n",
                "a.b.x: rest is 'stay'; one of drop, keep",
            ),
            ("[table.\"a.b\".column]\nx = { kep = true }\n", "line 4: unknown field `kep`, expected one of `constant`"),
            ("[table.\"a.b\".column]\nx = 3\n", "line 4: invalid type: integer `3`, expected a rule: a word as"),
            ("[table.\"a.b\"]\nkeep = [\"x\"]\ncolumn.x = \"null\"\n", "line 5: a.b.x is kept and has a rule"),
            (
                "[table.\"a.b\"]\nkeep = [\"x\"]\ntruncate = true\n",
                "line 3: a.b is truncated, so it needs no other rule",
            ),
            ("[table.\"a.b\"]\nwhere = \"(a\"\n", "line 4: a.b: where is not one condition"),
            ("[table.\"a.b\"]\n[table.\"a.b\"]\n", "line 4: duplicate key"),
        ] {
            let text = if text.contains("engine") { text.to_owned() } else { format!("{head}{text}") };
            let said = read(&text).unwrap_err().to_string();
            assert!(said.contains(expected), "{text}\n{said}");
        }
    }
}
