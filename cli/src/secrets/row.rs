//! One secret as a row.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift::report::sheet::{Row as Line, Sheet, Tone};
use nightshift::services::secrets::{CURRENT, Listed, PENDING};
use schemars::JsonSchema;
use serde::Serialize;

use super::function_of;

/// One secret. `null` is what is not known, or does not apply.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Row {
    /// Its name.
    pub name: String,
    /// The function it is of, by the tag that it was made with.
    pub function: Option<String>,
    /// Whose it is to that function: a database user, or the id of an IAM user.
    pub user: Option<String>,
    /// As its owner tag has it.
    pub owner: Option<String>,
    /// When it was made, UTC.
    pub created_at: Option<Timestamp>,
    /// When its value, or anything about it, was changed last, UTC.
    pub changed_at: Option<Timestamp>,
    /// Whole days since.
    pub age_days: Option<i64>,
    /// The day it was last read, UTC.
    pub accessed_at: Option<Timestamp>,
    /// Whether AWS rotates it by itself.
    pub rotates: bool,
    /// When, as `rate(30 days)`.
    pub schedule: Option<String>,
    /// The function that rotates it.
    pub rotated_by: Option<String>,
    /// When it was rotated last, UTC.
    pub rotated_at: Option<Timestamp>,
    /// When it will be next, UTC.
    pub rotates_at: Option<Timestamp>,
    /// Whether that is past.
    pub overdue: bool,
    /// Whether a rotation has begun and not ended: it is under way, or was left half-way.
    pub half_way: bool,
    /// The labels of its versions, each once.
    pub labels: Vec<String>,
    /// The service that manages it.
    pub managed_by: Option<String>,
    /// A customer's own key.
    pub kms_key: Option<String>,
    /// When AWS deletes it, where that was asked for, UTC.
    pub deletion_at: Option<Timestamp>,
}

impl Row {
    /// Of `secret`, whose owner is named by the tag with the key `owner_tag`.
    pub(crate) fn of(secret: &Listed, owner_tag: &str, now: Timestamp) -> Self {
        let (function, user) = function_of(secret);
        let mut labels: Vec<_> = secret.labelled.iter().flat_map(|version| version.labels.iter().cloned()).collect();
        labels.sort();
        labels.dedup();
        let changed_at = secret.changed_at.or(secret.created_at);
        let is_rotated = secret.rotation.enabled && secret.deletion_at.is_none();
        let is_coming = |labels: &BTreeSet<String>| labels.contains(PENDING) && !labels.contains(CURRENT);
        Self {
            name: secret.name.clone(),
            function: function.map(str::to_owned),
            user,
            owner: secret.tags.get(owner_tag).map(str::trim).filter(|owner| !owner.is_empty()).map(str::to_owned),
            created_at: secret.created_at,
            changed_at,
            age_days: changed_at.map(|at| now.duration_since(at).as_hours().max(0) / 24),
            accessed_at: secret.accessed_at,
            rotates: secret.rotation.enabled,
            schedule: secret.rotation.schedule.clone(),
            rotated_by: secret.rotation.function.clone(),
            rotated_at: secret.rotated_at,
            rotates_at: secret.rotates_at,
            overdue: is_rotated && secret.rotates_at.is_some_and(|at| at < now),
            half_way: secret.labelled.iter().any(|version| is_coming(&version.labels)),
            labels,
            managed_by: secret.managed_by.clone(),
            kms_key: secret.kms_key.clone(),
            deletion_at: secret.deletion_at,
        }
    }

    /// Whose it is, in words.
    pub(super) fn whose(&self) -> String {
        match (&self.function, &self.user, &self.managed_by) {
            (Some(function), Some(user), _) => format!("{function}, for {user}"),
            (Some(function), None, _) => function.clone(),
            (None, _, Some(service)) => format!("none of ours; {service} manages it"),
            (None, _, None) => "none of ours".to_owned(),
        }
    }

    /// How old it is, in words.
    pub(super) fn said_of_age(&self) -> String {
        let made = self.created_at.map_or_else(|| "?".to_owned(), day);
        let changed = self.changed_at.map_or_else(|| "?".to_owned(), day);
        let age = self.age_days.map_or_else(String::new, |days| format!(", {days} d ago"));
        format!("made {made}, changed {changed}{age}")
    }

    /// How it is rotated, in words.
    pub(crate) fn said_of_rotation(&self) -> String {
        if !self.rotates {
            return if self.half_way { "off, half-way" } else { "off" }.to_owned();
        }
        let part = |before: &str, what: Option<String>| what.map(|what| format!("{before}{what}"));
        let by = self.rotated_by.as_deref().map(|arn| arn.rsplit(':').next().unwrap_or(arn).to_owned());
        let parts = [
            Some(self.schedule.clone().unwrap_or_else(|| "on".to_owned())),
            part("by ", by),
            part("last ", self.rotated_at.map(day)),
            part("next ", self.rotates_at.map(day)),
            self.overdue.then(|| "overdue".to_owned()),
            self.half_way.then(|| "half-way".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A moment as its day.
pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A list of them.
pub(super) fn sheet(rows: &[Row]) -> Sheet {
    let mut sheet = Sheet::new(["SECRET", "FUNCTION", "OWNER", "AGE", "LAST READ", "ROTATION"]);
    for row in rows {
        let age = row.age_days.map_or_else(|| "?".to_owned(), |days| format!("{days} d"));
        let read = row.accessed_at.map_or_else(String::new, day);
        let (rotation, tone) = match row.deletion_at {
            Some(at) => (format!("deleted on {}", day(at)), Tone::Bad),
            None if row.overdue || row.half_way => (row.said_of_rotation(), Tone::Bad),
            None if row.rotates => (row.said_of_rotation(), Tone::Plain),
            None => (row.said_of_rotation(), Tone::Quiet),
        };
        let [function, owner] = [&row.function, &row.owner].map(|text| text.clone().unwrap_or_default());
        sheet.push(Line::new([row.name.clone(), function, owner, age, read, rotation]).toned(5, tone));
    }
    sheet
}

/// The columns of [`Row::cells`].
pub(crate) const COLUMNS: [&str; 19] = [
    "SECRET",
    "FUNCTION",
    "USER",
    "OWNER",
    "CREATED AT",
    "CHANGED AT",
    "AGE DAYS",
    "ACCESSED AT",
    "ROTATES",
    "SCHEDULE",
    "ROTATED BY",
    "ROTATED AT",
    "ROTATES AT",
    "LABELS",
    "MANAGED BY",
    "KMS KEY",
    "DELETION AT",
    "OVERDUE",
    "HALF-WAY",
];

impl Row {
    /// Everything, for a spreadsheet.
    pub(crate) fn cells(&self) -> [String; 19] {
        let at = |moment: Option<Timestamp>| moment.map(|at| at.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.name.clone(),
            text(&self.function),
            text(&self.user),
            text(&self.owner),
            at(self.created_at),
            at(self.changed_at),
            self.age_days.map(|days| days.to_string()).unwrap_or_default(),
            at(self.accessed_at),
            self.rotates.to_string(),
            text(&self.schedule),
            text(&self.rotated_by),
            at(self.rotated_at),
            at(self.rotates_at),
            self.labels.join(" "),
            text(&self.managed_by),
            text(&self.kms_key),
            at(self.deletion_at),
            self.overdue.to_string(),
            self.half_way.to_string(),
        ]
    }
}

/// A list of them with everything.
pub(super) fn full(rows: &[Row]) -> Sheet {
    let mut sheet = Sheet::new(COLUMNS);
    for row in rows {
        sheet.push(Line::new(row.cells()));
    }
    sheet
}
