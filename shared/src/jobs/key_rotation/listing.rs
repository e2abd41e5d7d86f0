//! Every key as a row, out of a report of this job: a table for a terminal, CSV for auditors.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use serde::Serialize;
use serde_json::Value;

use crate::domains::keys::naming::masked;
use crate::report::{Item, Report};
use crate::services::iam::Audit;
use crate::text::printable;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "as in the report")]
pub struct Row {
    pub user: String,
    pub owner: String,
    pub access_key_id: String,
    pub status: String,
    pub class: String,
    pub created_at: String,
    pub age_days: String,
    pub last_used: String,
    pub last_used_service: String,
    pub last_used_region: String,
    pub fetched: String,
    pub rule: String,
    pub outcome: String,
    pub code: String,
    pub why: String,
    pub next_at: String,
    pub next: String,
}

/// The rows of `report`, the oldest key first.
pub fn rows(report: &Report) -> Vec<Row> {
    let mut rows: Vec<_> = report.items.iter().flat_map(of_user).collect();
    rows.sort_by(|a, b| (&a.created_at, &a.user, &a.access_key_id).cmp(&(&b.created_at, &b.user, &b.access_key_id)));
    rows
}

fn of_user(item: &Item) -> Vec<Row> {
    let nothing = Value::Null;
    let facts = item.domain.get("keys").unwrap_or(&nothing);
    let keys = facts["access_keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let next = match &facts["next"] {
        Value::Null => item.steps.first().cloned().unwrap_or_default(),
        next => text(&next["what"]),
    };
    let reason = item.reason.as_ref();
    let (code, why) = reason.map(|one| (one.code.to_string(), one.message.clone())).unwrap_or_default();
    // What is said of one key of two is not said of the other.
    let is_about = |id: &str| !why.contains('…') || why.contains(&masked(id));
    let row = |key: &Value| {
        let id = text(&key["id"]);
        let (code, why) = if is_about(&id) { (code.clone(), why.clone()) } else { Default::default() };
        let used = &key["last_used"];
        let at = if used.is_object() { &used["at"] } else { used };
        Row {
            user: item.id.clone(),
            owner: item.owner.clone().unwrap_or_default(),
            access_key_id: id,
            status: text(&key["status"]),
            class: text(&key["class"]),
            created_at: text(&key["created_at"]),
            age_days: text(&key["age_days"]),
            last_used: text(at),
            last_used_service: text(&used["service"]),
            last_used_region: text(&used["region"]),
            fetched: text(&key["fetched"]),
            rule: text(&facts["rule"]),
            outcome: item.outcome.as_str().to_owned(),
            code,
            why,
            next_at: text(&facts["next"]["at"]),
            next: next.clone(),
        }
    };
    keys.iter().map(row).collect()
}

/// For a terminal `width` columns wide.
pub fn table(report: &Report, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(["USER", "OWNER", "KEY", "STATUS", "AGE", "LAST USED", "WHAT HAPPENS"]);
    let day = |moment: &str| moment.split('T').next().unwrap_or_default().to_owned();
    for row in rows(report) {
        let used = match (row.last_used.as_str(), row.last_used_service.as_str()) {
            ("", _) => "?".to_owned(),
            ("never", _) => "never".to_owned(),
            (at, service) => format!("{} {service}", day(at)),
        };
        let next = match (row.next_at.as_str(), row.next.as_str()) {
            ("", "") => row.why.clone(),
            ("", steps) => format!("now: {steps}"),
            (at, what) => format!("{}: {what}", day(at)),
        };
        let cells = [row.user, row.owner, row.access_key_id, row.status, format!("{} d", row.age_days), used, next];
        table.add_row(cells.map(|cell| printable(&cell)));
    }
    // An id that is broken over two lines cannot be copied.
    if let Some(ids) = table.column_mut(2) {
        ids.set_constraint(ColumnConstraint::ContentWidth);
    }
    format!("{table}\n")
}

/// For auditors, with what the credential report adds.
pub fn csv(report: &Report, audit: &Audit) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = [
        "user",
        "owner",
        "access_key_id",
        "status",
        "class",
        "created_at",
        "age_days",
        "last_used",
        "last_used_service",
        "last_used_region",
        "fetched",
        "rule",
        "outcome",
        "code",
        "why",
        "next_at",
        "next",
    ];
    writer.write_record(columns.iter().chain(crate::services::iam::AUDITED.iter()))?;
    for row in rows(report) {
        let more = (0..crate::services::iam::AUDITED.len())
            .map(|place| audit.of(&row.user).get(place).cloned().unwrap_or_default());
        let more: Vec<_> = more.collect();
        let cells = [
            row.user,
            row.owner,
            row.access_key_id,
            row.status,
            row.class,
            row.created_at,
            row.age_days,
            row.last_used,
            row.last_used_service,
            row.last_used_region,
            row.fetched,
            row.rule,
            row.outcome,
            row.code,
            row.why,
            row.next_at,
            row.next,
        ];
        writer.write_record(cells.into_iter().chain(more).map(|cell| harmless(&cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A spreadsheet takes a cell that begins so for a formula, and a user's name may.
fn harmless(cell: &str) -> String {
    let cell = printable(cell);
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (cell, expected) in [("=1+1", "'=1+1"), ("@ana", "'@ana"), ("ana", "ana"), ("", "")] {
            assert_eq!(harmless(cell), expected);
        }
    }
}
