//! What histories reach of what the function can say: a reason that no simulated year gives is no evidence for any law.

use std::collections::BTreeMap;

use nightshift::run::{Job, codes_of};

use crate::journal::{End, Journal, What};

/// How often a report gave each reason, and how often each thing went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// By code.
    pub reasons: BTreeMap<String, usize>,
    /// By what went wrong, in words.
    pub faults: BTreeMap<String, usize>,
}

impl Reached {
    /// Adds what `journal` has.
    pub fn add(&mut self, journal: &Journal) {
        for entry in &journal.entries {
            match &entry.what {
                What::Ended { end: End::Report(report), .. } => {
                    let of_items = report.items.iter().filter_map(|item| item.reason.as_ref());
                    for reason in of_items.chain(&report.warnings) {
                        *self.reasons.entry(reason.code.clone().into_owned()).or_default() += 1;
                    }
                }
                What::Call(call) => {
                    if let Some(fault) = call.fault {
                        *self.faults.entry(fault.to_string()).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
    }

    /// The reasons of `J` that were never given.
    pub fn never<J: Job>(&self) -> Vec<&'static str> {
        codes_of::<J>().map(|code| code.name).filter(|name| !self.reasons.contains_key(*name)).collect()
    }
}
