//! What a Distributed Map leaves in the bucket: a manifest, and files that list how each child execution ended. The shape is that
//! of the developer guide of Step Functions, `ResultWriter (Map)`, without a `WriterConfig`. A run that was redriven has its later
//! files beside the earlier ones, and its manifest names both, so one account can stand in several.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer as _};

use super::item::Item;
use super::visit::Visit;
use crate::text::printable;

/// The longest part of an error's text that is kept: Step Functions keeps 32,768 characters of it.
const LONGEST_CAUSE: usize = 600;

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Manifest {
    /// By state: `SUCCEEDED`, `FAILED`, `PENDING`. A state that AWS adds is read as well.
    pub result_files: BTreeMap<String, Vec<ResultFile>>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultFile {
    /// Its key, in the bucket of the manifest.
    pub key: String,
}

/// A file that is not what the developer guide says it is.
#[derive(Debug, thiserror::Error)]
#[error("{what} is not what Step Functions documents: {source}; nothing was judged")]
pub struct NotAResult {
    /// Which one.
    what: String,
    source: serde_json::Error,
}

impl Manifest {
    /// Reads `manifest.json`.
    pub fn read(key: &str, text: &str) -> Result<Self, NotAResult> {
        serde_json::from_str(text).map_err(|source| NotAResult { what: printable(key), source })
    }

    /// The keys of all files.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.result_files.values().flatten().map(|file| file.key.as_str())
    }
}

/// One child execution, as far as it is asked about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    /// JSON in a text.
    #[serde(default)]
    input: Option<String>,
    #[serde(default)]
    output: Option<String>,
    status: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    cause: Option<String>,
    /// RFC 3339. Absent where it never began.
    #[serde(default)]
    stop_date: Option<Timestamp>,
}

/// How the worker of one account was heard of.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// It answered.
    Answered(Box<Visit>),
    /// It failed, was stopped or took too long, and why.
    Failed {
        /// The type of the error: the function's own, Lambda's or that of Step Functions.
        error: String,
        /// What it said.
        cause: String,
    },
    /// The map ended before its turn.
    NotReached,
}

impl Heard {
    /// Whether a worker may be at work all the same: Step Functions stopped waiting for it, and Lambda ends nothing for that.
    pub fn may_go_on(&self) -> bool {
        matches!(self, Self::Failed { error, .. } if error == "ABORTED")
    }
}

/// What a map says of its accounts: of each the last that was heard of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    by_account: BTreeMap<String, (Rank, Heard)>,
    /// Records that name no account.
    pub unknown: usize,
}

/// Which of two records of one account counts: an answer before a failure, a failure before a wait, then the later.
type Rank = (u8, Option<Timestamp>);

impl Results {
    /// Adds the records of the file at `key`.
    pub fn add(&mut self, key: &str, text: &str) -> Result<(), NotAResult> {
        let mut reader = serde_json::Deserializer::from_str(text);
        // One record after the other: of ten thousand accounts they are as long as the text once more.
        let read = reader.deserialize_seq(Records(self)).and_then(|()| reader.end());
        read.map_err(|source| NotAResult { what: printable(key), source })
    }

    fn add_record(&mut self, record: Record) {
        let Some(account) = account_of(record.input.as_deref()) else {
            self.unknown += 1;
            return;
        };
        let stopped = record.stop_date;
        let (rank, heard) = heard(record, &account);
        let rank = (rank, stopped);
        match self.by_account.get(&account) {
            Some((before, _)) if *before > rank => {}
            _ => _ = self.by_account.insert(account, (rank, heard)),
        }
    }

    /// Takes what a worker left in the bucket for the answer that nobody waited for.
    pub fn hear(&mut self, visit: Visit) {
        let heard = (2, None);
        let account = visit.account.clone();
        match self.by_account.get(&account) {
            Some((before, _)) if *before > heard => {}
            _ => _ = self.by_account.insert(account, (heard, Heard::Answered(Box::new(visit)))),
        }
    }

    /// What was heard of `account`; `None` if the map never had it.
    pub fn of(&self, account: &str) -> Option<&Heard> {
        self.by_account.get(account).map(|(_, heard)| heard)
    }

    /// Every account that answered.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.by_account.values().filter_map(|(_, heard)| match heard {
            Heard::Answered(visit) => Some(&**visit),
            _ => None,
        })
    }
}

/// Adds each record of a list as it is read.
struct Records<'a>(&'a mut Results);

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of child executions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element()? {
            self.0.add_record(record);
        }
        Ok(())
    }
}

fn heard(record: Record, account: &str) -> (u8, Heard) {
    let Record { output, status, error, cause, .. } = record;
    let answer = output.as_deref().map(serde_json::from_str::<Visit>);
    match (status.as_str(), answer) {
        ("SUCCEEDED", Some(Ok(visit))) if visit.account == account => (2, Heard::Answered(Box::new(visit))),
        ("SUCCEEDED", Some(Ok(visit))) => {
            let cause = format!("it answered for account {}", printable(&visit.account));
            (1, Heard::Failed { error: "NotAnAnswer".to_owned(), cause })
        }
        ("SUCCEEDED", answer) => {
            let cause =
                answer.and_then(Result::err).map_or_else(|| "it answered nothing".to_owned(), |e| e.to_string());
            (1, Heard::Failed { error: "NotAnAnswer".to_owned(), cause })
        }
        ("PENDING", _) => (0, Heard::NotReached),
        (status, _) => {
            let error = error.unwrap_or_else(|| status.to_owned());
            (1, Heard::Failed { error: printable(&error), cause: shortened(&cause.unwrap_or_default()) })
        }
    }
}

/// Lambda's errors arrive as JSON in a text, of which the message is meant.
fn shortened(cause: &str) -> String {
    let message = serde_json::from_str::<serde_json::Value>(cause).ok();
    let message = message.as_ref().and_then(|value| value["errorMessage"].as_str()).unwrap_or(cause);
    let cut: String = message.chars().take(LONGEST_CAUSE).collect();
    printable(&cut)
}

/// The account of a child's input: an item, or what the worker is called with, which has the item in it.
fn account_of(input: Option<&str>) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(input?).ok()?;
    let item = value.get("item").unwrap_or(&value);
    serde_json::from_value::<Item>(item.clone()).ok().map(|item| item.account)
}

#[cfg(test)]
pub(in crate::domains::fleet) mod tests;
