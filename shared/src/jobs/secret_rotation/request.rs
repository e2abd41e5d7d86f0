//! What Secrets Manager asks for: one step for one version of a secret.

use serde_json::{Map, Value};

use crate::run::event::Fields;
use crate::secret::Secret;
use crate::text::printable;

/// The four steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A new password is stored.
    Create,
    /// The server gets it.
    Set,
    /// One logs in with it.
    Test,
    /// It is handed out.
    Finish,
    /// None of AWS's: what a rotation would come to is said, and nothing is done whatever the mode.
    Rehearse,
}

/// The version that a rotation would make.
const TO_COME: &str = "(to come)";

impl Step {
    /// As events spell it, then as AWS's documentation does.
    pub const SPELLINGS: [(&'static str, Self); 9] = [
        ("createSecret", Self::Create),
        ("setSecret", Self::Set),
        ("testSecret", Self::Test),
        ("finishSecret", Self::Finish),
        ("create_secret", Self::Create),
        ("set_secret", Self::Set),
        ("test_secret", Self::Test),
        ("finish_secret", Self::Finish),
        ("rehearse", Self::Rehearse),
    ];

    /// As events spell it.
    pub fn as_str(self) -> &'static str {
        Self::SPELLINGS.iter().find(|(_, step)| *step == self).map_or("", |(name, _)| name)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Request {
    /// `SecretId`: an ARN, or a name where somebody calls by hand.
    pub secret: String,
    /// Where it is.
    pub region: String,
    /// `ClientRequestToken`: the id of the version this rotation makes.
    pub token: String,
    /// `Step`.
    pub step: Step,
    /// `RotationToken`: says to Secrets Manager on whose behalf the version is written.
    pub rotation_token: Option<Secret>,
}

/// What an event of Secrets Manager has.
const KEYS: [&str; 4] = ["SecretId", "ClientRequestToken", "Step", "RotationToken"];

/// `event` without what a later version of Secrets Manager may add: it spells its keys with a capital, and a rotation is not
/// to end because there is one more. What is spelt otherwise somebody wrote by hand, and it is read with all care.
pub(super) fn without_more_of_aws(event: Value) -> Value {
    let of_aws = |key: &str| key.starts_with(|c: char| c.is_ascii_uppercase());
    match event {
        Value::Object(map) => {
            let known = map.into_iter().filter(|(key, _)| KEYS.contains(&key.as_str()) || !of_aws(key));
            Value::Object(known.collect::<Map<_, _>>())
        }
        other => other,
    }
}

impl Request {
    /// Reads it; `home` is the function's own Region.
    pub(super) fn read(fields: &mut Fields, home: Option<&str>) -> Self {
        let secret = fields.needed("SecretId");
        let step = fields.choice("Step", &Step::SPELLINGS);
        let token = if step == Some(Step::Rehearse) {
            fields.text("ClientRequestToken").unwrap_or_else(|| TO_COME.to_owned())
        } else {
            fields.needed("ClientRequestToken")
        };
        let rotation_token = fields.text("RotationToken").map(Secret::new);
        if step.is_none() {
            fields.fault::<()>("'Step' says nothing that can be done".to_owned());
        }
        let region = region_of(&secret).or(home).unwrap_or_default().to_owned();
        if region.is_empty() && !secret.is_empty() {
            fields.fault::<()>(format!("'SecretId' is '{}': name its ARN, which says its Region", printable(&secret)));
        }
        if !secret.is_empty() && home.is_some_and(|home| home != region) {
            fields.fault::<()>(format!(
                "the secret {} is in {region}, and this function rotates those of its own Region",
                printable(&secret)
            ));
        }
        Self { secret, region, token, step: step.unwrap_or(Step::Test), rotation_token }
    }
}

/// The Region of an ARN.
pub(super) fn region_of(secret: &str) -> Option<&str> {
    secret.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbCdEf";

    fn read(event: Value) -> Result<Request, String> {
        let mut fields = Fields::of(without_more_of_aws(event)).map_err(|fault| fault.to_string())?;
        let request = Request::read(&mut fields, Some("eu-west-1"));
        fields.finish().map(|()| request).map_err(|fault| fault.to_string())
    }

    #[test]
    fn both_spellings_of_a_step_are_taken_and_no_third() {
        for (name, step) in Step::SPELLINGS {
            let request = read(json!({"SecretId": ARN, "ClientRequestToken": "t", "Step": name})).unwrap();
            assert_eq!((request.step, request.region.as_str()), (step, "eu-west-1"));
        }
        for step in ["create", "CreateSecret", "createsecret", ""] {
            let said = read(json!({"SecretId": ARN, "ClientRequestToken": "t", "Step": step})).unwrap_err();
            assert!(said.contains("'Step' must be 'createSecret' or "), "{said}");
        }
    }

    #[test]
    fn what_aws_may_add_ends_no_rotation_and_what_a_person_misspelt_does() {
        let event = json!({"SecretId": ARN, "ClientRequestToken": "t", "Step": "setSecret", "RotationToken": "r"});
        let mut newer = event.clone();
        newer["RotationReason"] = json!("schedule");
        assert_eq!(read(newer).unwrap().rotation_token.unwrap().expose(), "r");
        let mut misspelt = event.clone();
        misspelt["stepp"] = json!("x");
        assert!(read(misspelt).unwrap_err().contains("stepp"));
        for key in ["SecretId", "ClientRequestToken", "Step"] {
            let mut without = event.clone();
            without.as_object_mut().unwrap().remove(key);
            let said = read(without).unwrap_err();
            assert!(said.contains(&format!("'{key}'")), "{said}");
        }
    }

    #[test]
    fn a_secret_of_another_region_is_not_this_functions() {
        let elsewhere = ARN.replace("eu-west-1", "us-east-1");
        let said = read(json!({"SecretId": elsewhere, "ClientRequestToken": "t", "Step": "setSecret"})).unwrap_err();
        assert!(said.contains("is in us-east-1, and this function rotates those of its own Region"), "{said}");
        assert_eq!(
            read(json!({"SecretId": "app", "ClientRequestToken": "t", "Step": "setSecret"})).unwrap().region,
            "eu-west-1"
        );
    }
}
