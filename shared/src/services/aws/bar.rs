//! What keeps a whole account or Region from being asked, whatever our own roles allow: said by AWS in codes and words that
//! each service shares.

use super::error::{AwsError, Kind};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// A policy of the organisation denies it: a service or resource control policy.
    Organization,
    /// The account has not turned the Region on.
    RegionOff,
}

/// "Access denied error message examples" of the IAM User Guide: an explicit denial, and one for want of a policy that allows it.
const OF_ORGANIZATION: [&str; 4] = [
    "explicit deny in a service control policy",
    "explicit deny in a resource control policy",
    "no service control policy allows",
    "no resource control policy allows",
];
/// What services say to a session whose Region they are not on in. They say the same of credentials that are no good at all: of a
/// session that STS has just answered to, it is the Region.
const OF_REGION: [&str; 5] =
    ["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "OptInRequired", "RegionDisabledException"];

impl Bar {
    /// The next step for a person.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::Organization => {
                "take the Region or the account out of what is looked at, or change the service control policy that denies it"
            }
            Self::RegionOff => "take the Region out of the list, or turn it on in the account",
        }
    }
}

impl AwsError {
    /// What bars the way, if something does. Of a session that is known to be good.
    pub fn bar(&self) -> Option<Bar> {
        if self.code().is_some_and(|code| OF_REGION.contains(&code)) {
            return Some(Bar::RegionOff);
        }
        let said = self.said();
        let denied = self.kind == Kind::Denied && OF_ORGANIZATION.iter().any(|words| said.contains(words));
        denied.then_some(Bar::Organization)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::aws::wire::Wire;

    /// What an SDK makes of an answer with this code and message.
    async fn answered(code: &str, message: &str) -> AwsError {
        let wire = Wire::of(&[(400, json!({ "__type": code, "message": message }))]).await;
        let answer = wire.aws.secrets("x").describe_secret().secret_id("x").send().await;
        AwsError::of("secretsmanager:DescribeSecret", "x", answer.unwrap_err())
    }

    #[tokio::test]
    async fn what_the_organisation_denies_and_a_region_that_is_off_are_told_from_a_role_that_may_not() {
        let user =
            "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: rds:DescribeDBClusters";
        for (code, message, bar) in [
            (
                "AccessDenied",
                format!("{user} with an explicit deny in a service control policy"),
                Some(Bar::Organization),
            ),
            (
                "AccessDeniedException",
                format!(
                    "{user} with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p"
                ),
                Some(Bar::Organization),
            ),
            (
                "AccessDenied",
                format!("{user} because no service control policy allows the rds:DescribeDBClusters action"),
                Some(Bar::Organization),
            ),
            ("AccessDenied", format!("{user} with an explicit deny in an identity-based policy"), None),
            ("AccessDenied", format!("{user} because no identity-based policy allows the action"), None),
            ("NotFound", "x with an explicit deny in a service control policy".to_owned(), None),
            (
                "InvalidClientTokenId",
                "The security token included in the request is invalid".to_owned(),
                Some(Bar::RegionOff),
            ),
            ("OptInRequired", "The AWS Access Key Id needs a subscription".to_owned(), Some(Bar::RegionOff)),
            ("ExpiredToken", "The security token included in the request is expired".to_owned(), None),
        ] {
            assert_eq!(answered(code, &message).await.bar(), bar, "{code}: {message}");
        }
    }
}
