//! An account of any number of Aurora clusters, as RDS's query protocol shows it: each with one member, one in ten
//! expired. The clusters are numbered, so an answer is made from the number in the question.

use std::fmt::Write as _;
use std::ops::Range;

use super::responder::{Account, Asked};

/// The most a page of any Describe call holds.
pub(super) const PAGE: u16 = 100;
/// The night these accounts live in.
pub(super) const NOW: &str = "2026-11-21T02:00:00Z";

const EXPIRED: &str = "2026-11-20T12:00:00Z";
const NOT_YET: &str = "2026-12-20T12:00:00Z";
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

/// See the module.
#[derive(Debug)]
pub struct Clusters {
    any_due: bool,
    // Made once: what it costs to write XML is not to be measured.
    rendered: Vec<String>,
}

impl Clusters {
    /// This many. One in ten has expired, or would have if any is to be due; one in ten expires later; the others never.
    pub fn new(count: u16, any_due: bool) -> Self {
        let rendered = (0..count).map(|number| cluster(number, expiry(number, any_due))).collect();
        Self { any_due, rendered }
    }

    /// How many have expired.
    pub fn due(&self) -> u32 {
        self.rendered.iter().map(|cluster| u32::from(cluster.contains(EXPIRED))).sum()
    }

    fn clusters(&self, asked: &Asked) -> Option<String> {
        let (page, marker) = match asked.text("DBClusterIdentifier") {
            "" => page(asked, self.rendered.len())?,
            id => (usize::from(number(id)?)..usize::from(number(id)?) + 1, String::new()),
        };
        let clusters = self.rendered.get(page)?.concat();
        Some(format!("{marker}<DBClusters>{clusters}</DBClusters>"))
    }

    /// Of the clusters named by the filter, one member each.
    fn instances(&self, asked: &Asked) -> Option<String> {
        let wanted: Vec<_> = (1..)
            .map(|place| asked.text(&format!("Filters.Filter.1.Values.Value.{place}")))
            .take_while(|id| !id.is_empty())
            .map(number)
            .collect::<Option<_>>()?;
        let refused = asked.text("Filters.Filter.1.Name") != "db-cluster-id"
            || wanted.len() > usize::from(PAGE)
            || wanted.iter().any(|&number| usize::from(number) >= self.rendered.len());
        let (page, marker) = page(asked, wanted.len()).filter(|_| !refused)?;
        let instances: String = wanted[page].iter().map(|&number| instance(number)).collect();
        Some(format!("{marker}<DBInstances>{instances}</DBInstances>"))
    }

    fn tags(&self, asked: &Asked) -> Option<String> {
        let number = number(asked.text("ResourceName").rsplit(':').next()?)
            .filter(|&at| usize::from(at) < self.rendered.len())?;
        Some(tag_list(expiry(number, self.any_due)))
    }
}

impl Account for Clusters {
    fn answer(&self, asked: &Asked) -> Option<String> {
        let result = match asked.action.as_str() {
            "GetCallerIdentity" => {
                format!("<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account>")
            }
            "DescribeDBClusters" => self.clusters(asked)?,
            "DescribeDBClusterSnapshots" => "<DBClusterSnapshots/>".to_owned(),
            "DescribeDBInstances" => self.instances(asked)?,
            "DescribeBlueGreenDeployments" => "<BlueGreenDeployments/>".to_owned(),
            "DescribeIntegrations" => "<Integrations/>".to_owned(),
            "DescribeAccountAttributes" => "<AccountQuotas><AccountQuota><AccountQuotaName>ManualClusterSnapshots\
                </AccountQuotaName><Used>0</Used><Max>100000</Max></AccountQuota></AccountQuotas>"
                .to_owned(),
            "ListTagsForResource" => self.tags(asked)?,
            "AddTagsToResource" | "DeleteDBInstance" | "DeleteDBCluster" => String::new(),
            _ => return None,
        };
        let name = &asked.action;
        Some(format!("<{name}Response><{name}Result>{result}</{name}Result></{name}Response>"))
    }
}

