//! Where a run leaves what its parts hand on to each other: one bucket, a folder for each execution.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::FleetFault;
use crate::domains::fleet::Phase;
use crate::run::{Purse, RunFault};
use crate::services::RecordPermit;
use crate::services::aws::{Aws, AwsError};
use crate::services::s3::{RecordReader, RecordStore};

/// The longest that one object is written.
const LONGEST: Duration = Duration::from_secs(30);

/// The bucket of a fleet, and the job whose runs these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `NIGHTSHIFT_FLEET_BUCKET`.
    pub bucket: String,
    /// `NIGHTSHIFT_FLEET_JOB`.
    pub job: Cow<'static, str>,
}

/// What one execution left.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    place: &'a Place,
    execution: &'a str,
}

impl Place {
    /// The folder of `execution`.
    pub fn of<'a>(&'a self, execution: &'a str) -> Folder<'a> {
        Folder { place: self, execution }
    }
}

impl Folder<'_> {
    /// The key of `name` in it.
    pub fn key(&self, name: &str) -> String {
        format!("fleet/{}/{}/{name}", self.place.job, self.execution)
    }

    /// The key of the report of one account.
    pub fn report_of(&self, phase: Phase, account: &str) -> String {
        self.key(&format!("{phase}/{account}.json"))
    }

    /// Where all calls for one account write down what they take of its budget, whatever map they are of.
    pub fn purse_of(&self, account: &str) -> Purse {
        Purse { bucket: self.bucket().to_owned(), key: self.key(&format!("spent/{account}.json")) }
    }

    /// The name of the execution.
    pub fn execution(&self) -> &str {
        self.execution
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.place.bucket
    }

    /// Reads what an earlier part left under `key`.
    pub async fn read<T: DeserializeOwned>(&self, aws: &Aws, key: &str) -> Result<T, FleetFault> {
        let body = RecordReader::new(aws, self.bucket()).get(key).await;
        let body = body.map_err(RunFault::observing("reading what an earlier part of this run left"))?;
        serde_json::from_slice(&body).map_err(|error| FleetFault::Record {
            bucket: self.bucket().to_owned(),
            key: key.to_owned(),
            said: error.to_string(),
        })
    }

    /// The same where it may not be there yet.
    pub async fn find<T: DeserializeOwned>(&self, aws: &Aws, key: &str) -> Result<Option<T>, FleetFault> {
        let found = RecordReader::new(aws, self.bucket()).find(key).await;
        let found = found.map_err(RunFault::observing("reading what an earlier part of this run left"))?;
        let Some((body, _)) = found else { return Ok(None) };
        serde_json::from_slice(&body).map(Some).map_err(|error| FleetFault::Record {
            bucket: self.bucket().to_owned(),
            key: key.to_owned(),
            said: error.to_string(),
        })
    }

    /// Leaves a page under `key`.
    pub async fn write_page(&self, aws: &Aws, key: &str, html: String, leave: &RecordPermit) -> Result<(), AwsError> {
        let page = (html.into_bytes(), "text/html; charset=utf-8");
        RecordStore::new(aws, self.bucket(), leave).put(key, page, LONGEST).await
    }

    /// Leaves `value` for a later part under `key`.
    pub async fn write(
        &self,
        aws: &Aws,
        key: &str,
        value: &impl Serialize,
        leave: &RecordPermit,
    ) -> Result<(), AwsError> {
        let body = serde_json::to_vec(value).unwrap_or_default();
        RecordStore::new(aws, self.bucket(), leave).put_json(key, body, LONGEST).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_the_state_machine_and_the_command_know_them() {
        let place = Place { bucket: "records".to_owned(), job: "cluster-cleanup".into() };
        let folder = place.of("2026-11-21-night");
        assert_eq!(folder.key("items.json"), "fleet/cluster-cleanup/2026-11-21-night/items.json");
        assert_eq!(
            folder.report_of(Phase::Canary, "111122223333"),
            "fleet/cluster-cleanup/2026-11-21-night/canary/111122223333.json"
        );
    }
}
