//! Every key as a row, out of a report of this job: a table for a terminal, CSV for auditors.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::domains::keys::naming::masked;
use crate::report::sheet::{self, Screen, Sheet, Tone, harmless};
use crate::report::{By, Item, Outcome, Reason, Report};
use crate::services::iam::Audit;

/// The keys of an account, as `nightshift keys list --output json` prints them: the envelope of a report around rows.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct KeyList {
    /// As in a report; a field is only ever added.
    pub schema: u32,
    /// `key-rotation`, whose policy the keys were looked at under.
    pub function: String,
    /// The AWS account, twelve digits.
    pub account: String,
    /// Who made it.
    #[serde(flatten)]
    pub by: By,
    /// The moment by which ages are counted, UTC.
    pub started_at: Timestamp,
    /// UTC.
    pub finished_at: Timestamp,
    /// What is not right with this reading as a whole.
    pub warnings: Vec<Reason>,
    /// Every key, the oldest first.
    pub keys: Vec<Row>,
    /// AWS calls by action, every attempt counted.
    pub calls: BTreeMap<String, u64>,
}

impl KeyList {
    /// Out of `report`.
    pub fn of(report: &Report) -> Self {
        Self {
            schema: report.schema,
            function: report.function.clone().into_owned(),
            account: report.account.clone(),
            by: report.by.clone(),
            started_at: report.started_at,
            finished_at: report.finished_at,
            warnings: report.warnings.clone(),
            keys: rows(report),
            calls: report.calls.clone(),
        }
    }
}

/// One key. `null` is what is not known, or does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// Whose key it is.
    pub user: String,
    /// As the user's tag has it.
    pub owner: Option<String>,
    /// The key's id.
    pub access_key_id: String,
    /// `active` or `inactive`.
    pub status: Option<String>,
    /// What it is to this tool: `foreign` where it did not mint it.
    pub class: Option<String>,
    /// When it was made, UTC.
    pub created_at: Option<Timestamp>,
    /// Whole days since.
    pub age_days: Option<i64>,
    /// Whether AWS knows no use of it; `null` where nobody knows.
    pub never_used: Option<bool>,
    /// When it was last used, UTC.
    pub last_used_at: Option<Timestamp>,
    /// For which service.
    pub last_used_service: Option<String>,
    /// In which Region.
    pub last_used_region: Option<String>,
    /// The day its stored value was last read by anybody, UTC.
    pub fetched_at: Option<Timestamp>,
    /// The rule that decides about its user.
    pub rule: Option<String>,
    /// What a run would say of its user.
    pub outcome: Outcome,
    /// Why, where it is about this key.
    pub reason: Option<Reason>,
    /// What happens to its user next.
    pub next: Option<Next>,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Next {
    /// When, UTC; `null` where it is due now.
    pub at: Option<Timestamp>,
    /// What.
    pub what: String,
}

/// The rows of `report`, the oldest key first.
fn rows(report: &Report) -> Vec<Row> {
    let mut rows: Vec<_> = report.items.iter().flat_map(of_user).collect();
    rows.sort_by(|a, b| (a.created_at, &a.user, &a.access_key_id).cmp(&(b.created_at, &b.user, &b.access_key_id)));
    rows
}

