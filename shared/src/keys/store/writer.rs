//! Writes, and the one reading of a value: of a version that is not proven yet, to prove it.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::types::{ReplicaRegionType, Tag};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::value::{self, PLACEHOLDER};
use crate::aws::AwsError;
use crate::keys::model::{CURRENT, PENDING};
use crate::keys::tags;
use crate::secret::Secret;

/// The label of the version that holds no key.
const EMPTY: &str = "NIGHTSHIFTEMPTY";

/// Secrets Manager in one region, for an applying run.
#[derive(Debug, Clone)]
pub struct StoreWriter {
    client: Client,
}

/// A secret to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewSecret<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whose it will be.
    pub user: &'a str,
    /// Its id, written on the secret for ever.
    pub user_id: &'a str,
    /// The version id of the placeholder.
    pub placeholder: &'a str,
    /// A customer's own key.
    pub kms_key: Option<&'a str>,
    /// Where else it is kept.
    pub replicas: &'a [String],
}

impl StoreWriter {
    /// Over a client of the region secrets are kept in.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Makes a secret that holds no key, with its mark in the same call.
    pub async fn create(&self, new: NewSecret<'_>) -> Result<(), AwsError> {
        let replica = |region: &String| ReplicaRegionType::builder().region(region).build();
        let replicas: Vec<_> = new.replicas.iter().map(replica).collect();
        let call = self
            .client
            .create_secret()
            .name(new.name)
            .description(format!("Access key of IAM user {}, rotated by nightshift", new.user))
            .client_request_token(new.placeholder)
            .secret_string(PLACEHOLDER)
            .set_kms_key_id(new.kms_key.map(str::to_owned))
            .set_add_replica_regions(if replicas.is_empty() { None } else { Some(replicas) })
            .tags(Tag::builder().key(tags::USER_ID).value(new.user_id).build());
        done(call.send().await, "secretsmanager:CreateSecret", new.name)
    }

    /// Takes a secret back that is on its way out.
    pub async fn restore(&self, name: &str) -> Result<(), AwsError> {
        done(self.client.restore_secret().secret_id(name).send().await, "secretsmanager:RestoreSecret", name)
    }

    /// Says who may read it.
    pub async fn set_policy(&self, name: &str, document: &serde_json::Value) -> Result<(), AwsError> {
        let call = self
            .client
            .put_resource_policy()
            .secret_id(name)
            .resource_policy(document.to_string())
            .block_public_policy(true);
        done(call.send().await, "secretsmanager:PutResourcePolicy", name)
    }

    /// Writes the value that is no key: nothing changes where it is there already, and that it can be written is shown.
    pub async fn prove_writable(&self, name: &str, placeholder: &str) -> Result<(), AwsError> {
        let text = Secret::new(PLACEHOLDER.to_owned());
        self.put(name, placeholder, &text, EMPTY).await
    }

    /// Stores `text` as a version that is not handed out yet. The same again changes nothing.
    pub async fn put_pending(&self, name: &str, version: &str, text: &Secret) -> Result<(), AwsError> {
        self.put(name, version, text, PENDING).await
    }

    async fn put(&self, name: &str, version: &str, text: &Secret, label: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .put_secret_value()
            .secret_id(name)
            .client_request_token(version)
            .secret_string(text.expose())
            .version_stages(label);
        done(call.send().await, "secretsmanager:PutSecretValue", name)
    }

    /// The key of a version that is not proven yet.
    pub async fn pending(&self, name: &str, version: &str) -> Result<Option<(String, Secret)>, AwsError> {
        let call = self.client.get_secret_value().secret_id(name).version_id(version).version_stage(PENDING);
        let answer = call.send().await;
        let answer = answer.map_err(|error| AwsError::of("secretsmanager:GetSecretValue", object(name), error))?;
        Ok(answer.secret_string.and_then(|text| value::halves(&Secret::new(text))))
    }

    /// Hands `version` out instead of `from`.
    pub async fn make_current(&self, name: &str, version: &str, from: Option<&str>) -> Result<(), AwsError> {
        let call = self.client.update_secret_version_stage().secret_id(name).version_stage(CURRENT);
        let call = call.move_to_version_id(version).set_remove_from_version_id(from.map(str::to_owned));
        done(call.send().await, "secretsmanager:UpdateSecretVersionStage", name)
    }

    /// Says that `version` is proven, or that there is nothing left to prove.
    pub async fn drop_pending(&self, name: &str, version: &str) -> Result<(), AwsError> {
        let call = self.client.update_secret_version_stage().secret_id(name).version_stage(PENDING);
        let call = call.remove_from_version_id(version);
        done(call.send().await, "secretsmanager:UpdateSecretVersionStage", name)
    }
}

fn done<T, E>(answer: Result<T, SdkError<E>>, action: &'static str, name: &str) -> Result<(), AwsError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    answer.map(|_| ()).map_err(|error| AwsError::of(action, object(name), error))
}

fn object(name: &str) -> String {
    format!("secret {name}")
}
