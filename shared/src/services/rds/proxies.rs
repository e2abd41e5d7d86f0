//! The RDS Proxies that log in by a secret.

use super::RdsReader;
use crate::services::aws::AwsError;

impl RdsReader {
    /// The names of the proxies that list the secret of this `ARN`.
    pub async fn proxies_by(&self, secret: &str) -> Result<Vec<String>, AwsError> {
        let mut pages = self.client.describe_db_proxies().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(proxy) = pages.next().await {
            let proxy = proxy.map_err(|error| AwsError::of("rds:DescribeDBProxies", "the proxies", error))?;
            if proxy.auth().iter().any(|auth| auth.secret_arn() == Some(secret)) {
                names.push(proxy.db_proxy_name.unwrap_or_default());
            }
        }
        names.sort();
        Ok(names)
    }
}
