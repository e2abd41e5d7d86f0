//! Reads the organisation: what was touched since the last snapshot, or all of it where that cannot be told. What must not fail is
//! the tree, the accounts and the policies; what else is not to be had is a gap of the snapshot.

use jiff::Timestamp;

use super::model::{Kept, Reading, World, saw};
use super::policy::{Place, Policy};
use super::request::Request;
use crate::domains::organization::{Row, Snapshot, VERSION};
use crate::run::RunFault;
use crate::services::Read;
use crate::services::aws::{Aws, AwsError};
use crate::services::organizations::{Builder, Facts, OrganizationReader, Pace, Touched};
use crate::services::s3::RecordReader;
use crate::services::tables::TableReader;

/// The key of the last snapshot, behind the prefix.
pub(super) const SNAPSHOT: &str = "snapshot.json";
/// The key of the one that the operators were told of last.
pub(super) const TOLD: &str = "told.json";

/// See the module.
pub(super) async fn observe(aws: &Aws, policy: &Policy, request: &Request, now: Timestamp) -> Result<World, RunFault> {
    if request.is_nothing() {
        return Ok(World { reading: None });
    }
    let (before, told) = match &policy.place {
        Some(place) => kept(aws, place).await.map_err(RunFault::observing("reading the last snapshot"))?,
        None => (Object::default(), Object::default()),
    };
    let unreadable = [before.unreadable, told.unreadable].into_iter().flatten().collect();
    let (before, tag) = (before.snapshot, before.tag);
    let touched = request.again();
    if let (Some(before), Some(at), true) = (&before, request.changed_at, touched.is_of_accounts_alone())
        && saw(before.began_at, at)
    {
        return Ok(World { reading: None });
    }
    let snapshot = match &policy.given {
        Some(given) => (**given).clone(),
        None => Box::pin(read(aws, policy, before.as_ref(), touched, now)).await?,
    };
    let table = match &policy.table {
        Some(table) => Some(items(aws, table).await),
        None => None,
    };
    let told = told.snapshot.zip(told.tag).filter(|(told, _)| told.organization.id == snapshot.organization.id);
    let before = before.filter(|before| before.organization.id == snapshot.organization.id);
    let kept = if policy.place.is_some() { Kept::Open } else { Kept::NotAsked };
    Ok(World { reading: Some(Reading { now: snapshot, before, tag, told, unreadable, table, kept }) })
}

/// An object that ought to be a snapshot.
#[derive(Default)]
struct Object {
    snapshot: Option<Snapshot>,
    tag: Option<String>,
    unreadable: Option<String>,
}

async fn kept(aws: &Aws, place: &Place) -> Result<(Object, Object), AwsError> {
    let reader = RecordReader::new(aws, &place.bucket);
    let object = async |name: &str| {
        let key = format!("{}{name}", place.prefix);
        let Some((body, tag)) = reader.find(&key).await? else { return Ok(Object::default()) };
        let (snapshot, unreadable) = match serde_json::from_slice::<Snapshot>(&body) {
            Ok(snapshot) if snapshot.schema == VERSION => (Some(snapshot), None),
            Ok(other) => (
                None,
                Some(format!("s3://{}/{key} is of format {}, and this is {VERSION}", place.bucket, other.schema)),
            ),
            Err(error) => (None, Some(format!("s3://{}/{key} is no snapshot: {error}", place.bucket))),
        };
        Ok::<_, AwsError>(Object { snapshot, tag: Some(tag), unreadable })
    };
    futures::try_join!(object(SNAPSHOT), object(TOLD))
}

async fn read(
    aws: &Aws,
    policy: &Policy,
    before: Option<&Snapshot>,
    mut touched: Touched,
    now: Timestamp,
) -> Result<Snapshot, RunFault> {
    // A stand-in is nobody else's.
    let pace = if aws.is_stand_in() { Pace::unpaced() } else { Pace::within(policy.share) };
    let builder = Builder::new(OrganizationReader::new(aws, pace));
    let is_due = |whole_at: Option<Timestamp>| {
        whole_at.is_none_or(|at| now.duration_since(at).unsigned_abs() >= policy.whole_after)
    };
    touched.everything |= is_due(before.and_then(|before| before.whole_at));
    let facts = before.map(Snapshot::facts).unwrap_or_default();
    let facts: Result<Facts, AwsError> = Box::pin(builder.again(facts, &touched, policy.effective)).await;
    let facts = facts.map_err(RunFault::observing("reading the organisation"))?;
    Snapshot::of(facts).map_err(|error| RunFault::Server {
        attempt: "reading the organisation".to_owned(),
        fix: "run it again",
        source: Box::new(error),
    })
}

async fn items(aws: &Aws, table: &str) -> Read<Vec<Row>> {
    match TableReader::new(aws, table).all().await {
        Ok(rows) => Read::Known(rows),
        Err(error) => Read::failed(&error),
    }
}
