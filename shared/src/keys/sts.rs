//! STS: whose a key is. A key that can ask this works; no permission is needed for it, and none can deny it.

use aws_sdk_sts::Client;

use crate::aws::AwsError;

/// Who a caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The id of the user, or of the role and its session.
    pub user_id: String,
    /// Its ARN.
    pub arn: String,
}

/// Who `client` is; `whom` names it in an error.
pub async fn identity(client: &Client, whom: &str) -> Result<Identity, AwsError> {
    const ACTION: &str = "sts:GetCallerIdentity";
    let answer = client.get_caller_identity().send().await;
    let answer = answer.map_err(|error| AwsError::of(ACTION, whom, error))?;
    match (answer.account, answer.user_id, answer.arn) {
        (Some(account), Some(user_id), Some(arn)) => Ok(Identity { account, user_id, arn }),
        _ => Err(AwsError::empty(ACTION, whom, "Account, UserId or Arn")),
    }
}