fn of_user(item: &Item) -> Vec<Row> {
    let nothing = Value::Null;
    let facts = item.domain.get("keys").unwrap_or(&nothing);
    let keys = facts["access_keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let next = match &facts["next"] {
        Value::Null => item.steps.first().map(|what| Next { at: None, what: what.clone() }),
        next => text(&next["what"]).map(|what| Next { at: moment(&next["at"]), what }),
    };
    // What is said of one key of two is not said of the other.
    let is_about = |why: &Reason, id: &str| !why.message.contains('…') || why.message.contains(&masked(id));
    let row = |key: &Value| {
        let id = text(&key["id"]).unwrap_or_default();
        let used = &key["last_used"];
        Row {
            user: item.id.clone(),
            owner: item.owner.clone(),
            status: text(&key["status"]),
            class: text(&key["class"]),
            created_at: moment(&key["created_at"]),
            age_days: key["age_days"].as_i64(),
            never_used: (!used.is_null()).then(|| used.as_str() == Some("never")),
            last_used_at: moment(&used["at"]),
            last_used_service: text(&used["service"]),
            last_used_region: text(&used["region"]),
            fetched_at: moment(&key["fetched"]),
            rule: text(&facts["rule"]),
            outcome: item.outcome,
            reason: item.reason.clone().filter(|why| is_about(why, &id)),
            next: next.clone(),
            access_key_id: id,
        }
    };
    keys.iter().map(row).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

impl Row {
    /// For people, under the header of [`sheet()`].
    fn shown(self) -> [String; 7] {
        let day = |moment: Timestamp| moment.strftime("%Y-%m-%d").to_string();
        let used = match (self.never_used, self.last_used_at) {
            (Some(true), _) => "never".to_owned(),
            (_, Some(at)) => format!("{} {}", day(at), self.last_used_service.unwrap_or_default()),
            _ => "?".to_owned(),
        };
        let next = match self.next {
            None => self.reason.map(|why| why.message).unwrap_or_default(),
            Some(Next { at: None, what }) => format!("now: {what}"),
            Some(Next { at: Some(at), what }) => format!("{}: {what}", day(at)),
        };
        let age = self.age_days.map_or_else(|| "?".to_owned(), |days| format!("{days} d"));
        let [owner, status] = [self.owner, self.status].map(Option::unwrap_or_default);
        [self.user, owner, self.access_key_id, status, age, used, next]
    }

    /// For spreadsheets, under [`CELLS`]: what is not known is empty.
    fn cells(self) -> [String; 17] {
        let at = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string()).unwrap_or_default();
        let (code, why) = self.reason.map(|why| (why.code.into_owned(), why.message)).unwrap_or_default();
        let (next_at, next) = self.next.map(|next| (at(next.at), next.what)).unwrap_or_default();
        [
            self.user,
            self.owner.unwrap_or_default(),
            self.access_key_id,
            self.status.unwrap_or_default(),
            self.class.unwrap_or_default(),
            at(self.created_at),
            self.age_days.map(|days| days.to_string()).unwrap_or_default(),
            if self.never_used == Some(true) { "never".to_owned() } else { at(self.last_used_at) },
            self.last_used_service.unwrap_or_default(),
            self.last_used_region.unwrap_or_default(),
            at(self.fetched_at),
            self.rule.unwrap_or_default(),
            self.outcome.as_str().to_owned(),
            code,
            why,
            next_at,
            next,
        ]
    }
}

