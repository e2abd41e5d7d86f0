//! A Secrets Manager in memory with one secret that was rotated a moment ago.

use serde_json::json;

use crate::bench::responder::{Account, Asked};

/// The secret.
pub(super) const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbCdEf";
/// The version that is handed out.
pub(super) const VERSION: &str = "00000000-0000-4000-8000-000000000001";

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rotated;

impl Account for Rotated {
    fn answer(&self, asked: &Asked) -> Option<String> {
        match asked.action.as_str() {
            "GetCallerIdentity" => Some(
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:role/bench</Arn>\
                 <UserId>AIDABENCH</UserId><Account>111122223333</Account></GetCallerIdentityResult>\
                 </GetCallerIdentityResponse>"
                    .to_owned(),
            ),
            "DescribeSecret" => Some(
                json!({
                    "ARN": ARN, "Name": "app", "RotationEnabled": true, "VersionIdsToStages": {VERSION: ["AWSCURRENT"]},
                })
                .to_string(),
            ),
            _ => None,
        }
    }
}