/// Which of `count` things this page holds, and the marker of the next one.
fn page(asked: &Asked, count: usize) -> Option<(Range<usize>, String)> {
    let start = Some(asked.text("Marker")).filter(|marker| !marker.is_empty()).map_or(Ok(0), str::parse).ok()?;
    let size =
        Some(asked.text("MaxRecords")).filter(|size| !size.is_empty()).map_or(Ok(PAGE), str::parse::<u16>).ok()?;
    let end = count.min(start + usize::from(size));
    let marker = if end < count { format!("<Marker>{end}</Marker>") } else { String::new() };
    (start <= end && size <= PAGE).then_some((start..end, marker))
}

fn expiry(number: u16, any_due: bool) -> Option<&'static str> {
    match number % 10 {
        0 if any_due => Some(EXPIRED),
        1 => Some(NOT_YET),
        _ => None,
    }
}

fn number(id: &str) -> Option<u16> {
    id.strip_prefix("cluster-")?.parse().ok()
}

/// With the fields a real answer has, so that reading it costs what it costs.
fn cluster(number: u16, expiry: Option<&str>) -> String {
    let id = format!("cluster-{number:05}");
    let host = format!("cr1abcd2efgh.{REGION}.rds.amazonaws.com");
    format!(
        "<DBCluster><AllocatedStorage>1</AllocatedStorage><AvailabilityZones><AvailabilityZone>{REGION}a\
         </AvailabilityZone><AvailabilityZone>{REGION}b</AvailabilityZone><AvailabilityZone>{REGION}c\
         </AvailabilityZone></AvailabilityZones><BackupRetentionPeriod>1</BackupRetentionPeriod>\
         <DBClusterIdentifier>{id}</DBClusterIdentifier><DBClusterParameterGroup>default.aurora-postgresql16\
         </DBClusterParameterGroup><DBSubnetGroup>default</DBSubnetGroup><Status>available</Status>\
         <EarliestRestorableTime>2026-11-01T00:00:00.000Z</EarliestRestorableTime>\
         <Endpoint>{id}.cluster-{host}</Endpoint><ReaderEndpoint>{id}.cluster-ro-{host}</ReaderEndpoint>\
         <MultiAZ>false</MultiAZ><Engine>aurora-postgresql</Engine><EngineVersion>16.4</EngineVersion>\
         <LatestRestorableTime>2026-11-21T01:55:00.000Z</LatestRestorableTime><Port>5432</Port>\
         <MasterUsername>postgres</MasterUsername><PreferredBackupWindow>03:00-03:30</PreferredBackupWindow>\
         <PreferredMaintenanceWindow>sun:04:00-sun:04:30</PreferredMaintenanceWindow><ReadReplicaIdentifiers/>\
         <DBClusterMembers><DBClusterMember><DBInstanceIdentifier>{id}-1</DBInstanceIdentifier><IsClusterWriter>true\
         </IsClusterWriter><DBClusterParameterGroupStatus>in-sync</DBClusterParameterGroupStatus><PromotionTier>1\
         </PromotionTier></DBClusterMember></DBClusterMembers><VpcSecurityGroups><VpcSecurityGroupMembership>\
         <VpcSecurityGroupId>sg-0123456789abcdef0</VpcSecurityGroupId><Status>active</Status>\
         </VpcSecurityGroupMembership></VpcSecurityGroups><HostedZoneId>Z29XKXDKYMONMX</HostedZoneId>\
         <StorageEncrypted>true</StorageEncrypted><KmsKeyId>arn:aws:kms:{REGION}:{ACCOUNT}:key/0123</KmsKeyId>\
         <DbClusterResourceId>cluster-ABCDEFGHIJKLMNOPQR{number:08}</DbClusterResourceId>\
         <DBClusterArn>arn:aws:rds:{REGION}:{ACCOUNT}:cluster:{id}</DBClusterArn><AssociatedRoles/>\
         <IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled>\
         <CloneGroupId>0123abcd-0000-0000-0000-{number:012}</CloneGroupId>\
         <ClusterCreateTime>2026-11-01T00:00:00.000Z</ClusterCreateTime><EngineMode>provisioned</EngineMode>\
         <DeletionProtection>false</DeletionProtection><HttpEndpointEnabled>false</HttpEndpointEnabled>\
         <ActivityStreamStatus>stopped</ActivityStreamStatus><CopyTagsToSnapshot>false</CopyTagsToSnapshot>\
         <CrossAccountClone>false</CrossAccountClone><DomainMemberships/>{tags}\
         <AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade><DatabaseInsightsMode>standard</DatabaseInsightsMode>\
         <NetworkType>IPV4</NetworkType><LocalWriteForwardingStatus>disabled</LocalWriteForwardingStatus>\
         <EngineLifecycleSupport>open-source-rds-extended-support</EngineLifecycleSupport></DBCluster>",
        tags = tag_list(expiry),
    )
}

