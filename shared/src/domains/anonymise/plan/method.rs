//! How new values get into a table on `PostgreSQL`.

use super::decide::Decided;
use super::model::Method;
use crate::domains::anonymise::rules::Rule;

/// How, and why so.
pub(super) fn method(one: &Decided<'_>) -> (Method, String) {
    let ruled = one.ruled();
    if let Some(held) = ruled.iter().find(|ruled| !ruled.column.used_by.is_empty()) {
        let by = &held.column.used_by[0];
        return (Method::Update, format!("{by} goes by {}, whose type cannot be set anew", held.column.name));
    }
    if let Some(moved) = ruled.iter().find(|ruled| ruled.rule == Rule::Shuffle) {
        return (Method::Update, format!("the values of {} come from other rows", moved.column.name));
    }
    if ruled.is_empty() {
        return (Method::Update, "rows go, and the table is built without them".to_owned());
    }
    (Method::Rewrite, "nothing depends on the types of its columns".to_owned())
}
