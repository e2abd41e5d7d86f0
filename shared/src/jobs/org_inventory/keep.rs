//! Puts the snapshot where it is kept, over the one it goes on from and over no other: a run that finds that another was quicker
//! reads again from there.

use jiff::Timestamp;

use super::model::{Kept, World};
use super::observe::{SNAPSHOT, observe};
use super::policy::Policy;
use super::request::Request;
use crate::run::RunFault;
use crate::services::RecordPermit;
use crate::services::aws::Aws;
use crate::services::s3::RecordStore;

/// How often another run may be quicker.
const TRIES: usize = 4;

/// See the module.
pub(super) async fn keep(
    world: &mut World,
    aws: &Aws,
    policy: &Policy,
    request: &Request,
    now: Timestamp,
    leave: &RecordPermit,
) -> Result<(), RunFault> {
    let Some(place) = &policy.place else { return Ok(()) };
    let store = RecordStore::new(aws, &place.bucket, leave);
    let key = format!("{}{SNAPSHOT}", place.prefix);
    for attempt in 0..TRIES {
        if attempt > 0 {
            *world = Box::pin(observe(aws, policy, request, now)).await?;
        }
        let Some(reading) = &mut world.reading else { return Ok(()) };
        let body = serde_json::to_vec(&reading.now).unwrap_or_default();
        reading.kept = match store.put_json_over(&key, body, reading.tag.as_deref()).await {
            Ok(true) => Kept::At(format!("s3://{}/{key}", place.bucket)),
            Ok(false) => Kept::Superseded,
            Err(error) => Kept::Failed(error),
        };
        if !matches!(reading.kept, Kept::Superseded) {
            break;
        }
    }
    Ok(())
}
