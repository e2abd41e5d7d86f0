//! The writing calls of Secrets Manager. Made in apply alone.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{RotationRulesType, Tag};

use super::{CURRENT, OWNER_TAG, PENDING};
use crate::aws::AwsError;
use crate::secret::Secret;

/// Writes the secrets of one Region.
#[derive(Debug, Clone)]
pub struct SecretsWriter(Client);

/// A tag's value holds letters, digits, space and a few marks: the user's name as far as it goes.
pub(super) fn tag_value(user: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    user.chars().map(|c| if fits(c) { c } else { '_' }).collect()
}

impl SecretsWriter {
    /// Writes by `client`.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// Makes the secret of `user`; its first version is the current one.
    pub async fn create(
        &self,
        name: &str,
        user: &str,
        value: &Secret,
        token: &str,
        kms_key: Option<&str>,
    ) -> Result<(), AwsError> {
        let tag = Tag::builder().key(OWNER_TAG).value(tag_value(user)).build();
        let call = self.0.create_secret().name(name).secret_string(value.expose()).client_request_token(token);
        let call = call.set_kms_key_id(kms_key.map(str::to_owned)).tags(tag);
        let made = call.description("A database user's login, kept by Nightshift.").send().await;
        made.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:CreateSecret", name, error))
    }

    /// Takes it out of its deletion window.
    pub async fn restore(&self, name: &str) -> Result<(), AwsError> {
        let done = self.0.restore_secret().secret_id(name).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:RestoreSecret", name, error))
    }

    /// Writes a version that is coming.
    pub async fn stage(&self, name: &str, value: &Secret, token: &str) -> Result<(), AwsError> {
        let call = self.0.put_secret_value().secret_id(name).secret_string(value.expose()).client_request_token(token);
        let done = call.version_stages(PENDING).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:PutSecretValue", name, error))
    }

    /// Makes `version` the current one in the place of `from`.
    pub async fn promote(&self, name: &str, version: &str, from: Option<&str>) -> Result<(), AwsError> {
        let call = self.0.update_secret_version_stage().secret_id(name).version_stage(CURRENT);
        let call = call.move_to_version_id(version).set_remove_from_version_id(from.map(str::to_owned));
        let done = call.send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:UpdateSecretVersionStage", name, error))
    }

    /// Says of `version` that it is not coming.
    pub async fn drop_pending(&self, name: &str, version: &str) -> Result<(), AwsError> {
        let call = self.0.update_secret_version_stage().secret_id(name).version_stage(PENDING);
        let done = call.remove_from_version_id(version).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:UpdateSecretVersionStage", name, error))
    }

    /// Encrypts what it holds with another key.
    pub async fn encrypt_with(&self, name: &str, key: &str) -> Result<(), AwsError> {
        let done = self.0.update_secret().secret_id(name).kms_key_id(key).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:UpdateSecret", name, error))
    }

    /// Has it rotated from now on.
    pub async fn rotate(&self, name: &str, function: &str, schedule: &str, immediately: bool) -> Result<(), AwsError> {
        let rules = RotationRulesType::builder().schedule_expression(schedule).build();
        let call = self.0.rotate_secret().secret_id(name).rotation_lambda_arn(function).rotation_rules(rules);
        let done = call.rotate_immediately(immediately).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:RotateSecret", name, error))
    }

    /// Ends its rotation.
    pub async fn cancel_rotation(&self, name: &str) -> Result<(), AwsError> {
        let done = self.0.cancel_rotate_secret().secret_id(name).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:CancelRotateSecret", name, error))
    }

    /// Deletes it; it can be had back for `days`.
    pub async fn delete(&self, name: &str, days: i64) -> Result<(), AwsError> {
        let done = self.0.delete_secret().secret_id(name).recovery_window_in_days(days).send().await;
        done.map(|_| ()).map_err(|error| AwsError::of("secretsmanager:DeleteSecret", name, error))
    }
}
