//! Reads, always all pages.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::Client;
use aws_sdk_rds::types::Filter;

use super::convert;
use super::{AURORA_ENGINES, Cluster, Instance, Quota, Snapshot};
use crate::services::aws::{Aws, AwsError, Kind};

/// The most a page can hold (API reference of each Describe call).
const PAGE: i32 = 100;
/// The most values one filter takes.
const FILTER_VALUES: usize = 100;

/// RDS in one region, for reading.
#[derive(Debug, Clone)]
pub struct RdsReader {
    pub(super) client: Client,
    region: String,
}

impl RdsReader {
    /// In `region`.
    pub fn new(aws: &Aws, region: &str) -> Self {
        Self { client: aws.rds(region), region: region.to_owned() }
    }

    /// Every Aurora cluster of `account`. The filter asks AWS for Aurora only, and what comes back is looked at again:
    /// the call knows Neptune, `DocumentDB` and Multi-AZ clusters too.
    pub async fn clusters(&self, account: &str) -> Result<Vec<Cluster>, AwsError> {
        let engines = AURORA_ENGINES.map(str::to_owned).to_vec();
        let mut pages = self
            .client
            .describe_db_clusters()
            .filters(filter("engine", engines))
            .max_records(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut clusters = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of("rds:DescribeDBClusters", self.here(), error))?;
            clusters.extend(convert::cluster(&found, &self.region).filter(|cluster| is_aurora_of(cluster, account)));
        }
        Ok(clusters)
    }

    /// The cluster named `id`, if it is there and Aurora.
    pub async fn cluster(&self, id: &str, account: &str) -> Result<Option<Cluster>, AwsError> {
        let mut pages = self.client.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
        match pages.next().await {
            None => Ok(None),
            Some(Ok(found)) => {
                Ok(convert::cluster(&found, &self.region).filter(|cluster| is_aurora_of(cluster, account)))
            }
            Some(Err(error)) => absent_if_gone(AwsError::of("rds:DescribeDBClusters", format!("cluster {id}"), error)),
        }
    }

    /// The engine of whatever cluster bears the name `id`, one of those that are out of reach among them.
    pub async fn engine_of(&self, id: &str) -> Result<Option<String>, AwsError> {
        let mut pages = self.client.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
        match pages.next().await {
            None => Ok(None),
            Some(Ok(found)) => Ok(Some(found.engine.unwrap_or_default())),
            Some(Err(error)) => absent_if_gone(AwsError::of("rds:DescribeDBClusters", format!("cluster {id}"), error)),
        }
    }

    /// Every manual snapshot of any cluster. Automated ones and those of AWS Backup are not asked for: they are not ours
    /// to delete.
    pub async fn snapshots(&self) -> Result<Vec<Snapshot>, AwsError> {
        let mut pages = self
            .client
            .describe_db_cluster_snapshots()
            .snapshot_type("manual")
            .max_records(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut snapshots = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of("rds:DescribeDBClusterSnapshots", self.here(), error))?;
            snapshots.extend(convert::snapshot(&found, &self.region));
        }
        Ok(snapshots)
    }

    /// The snapshot named `id`, if it is there.
    pub async fn snapshot(&self, id: &str) -> Result<Option<Snapshot>, AwsError> {
        let call = self.client.describe_db_cluster_snapshots().db_cluster_snapshot_identifier(id);
        match call.into_paginator().items().send().next().await {
            None => Ok(None),
            Some(Ok(found)) => Ok(convert::snapshot(&found, &self.region)),
            Some(Err(error)) => {
                absent_if_gone(AwsError::of("rds:DescribeDBClusterSnapshots", format!("snapshot {id}"), error))
            }
        }
    }

    /// The instances of `clusters`, by identifier. A cluster that is gone by now has none; asked about it among others, AWS
    /// may refuse the whole question, which then is asked for each by itself.
    pub async fn instances(&self, clusters: &[&str]) -> Result<BTreeMap<String, Instance>, AwsError> {
        let mut instances = BTreeMap::new();
        for some in clusters.chunks(FILTER_VALUES) {
            match self.instances_of(some).await {
                Ok(found) => instances.extend(found),
                Err(error) if error.is_not_found() => {
                    for one in some {
                        let found = self.instances_of(&[one]).await.map(Some).or_else(absent_if_gone)?;
                        instances.extend(found.unwrap_or_default());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(instances)
    }

    async fn instances_of(&self, clusters: &[&str]) -> Result<BTreeMap<String, Instance>, AwsError> {
        let mut instances = BTreeMap::new();
        let ids = clusters.iter().map(|&id| id.to_owned()).collect();
        let call = self.client.describe_db_instances().filters(filter("db-cluster-id", ids)).max_records(PAGE);
        let mut pages = call.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of("rds:DescribeDBInstances", self.here(), error))?;
            instances.extend(convert::instance(&found).map(|instance| (instance.id.clone(), instance)));
        }
        Ok(instances)
    }

    /// The cluster that the instance named `id` belongs to, if it is there and in one.
    pub async fn cluster_of_instance(&self, id: &str) -> Result<Option<String>, AwsError> {
        let call = self.client.describe_db_instances().db_instance_identifier(id);
        match call.into_paginator().items().send().next().await {
            None => Ok(None),
            Some(Ok(found)) => Ok(found.db_cluster_identifier),
            Some(Err(error)) => {
                absent_if_gone(AwsError::of("rds:DescribeDBInstances", format!("instance {id}"), error))
            }
        }
    }

    /// The status of the instance named `id`, if it is there.
    pub async fn instance_status(&self, id: &str) -> Result<Option<String>, AwsError> {
        let call = self.client.describe_db_instances().db_instance_identifier(id);
        match call.into_paginator().items().send().next().await {
            None => Ok(None),
            Some(Ok(found)) => Ok(Some(found.db_instance_status().unwrap_or("unknown").to_owned())),
            Some(Err(error)) => {
                absent_if_gone(AwsError::of("rds:DescribeDBInstances", format!("instance {id}"), error))
            }
        }
    }

    /// The ARNs that are source or target of a blue/green deployment, whatever its state: while it exists, its members
    /// belong to it.
    pub async fn blue_green(&self) -> Result<BTreeSet<String>, AwsError> {
        let mut pages = self.client.describe_blue_green_deployments().max_records(PAGE).into_paginator().items().send();
        let mut arns = BTreeSet::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of("rds:DescribeBlueGreenDeployments", self.here(), error))?;
            arns.extend(found.source.into_iter().chain(found.target));
        }
        Ok(arns)
    }

    /// The ARNs that are the source of a zero-ETL integration.
    pub async fn integrations(&self) -> Result<BTreeSet<String>, AwsError> {
        let mut pages = self.client.describe_integrations().max_records(PAGE).into_paginator().items().send();
        let mut arns = BTreeSet::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::of("rds:DescribeIntegrations", self.here(), error))?;
            arns.extend(found.source_arn);
        }
        Ok(arns)
    }

    /// The quota of manual cluster snapshots.
    pub async fn snapshot_quota(&self) -> Result<Quota, AwsError> {
        const ACTION: &str = "rds:DescribeAccountAttributes";
        let answer = self.client.describe_account_attributes().send().await;
        let answer = answer.map_err(|error| AwsError::of(ACTION, self.here(), error))?;
        let name = "ManualClusterSnapshots";
        let quota = answer.account_quotas().iter().find(|quota| quota.account_quota_name() == Some(name));
        quota
            .and_then(|quota| Some(Quota { used: quota.used()?, max: quota.max()? }))
            .ok_or_else(|| AwsError::empty(ACTION, self.here(), name))
    }

    fn here(&self) -> String {
        format!("region {}", self.region)
    }
}

fn is_aurora_of(cluster: &Cluster, account: &str) -> bool {
    AURORA_ENGINES.contains(&cluster.engine.as_str()) && cluster.arn.split(':').nth(4) == Some(account)
}

fn absent_if_gone<T>(error: AwsError) -> Result<Option<T>, AwsError> {
    if error.kind == Kind::NotFound { Ok(None) } else { Err(error) }
}

fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}
