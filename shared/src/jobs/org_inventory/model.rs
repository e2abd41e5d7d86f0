//! What a run of `org-inventory` decides by.

use jiff::Timestamp;

use crate::domains::organization::{Row, Snapshot};
use crate::services::Read;
use crate::services::aws::AwsError;

/// What was read; `None` where nothing had to be.
#[derive(Debug)]
pub struct World {
    /// See [`Reading`].
    pub reading: Option<Reading>,
}

/// An organisation as it is now, and as it was.
#[derive(Debug)]
pub struct Reading {
    /// As it is now.
    pub now: Snapshot,
    /// As it was kept last.
    pub before: Option<Snapshot>,
    /// The tag of the object that keeps it.
    pub tag: Option<String>,
    /// As the operators know it, and the tag of the object that says so. `None` where no record says.
    pub told: Option<(Snapshot, String)>,
    /// Why an object in the place of a snapshot is none: it is written over.
    pub unreadable: Vec<String>,
    /// What the table holds, where there is one.
    pub table: Option<Read<Vec<Row>>>,
    /// What became of the snapshot.
    pub kept: Kept,
}

/// What became of a snapshot.
#[derive(Debug)]
pub enum Kept {
    /// Nobody wants it kept.
    NotAsked,
    /// Not yet.
    Open,
    /// It is the object of this key.
    At(String),
    /// It could not be written.
    Failed(AwsError),
    /// Others wrote each time.
    Superseded,
}

/// Whether a reading that began at `began` saw what was changed at `changed`: clocks are close, and AWS shows a change within
/// moments.
pub(super) fn saw(began: Timestamp, changed: Timestamp) -> bool {
    began.duration_since(changed) > jiff::SignedDuration::from_secs(60)
}
