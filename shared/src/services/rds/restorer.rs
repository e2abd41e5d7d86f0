//! The two calls that bring a cluster back. Creating only: nothing here can take anything away.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbClusterAssociatedRole, ServerlessV2ScalingConfiguration};

use super::convert;
use super::{AssociatedRole, RestoreCluster, RestoreMember, Settings};
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
pub struct RdsRestorer<'p> {
    client: Client,
    _leave: &'p Permit,
}

impl<'p> RdsRestorer<'p> {
    /// In `region`, with leave to write.
    pub fn new(aws: &Aws, region: &str, leave: &'p Permit) -> Self {
        Self { client: aws.rds(region), _leave: leave }
    }

    /// Makes the cluster, with all its tags in the same call: a run that dies right after leaves none that nobody knows.
    pub async fn restore(&self, cluster: &RestoreCluster) -> Result<(), AwsError> {
        let settings = &cluster.settings;
        let (domain, domain_role) = settings.domain.clone().map_or((None, None), |(domain, role)| (Some(domain), role));
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
            .set_serverless_v2_scaling_configuration(scaling(settings))
            .set_storage_type(settings.storage_type.clone())
            .set_engine_lifecycle_support(settings.lifecycle_support.clone())
            .set_network_type(settings.network_type.clone())
            .set_enable_vpc_networking(settings.vpc_networking)
            .set_enable_internet_access_gateway(settings.internet_gateway)
            .set_associated_roles(roles(&settings.roles))
            .set_backtrack_window(settings.backtrack)
            .set_backup_retention_period(settings.backup_days)
            .set_preferred_backup_window(settings.backup_window.clone())
            .set_domain(domain)
            .set_domain_iam_role_name(domain_role)
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
            .set_auto_minor_version_upgrade(instance.minor_upgrades)
            .set_ca_certificate_identifier(instance.certificate.clone())
            .set_preferred_maintenance_window(instance.maintenance_window.clone())
            .set_tags(Some(convert::tag_list(&cluster.tags)));
        done(call.send().await, "rds:CreateDBInstance", format!("instance {}", instance.id))
    }
}

pub(super) fn scaling(settings: &Settings) -> Option<ServerlessV2ScalingConfiguration> {
    let (min, max) = settings.serverless_v2?;
    let made = ServerlessV2ScalingConfiguration::builder().min_capacity(min).max_capacity(max);
    Some(made.set_seconds_until_auto_pause(settings.auto_pause).build())
}

/// What lacks the one thing a role must have is left out: the SDK would refuse the whole call.
fn roles(roles: &[AssociatedRole]) -> Option<Vec<DbClusterAssociatedRole>> {
    let role = |role: &AssociatedRole| {
        DbClusterAssociatedRole::builder().role_arn(&role.arn).set_feature_name(role.feature.clone()).build().ok()
    };
    let made: Vec<_> = roles.iter().filter_map(role).collect();
    (!made.is_empty()).then_some(made)
}

