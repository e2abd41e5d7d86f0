//! How a visit to one account ended: the answer of a worker, which Step Functions keeps for as long as the execution, and so
//! short. All else is in the report that the worker put into the bucket.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attention::Attention;
use super::item::Item;
use crate::report::{Counts, Estimate, Reason};

/// Which of a run's maps a worker was called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Every account is read, and nothing is written.
    Plan,
    /// The accounts that go first are changed.
    Canary,
    /// The others are changed.
    Rest,
}

impl Phase {
    /// As keys and events spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Canary => "canary",
            Self::Rest => "rest",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How one account, or one Region of it, ended. The later in this list, the more somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// There was nothing to do.
    Nothing,
    /// Something was done.
    Done,
    /// Something would be done.
    Planned,
    /// It was left alone for a reason that is nobody's failure.
    Skipped,
    /// It was not done, or could not be read.
    Failed,
}

impl Ended {
    /// As the report spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Done => "done",
            Self::Planned => "planned",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// One Region of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Regional {
    /// How it ended.
    pub ended: Ended,
    /// The reason code, where there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in words, of the first Region that ended so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// Twelve digits.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The names from the root to what is above it.
    pub path: String,
    /// The map that this was part of.
    pub phase: Phase,
    /// Which of the named policies held.
    pub policy: Option<String>,
    /// How it ended: the worst of its Regions, where it came as far as those.
    pub ended: Ended,
    /// Why, where the whole account was skipped or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Each Region.
    #[serde(default)]
    pub regions: BTreeMap<String, Regional>,
    /// As in the report.
    #[serde(default)]
    pub counts: Counts,
    /// How many steps go of each kind that a cap counts.
    #[serde(default)]
    pub budget: BTreeMap<String, usize>,
    /// How many of those are of a kind that stops at its cap: what is deleted or retired. The others are backlogs.
    #[serde(default)]
    pub destructive: usize,
    /// The same with what the account's own caps hold back.
    #[serde(default)]
    pub wanted: usize,
    /// How many things its caps take their percentage of.
    #[serde(default)]
    pub marked: usize,
    /// What somebody has to see to in it.
    #[serde(default, skip_serializing_if = "Attention::is_empty")]
    pub attention: Attention,
    /// The digest of its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_digest: Option<String>,
    /// Where its report lies in the run's bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_key: Option<String>,
    /// What it saved, where prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The age in days of the oldest active access key, where the job looked at keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_key_days: Option<u32>,
}

impl Visit {
    /// Of `item`, and nothing known of it: it has failed until something says otherwise.
    pub fn of(item: &Item, phase: Phase) -> Self {
        Self {
            account: item.account.clone(),
            name: item.name.clone(),
            path: item.path.clone(),
            phase,
            policy: item.policy.clone(),
            ended: Ended::Failed,
            reason: None,
            regions: BTreeMap::new(),
            counts: Counts::default(),
            budget: BTreeMap::new(),
            destructive: 0,
            wanted: 0,
            marked: 0,
            attention: Attention::default(),
            plan_digest: None,
            report_key: None,
            estimate: None,
            oldest_key_days: None,
        }
    }
}
