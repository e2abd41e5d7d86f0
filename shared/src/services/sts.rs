//! STS: whose a key is. A key that can ask this works; no permission is needed for it, and none can deny it.

use aws_sdk_sts::Client;

use super::aws::AwsError;

/// Whose a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Twelve digits.
    pub account: String,
    /// The id of the user.
    pub user_id: String,
}

/// Whose key `client` uses; `whom` names it in an error.
pub async fn owner(client: &Client, whom: &str) -> Result<Owner, AwsError> {
    const ACTION: &str = "sts:GetCallerIdentity";
    let answer = client.get_caller_identity().send().await;
    let answer = answer.map_err(|error| AwsError::of(ACTION, whom, error))?;
    match (answer.account, answer.user_id) {
        (Some(account), Some(user_id)) => Ok(Owner { account, user_id }),
        _ => Err(AwsError::empty(ACTION, whom, "Account or UserId")),
    }
}