/// The columns of the CSV.
const CELLS: [&str; 17] = [
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

/// The keys of `report` for people.
pub fn sheet(report: &Report) -> Sheet {
    let mut sheet = Sheet::new(["USER", "OWNER", "KEY", "STATUS", "AGE", "LAST USED", "WHAT HAPPENS"]);
    for row in rows(report) {
        let tone = Tone::from(row.outcome);
        sheet.push(sheet::Row::new(row.shown()).toned(6, if tone == Tone::Quiet { Tone::Plain } else { tone }));
    }
    sheet
}

/// For a terminal `width` columns wide.
pub fn table(report: &Report, width: u16) -> String {
    sheet(report).show(Screen::plain(width.into()))
}

/// For auditors, with what the credential report adds.
pub fn csv(report: &Report, audit: &Audit) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(CELLS.iter().chain(crate::services::iam::AUDITED.iter()))?;
    for row in rows(report) {
        let more = (0..crate::services::iam::AUDITED.len())
            .map(|place| audit.of(&row.user).get(place).cloned().unwrap_or_default());
        let more: Vec<_> = more.collect();
        let cells = row.cells();
        writer.write_record(cells.into_iter().chain(more).map(|cell| harmless(&cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OLD: &str = "AKIAIOSFODNN7EXAMPLE";
    const NEW: &str = "AKIAI44QH8DHBOTHER01";

    /// Of a user with two keys, one with none, and one of whom AWS did not say the last use.
    fn report() -> Report {
        let key = |id: &str, created: &str, age: i64, last_used: Value| json!({"id": id, "status": "active", "class": "foreign", "created_at": created, "age_days": age, "last_used": last_used});
        let used = json!({"at": "2026-11-20T10:00:00Z", "service": "s3", "region": "eu-west-1"});
        let two = [key(NEW, "2026-11-01T00:00:00Z", 20, json!("never")), key(OLD, "2026-08-01T00:00:00Z", 112, used)];
        let held = json!({"code": "held", "message": format!("key {} is in use", masked(OLD)), "fix": null});
        let item = |id: &str, outcome: &str, steps: &[&str], reason: Value, keys: Value| json!({"id": id, "region": "global", "owner": "team", "outcome": outcome, "steps": steps, "reason": reason, "keys": keys});
        let report = json!({
            "schema": 1, "function": "key-rotation", "mode": "plan", "account": "111122223333", "plan_digest": "sha256:0",
            "started_at": "2026-11-21T02:00:00Z", "finished_at": "2026-11-21T02:00:01Z", "regions": [], "tripped": null,
            "counts": {"observed": 3, "planned": 1, "changed": 0, "already_right": 0, "deferred": 0, "skipped": 2, "failed": 0},
            "calls": {}, "items": [
                item("ana", "skipped", &[], held, json!({"rule": "R7", "access_keys": two, "next": {"at": "2026-12-01T00:00:00Z", "what": "it goes off"}})),
                item("bob", "skipped", &[], json!({"code": "no-keys", "message": "it has no key", "fix": null}), Value::Null),
                item("eve", "planned", &["mint a key"], Value::Null, json!({"rule": "R5", "access_keys": [key("AKIA1", "2026-07-01T00:00:00Z", 143, Value::Null)]})),
            ],
        });
        serde_json::from_value(report).expect("a report")
    }

    #[test]
    fn every_key_is_a_row_the_oldest_first_and_what_is_said_of_one_is_not_said_of_the_other() {
        let rows = rows(&report());
        let said = |row: &Row| (row.user.clone(), row.access_key_id.clone(), row.reason.is_some(), row.never_used);
        assert_eq!(
            rows.iter().map(said).collect::<Vec<_>>(),
            [
                ("eve".to_owned(), "AKIA1".to_owned(), false, None),
                ("ana".to_owned(), OLD.to_owned(), true, Some(false)),
                ("ana".to_owned(), NEW.to_owned(), false, Some(true)),
            ]
        );
        assert_eq!(rows[0].next.as_ref().map(|next| (next.at, next.what.as_str())), Some((None, "mint a key")));
        assert_eq!(rows[1].next.as_ref().and_then(|next| next.at), moment(&json!("2026-12-01T00:00:00Z")));
        assert_eq!((rows[1].last_used_service.as_deref(), rows[1].rule.as_deref()), (Some("s3"), Some("R7")));
    }

    #[test]
    fn people_and_spreadsheets_get_the_same_rows() {
        let shown = table(&report(), 160);
        for part in ["112 d", "2026-11-20 s3", "never", "?", "now: mint a key", "2026-12-01: it goes off"] {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
        let csv = csv(&report(), &Audit::default()).unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 4, "{csv}");
        assert!(lines[0].starts_with(&CELLS.join(",")));
        let old = format!(
            "ana,team,{OLD},active,foreign,2026-08-01T00:00:00Z,112,2026-11-20T10:00:00Z,s3,eu-west-1,,R7,skipped,held,key {} is in use,2026-12-01T00:00:00Z,it goes off",
            masked(OLD)
        );
        assert!(lines[2].starts_with(&old), "{}\n{old}", lines[2]);
        assert!(lines[3].contains(",20,never,,,,R7,skipped,,,2026-12-01T00:00:00Z,it goes off"), "{}", lines[3]);
    }
}
