//! Writes. Each call is idempotent or says what it found instead, and none decides anything.

use aws_sdk_rds::Client;

use super::convert;
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, done};
use crate::services::tags::Tags;

/// RDS in one region, for an applying run.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::rds::RdsWriter::new(aws, "eu-west-1");
/// # }
/// ```
/// It is worth no more than its leave: a run takes none with it, and leaves none behind.
/// ```compile_fail,E0521
/// # use nightshift::services::{Permit, aws::Aws, rds::RdsWriter};
/// # fn kept_beyond_the_run(aws: &Aws, permit: &Permit) {
/// let writer = RdsWriter::new(aws, "eu-west-1", permit);
/// tokio::spawn(async move { writer.delete_cluster("orders", None).await });
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RdsWriter<'p> {
    client: Client,
    _leave: &'p Permit,
}

impl<'p> RdsWriter<'p> {
    /// In `region`, with leave to write.
    pub fn new(aws: &Aws, region: &str, leave: &'p Permit) -> Self {
        Self { client: aws.rds(region), _leave: leave }
    }

    /// Sets `tags` on `arn`.
    pub async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), AwsError> {
        let call = self.client.add_tags_to_resource().resource_name(arn).set_tags(Some(convert::tag_list(tags)));
        done(call.send().await, "rds:AddTagsToResource", arn)
    }

    /// Removes `keys` from `arn`.
    pub async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<(), AwsError> {
        let call = self.client.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(keys.to_vec()));
        done(call.send().await, "rds:RemoveTagsFromResource", arn)
    }

    /// Turns deletion protection off.
    pub async fn lift_protection(&self, cluster: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .modify_db_cluster()
            .db_cluster_identifier(cluster)
            .deletion_protection(false)
            .apply_immediately(true);
        done(call.send().await, "rds:ModifyDBCluster", format!("cluster {cluster}"))
    }

    /// Starts a stopped cluster.
    pub async fn start_cluster(&self, cluster: &str) -> Result<(), AwsError> {
        let call = self.client.start_db_cluster().db_cluster_identifier(cluster);
        done(call.send().await, "rds:StartDBCluster", format!("cluster {cluster}"))
    }

    /// Deletes a member. A member's data is the cluster's: no snapshot argument is accepted here (AWS answers
    /// `InvalidParameterCombination`).
    pub async fn delete_instance(&self, instance: &str) -> Result<(), AwsError> {
        let call = self.client.delete_db_instance().db_instance_identifier(instance);
        done(call.send().await, "rds:DeleteDBInstance", format!("instance {instance}"))
    }

    /// Deletes a cluster, keeping its data in the snapshot named, if one is.
    pub async fn delete_cluster(&self, cluster: &str, final_snapshot: Option<&str>) -> Result<(), AwsError> {
        let call = self
            .client
            .delete_db_cluster()
            .db_cluster_identifier(cluster)
            .skip_final_snapshot(final_snapshot.is_none())
            .set_final_db_snapshot_identifier(final_snapshot.map(str::to_owned));
        done(call.send().await, "rds:DeleteDBCluster", format!("cluster {cluster}"))
    }

    /// Deletes a manual snapshot.
    pub async fn delete_snapshot(&self, snapshot: &str) -> Result<(), AwsError> {
        let call = self.client.delete_db_cluster_snapshot().db_cluster_snapshot_identifier(snapshot);
        done(call.send().await, "rds:DeleteDBClusterSnapshot", format!("snapshot {snapshot}"))
    }
}
