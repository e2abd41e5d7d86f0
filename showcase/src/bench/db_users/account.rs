//! A Secrets Manager in memory, which remembers: what one run stores, the next one finds.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::bench::responder::{Account, Asked};

const CALLER: &str = "111122223333";

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Secrets(Mutex<BTreeMap<String, Stored>>);

#[derive(Debug, Clone)]
struct Stored {
    version: String,
    value: String,
}

impl Secrets {
    /// Puts a secret there by hand.
    pub(super) fn put(&self, name: &str, value: &Value) {
        let stored = Stored { version: "made-by-hand".to_owned(), value: value.to_string() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), stored);
    }
}

impl Account for Secrets {
    fn answer(&self, asked: &Asked) -> Option<String> {
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = asked.text("SecretId");
        let found = secrets.get(name);
        let missing = || json!({"__type": "ResourceNotFoundException", "Message": "there is none"});
        let value = match asked.action.as_str() {
            "GetCallerIdentity" => return Some(caller()),
            "DescribeSecret" => found.map_or_else(missing, |stored| {
                json!({"ARN": arn(name), "Name": name, "VersionIdsToStages": {&stored.version: ["AWSCURRENT"]}})
            }),
            "GetSecretValue" => found.map_or_else(missing, |stored| {
                json!({"ARN": arn(name), "Name": name, "VersionId": stored.version, "SecretString": stored.value})
            }),
            "CreateSecret" => {
                let name = asked.text("Name");
                let (version, value) = (asked.text("ClientRequestToken"), asked.text("SecretString"));
                let stored = Stored { version: version.to_owned(), value: value.to_owned() };
                secrets.insert(name.to_owned(), stored);
                json!({"ARN": arn(name), "Name": name, "VersionId": version})
            }
            _ => return None,
        };
        Some(value.to_string())
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:us-east-1:{CALLER}:secret:{name}")
}

fn caller() -> String {
    format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{CALLER}:role/bench</Arn>\
         <UserId>AIDABENCH</UserId><Account>{CALLER}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}
