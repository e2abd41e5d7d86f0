//! Writes. Each call is idempotent or says what it found instead, and none decides anything. The one that is not,
//! minting, is sent once and never again.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{StatusType, Tag};
use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;

use super::Status;
use super::convert;
use crate::secret::Secret;
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, done};

/// IAM, for an applying run.
///
/// ```compile_fail,E0061
/// # fn without_leave(aws: &nightshift::services::aws::Aws) {
/// nightshift::services::iam::IamWriter::new(aws);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct IamWriter<'p> {
    client: Client,
    _leave: &'p Permit,
}

/// A key as AWS shows it once and never again.
#[derive(Debug)]
pub struct Minted {
    /// Its id.
    pub id: String,
    /// Its secret half.
    pub secret: Secret,
    /// When it was made, by AWS's clock.
    pub created_at: Option<Timestamp>,
}

impl<'p> IamWriter<'p> {
    /// With leave to write.
    pub fn new(aws: &Aws, leave: &'p Permit) -> Self {
        Self { client: aws.iam(), _leave: leave }
    }

    /// Mints a key. The call knows no idempotency token, and a second attempt after a lost answer would mint a second key
    /// nobody holds the secret of; so there is none.
    pub async fn create_key(&self, user: &str) -> Result<Minted, AwsError> {
        const ACTION: &str = "iam:CreateAccessKey";
        let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
        let call = self.client.create_access_key().user_name(user).customize().config_override(once);
        let answer = call.send().await.map_err(|error| AwsError::of(ACTION, object(user), error))?;
        let key = answer.access_key.ok_or_else(|| AwsError::empty(ACTION, object(user), "AccessKey"))?;
        Ok(Minted {
            id: key.access_key_id,
            secret: Secret::new(key.secret_access_key),
            created_at: key.create_date.as_ref().and_then(convert::timestamp),
        })
    }

    /// Switches `key` on or off.
    pub async fn set_status(&self, user: &str, key: &str, status: Status) -> Result<(), AwsError> {
        let status = match status {
            Status::Active => StatusType::Active,
            Status::Inactive | Status::Expired => StatusType::Inactive,
        };
        let call = self.client.update_access_key().user_name(user).access_key_id(key).status(status);
        done(call.send().await, "iam:UpdateAccessKey", format!("key {key} of user {user}"))
    }

    /// Deletes `key`. Gone is what was wanted.
    pub async fn delete_key(&self, user: &str, key: &str) -> Result<(), AwsError> {
        let call = self.client.delete_access_key().user_name(user).access_key_id(key);
        match done(call.send().await, "iam:DeleteAccessKey", format!("key {key} of user {user}")) {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    /// Sets tags on `user`. None is no call: AWS does not say what it answers to that.
    pub async fn tag(&self, user: &str, tags: &[(String, String)]) -> Result<(), AwsError> {
        const ACTION: &str = "iam:TagUser";
        if tags.is_empty() {
            return Ok(());
        }
        let made: Result<Vec<_>, _> =
            tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let made = made.map_err(|_| AwsError::empty(ACTION, object(user), "tag key"))?;
        done(self.client.tag_user().user_name(user).set_tags(Some(made)).send().await, ACTION, object(user))
    }

    /// Removes tags from `user`.
    pub async fn untag(&self, user: &str, keys: &[String]) -> Result<(), AwsError> {
        if keys.is_empty() {
            return Ok(());
        }
        let call = self.client.untag_user().user_name(user).set_tag_keys(Some(keys.to_vec()));
        done(call.send().await, "iam:UntagUser", object(user))
    }
}

fn object(user: &str) -> String {
    format!("user {user}")
}
