//! What changes values inside of another one: a function for each such column, since `ALTER TABLE` takes no query. It goes by the same
//! helpers as the others, is bound to the server's own functions, and is gone with their schema.

use std::collections::BTreeMap;

use super::expression::of_text;
use crate::domains::anonymise::plan::decide::Ruled;
use crate::domains::anonymise::plan::joins::Joins;
use crate::domains::anonymise::plan::model::HELPER;
use crate::domains::anonymise::rules::{Node, Part, Rule};
use crate::domains::anonymise::schema::TypeClass;
use crate::report::fingerprint;
use crate::services::sql::{ident, literal};

/// Digits of a hash that tell two columns apart.
const DIGITS: usize = 20;

/// The head and body of its function, if the column's rule is about what is inside of it.
pub(super) fn function(ruled: &Ruled<'_>, joins: &Joins) -> Option<(String, String)> {
    let (ty, body) = match &ruled.rule {
        Rule::Each(part) if part.rule == Rule::Null => return None,
        Rule::Each(part) => ("text[]", elements(part, joins)),
        Rule::Json(document) => {
            let shape = Shape { joins, keeps_rest: document.keeps_rest };
            // The rules were read only if there is one.
            ("jsonb", shape.value(&document.tree().ok()?, "d", 0))
        }
        _ => return None,
    };
    Some((format!("{}(d {ty}) RETURNS {ty}", name(ruled)), body))
}

/// The new value of the column.
pub(super) fn call(ruled: &Ruled<'_>) -> String {
    let (column, ty, name) = (ident(&ruled.column.name), &ruled.column.ty, name(ruled));
    match &ruled.rule {
        // Past every cast: one of somebody's own may be code.
        Rule::Each(part) if part.rule == Rule::Null => format!(
            "(CASE WHEN cardinality({column}) > 0 THEN array_fill(NULL::{}, ARRAY[cardinality({column})]) ELSE {column} END)",
            ty.trim_end_matches("[]")
        ),
        Rule::Each(_) => format!("{HELPER}.{name}({column}::text[])::{ty}"),
        _ if ruled.column.class == TypeClass::Text => format!(
            "(CASE WHEN {column}::text = '' THEN '' ELSE {HELPER}.{name}({column}::text::jsonb)::text END)::{ty}"
        ),
        _ => format!("{HELPER}.{name}({column}::jsonb)::{ty}"),
    }
}

fn name(ruled: &Ruled<'_>) -> String {
    let hash = fingerprint(&ruled.path);
    let digits: String = hash.chars().rev().take(DIGITS).collect();
    format!("of_{digits}")
}

/// One array of those elements: of several dimensions one is left.
fn elements(part: &Part, joins: &Joins) -> String {
    let made = text(part, "a.e", joins);
    format!("(SELECT coalesce(array_agg({made} ORDER BY a.n), '{{}}') FROM unnest(d) WITH ORDINALITY AS a(e, n))")
}

/// What becomes of the text `read`.
fn text(part: &Part, read: &str, joins: &Joins) -> String {
    match &part.rule {
        Rule::Null => "NULL::text".to_owned(),
        Rule::Constant(text) => format!("{}::text", literal(text)),
        Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat => of_text(&part.rule, part.join.as_deref(), read, joins),
        // The others are none of a part.
        _ => read.to_owned(),
    }
}

/// How a document is gone through.
struct Shape<'a> {
    joins: &'a Joins,
    keeps_rest: bool,
}

impl Shape<'_> {
    /// What becomes of the document `read`. What is of another shape than its path says becomes null.
    fn value(&self, node: &Node<'_>, read: &str, depth: usize) -> String {
        match node {
            Node::Leaf(_, part) => self.leaf(part, read),
            Node::Members(members) => self.members(members, read, depth),
            Node::Each(element) => {
                let made = self.value(element, &format!("a{depth}.e"), depth + 1);
                format!(
                    "(SELECT CASE jsonb_typeof(s{depth}.v) WHEN 'array' THEN coalesce((SELECT jsonb_agg({made} ORDER BY a{depth}.n) \
                     FROM jsonb_array_elements(s{depth}.v) WITH ORDINALITY AS a{depth}(e, n)), '[]'::jsonb) ELSE 'null'::jsonb END \
                     FROM (SELECT {read} AS v) AS s{depth})"
                )
            }
        }
    }

    fn leaf(&self, part: &Part, read: &str) -> String {
        match &part.rule {
            Rule::Keep => read.to_owned(),
            Rule::Null => "'null'::jsonb".to_owned(),
            Rule::Constant(_) => format!("to_jsonb({})", text(part, read, self.joins)),
            _ => format!(
                "CASE WHEN jsonb_typeof({read}) IN ('string', 'number', 'boolean') THEN to_jsonb({}) ELSE 'null'::jsonb END",
                text(part, &format!("({read} #>> '{{}}')"), self.joins)
            ),
        }
    }

    fn members(&self, members: &BTreeMap<&str, Node<'_>>, read: &str, depth: usize) -> String {
        let made = members.iter().map(|(name, node)| {
            let name = literal(name);
            let made = self.value(node, &format!("(s{depth}.v -> {name})"), depth + 1);
            format!("({name}, {made})")
        });
        let made = made.collect::<Vec<_>>().join(", ");
        let rest = if self.keeps_rest { format!("s{depth}.v || ") } else { String::new() };
        format!(
            "(SELECT CASE jsonb_typeof(s{depth}.v) WHEN 'object' THEN {rest}coalesce((SELECT jsonb_object_agg(m{depth}.k, m{depth}.w) \
             FROM (VALUES {made}) AS m{depth}(k, w) WHERE s{depth}.v ? m{depth}.k), '{{}}'::jsonb) ELSE 'null'::jsonb END \
             FROM (SELECT {read} AS v) AS s{depth})"
        )
    }
}
