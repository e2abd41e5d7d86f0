//! What runs within one budget have taken of it, in a place that all of them know. It is written down before anything is taken, each thing by
//! what it is: a run that dies has taken what it said, and one that goes on from it gets what is left, and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::caps::Counted;
use super::fault::RunFault;
use crate::services::RecordPermit;
use crate::services::aws::Aws;
use crate::services::s3::{RecordReader, RecordStore};

/// Where it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purse {
    /// The bucket.
    pub bucket: String,
    /// The object, which no run within another budget has.
    pub key: String,
}

/// The things taken, by the name of their kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spent(BTreeMap<String, BTreeSet<String>>);

impl Spent {
    /// How many of `kind`.
    pub(super) fn count(&self, kind: Counted) -> usize {
        self.0.get(kind.name()).map_or(0, BTreeSet::len)
    }

    /// Whether `thing` is one of them.
    pub(super) fn has(&self, kind: Counted, thing: &str) -> bool {
        self.0.get(kind.name()).is_some_and(|things| things.contains(thing))
    }

    /// The same with `thing`.
    pub(super) fn take(&mut self, kind: Counted, thing: &str) {
        self.0.entry(kind.name().to_owned()).or_default().insert(thing.to_owned());
    }
}

/// How often it is looked at again because somebody else wrote meanwhile: two calls for one account at once are not what a map makes.
const TRIES: usize = 4;

impl Purse {
    /// What `judge` says of what was taken before, once what is taken by that is written down. It is asked again where somebody else
    /// took something meanwhile.
    pub(super) async fn settle<V>(
        &self,
        home: &Aws,
        leave: &RecordPermit,
        judge: impl Fn(&Spent) -> (V, Spent),
    ) -> Result<V, RunFault> {
        let store = RecordStore::new(home, &self.bucket, leave);
        // Mostly nobody was here before: then one call is enough, and nothing is written over.
        let (mut before, mut tag) = (Spent::default(), None);
        for _ in 0..TRIES {
            let (said, after) = judge(&before);
            if after == before {
                return Ok(said);
            }
            let body = serde_json::to_vec(&after).unwrap_or_default();
            let written = store.put_json_over(&self.key, body, tag.as_deref()).await;
            if written.map_err(RunFault::observing("writing down what is taken of the budget"))? {
                return Ok(said);
            }
            (before, tag) = self.found(home).await?;
        }
        Err(self.odd("others write to it at the same time"))
    }

    async fn found(&self, home: &Aws) -> Result<(Spent, Option<String>), RunFault> {
        let found = RecordReader::new(home, &self.bucket).find(&self.key).await;
        let found = found.map_err(RunFault::observing("reading what was taken of the budget before"))?;
        let Some((body, tag)) = found else { return Ok((Spent::default(), None)) };
        let spent = serde_json::from_slice(&body).map_err(|error| self.odd(&error.to_string()))?;
        Ok((spent, Some(tag)))
    }

    /// What cannot be read may say that all is taken.
    fn odd(&self, said: &str) -> RunFault {
        let Self { bucket, key } = self;
        RunFault::Refused(format!(
            "what earlier calls for this account took of its budget is not known, s3://{bucket}/{key}: {said}; nothing was begun, the next run \
             judges anew"
        ))
    }
}
