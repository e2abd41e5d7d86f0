//! The reading calls of Secrets Manager.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;

use super::{CURRENT, OWNER_TAG, PENDING};
use crate::aws::AwsError;
use crate::dbusers::model::RotationFacts;
use crate::secret::Secret;

/// Reads the secrets of one Region.
#[derive(Debug, Clone)]
pub struct SecretsReader(Client);

/// What `DescribeSecret` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// `ARN`.
    pub arn: String,
    /// It has a `DeletedDate`.
    pub deleted: bool,
    /// `OwningService`.
    pub managed_by: Option<String>,
    /// `KmsKeyId`.
    pub kms_key: Option<String>,
    /// How it is rotated.
    pub rotation: RotationFacts,
    /// The version with `AWSCURRENT`.
    pub current: Option<String>,
    /// The version with `AWSPENDING`, if it is another one.
    pub pending: Option<String>,
    /// The current version carries `AWSPENDING`, too.
    pub lingering: bool,
    /// `Tags`.
    pub tags: BTreeMap<String, String>,
}

impl Described {
    /// Whether this job made it, for `user`.
    pub fn is_of(&self, user: &str) -> bool {
        self.tags.get(OWNER_TAG).is_some_and(|tag| *tag == super::writer::tag_value(user))
    }
}

impl SecretsReader {
    /// Reads by `client`.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// The secret, if there is one of this name or ARN.
    pub async fn describe(&self, name: &str) -> Result<Option<Described>, AwsError> {
        let answer = self.0.describe_secret().secret_id(name).send().await;
        let answer = match answer.map_err(|error| AwsError::of("secretsmanager:DescribeSecret", name, error)) {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let versions = answer.version_ids_to_stages.unwrap_or_default();
        let with = |stage: &str| {
            let mut ids: Vec<_> = versions
                .iter()
                .filter(|(_, stages)| stages.iter().any(|found| found == stage))
                .map(|(id, _)| id)
                .collect();
            ids.sort();
            ids.first().map(|id| (*id).clone())
        };
        let current = with(CURRENT);
        let rules = answer.rotation_rules;
        let schedule = rules.and_then(|rules| {
            let days = rules.automatically_after_days.map(|days| format!("rate({days} days)"));
            rules.schedule_expression.or(days)
        });
        Ok(Some(Described {
            arn: answer.arn.unwrap_or_else(|| name.to_owned()),
            deleted: answer.deleted_date.is_some(),
            managed_by: answer.owning_service,
            kms_key: answer.kms_key_id,
            rotation: RotationFacts {
                enabled: answer.rotation_enabled.unwrap_or_default(),
                function: answer.rotation_lambda_arn,
                schedule,
            },
            lingering: current.is_some() && with(PENDING) == current,
            pending: with(PENDING).filter(|id| Some(id) != current.as_ref()),
            current,
            tags: answer.tags.unwrap_or_default().into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
        }))
    }

    /// What a version holds. `None` where there is no such version.
    pub async fn value(&self, name: &str, version: &str) -> Result<Option<Secret>, AwsError> {
        Ok(self.get(name, Some(version)).await?.and_then(|(_, value)| value))
    }

    /// The `ARN` of a secret, and what its current version holds; `None` where there is no such secret.
    pub async fn current(&self, name: &str) -> Result<Option<(String, Option<Secret>)>, AwsError> {
        self.get(name, None).await
    }

    async fn get(&self, name: &str, version: Option<&str>) -> Result<Option<(String, Option<Secret>)>, AwsError> {
        let call = self.0.get_secret_value().secret_id(name).set_version_id(version.map(str::to_owned));
        match call.send().await.map_err(|error| AwsError::of("secretsmanager:GetSecretValue", name, error)) {
            Ok(answer) => {
                Ok(Some((answer.arn.unwrap_or_else(|| name.to_owned()), answer.secret_string.map(Secret::new))))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
