//! The calls that make a clone. Creating only, but for the password that the clone's data brought along.

use aws_sdk_rds::Client;
use aws_smithy_types::DateTime;

use super::convert;
use super::restorer::{non_empty, scaling};
use super::{CloneCluster, Instance};
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, done};

/// RDS in one region, for a clone.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::rds::RdsCloner::new(aws, "eu-west-1");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RdsCloner<'p> {
    client: Client,
    _leave: &'p Permit,
}

impl<'p> RdsCloner<'p> {
    /// In `region`, with leave to write.
    pub fn new(aws: &Aws, region: &str, leave: &'p Permit) -> Self {
        Self { client: aws.rds(region), _leave: leave }
    }

    /// Makes the cluster, with all its tags in the same call: a run that dies right after leaves none that nobody knows. Its
    /// engine and version come with the data.
    pub async fn clone_cluster(&self, cluster: &CloneCluster) -> Result<(), AwsError> {
        let settings = &cluster.settings;
        let call = self
            .client
            .restore_db_cluster_to_point_in_time()
            .db_cluster_identifier(&cluster.id)
            .source_db_cluster_identifier(&cluster.source)
            .restore_type(if cluster.copy_of.is_some() { "full-copy" } else { "copy-on-write" })
            .set_restore_to_time(cluster.copy_of.map(|at| DateTime::from_millis(at.as_millisecond())))
            .set_use_latest_restorable_time(cluster.copy_of.is_none().then_some(true))
            .set_db_subnet_group_name(settings.subnet_group.clone())
            .set_vpc_security_group_ids(non_empty(&settings.security_groups))
            .set_db_cluster_parameter_group_name(settings.parameter_group.clone())
            .set_port(settings.port)
            .enable_iam_database_authentication(settings.iam_auth)
            .deletion_protection(settings.deletion_protection)
            .copy_tags_to_snapshot(settings.copies_tags)
            .set_enable_cloudwatch_logs_exports(non_empty(&settings.log_exports))
            .set_serverless_v2_scaling_configuration(scaling(settings))
            .set_storage_type(settings.storage_type.clone())
            .set_engine_lifecycle_support(settings.lifecycle_support.clone())
            .set_network_type(settings.network_type.clone())
            .set_backup_retention_period(settings.backup_days)
            .set_tags(Some(convert::tag_list(&cluster.tags)));
        done(call.send().await, "rds:RestoreDBClusterToPointInTime", format!("cluster {}", cluster.id))
    }

    /// Lets RDS make a new password and keep it in a secret of its own: the one in the data is the source's.
    pub async fn take_password(&self, cluster: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .modify_db_cluster()
            .db_cluster_identifier(cluster)
            .manage_master_user_password(true)
            .apply_immediately(true);
        done(call.send().await, "rds:ModifyDBCluster", format!("cluster {cluster}"))
    }

    /// Makes one member, reachable from within its network alone.
    pub async fn create_member(&self, cluster: &CloneCluster, member: &Instance) -> Result<(), AwsError> {
        let call = self
            .client
            .create_db_instance()
            .db_instance_identifier(&member.id)
            .db_cluster_identifier(&cluster.id)
            .db_instance_class(&member.class)
            .engine(&cluster.engine)
            .publicly_accessible(false)
            .set_db_parameter_group_name(member.parameter_group.clone())
            .set_tags(Some(convert::tag_list(&cluster.tags)));
        done(call.send().await, "rds:CreateDBInstance", format!("instance {}", member.id))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_rds::operation::restore_db_cluster_to_point_in_time::RestoreDbClusterToPointInTimeInput;

    /// Inputs that stand in the call above.
    const GIVEN: &[&str] = &[
        "backup_retention_period",
        "copy_tags_to_snapshot",
        "db_cluster_identifier",
        "db_cluster_parameter_group_name",
        "db_subnet_group_name",
        "deletion_protection",
        "enable_cloudwatch_logs_exports",
        "enable_iam_database_authentication",
        "engine_lifecycle_support",
        "network_type",
        "port",
        "restore_to_time",
        "restore_type",
        "serverless_v2_scaling_configuration",
        "source_db_cluster_identifier",
        "storage_type",
        "tags",
        "use_latest_restorable_time",
        "vpc_security_group_ids",
    ];

    /// Inputs that do not, each with its reason.
    const NOT_GIVEN: &[(&str, &str)] = &[
        ("associated_roles", "they reach into the source's buckets and functions"),
        ("backtrack_window", "a clone is made anew, not rewound"),
        ("db_cluster_instance_class", "of Multi-AZ DB clusters"),
        ("domain", "a directory is joined by those who run it"),
        ("domain_iam_role_name", "as above"),
        ("enable_internet_access_gateway", "a clone is not public"),
        ("enable_performance_insights", "refused but for Limitless sources"),
        ("enable_vpc_networking", "a clone is in the network of its source"),
        ("engine_mode", "Serverless v1, which nobody can make any more"),
        ("iops", "of Multi-AZ DB clusters"),
        ("kms_key_id", "a clone that shares pages shares their key"),
        ("monitoring_interval", "refused but for Limitless sources"),
        ("monitoring_role_arn", "as above"),
        ("option_group_name", "Aurora has none to choose"),
        ("performance_insights_kms_key_id", "of Performance Insights"),
        ("performance_insights_retention_period", "of Performance Insights"),
        ("preferred_backup_window", "AWS chooses"),
        ("publicly_accessible", "of Multi-AZ DB clusters; a member has its own"),
        ("rds_custom_cluster_configuration", "not Aurora"),
        ("scaling_configuration", "of Serverless v1"),
        ("source_db_cluster_resource_id", "the identifier says it"),
        ("tag_specifications", "tags are set as tags"),
    ];

    /// The fields of an input of the SDK, from how it prints itself.
    fn fields(input: &str) -> BTreeSet<String> {
        let inner = input.split_once('{').map_or("", |(_, inner)| inner);
        inner.split(", ").filter_map(|field| field.split_once(':')).map(|(name, _)| name.trim().to_owned()).collect()
    }

    /// A setting that AWS comes to know is a question somebody answers: does a clone take it over?
    #[test]
    fn each_input_the_sdk_knows_is_given_or_listed_as_not_given() {
        let input = RestoreDbClusterToPointInTimeInput::builder().build().unwrap();
        let listed: BTreeSet<_> = GIVEN.iter().copied().chain(NOT_GIVEN.iter().map(|(name, _)| *name)).collect();
        let listed: BTreeSet<_> = listed.into_iter().map(str::to_owned).collect();
        assert_eq!(fields(&format!("{input:?}")), listed);
        let code = include_str!("cloner.rs").split("#[cfg(test)]").next().unwrap();
        let (_, code) = code.split_once("restore_db_cluster_to_point_in_time()").unwrap();
        let (code, _) = code.split_once("rds:RestoreDBClusterToPointInTime").unwrap();
        let set = |name: &str| code.contains(&format!(".{name}(")) || code.contains(&format!(".set_{name}("));
        for name in GIVEN {
            assert!(set(name), "{name}");
        }
        assert!(NOT_GIVEN.iter().all(|(name, why)| !set(name) && !why.is_empty()));
    }

    /// Production keeps its door open for nobody here.
    #[test]
    fn no_member_is_public() {
        let code = include_str!("cloner.rs").split("#[cfg(test)]").next().unwrap();
        assert_eq!(code.matches("publicly_accessible(false)").count(), 1);
        assert_eq!(code.matches("publicly_accessible").count(), 1);
    }
}
