//! What becomes of a document: its text is put together anew out of the texts of its members, by one expression, which reads the same to
//! `MySQL` and to `MariaDB`, where a document is a text.

use std::collections::BTreeMap;

use super::expression::of_text;
use crate::domains::anonymise::plan::decide::Ruled;
use crate::domains::anonymise::plan::joins::Joins;
use crate::domains::anonymise::rules::{Document, Node, Part, Rule};
use crate::domains::anonymise::schema::Equality;
use crate::services::sql::{mysql_ident, mysql_literal};

/// The new value of a column that is a document.
pub(super) fn value(ruled: &Ruled<'_>, document: &Document, joins: &Joins) -> String {
    let name = mysql_ident(&ruled.column.name);
    let shape = Shape { joins, keeps_rest: document.keeps_rest };
    // The rules were read only if there is one.
    let made = document.tree().map(|tree| shape.value(&tree, &name, 0)).unwrap_or_default();
    // To MariaDB any document is a text, which may be empty.
    let is_text = !ruled.column.ty.eq_ignore_ascii_case("json");
    let empty = if is_text { format!(" WHEN {name} = '' THEN ''") } else { String::new() };
    format!("CASE WHEN {name} IS NULL THEN NULL{empty} ELSE {made} END")
}

/// How a document is gone through.
struct Shape<'a> {
    joins: &'a Joins,
    keeps_rest: bool,
}

impl Shape<'_> {
    /// The text of what becomes of the document `read`. What is of another shape than its path says becomes null.
    fn value(&self, node: &Node<'_>, read: &str, depth: usize) -> String {
        match node {
            Node::Leaf(_, part) => self.leaf(part, read),
            Node::Members(members) => self.members(members, read, depth),
            Node::Each(element) => {
                let at = format!("JSON_EXTRACT({read}, CONCAT('$[', e{depth}.n - 1, ']'))");
                let made = self.value(element, &at, depth + 1);
                format!(
                    "CASE WHEN JSON_TYPE({read}) = 'ARRAY' THEN CONCAT('[', COALESCE((SELECT GROUP_CONCAT({made} ORDER BY e{depth}.n \
                     SEPARATOR ',') FROM JSON_TABLE({read}, '$[*]' COLUMNS (n FOR ORDINALITY)) AS e{depth}), ''), ']') ELSE 'null' END"
                )
            }
        }
    }

    fn leaf(&self, part: &Part, read: &str) -> String {
        match &part.rule {
            Rule::Keep => format!("CAST({read} AS CHAR)"),
            Rule::Null => "'null'".to_owned(),
            Rule::Constant(text) => format!("JSON_QUOTE({})", mysql_literal(text)),
            rule => {
                let text = self.text(part, read);
                let made = of_text(rule, part.join.as_deref(), &text, self.joins);
                format!(
                    "CASE WHEN JSON_TYPE({read}) IN ('OBJECT', 'ARRAY', 'NULL') THEN 'null' ELSE JSON_QUOTE({made}) END"
                )
            }
        }
    }

    /// A value as a text that takes for equal what its join does.
    fn text(&self, part: &Part, read: &str) -> String {
        let text = format!("JSON_UNQUOTE({read})");
        match self.joins.equality(part.join.as_deref()) {
            Equality::Weighed { collation, .. } => {
                let set = collation.split('_').next().unwrap_or_default();
                format!("CONVERT({text} USING {set}) COLLATE {collation}")
            }
            _ => text,
        }
    }

    fn members(&self, members: &BTreeMap<&str, Node<'_>>, read: &str, depth: usize) -> String {
        let members = members.iter().map(|(name, node)| {
            let path = mysql_literal(&format!("$.{}", quoted(name)));
            let made = self.value(node, &format!("JSON_EXTRACT({read}, {path})"), depth);
            (name, path, made)
        });
        let made = if self.keeps_rest {
            // Only what is there is set.
            let set = members.map(|(_, path, made)| format!("{path}, JSON_EXTRACT({made}, '$')"));
            format!("CAST(JSON_REPLACE({read}, {}) AS CHAR)", set.collect::<Vec<_>>().join(", "))
        } else {
            let each = members.map(|(name, path, made)| {
                let head = mysql_literal(&format!("{}:", quoted(name)));
                format!("IF(JSON_CONTAINS_PATH({read}, 'one', {path}), CONCAT({head}, {made}), NULL)")
            });
            format!("CONCAT('{{', CONCAT_WS(',', {}), '}}')", each.collect::<Vec<_>>().join(", "))
        };
        format!("CASE WHEN JSON_TYPE({read}) = 'OBJECT' THEN {made} ELSE 'null' END")
    }
}

/// As a path and a document write a name.
fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
