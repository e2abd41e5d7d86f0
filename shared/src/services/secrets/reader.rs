//! The reading calls.

use std::collections::BTreeSet;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::primitives::DateTime;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, RotationRulesType, SecretListEntry};
use jiff::Timestamp;

use super::{Described, Listed, RotationFacts, Version, object};
use crate::secret::Secret;
use crate::services::aws::{Aws, AwsError};

/// Secrets Manager in one Region, for reading.
#[derive(Debug, Clone)]
pub struct SecretsReader(Client);

impl SecretsReader {
    /// In `region`, where the secrets are.
    pub fn new(aws: &Aws, region: &str) -> Self {
        Self(aws.secrets_in(region))
    }

    /// Every secret, or those whose name begins with `prefix`; those on their way out too.
    pub async fn list(&self, prefix: Option<&str>) -> Result<Vec<Listed>, AwsError> {
        let named = prefix.map(|prefix| vec![Filter::builder().key(FilterNameStringType::Name).values(prefix).build()]);
        let call = self.0.list_secrets().set_filters(named).include_planned_deletion(true).max_results(100);
        let mut pages = call.into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::of("secretsmanager:ListSecrets", "the secrets", error))?;
            all.extend(page.secret_list.unwrap_or_default().into_iter().map(listed));
        }
        Ok(all)
    }

    /// The secret, if there is one of exactly this name or ARN.
    pub async fn describe(&self, name: &str) -> Result<Option<Described>, AwsError> {
        match self.described(name).await {
            Ok(described) => Ok(Some(described)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The versions that carry a label: one call, where dates do not matter.
    pub async fn labels(&self, name: &str) -> Result<Vec<Version>, AwsError> {
        Ok(self.described(name).await?.labelled)
    }

    /// Every version, those without a label too, with the day each was last read.
    pub async fn versions(&self, name: &str) -> Result<Vec<Version>, AwsError> {
        let call = self.0.list_secret_version_ids().secret_id(name).include_deprecated(true).max_results(100);
        let mut pages = call.into_paginator().send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| AwsError::of("secretsmanager:ListSecretVersionIds", object(name), error))?;
            for found in page.versions.unwrap_or_default() {
                let labels = found.version_stages().iter().cloned().collect();
                let (created_at, last_accessed) = (precise(found.created_date), moment(found.last_accessed_date));
                versions.extend(found.version_id.map(|id| Version { id, labels, created_at, last_accessed }));
            }
        }
        versions.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(versions)
    }

    /// Who else may do what with it, where it says so.
    pub async fn policy(&self, name: &str) -> Result<Option<String>, AwsError> {
        let answer = self.0.get_resource_policy().secret_id(name).send().await;
        let answer = answer.map_err(|error| AwsError::of("secretsmanager:GetResourcePolicy", object(name), error))?;
        Ok(answer.resource_policy)
    }

    /// What a version holds; `None` where there is no such version, or no text in it.
    pub async fn value(&self, name: &str, version: &str) -> Result<Option<Secret>, AwsError> {
        Ok(self.get(name, Some(version)).await?.and_then(|(_, value)| value))
    }

    /// The `ARN` of a secret, and what its current version holds; `None` where there is no such secret.
    pub async fn current(&self, name: &str) -> Result<Option<(String, Option<Secret>)>, AwsError> {
        self.get(name, None).await
    }

    /// What `version` holds, if it carries `label`: for a caller whose role reads values by their label only.
    pub async fn labelled(&self, name: &str, version: &str, label: &str) -> Result<Option<Secret>, AwsError> {
        let call = self.0.get_secret_value().secret_id(name).version_id(version).version_stage(label);
        let answer = call.send().await;
        let answer = answer.map_err(|error| AwsError::of("secretsmanager:GetSecretValue", object(name), error))?;
        Ok(answer.secret_string.map(Secret::new))
    }

    async fn described(&self, name: &str) -> Result<Described, AwsError> {
        let answer = self.0.describe_secret().secret_id(name).send().await;
        let answer = answer.map_err(|error| AwsError::of("secretsmanager:DescribeSecret", object(name), error))?;
        let labelled = labelled(&answer);
        Ok(Described {
            arn: answer.arn.unwrap_or_else(|| name.to_owned()),
            deleted: answer.deleted_date.is_some(),
            deletion: answer.deleted_date.map(|date| date.as_nanos().to_string()),
            managed_by: answer.owning_service,
            kms_key: answer.kms_key_id,
            primary_region: answer.primary_region,
            rotation: RotationFacts {
                enabled: answer.rotation_enabled.unwrap_or_default(),
                function: answer.rotation_lambda_arn,
                schedule: answer.rotation_rules.and_then(schedule),
            },
            labelled,
            tags: answer.tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
        })
    }

    async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<(String, Option<Secret>)>, AwsError> {
        let call = self.0.get_secret_value().secret_id(name).set_version_id(version.map(str::to_owned));
        match call.send().await.map_err(|error| AwsError::of("secretsmanager:GetSecretValue", object(name), error)) {
            Ok(answer) => {
                Ok(Some((answer.arn.unwrap_or_else(|| name.to_owned()), answer.secret_string.map(Secret::new))))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn labelled(answer: &DescribeSecretOutput) -> Vec<Version> {
    versions(answer.version_ids_to_stages().into_iter().flatten())
}

fn versions<'a>(stages: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> Vec<Version> {
    let version = |(id, labels): (&String, &Vec<String>)| Version {
        id: id.clone(),
        labels: labels.iter().cloned().collect::<BTreeSet<_>>(),
        created_at: None,
        last_accessed: None,
    };
    let mut versions: Vec<_> = stages.map(version).collect();
    versions.sort_by(|a, b| a.id.cmp(&b.id));
    versions
}

fn listed(entry: SecretListEntry) -> Listed {
    let labelled = versions(entry.secret_versions_to_stages().into_iter().flatten());
    let arn = entry.arn.unwrap_or_default();
    Listed {
        name: entry.name.unwrap_or_else(|| arn.clone()),
        arn,
        description: entry.description.filter(|text| !text.is_empty()),
        created_at: moment(entry.created_date),
        changed_at: moment(entry.last_changed_date),
        rotated_at: moment(entry.last_rotated_date),
        rotates_at: moment(entry.next_rotation_date),
        accessed_at: moment(entry.last_accessed_date),
        deletion_at: moment(entry.deleted_date),
        managed_by: entry.owning_service,
        kms_key: entry.kms_key_id,
        rotation: RotationFacts {
            enabled: entry.rotation_enabled.unwrap_or_default(),
            function: entry.rotation_lambda_arn,
            schedule: entry.rotation_rules.and_then(schedule),
        },
        labelled,
        tags: entry.tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
    }
}

/// To the millisecond, as AWS dates versions: two of one second have an order, too.
fn precise(at: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_millisecond(at?.to_millis().ok()?).ok()
}

fn moment(at: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

fn schedule(rules: RotationRulesType) -> Option<String> {
    let days = rules.automatically_after_days.map(|days| format!("rate({days} days)"));
    rules.schedule_expression.or(days)
}
