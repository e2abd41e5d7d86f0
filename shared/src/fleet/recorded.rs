//! `plan/ACCOUNT.json`, `canary/ACCOUNT.json` and `rest/ACCOUNT.json`: the report of one account, with what its calls began that lived to
//! write it. What is written down as begun (`spent/ACCOUNT.json`) and is not here, nobody reported.

use serde::{Deserialize, Serialize};

use crate::report::{Begun, Report};

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// The report.
    #[serde(flatten)]
    pub report: Report,
    /// What the calls for it began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub began: Vec<Begun>,
}

impl Recorded {
    /// Those of `began` of which this says nothing.
    pub(super) fn silent_about(&self, began: &[Begun]) -> Vec<Begun> {
        let is_told = |one: &Begun| self.began.iter().any(|told| told.is_about(one));
        began.iter().filter(|one| !is_told(one)).cloned().collect()
    }
}
