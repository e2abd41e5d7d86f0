//! The writing calls. Made in apply alone.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::{ReplicaRegionType, RotationRulesType, Tag};

use super::{CURRENT, PENDING, object};
use crate::secret::Secret;
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, done};

/// Secrets Manager in one Region, for an applying run.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::secrets::SecretsWriter::new(aws, "eu-west-1");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SecretsWriter<'p> {
    client: Client,
    _leave: &'p Permit,
}

/// A secret to be made. Its first version carries `AWSCURRENT`.
#[derive(Debug, Clone, Copy)]
pub struct NewSecret<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says it is for.
    pub description: &'a str,
    /// The first value.
    pub value: &'a Secret,
    /// The id of the first version.
    pub version: &'a str,
    /// A customer's own key.
    pub kms_key: Option<&'a str>,
    /// Where else it is kept.
    pub replicas: &'a [String],
    /// Its one tag, set in the same call.
    pub tag: (&'a str, &'a str),
}

impl<'p> SecretsWriter<'p> {
    /// In `region`, where the secrets are, with leave to write.
    pub fn new(aws: &Aws, region: &str, leave: &'p Permit) -> Self {
        Self { client: aws.secrets_in(region), _leave: leave }
    }

    /// Makes a secret.
    pub async fn create(&self, new: NewSecret<'_>) -> Result<(), AwsError> {
        let replica = |region: &String| ReplicaRegionType::builder().region(region).build();
        let replicas: Vec<_> = new.replicas.iter().map(replica).collect();
        let (key, value) = new.tag;
        let call = self
            .client
            .create_secret()
            .name(new.name)
            .description(new.description)
            .client_request_token(new.version)
            .secret_string(new.value.expose())
            .set_kms_key_id(new.kms_key.map(str::to_owned))
            .set_add_replica_regions(if replicas.is_empty() { None } else { Some(replicas) })
            .tags(Tag::builder().key(key).value(value).build());
        done(call.send().await, "secretsmanager:CreateSecret", object(new.name))
    }

    /// Takes a secret back that is on its way out.
    pub async fn restore(&self, name: &str) -> Result<(), AwsError> {
        done(self.client.restore_secret().secret_id(name).send().await, "secretsmanager:RestoreSecret", object(name))
    }

    /// Says who may read it.
    pub async fn set_policy(&self, name: &str, document: &serde_json::Value) -> Result<(), AwsError> {
        let call = self.client.put_resource_policy().secret_id(name).resource_policy(document.to_string());
        done(call.block_public_policy(true).send().await, "secretsmanager:PutResourcePolicy", object(name))
    }

    /// Stores `value` as a version that is not handed out yet. The same again changes nothing.
    pub async fn stage(&self, name: &str, version: &str, value: &Secret) -> Result<(), AwsError> {
        self.put(name, version, value, PENDING).await
    }

    /// Stores `value` as a version with `label` in a rotation: `on_behalf` is what Secrets Manager said to write it with.
    pub async fn put_for(
        &self,
        name: &str,
        version: &str,
        value: &Secret,
        label: &str,
        on_behalf: Option<&Secret>,
    ) -> Result<(), AwsError> {
        let call = self.client.put_secret_value().secret_id(name).client_request_token(version);
        let call = call.secret_string(value.expose()).version_stages(label);
        let call = call.set_rotation_token(on_behalf.map(|token| token.expose().to_owned()));
        done(call.send().await, "secretsmanager:PutSecretValue", object(name))
    }

    /// Stores `value` as a version with `label`. The same again changes nothing.
    pub async fn put(&self, name: &str, version: &str, value: &Secret, label: &str) -> Result<(), AwsError> {
        let call = self.client.put_secret_value().secret_id(name).client_request_token(version);
        let call = call.secret_string(value.expose()).version_stages(label);
        done(call.send().await, "secretsmanager:PutSecretValue", object(name))
    }

    /// Hands `version` out instead of `from`.
    pub async fn promote(&self, name: &str, version: &str, from: Option<&str>) -> Result<(), AwsError> {
        let call = self.client.update_secret_version_stage().secret_id(name).version_stage(CURRENT);
        let call = call.move_to_version_id(version).set_remove_from_version_id(from.map(str::to_owned));
        done(call.send().await, "secretsmanager:UpdateSecretVersionStage", object(name))
    }

    /// Says that `version` is proven, or that there is nothing left to prove.
    pub async fn drop_pending(&self, name: &str, version: &str) -> Result<(), AwsError> {
        let call = self.client.update_secret_version_stage().secret_id(name).version_stage(PENDING);
        let call = call.remove_from_version_id(version);
        done(call.send().await, "secretsmanager:UpdateSecretVersionStage", object(name))
    }

    /// Encrypts what it holds with another key.
    pub async fn encrypt_with(&self, name: &str, key: &str) -> Result<(), AwsError> {
        let answer = self.client.update_secret().secret_id(name).kms_key_id(key).send().await;
        done(answer, "secretsmanager:UpdateSecret", object(name))
    }

    /// Has its tag `key` say `value`.
    pub async fn tag(&self, name: &str, key: &str, value: &str) -> Result<(), AwsError> {
        let tag = Tag::builder().key(key).value(value).build();
        let answer = self.client.tag_resource().secret_id(name).tags(tag).send().await;
        done(answer, "secretsmanager:TagResource", object(name))
    }

    /// Takes its tag `key` away.
    pub async fn untag(&self, name: &str, key: &str) -> Result<(), AwsError> {
        let answer = self.client.untag_resource().secret_id(name).tag_keys(key).send().await;
        done(answer, "secretsmanager:UntagResource", object(name))
    }

    /// Has it rotated from now on.
    pub async fn rotate(&self, name: &str, function: &str, schedule: &str, immediately: bool) -> Result<(), AwsError> {
        let rules = RotationRulesType::builder().schedule_expression(schedule).build();
        let call = self.client.rotate_secret().secret_id(name).rotation_lambda_arn(function).rotation_rules(rules);
        let answer = call.rotate_immediately(immediately).send().await;
        done(answer, "secretsmanager:RotateSecret", object(name))
    }

    /// Ends its rotation.
    pub async fn cancel_rotation(&self, name: &str) -> Result<(), AwsError> {
        let answer = self.client.cancel_rotate_secret().secret_id(name).send().await;
        done(answer, "secretsmanager:CancelRotateSecret", object(name))
    }

    /// Destroys it: nobody gets it back. One that is not there is as good.
    pub async fn destroy(&self, name: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_secret().secret_id(name).force_delete_without_recovery(true).send().await;
        match done(answer, "secretsmanager:DeleteSecret", object(name)) {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer,
        }
    }

    /// Deletes it; it can be had back for `days`.
    pub async fn delete(&self, name: &str, days: i64) -> Result<(), AwsError> {
        let answer = self.client.delete_secret().secret_id(name).recovery_window_in_days(days).send().await;
        done(answer, "secretsmanager:DeleteSecret", object(name))
    }
}
