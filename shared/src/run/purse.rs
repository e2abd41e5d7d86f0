//! What runs within one budget have taken of it, in a place that all of them know. It is written down before anything is taken, each thing by
//! what it is: a run that dies has taken what it said, and one that goes on from it gets what is left, and no more.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::caps::Counted;
use super::fault::RunFault;
use crate::report::{Begun, PlanDigest};
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

/// What was taken. What it does not know, it does not read past: that could be something taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// Each thing with what was to be done about it, in the order they were taken.
    pub began: Vec<Begun>,
    /// The plan that a person agreed to, as the text that its digest is of, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agreed: Option<String>,
}

impl Spent {
    /// How many of `kind`.
    pub(super) fn count(&self, kind: Counted) -> usize {
        self.of(kind).count()
    }

    /// Whether `thing` is one of them.
    pub(super) fn has(&self, kind: Counted, thing: &str) -> bool {
        self.of(kind).any(|one| one.thing == thing)
    }

    fn of(&self, kind: Counted) -> impl Iterator<Item = &Begun> {
        self.began.iter().filter(move |one| one.kind.as_deref() == Some(kind.name()))
    }

    /// Adds `one`. What is gone on with is not taken twice.
    pub(super) fn take(&mut self, one: Begun) {
        let is_same = |known: &&mut Begun| known.is_about(&one) && (known.kind == one.kind || one.kind.is_none());
        match self.began.iter_mut().find(is_same) {
            None => self.began.push(one),
            Some(known) => {
                let new: Vec<_> = one.steps.into_iter().filter(|step| !known.steps.contains(step)).collect();
                known.steps.extend(new);
            }
        }
    }

    /// Keeps the text of the plan that was agreed to, so that a call that goes on can tell what is left of it.
    pub(super) fn agree(&mut self, text: impl FnOnce() -> String) {
        self.agreed.get_or_insert_with(text);
    }

    /// The actions of the plan with this digest, where it is the one that was kept. Whoever wrote the text: it is what was agreed to, or its digest
    /// is another.
    pub(super) fn agreed(&self, digest: &PlanDigest) -> Option<Vec<Value>> {
        let text = self.agreed.as_deref().filter(|text| PlanDigest::of_text(text) == *digest)?;
        let (_, _, (_, actions)): (Value, Value, (Value, Vec<Value>)) = serde_json::from_str(text).ok()?;
        Some(actions)
    }
}

/// How often it is looked at again because somebody else wrote meanwhile: two calls for one account at once are not what a map makes.
const TRIES: usize = 4;

impl Purse {
    /// What `judge` says of what was taken before, once what is taken by that is written down. It is asked again where somebody else
    /// took something meanwhile. `looks` is whether what was taken before may let more go, so that it has to be known first.
    pub(super) async fn settle<V>(
        &self,
        (home, leave): (&Aws, &RecordPermit),
        looks: bool,
        judge: impl Fn(&Spent) -> (V, Spent),
    ) -> Result<V, RunFault> {
        let store = RecordStore::new(home, &self.bucket, leave);
        // Mostly nobody was here before: then one call is enough, and nothing is written over.
        let (mut before, mut tag) = (Spent::default(), None);
        // Whoever may not list the bucket is refused what is not there: so it is made sure that it is.
        if looks && !self.put(&store, &before, None).await? {
            (before, tag) = self.found(home).await?;
        }
        for _ in 0..TRIES {
            let (said, after) = judge(&before);
            if after == before {
                return Ok(said);
            }
            if self.put(&store, &after, tag.as_deref()).await? {
                return Ok(said);
            }
            (before, tag) = self.found(home).await?;
        }
        Err(self.odd("others write to it at the same time"))
    }

    /// Whether it could be written over what `tag` is of, or where nothing was.
    async fn put(&self, store: &RecordStore<'_>, spent: &Spent, tag: Option<&str>) -> Result<bool, RunFault> {
        let body = serde_json::to_vec(spent).unwrap_or_default();
        let written = store.put_json_over(&self.key, body, tag).await;
        written.map_err(RunFault::observing("writing down what is taken of the budget"))
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