pub(super) fn non_empty(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_rds::operation::create_db_instance::CreateDbInstanceInput;
    use aws_sdk_rds::operation::restore_db_cluster_from_snapshot::RestoreDbClusterFromSnapshotInput;

    /// Inputs that stand in the call above.
    const KEPT: &[&str] = &[
        "associated_roles",
        "backtrack_window",
        "backup_retention_period",
        "copy_tags_to_snapshot",
        "db_cluster_identifier",
        "db_cluster_parameter_group_name",
        "db_subnet_group_name",
        "deletion_protection",
        "domain",
        "domain_iam_role_name",
        "enable_cloudwatch_logs_exports",
        "enable_iam_database_authentication",
        "enable_internet_access_gateway",
        "enable_vpc_networking",
        "engine",
        "engine_lifecycle_support",
        "engine_version",
        "network_type",
        "port",
        "preferred_backup_window",
        "serverless_v2_scaling_configuration",
        "snapshot_identifier",
        "storage_type",
        "tags",
        "vpc_security_group_ids",
    ];

    /// Inputs that do not, each with its reason.
    const NOT_KEPT: &[(&str, &str)] = &[
        ("availability_zones", "AWS chooses: one may have no room"),
        ("database_name", "in the data"),
        ("db_cluster_instance_class", "of Multi-AZ DB clusters"),
        ("enable_performance_insights", "of Multi-AZ DB clusters"),
        ("engine_mode", "Serverless v1 and parallel query, which nobody can make any more"),
        ("iops", "of Multi-AZ DB clusters"),
        ("kms_key_id", "the snapshot's own"),
        ("monitoring_interval", "of Multi-AZ DB clusters"),
        ("monitoring_role_arn", "of Multi-AZ DB clusters"),
        ("option_group_name", "Aurora has none to choose"),
        ("performance_insights_kms_key_id", "of Multi-AZ DB clusters"),
        ("performance_insights_retention_period", "of Multi-AZ DB clusters"),
        ("publicly_accessible", "of Multi-AZ DB clusters; a member has its own"),
        ("rds_custom_cluster_configuration", "not Aurora"),
        ("scaling_configuration", "of Serverless v1"),
        ("tag_specifications", "tags are set as tags"),
    ];

    const MEMBER_KEPT: &[&str] = &[
        "auto_minor_version_upgrade",
        "ca_certificate_identifier",
        "db_cluster_identifier",
        "db_instance_class",
        "db_instance_identifier",
        "db_parameter_group_name",
        "engine",
        "preferred_maintenance_window",
        "promotion_tier",
        "publicly_accessible",
        "tags",
    ];

    /// What is the cluster's, or not Aurora's, and what is listed in `docs/cluster-cleanup.md` as not coming back.
    const MEMBER_NOT_KEPT: &[&str] = &[
        "additional_storage_volumes",
        "allocated_storage",
        "availability_zone",
        "backup_retention_period",
        "backup_target",
        "character_set_name",
        "copy_tags_to_snapshot",
        "custom_iam_instance_profile",
        "database_insights_mode",
        "db_capacity_reservation_identifier",
        "db_name",
        "db_security_groups",
        "db_subnet_group_name",
        "db_system_id",
        "dedicated_log_volume",
        "deletion_protection",
        "domain",
        "domain_auth_secret_arn",
        "domain_dns_ips",
        "domain_fqdn",
        "domain_iam_role_name",
        "domain_ou",
        "enable_cloudwatch_logs_exports",
        "enable_customer_owned_ip",
        "enable_iam_database_authentication",
        "enable_performance_insights",
        "engine_lifecycle_support",
        "engine_version",
        "iops",
        "kms_key_id",
        "license_model",
        "manage_master_user_password",
        "master_user_authentication_type",
        "master_user_password",
        "master_user_secret_kms_key_id",
        "master_username",
        "max_allocated_storage",
        "monitoring_interval",
        "monitoring_role_arn",
        "multi_az",
        "multi_tenant",
        "nchar_character_set_name",
        "network_type",
        "option_group_name",
        "performance_insights_kms_key_id",
        "performance_insights_retention_period",
        "port",
        "preferred_backup_window",
        "processor_features",
        "storage_encrypted",
        "storage_throughput",
        "storage_type",
        "tag_specifications",
        "tde_credential_arn",
        "tde_credential_password",
        "timezone",
        "vpc_security_group_ids",
    ];

    /// The fields of an input of the SDK, from how it prints itself.
    fn fields(input: &str) -> BTreeSet<String> {
        let inner = input.split_once('{').map_or("", |(_, inner)| inner);
        inner.split(", ").filter_map(|field| field.split_once(':')).map(|(name, _)| name.trim().to_owned()).collect()
    }

    fn listed(names: &[&[&str]]) -> BTreeSet<String> {
        names.iter().flat_map(|names| names.iter()).map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn each_input_the_sdk_knows_is_kept_or_listed_as_not_kept() {
        let cluster = RestoreDbClusterFromSnapshotInput::builder().build().unwrap();
        let dropped: Vec<_> = NOT_KEPT.iter().map(|(name, _)| *name).collect();
        assert_eq!(fields(&format!("{cluster:?}")), listed(&[KEPT, &dropped]));
        let member = CreateDbInstanceInput::builder().build().unwrap();
        assert_eq!(fields(&format!("{member:?}")), listed(&[MEMBER_KEPT, MEMBER_NOT_KEPT]));
    }

    /// The lists above are not merely words: each kept input is set by a call in this file, and no other.
    #[test]
    fn each_kept_input_is_set() {
        let code = include_str!("restorer.rs").split("#[cfg(test)]").next().unwrap();
        let (cluster, member) = code.split_once("create_db_instance()").unwrap();
        let set =
            |code: &str, name: &str| code.contains(&format!(".{name}(")) || code.contains(&format!(".set_{name}("));
        let (_, cluster) = cluster.split_once("restore_db_cluster_from_snapshot()").unwrap();
        for name in KEPT {
            assert!(set(cluster, name), "{name}");
        }
        for name in MEMBER_KEPT {
            assert!(set(member, name), "{name}");
        }
        assert!(NOT_KEPT.iter().all(|(name, why)| !set(cluster, name) && !why.is_empty()));
        assert!(MEMBER_NOT_KEPT.iter().all(|name| !set(member, name)));
    }
}
