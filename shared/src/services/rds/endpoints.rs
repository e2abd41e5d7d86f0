//! Which server a cluster or an instance is, and where it listens.

use aws_sdk_rds::types::Filter;

use super::RdsReader;
use crate::services::aws::AwsError;

/// A server as RDS knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listening {
    /// `DbClusterResourceId` or `DbiResourceId`: this server, and never another of the same name.
    pub resource_id: Option<String>,
    /// Host names, each with its port where RDS says one.
    pub endpoints: Vec<(String, Option<u16>)>,
}

impl RdsReader {
    /// A cluster, with its endpoints and those of its members; nothing where there is no such cluster.
    pub async fn listening_cluster(&self, id: &str) -> Result<Listening, AwsError> {
        let mut found = self.cluster_alone(id).await?;
        if found.resource_id.is_none() && found.endpoints.is_empty() {
            return Ok(found);
        }
        let filter = Filter::builder().name("db-cluster-id").values(id).build();
        let call = self.client.describe_db_instances().set_filters(Some(vec![filter]));
        let mut pages = call.into_paginator().items().send();
        while let Some(instance) = pages.next().await {
            let instance = instance.map_err(|error| AwsError::of("rds:DescribeDBInstances", id, error))?;
            let endpoint = instance.endpoint;
            found.endpoints.extend(endpoint.and_then(|endpoint| Some((endpoint.address?, port_of(endpoint.port)))));
        }
        Ok(found)
    }

    /// A cluster, without its members' endpoints; nothing where there is no such cluster.
    pub async fn cluster_alone(&self, id: &str) -> Result<Listening, AwsError> {
        let mut found = Listening::default();
        let mut pages = self.client.describe_db_clusters().db_cluster_identifier(id).into_paginator().items().send();
        while let Some(cluster) = pages.next().await {
            let cluster = match cluster.map_err(|error| AwsError::of("rds:DescribeDBClusters", id, error)) {
                Ok(cluster) => cluster,
                Err(error) if error.is_not_found() => return Ok(found),
                Err(error) => return Err(error),
            };
            let port = port_of(cluster.port);
            found.resource_id = cluster.db_cluster_resource_id;
            let hosts = cluster.endpoint.iter().chain(&cluster.reader_endpoint);
            let hosts = hosts.chain(cluster.custom_endpoints.iter().flatten());
            found.endpoints.extend(hosts.map(|host| (host.clone(), port)));
        }
        Ok(found)
    }

    /// An instance; nothing where there is none of that name.
    pub async fn listening_instance(&self, id: &str) -> Result<Listening, AwsError> {
        let mut found = Listening::default();
        let mut pages = self.client.describe_db_instances().db_instance_identifier(id).into_paginator().items().send();
        while let Some(instance) = pages.next().await {
            match instance.map_err(|error| AwsError::of("rds:DescribeDBInstances", id, error)) {
                Ok(instance) => {
                    let endpoint = instance.endpoint;
                    found.resource_id = instance.dbi_resource_id;
                    found
                        .endpoints
                        .extend(endpoint.and_then(|endpoint| Some((endpoint.address?, port_of(endpoint.port)))));
                }
                Err(error) if error.is_not_found() => return Ok(found),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

fn port_of(port: Option<i32>) -> Option<u16> {
    port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}
