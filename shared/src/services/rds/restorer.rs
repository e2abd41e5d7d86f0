//! The two calls that bring a cluster back. Creating only: nothing here can take anything away.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::ServerlessV2ScalingConfiguration;

use super::convert;
use super::{RestoreCluster, RestoreMember};
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, done};

/// RDS in one region, for a restore.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::rds::RdsRestorer::new(aws, "eu-west-1");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RdsRestorer {
    client: Client,
}

impl RdsRestorer {
    /// In `region`, with leave to write.
    pub fn new(aws: &Aws, region: &str, _permit: &Permit) -> Self {
        Self { client: aws.rds(region) }
    }

    /// Makes the cluster, with all its tags in the same call: a run that dies right after leaves none that nobody knows.
    pub async fn restore(&self, cluster: &RestoreCluster) -> Result<(), AwsError> {
        let settings = &cluster.settings;
        let scaling = settings
            .serverless_v2
            .map(|(min, max)| ServerlessV2ScalingConfiguration::builder().min_capacity(min).max_capacity(max).build());
        let call = self
            .client
            .restore_db_cluster_from_snapshot()
            .db_cluster_identifier(&cluster.id)
            .snapshot_identifier(&cluster.snapshot)
            .engine(&cluster.engine)
            .set_engine_version(cluster.engine_version.clone())
            .set_db_subnet_group_name(settings.subnet_group.clone())
            .set_vpc_security_group_ids(non_empty(&settings.security_groups))
            .set_db_cluster_parameter_group_name(settings.parameter_group.clone())
            .set_port(settings.port)
            .enable_iam_database_authentication(settings.iam_auth)
            .deletion_protection(settings.deletion_protection)
            .copy_tags_to_snapshot(settings.copies_tags)
            .set_enable_cloudwatch_logs_exports(non_empty(&settings.log_exports))
            .set_serverless_v2_scaling_configuration(scaling)
            .set_storage_type(settings.storage_type.clone())
            .set_tags(Some(convert::tag_list(&cluster.tags)));
        done(call.send().await, "rds:RestoreDBClusterFromSnapshot", format!("cluster {}", cluster.id))
    }

    /// Makes one member.
    pub async fn create_member(&self, cluster: &RestoreCluster, member: &RestoreMember) -> Result<(), AwsError> {
        let instance = &member.instance;
        let call = self
            .client
            .create_db_instance()
            .db_instance_identifier(&instance.id)
            .db_cluster_identifier(&cluster.id)
            .db_instance_class(&instance.class)
            .engine(&cluster.engine)
            .publicly_accessible(instance.public)
            .set_promotion_tier(instance.promotion_tier)
            .set_db_parameter_group_name(instance.parameter_group.clone())
            .set_tags(Some(convert::tag_list(&cluster.tags)));
        done(call.send().await, "rds:CreateDBInstance", format!("instance {}", instance.id))
    }
}

fn non_empty(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}
