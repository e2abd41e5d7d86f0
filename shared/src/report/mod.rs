//! The vocabulary of a run: plan or apply, the digest of a plan, how an item ended and why, and the report of it all: one
//! serialisable value, returned by the handler, printed by the command line, read by the notifier. Its field names are an
//! interface; they change only with `schema`.

mod begun;
mod by;
mod code;
pub mod codes;
mod cut;
mod digest;
mod estimate;
mod item;
mod mode;
mod notice;
pub mod render;
pub mod sheet;
mod tripped;

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use begun::Begun;
pub use by::{By, Tool};
pub(crate) use code::reason_codes;
pub use code::{Code, Whose};
pub use cut::LONGEST_ANSWER;
pub use digest::{NotADigest, PlanDigest, fingerprint};
pub use estimate::Estimate;
pub use item::{Concerns, Item, Outcome, Planned, Reason, Sort, Words};
pub use mode::Mode;
pub use notice::{Delivery, Notice};
pub use tripped::Tripped;

/// The version of the report's shape.
pub const SCHEMA: u32 = 1;

/// One run of one function in one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// The function's name, as its package and binary have it.
    pub function: Cow<'static, str>,
    /// Whether this run was allowed to change anything.
    pub mode: Mode,
    /// The AWS account, twelve digits.
    pub account: String,
    /// Who made it.
    #[serde(flatten)]
    pub by: By,
    /// What a person gives back as `expect_plan`.
    pub plan_digest: PlanDigest,
    /// UTC.
    pub started_at: Timestamp,
    /// UTC.
    pub finished_at: Timestamp,
    /// Every region this run looked at.
    pub regions: Vec<String>,
    /// The guard that stopped what it counts, if one did. Nothing of that was begun; what an earlier run began was finished,
    /// and owners were told.
    pub tripped: Option<Tripped>,
    /// Every other guard that tripped as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tripped_besides: Vec<Tripped>,
    /// How many items ended how.
    pub counts: Counts,
    /// What is not right with this run as a whole, though it took place.
    #[serde(default)]
    pub warnings: Vec<Reason>,
    /// One entry for each thing that was changed, would be changed, or was left alone for a reason.
    pub items: Vec<Item>,
    /// Every message that was sent or could not be, in apply mode.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// What this run saved, and what is due, where prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// AWS calls by action, every attempt counted.
    pub calls: BTreeMap<String, u64>,
}

/// How many items ended how. `observed` also counts what was out of scope and is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "each is the outcome of the same name")]
pub struct Counts {
    pub observed: usize,
    pub planned: usize,
    pub changed: usize,
    pub already_right: usize,
    pub deferred: usize,
    pub skipped: usize,
    pub failed: usize,
}

impl Counts {
    /// Counts `items`; `observed` is what was read, listed or not.
    pub fn of(observed: usize, items: &[Item]) -> Self {
        let mut counts = Self { observed, ..Self::default() };
        for item in items {
            *match item.outcome {
                Outcome::Planned => &mut counts.planned,
                Outcome::Changed => &mut counts.changed,
                Outcome::AlreadyRight => &mut counts.already_right,
                Outcome::Deferred => &mut counts.deferred,
                Outcome::Skipped => &mut counts.skipped,
                Outcome::Failed => &mut counts.failed,
            } += 1;
        }
        counts
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            observed: sum.observed + one.observed,
            planned: sum.planned + one.planned,
            changed: sum.changed + one.changed,
            already_right: sum.already_right + one.already_right,
            deferred: sum.deferred + one.deferred,
            skipped: sum.skipped + one.skipped,
            failed: sum.failed + one.failed,
        })
    }
}

/// A run that did nothing yet but list `items`, for tests.
#[cfg(test)]
pub(crate) fn sample(function: &'static str, mode: Mode, items: Vec<Item>) -> Report {
    Report {
        schema: SCHEMA,
        function: Cow::Borrowed(function),
        mode,
        account: "111122223333".to_owned(),
        by: By::default(),
        plan_digest: PlanDigest::of("f", "a", &["s"]),
        started_at: "2026-11-21T02:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH),
        finished_at: "2026-11-21T02:00:01Z".parse().unwrap_or(Timestamp::UNIX_EPOCH),
        regions: vec!["eu-west-1".to_owned()],
        tripped: None,
        tripped_besides: Vec::new(),
        counts: Counts::of(items.len(), &items),
        warnings: Vec::new(),
        items,
        notices: Vec::new(),
        estimate: None,
        calls: BTreeMap::new(),
    }
}
