//! What a run says it did: one serialisable value, returned by the handler, printed by the command line, read by the
//! notifier. Its field names are an interface; they change only with `schema`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::PlanDigest;
use super::guard::Tripped;
use super::mode::Mode;

/// The version of the report's shape.
pub const SCHEMA: u32 = 1;

/// One run of one function in one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// The function's name, as its package and binary have it.
    pub function: Cow<'static, str>,
    /// Whether this run was allowed to change anything.
    pub mode: Mode,
    /// The AWS account, twelve digits.
    pub account: String,
    /// What a person gives back as `expect_plan`.
    pub plan_digest: PlanDigest,
    /// UTC.
    pub started_at: Timestamp,
    /// UTC.
    pub finished_at: Timestamp,
    /// Every region this run looked at.
    pub regions: Vec<String>,
    /// The guard that stopped the run, if one did. Nothing was changed then.
    pub tripped: Option<Tripped>,
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
    /// AWS calls by action, every attempt counted.
    pub calls: BTreeMap<String, u64>,
}

/// How many items ended how. `observed` also counts what was out of scope and is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// How one item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Apply would change it: said in plan mode, and when a guard tripped.
    Planned,
    /// This run changed it, or asked AWS to.
    Changed,
    /// It already is as it should be.
    AlreadyRight,
    /// Left to the next run: no time, or AWS is still busy with it.
    Deferred,
    /// Left alone, for a reason that is nobody's failure.
    Skipped,
    /// Tried and not done, or could not be read.
    Failed,
}

impl Outcome {
    /// As the report spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Changed => "changed",
            Self::AlreadyRight => "already_right",
            Self::Deferred => "deferred",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// One thing the run looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What AWS calls it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Whose it is, as its owner tag says.
    pub owner: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What was done, or would be, in order.
    pub steps: Vec<String>,
    /// Why it ended so, where there is something to say.
    pub reason: Option<Reason>,
    /// What a domain adds, under a key of its own name.
    #[serde(flatten)]
    pub domain: BTreeMap<Cow<'static, str>, serde_json::Value>,
}

/// One message on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// `owner` or `summary`.
    pub kind: Cow<'static, str>,
    /// `mail`, `sns` or `slack`.
    pub channel: Cow<'static, str>,
    /// An address or several, a topic's ARN, or the secret with a webhook in it.
    pub to: String,
    /// The items it was about; empty for the summary, which is about all.
    pub about: Vec<String>,
    /// What became of it.
    pub outcome: Delivery,
    /// Why it could not be sent.
    pub reason: Option<Reason>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The service took it.
    Sent,
    /// It did not, or nobody knows.
    Failed,
}

/// Why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// One of the function's documented codes, kebab-case.
    pub code: Cow<'static, str>,
    /// What is the case, naming the object.
    pub message: String,
    /// The next step.
    pub fix: String,
}

impl Reason {
    /// A reason from its three parts.
    pub fn new(code: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), message: message.into(), fix: fix.into() }
    }
}
