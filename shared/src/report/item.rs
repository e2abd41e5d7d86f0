//! One thing a run looked at: how it ended, and why.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::code::Code;

use super::estimate::Estimate;

/// One thing the run looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What was planned, step by step, for programs; left out of a report that is too long to answer with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<Planned>,
    /// Why it ended so, where there is something to say.
    pub reason: Option<Reason>,
    /// What a domain adds, under a key of its own name.
    #[serde(flatten)]
    pub domain: BTreeMap<Cow<'static, str>, serde_json::Value>,
}

/// One planned step: its kind, and what it is about, by names of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Planned {
    /// Its kind.
    #[serde(rename = "do")]
    pub kind: Cow<'static, str>,
    /// What it is about.
    #[serde(flatten)]
    pub about: BTreeMap<Cow<'static, str>, serde_json::Value>,
}

impl Planned {
    /// From a job's own type, whose kind is its `do`.
    pub fn of(step: &impl Serialize) -> Self {
        let value = serde_json::to_value(step).and_then(serde_json::from_value);
        value.unwrap_or_else(|_| Self { kind: Cow::Borrowed("unknown"), about: BTreeMap::new() })
    }

    /// As a job's own type, where it is one of that.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::to_value(self).and_then(serde_json::from_value).ok()
    }
}

/// How one item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

    /// Whether it is as it should be now, whoever did it.
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Changed | Self::AlreadyRight)
    }
}

/// Why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The name of one of the job's [codes](Code).
    pub code: Cow<'static, str>,
    /// What is the case, naming the object.
    pub message: String,
    /// The next step, where a person has one to take.
    pub fix: Option<String>,
}

impl Reason {
    /// A reason with a next step.
    pub fn new(code: &'static Code, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(code, message, Some(fix.into()))
    }

    /// A reason whose next step is the one that the table of codes has.
    pub fn listed(code: &'static Code, message: impl Into<String>) -> Self {
        Self::of(code, message, code.fix.map(str::to_owned))
    }

    /// A reason that asks nothing of anybody.
    pub fn plain(code: &'static Code, message: impl Into<String>) -> Self {
        Self::of(code, message, None)
    }

    /// A reason from its three parts.
    pub fn of(code: &'static Code, message: impl Into<String>, fix: Option<String>) -> Self {
        Self { code: Cow::Borrowed(code.name), message: message.into(), fix }
    }

    /// The same under another code.
    #[must_use]
    pub fn under(self, code: &'static Code) -> Self {
        Self { code: Cow::Borrowed(code.name), ..self }
    }

    /// Whether this is the condition.
    pub fn is(&self, code: &Code) -> bool {
        self.code == code.name
    }

    /// Message and next step in one sentence.
    pub fn said(&self) -> String {
        match &self.fix {
            Some(fix) => format!("{}; {fix}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Items, by their place in the list, that the operators' summary puts first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Concerns {
    /// Asked for by an earlier run, and it has not come about.
    pub stuck: Vec<usize>,
    /// Nobody but a person can go on with these.
    pub needs_hand: Vec<usize>,
    /// Nobody is named as their owner whom mail could reach.
    pub unowned: Vec<usize>,
    /// What was done, by what it is for a reader: a message sent and a database deleted are not the same change. What is in
    /// none of these is a change like any other.
    pub sorts: Vec<Sort>,
    /// What it saved, where prices are known.
    pub estimate: Option<Estimate>,
}

/// The same words in English and in Spanish.
pub type Words = [&'static str; 2];

/// Items whose changes are of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Over the list of them.
    pub heading: Words,
    /// What one of them is called, as in `1 cluster deleted`.
    pub one: Words,
    /// And several.
    pub several: Words,
    /// By their place in the list.
    pub places: Vec<usize>,
}
