//! How a secret stands: its mark, its versions and their labels. No value is read here.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::Client;
use jiff::Timestamp;

use crate::aws::AwsError;
use crate::keys::model::{Secret, Version};
use crate::keys::tags;

/// Secrets Manager in one region, for reading all but values.
#[derive(Debug, Clone)]
pub struct StoreReader {
    client: Client,
}

impl StoreReader {
    /// Over a client of the region secrets are kept in.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The secret of exactly this name, if it is there. One on its way out shows its labels and not its dates.
    pub async fn secret(&self, name: &str) -> Result<Option<Secret>, AwsError> {
        const ACTION: &str = "secretsmanager:DescribeSecret";
        let answer = self.client.describe_secret().secret_id(name).send().await;
        let found = match answer.map_err(|error| AwsError::of(ACTION, object(name), error)) {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let mark = found.tags().iter().find(|tag| tag.key() == Some(tags::USER_ID));
        let deleted = found.deleted_date().is_some();
        let versions = if deleted { labelled(found.version_ids_to_stages()) } else { self.versions(name).await? };
        Ok(Some(Secret { user_id: mark.and_then(|tag| tag.value()).map(str::to_owned), deleted, versions }))
    }

    /// The versions that carry a label: one call, where dates do not matter.
    pub async fn labels(&self, name: &str) -> Result<Vec<Version>, AwsError> {
        let answer = self.client.describe_secret().secret_id(name).send().await;
        let found = answer.map_err(|error| AwsError::of("secretsmanager:DescribeSecret", object(name), error))?;
        Ok(labelled(found.version_ids_to_stages()))
    }

    /// Every version, those without a label too.
    async fn versions(&self, name: &str) -> Result<Vec<Version>, AwsError> {
        let call = self.client.list_secret_version_ids().secret_id(name).include_deprecated(true).max_results(100);
        let mut pages = call.into_paginator().send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| AwsError::of("secretsmanager:ListSecretVersionIds", object(name), error))?;
            for found in page.versions.unwrap_or_default() {
                let labels = found.version_stages().iter().cloned().collect();
                let last_accessed = found.last_accessed_date().and_then(|at| Timestamp::from_second(at.secs()).ok());
                versions.extend(found.version_id.map(|id| Version { id, labels, last_accessed }));
            }
        }
        versions.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(versions)
    }
}

#[expect(clippy::disallowed_types, reason = "the SDK's own; sorted at once")]
fn labelled(found: Option<&std::collections::HashMap<String, Vec<String>>>) -> Vec<Version> {
    let version = |(id, labels): (&String, &Vec<String>)| Version {
        id: id.clone(),
        labels: labels.iter().cloned().collect::<BTreeSet<_>>(),
        last_accessed: None,
    };
    let mut versions: Vec<_> = found.into_iter().flatten().map(version).collect();
    versions.sort_by(|a, b| a.id.cmp(&b.id));
    versions
}

fn object(name: &str) -> String {
    format!("secret {name}")
}
