//! Reads the world: every region at once, clusters and snapshots first; what needs a further call is asked once a region,
//! and only where something is due there.

use std::collections::BTreeMap;
use std::fmt::Display;

use futures::future::join_all;
use tracing::{info, warn};

use super::model::{Region, UnreadableRegion, World};
use super::plan::{self, Terms};
use crate::services::Read;
use crate::services::aws::AwsError;
use crate::services::rds::{Cluster, Instance, RdsReader};

/// A region to read and the way to it.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name.
    pub region: String,
    /// Its reader.
    pub reader: RdsReader,
}

/// What was read, and the way to it.
#[derive(Debug)]
pub struct Seen {
    /// Every configured region.
    pub places: Vec<Place>,
    /// What is there.
    pub world: World,
}

/// Reads every one of `places`. One that cannot be read does not stop the others; if none can be, that is the error.
pub async fn observe(places: &[Place], account: &str, terms: Terms<'_>) -> Result<World, AwsError> {
    let mut world = World { account: account.to_owned(), regions: Vec::new(), unreadable: Vec::new() };
    let mut last_error = None;
    let read = join_all(places.iter().map(|place| read_region(place, account, terms))).await;
    for (place, region) in places.iter().zip(read) {
        match region {
            Ok(region) => world.regions.push(region),
            Err(error) => {
                world.unreadable.push(UnreadableRegion {
                    name: place.region.clone(),
                    said: error.said(),
                    fix: error.bar().map_or_else(|| error.fix(), |bar| bar.fix().to_owned()),
                    bar: error.bar(),
                });
                // What may pass is worth another try, whatever was said elsewhere.
                if error.may_pass() || !last_error.as_ref().is_some_and(AwsError::may_pass) {
                    last_error = Some(error);
                }
            }
        }
    }
    match last_error {
        Some(error) if world.regions.is_empty() => Err(error),
        _ => Ok(world),
    }
}

async fn read_region(place: &Place, account: &str, terms: Terms<'_>) -> Result<Region, AwsError> {
    let Place { region, reader } = place;
    let (clusters, snapshots) = futures::join!(reader.clusters(account), reader.snapshots());
    let mut region = Region {
        name: region.clone(),
        clusters: clusters?,
        snapshots: known(snapshots, region),
        blue_green: Read::NotAsked,
        integrations: Read::NotAsked,
        snapshot_quota: Read::NotAsked,
        instances: Read::NotAsked,
    };
    let due = plan::due(&region.clusters, terms);
    if due.is_empty() && !plan::is_anybody_untold(&region.clusters, terms) {
        return Ok(region);
    }
    let with_instances: Vec<_> =
        due.iter().filter(|cluster| plan::needs_instances(cluster, terms)).map(|cluster| cluster.id.clone()).collect();
    let asked: Vec<_> = with_instances.iter().map(String::as_str).collect();
    let any_snapshot = due.iter().any(|cluster| plan::needs_snapshot(cluster, &region.clusters, terms));
    let quota = async { if any_snapshot { Some(reader.snapshot_quota().await) } else { None } };
    let instances = async { if with_instances.is_empty() { None } else { Some(reader.instances(&asked).await) } };
    let (blue_green, integrations, quota, instances) =
        futures::join!(reader.blue_green(), reader.integrations(), quota, instances);
    if let Some(Ok(instances)) = &instances {
        look_again(&mut region.clusters, &with_instances, instances, reader, account).await?;
    }
    region.blue_green = known(blue_green, &region.name);
    region.integrations = known(integrations, &region.name);
    region.snapshot_quota = quota.map_or(Read::NotAsked, |quota| known(quota, &region.name));
    region.instances = instances.map_or(Read::NotAsked, |instances| known(instances, &region.name));
    Ok(region)
}

/// A cluster of which a member is not shown was changed since it was listed: it may be gone, or have other members by now.
async fn look_again(
    clusters: &mut Vec<Cluster>,
    asked: &[String],
    instances: &BTreeMap<String, Instance>,
    reader: &RdsReader,
    account: &str,
) -> Result<(), AwsError> {
    let changed = |cluster: &Cluster| {
        asked.contains(&cluster.id) && cluster.members.iter().any(|member| !instances.contains_key(&member.id))
    };
    let doubtful: Vec<_> = clusters.iter().filter(|cluster| changed(cluster)).map(|found| found.id.clone()).collect();
    for id in doubtful {
        let now = reader.cluster(&id, account).await?;
        clusters.retain(|cluster| cluster.id != id);
        clusters.extend(now);
    }
    Ok(())
}

/// A service that does not know the call cannot have the thing; any other failure is unknown.
fn known<T>(read: Result<T, AwsError>, region: &impl Display) -> Read<T> {
    match read {
        Ok(value) => Read::Known(value),
        Err(error) if error.is_unknown_call() => {
            info!(call = error.action, %region, "this endpoint does not know the call; nothing of the kind can exist here");
            Read::NotOffered
        }
        Err(error) => {
            warn!(call = error.action, %region, error.message = error.said(), "a pre-flight read did not succeed");
            Read::failed(&error)
        }
    }
}
