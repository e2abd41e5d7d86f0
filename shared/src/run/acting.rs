//! In whose name a caller acts: the owner the policy says, or the name that AWS itself vouches for. What it is a matter of,
//! every job that lets people work on their own things decides by this one answer.

use crate::domains::clusters::person::{Owners, SSO_PATH};
use crate::services::aws::{Aws, AwsError, Principal};
use crate::services::iam::IamReader;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acting {
    /// This owner's.
    For(String),
    /// Nobody's, and why.
    ForNobody(String),
    /// Nobody could say: what AWS answered.
    Unknown(String),
}

impl Acting {
    /// In whose name `arn` acts. `role_id` is that of the session, where it is known: a role that was made anew under the same
    /// name is another.
    pub async fn of(aws: &Aws, owners: &Owners, arn: &str, role_id: Option<&str>) -> Self {
        match named(aws, owners, arn, role_id).await {
            Ok(Some(owner)) => Self::For(owner),
            Ok(None) => Self::ForNobody(
                "its name is one that its caller chose; only an IAM user and a session of IAM Identity Center have a name of their own"
                    .to_owned(),
            ),
            Err(error) => Self::Unknown(format!("{}: {}", error.action, error.said())),
        }
    }
}

async fn named(aws: &Aws, owners: &Owners, arn: &str, role_id: Option<&str>) -> Result<Option<String>, AwsError> {
    if let Some(owner) = owners.of(arn) {
        return Ok(Some(owner.to_owned()));
    }
    let principal = Principal::of(arn);
    let is_sso = match principal.doubtful_role() {
        None => false,
        Some(role) => IamReader::new(aws)
            .role(role)
            .await?
            .is_some_and(|(path, id)| path.starts_with(SSO_PATH) && role_id.is_none_or(|session| session == id)),
    };
    Ok(principal.person(is_sso).map(str::to_owned))
}
