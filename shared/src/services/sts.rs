//! STS: whose a key is, and roles in other accounts. A key that can ask whose it is works; no permission is needed for that,
//! and none can deny it.

mod member;

use aws_sdk_sts::Client;

use super::aws::{Aws, AwsError};
use crate::secret::Secret;

pub use member::{Member, nameable};

/// Whose a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Twelve digits.
    pub account: String,
    /// The id of the user.
    pub user_id: String,
}

/// Somebody's key, in use.
#[derive(Debug, Clone)]
pub struct Bearer(Client);

impl Bearer {
    /// With the key `id` and its secret half.
    pub fn new(aws: &Aws, id: &str, secret: &Secret) -> Self {
        Self(aws.sts_as(id, secret))
    }

    /// Whose key it is; `whom` names it in an error.
    pub async fn owner(&self, whom: &str) -> Result<Owner, AwsError> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let answer = self.0.get_caller_identity().send().await;
        let answer = answer.map_err(|error| AwsError::of(ACTION, whom, error))?;
        match (answer.account, answer.user_id) {
            (Some(account), Some(user_id)) => Ok(Owner { account, user_id }),
            _ => Err(AwsError::empty(ACTION, whom, "Account or UserId")),
        }
    }
}
