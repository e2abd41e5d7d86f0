//! From the SDK's shapes to ours. What lacks an identity is dropped: nothing could be done to it by name.

use aws_sdk_rds::types;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::{Access, AssociatedRole, Cluster, Instance, Member, Settings, Snapshot};
use crate::services::tags::Tags;

pub(super) fn cluster(found: &types::DbCluster, region: &str) -> Option<Cluster> {
    Some(Cluster {
        id: found.db_cluster_identifier()?.to_owned(),
        arn: found.db_cluster_arn()?.to_owned(),
        region: region.to_owned(),
        resource_id: found.db_cluster_resource_id()?.to_owned(),
        engine: found.engine()?.to_owned(),
        engine_version: text(found.engine_version()),
        status: found.status().unwrap_or("unknown").to_owned(),
        created_at: found.cluster_create_time().and_then(timestamp),
        tags: tags(found.tag_list()),
        deletion_protection: found.deletion_protection(),
        members: found.db_cluster_members().iter().filter_map(member).collect(),
        global_cluster: text(found.global_cluster_identifier()),
        replication_source: text(found.replication_source_identifier()),
        read_replicas: found.read_replica_identifiers().to_vec(),
        limitless: found.cluster_scalability_type().is_some_and(|kind| kind.as_str() == "limitless")
            || found.limitless_database().is_some_and(|limitless| {
                limitless.status().is_some_and(|status| !matches!(status.as_str(), "disabled" | "not-in-use"))
            }),
        clone_group: text(found.clone_group_id()),
        copies_tags: found.copy_tags_to_snapshot().unwrap_or(false),
        restarts_at: found.automatic_restart_time().and_then(timestamp),
        restorable: (
            found.earliest_restorable_time().and_then(timestamp),
            found.latest_restorable_time().and_then(timestamp),
        ),
        settings: settings(found),
        access: Access {
            endpoint: text(found.endpoint()),
            reader_endpoint: text(found.reader_endpoint()),
            master_user: text(found.master_username()),
            master_secret: found.master_user_secret().and_then(|secret| text(secret.secret_arn())),
            secret_status: found.master_user_secret().and_then(|secret| text(secret.secret_status())),
            database: text(found.database_name()),
        },
        kms_key: text(found.kms_key_id()),
    })
}

pub(super) fn snapshot(found: &types::DbClusterSnapshot, region: &str) -> Option<Snapshot> {
    Some(Snapshot {
        id: found.db_cluster_snapshot_identifier()?.to_owned(),
        arn: found.db_cluster_snapshot_arn()?.to_owned(),
        region: region.to_owned(),
        cluster_id: found.db_cluster_identifier()?.to_owned(),
        resource_id: text(found.db_cluster_resource_id()),
        copy_of: text(found.source_db_cluster_snapshot_arn()),
        engine: found.engine().unwrap_or_default().to_owned(),
        engine_version: text(found.engine_version()),
        status: found.status().unwrap_or("unknown").to_owned(),
        created_at: found.snapshot_create_time().and_then(timestamp),
        kind: found.snapshot_type().unwrap_or_default().to_owned(),
        tags: tags(found.tag_list()),
    })
}

pub(super) fn instance(found: &types::DbInstance) -> Option<Instance> {
    let parameter_group = found.db_parameter_groups().first().and_then(|group| group.db_parameter_group_name());
    Some(Instance {
        id: found.db_instance_identifier()?.to_owned(),
        class: found.db_instance_class()?.to_owned(),
        promotion_tier: found.promotion_tier(),
        public: found.publicly_accessible().unwrap_or(false),
        parameter_group: parameter_group.filter(|name| !name.starts_with("default.")).map(str::to_owned),
        minor_upgrades: found.auto_minor_version_upgrade().filter(|on| !on),
        certificate: text(found.ca_certificate_identifier()),
        maintenance_window: text(found.preferred_maintenance_window()),
        status: found.db_instance_status().unwrap_or("unknown").to_owned(),
        vpc: found.db_subnet_group().and_then(|group| text(group.vpc_id())),
        writer: false,
    })
}

pub(super) fn tags(found: &[types::Tag]) -> Tags {
    found.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}

pub(super) fn tag_list(tags: &Tags) -> Vec<types::Tag> {
    tags.iter().map(|(key, value)| types::Tag::builder().key(key).value(value).build()).collect()
}

fn settings(found: &types::DbCluster) -> Settings {
    Settings {
        subnet_group: text(found.db_subnet_group()),
        security_groups: found
            .vpc_security_groups()
            .iter()
            .filter_map(|group| text(group.vpc_security_group_id()))
            .collect(),
        parameter_group: text(found.db_cluster_parameter_group()),
        port: found.port(),
        iam_auth: found.iam_database_authentication_enabled().unwrap_or(false),
        deletion_protection: found.deletion_protection().unwrap_or(false),
        copies_tags: found.copy_tags_to_snapshot().unwrap_or(false),
        log_exports: found.enabled_cloudwatch_logs_exports().to_vec(),
        serverless_v2: found
            .serverless_v2_scaling_configuration()
            .and_then(|scaling| Some((scaling.min_capacity()?, scaling.max_capacity()?))),
        auto_pause: found
            .serverless_v2_scaling_configuration()
            .and_then(types::ServerlessV2ScalingConfigurationInfo::seconds_until_auto_pause),
        storage_type: text(found.storage_type()).filter(|kind| kind == "aurora-iopt1"),
        lifecycle_support: text(found.engine_lifecycle_support()),
        network_type: text(found.network_type()).filter(|kind| kind != "IPV4"),
        vpc_networking: found.vpc_networking_enabled().filter(|on| !on),
        internet_gateway: found.internet_access_gateway_enabled().filter(|on| *on),
        roles: found.associated_roles().iter().filter_map(role).collect(),
        backtrack: found.backtrack_window().filter(|seconds| *seconds > 0),
        backup_days: found.backup_retention_period(),
        backup_window: text(found.preferred_backup_window()),
        domain: found
            .domain_memberships()
            .first()
            .and_then(|one| Some((text(one.domain())?, text(one.iam_role_name())))),
    }
}

/// One whose association failed or is going is not made again.
fn role(found: &types::DbClusterRole) -> Option<AssociatedRole> {
    let works = !matches!(found.status(), Some("INVALID" | "PENDING_REMOVAL"));
    let arn = text(found.role_arn()).filter(|_| works)?;
    Some(AssociatedRole { arn, feature: text(found.feature_name()) })
}

fn member(found: &types::DbClusterMember) -> Option<Member> {
    Some(Member { id: found.db_instance_identifier()?.to_owned(), writer: found.is_cluster_writer().unwrap_or(false) })
}

fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}

fn text(found: Option<&str>) -> Option<String> {
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_says_the_vpc_that_its_cluster_does_not() {
        let group = types::DbSubnetGroup::builder().vpc_id("vpc-0a1b").build();
        let one = types::DbInstance::builder().db_instance_identifier("orders-1").db_instance_class("db.t4g.medium");
        let vpc = |one: types::DbInstance| instance(&one).unwrap().vpc;
        assert_eq!(vpc(one.clone().db_subnet_group(group).build()).as_deref(), Some("vpc-0a1b"));
        assert_eq!(vpc(one.build()), None);
    }
}