fn tag_list(expiry: Option<&str>) -> String {
    let mut tags = String::from("<TagList>");
    for (key, value) in [("env", Some("dev")), ("owner", Some("ana@example.com")), ("auto-delete-after", expiry)] {
        if let Some(value) = value {
            let _ = write!(tags, "<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
        }
    }
    tags + "</TagList>"
}

fn instance(number: u16) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>cluster-{number:05}-1</DBInstanceIdentifier><DBInstanceClass>db.t4g.medium\
         </DBInstanceClass><Engine>aurora-postgresql</Engine><DBInstanceStatus>available</DBInstanceStatus>\
         <PubliclyAccessible>false</PubliclyAccessible><PromotionTier>1</PromotionTier><DBParameterGroups>\
         <DBParameterGroup><DBParameterGroupName>default.aurora-postgresql16</DBParameterGroupName>\
         </DBParameterGroup></DBParameterGroups><DBClusterIdentifier>cluster-{number:05}</DBClusterIdentifier>\
         </DBInstance>"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::time::Duration;

    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_rds::config::Credentials;
    use aws_sdk_rds::types::Filter;

    use super::*;
    use crate::bench::Responder;

    async fn world(count: u16) -> (Responder, aws_sdk_rds::Client) {
        let responder = Responder::start(Arc::new(Clusters::new(count, true)), Duration::ZERO).await.unwrap();
        let config = aws_sdk_rds::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(responder.url())
            .region(Region::new(REGION))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("bench", "test", None, None, "bench"))
            .build();
        (responder, aws_sdk_rds::Client::from_conf(config))
    }

    #[tokio::test]
    async fn every_cluster_is_on_one_page_and_no_page_holds_more_than_a_hundred() {
        for (count, pages) in [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)] {
            let (responder, rds) = world(count).await;
            let clusters: Vec<_> =
                rds.describe_db_clusters().into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
            let ids: BTreeSet<_> = clusters.iter().filter_map(|cluster| cluster.db_cluster_identifier()).collect();
            assert_eq!((clusters.len(), ids.len()), (usize::from(count), usize::from(count)));
            assert_eq!(responder.take_calls().unwrap(), [("DescribeDBClusters".to_owned(), pages)].into(), "{count}");
        }
    }

    #[tokio::test]
    async fn the_instances_are_those_of_the_clusters_in_the_filter() {
        let (_responder, rds) = world(30).await;
        let filter = Filter::builder().name("db-cluster-id").values("cluster-00010").values("cluster-00029").build();
        let call = rds.describe_db_instances().filters(filter);
        let found: Vec<_> = call.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
        let ids: Vec<_> = found.iter().filter_map(|instance| instance.db_instance_identifier()).collect();
        assert_eq!(ids, ["cluster-00010-1", "cluster-00029-1"]);
    }

    #[tokio::test]
    async fn a_call_without_an_answer_is_not_counted_in_silence() {
        let (responder, rds) = world(1).await;
        rds.describe_db_engine_versions().send().await.unwrap_err();
        let error = responder.take_calls().unwrap_err().to_string();
        assert_eq!(error, "the responder has no answer to DescribeDBEngineVersions");
    }
}
