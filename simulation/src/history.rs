//! A history: what is given, what people do and when, which runs there are, and what goes wrong. It is a text (JSON) that plays
//! the same each time, so that one that broke a law is kept as a test whatever becomes of the generator.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::acts::Act;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// What is not said below is drawn from it: how long answers and changes take.
    pub seed: u64,
    /// When everything is healed: nothing goes wrong from here on, and nobody does anything.
    pub healed: Timestamp,
    /// The variables of the function at the beginning.
    pub policy: BTreeMap<String, String>,
    /// What people and other tools do.
    pub acts: Vec<Timed>,
    /// The runs, the quiet ones at the end among them.
    pub runs: Vec<Run>,
    /// What goes wrong, each at the call it hits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// What goes wrong besides, drawn call by call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<Rates>,
}

/// An act and its moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(rename = "do")]
    pub act: Act,
}

/// An invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When. It names the run, too: no two begin at the same moment.
    pub at: Timestamp,
    /// With which event.
    #[serde(default = "schedule", skip_serializing_if = "is_schedule")]
    pub event: String,
    /// When the platform ends it, in seconds.
    #[serde(default = "timeout", skip_serializing_if = "is_timeout")]
    pub seconds: u64,
}

fn schedule() -> String {
    "{}".to_owned()
}

fn is_schedule(event: &String) -> bool {
    event == "{}"
}

/// As Terraform sets it.
fn timeout() -> u64 {
    900
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_timeout(seconds: &u64) -> bool {
    *seconds == timeout()
}

impl Run {
    /// By the schedule.
    pub fn scheduled(at: Timestamp) -> Self {
        Self { at, event: schedule(), seconds: timeout() }
    }
}

/// What goes wrong at one call: the `nth` of its kind about one thing in one run, tries included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The run, by its moment.
    pub run: Timestamp,
    /// As IAM names the call.
    pub action: String,
    /// What it is about.
    pub thing: String,
    /// From 1.
    pub nth: u32,
    /// What.
    pub kind: Kind,
}

/// What can go wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// AWS throttles it.
    Throttled,
    /// It was carried out, and its answer is lost.
    Lost,
    /// It never arrived.
    Unsent,
    /// AWS answers with a fault of its own, and did nothing.
    Broken,
    /// AWS answers with a fault of its own, and did it.
    BrokenDone,
    /// AWS answers too late, and did nothing.
    Hangs,
    /// The role may not, this once: policies reach everywhere late.
    Denied,
    /// The process dies before it.
    DiesBefore,
    /// The process dies when it was carried out.
    DiesAfter,
    /// It reads what was there half a minute ago.
    Stale,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Throttled,
        Self::Lost,
        Self::Unsent,
        Self::Broken,
        Self::BrokenDone,
        Self::Hangs,
        Self::Denied,
        Self::DiesBefore,
        Self::DiesAfter,
        Self::Stale,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttled => "AWS throttles it",
            Self::Lost => "it is carried out and its answer is lost",
            Self::Unsent => "it never arrives",
            Self::Broken => "AWS fails, and did nothing",
            Self::BrokenDone => "AWS fails, and did it",
            Self::Hangs => "no answer comes",
            Self::Denied => "the role may not, this once",
            Self::DiesBefore => "the process dies before it",
            Self::DiesAfter => "the process dies after it",
            Self::Stale => "it shows tags as they were half a minute ago",
        })
    }
}

/// How much goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Of a thousand runs, in how many anything does.
    pub runs: u32,
    /// Of a thousand calls of such a run, how many are hit.
    pub calls: u32,
    /// By what.
    pub kinds: Vec<Kind>,
}
