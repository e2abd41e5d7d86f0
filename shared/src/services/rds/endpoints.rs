//! Where the server of a cluster or an instance listens.

use aws_sdk_rds::types::Filter;

use super::RdsReader;
use crate::services::aws::AwsError;

/// Host names, each with its port where RDS says one.
pub type Endpoints = Vec<(String, Option<u16>)>;

impl RdsReader {
    /// The endpoints of a cluster and of its members; none where there is no such cluster.
    pub async fn endpoints_of_cluster(&self, id: &str) -> Result<Endpoints, AwsError> {
        let mut endpoints = Vec::new();
        let mut pages = self.client.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
        while let Some(cluster) = pages.next().await {
            let cluster = match cluster.map_err(|error| AwsError::of("rds:DescribeDBClusters", id, error)) {
                Ok(cluster) => cluster,
                Err(error) if error.is_not_found() => return Ok(endpoints),
                Err(error) => return Err(error),
            };
            let port = port_of(cluster.port);
            let hosts = cluster.endpoint.iter().chain(&cluster.reader_endpoint);
            let hosts = hosts.chain(cluster.custom_endpoints.iter().flatten());
            endpoints.extend(hosts.map(|host| (host.clone(), port)));
        }
        let filter = Filter::builder().name("db-cluster-id").values(id).build();
        let call = self.client.describe_db_instances().set_filters(Some(vec![filter]));
        let mut pages = call.into_paginator().items().send();
        while let Some(instance) = pages.next().await {
            let instance = instance.map_err(|error| AwsError::of("rds:DescribeDBInstances", id, error))?;
            endpoints.extend(instance.endpoint.and_then(|endpoint| Some((endpoint.address?, port_of(endpoint.port)))));
        }
        Ok(endpoints)
    }

    /// The endpoint of an instance; none where there is no such instance.
    pub async fn endpoints_of_instance(&self, id: &str) -> Result<Endpoints, AwsError> {
        let mut endpoints = Vec::new();
        let mut pages = self.client.describe_db_instances().db_instance_identifier(id).into_paginator().items().send();
        while let Some(instance) = pages.next().await {
            match instance.map_err(|error| AwsError::of("rds:DescribeDBInstances", id, error)) {
                Ok(instance) => {
                    let endpoint = instance.endpoint;
                    endpoints.extend(endpoint.and_then(|endpoint| Some((endpoint.address?, port_of(endpoint.port)))));
                }
                Err(error) if error.is_not_found() => return Ok(endpoints),
                Err(error) => return Err(error),
            }
        }
        Ok(endpoints)
    }
}

fn port_of(port: Option<i32>) -> Option<u16> {
    port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}
