//! What a secret holds: the JSON that `credential_process` of the AWS configuration file reads as it is, with a few fields
//! beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use crate::jobs::key_rotation::policy::Store;
use crate::secret::Secret;

/// The value of one version, made of a minted key.
#[derive(Debug)]
pub struct Value<'a> {
    /// The key's id.
    pub key: &'a str,
    /// Its secret half.
    pub secret: &'a Secret,
    /// Whose.
    pub user: &'a str,
    /// Of which account.
    pub account: &'a str,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The key it replaces.
    pub previous: Option<&'a str>,
}

/// What a new secret holds before the first key is proven.
pub const PLACEHOLDER: &str = r#"{"Message":"nightshift has not stored a key here yet"}"#;

impl Value<'_> {
    /// The text to be stored.
    pub fn text(&self, store: &Store) -> Secret {
        let secret = self.secret.expose();
        let value = if store.legacy_shape {
            json!({"AccessKey": self.key, "SecretAccessKey": secret})
        } else {
            let mut value = json!({
                "Version": 1,
                "AccessKeyId": self.key,
                "SecretAccessKey": secret,
                "UserName": self.user,
                "Account": self.account,
                "CreatedAt": self.created_at,
                "PreviousAccessKeyId": self.previous,
            });
            if !store.smtp_regions.is_empty() {
                let passwords = store.smtp_regions.iter().map(|region| (region.clone(), smtp(secret, region).into()));
                value["SmtpPasswords"] = serde_json::Value::Object(passwords.collect());
            }
            value
        };
        Secret::new(value.to_string())
    }
}

/// The key's two halves out of a stored value of either shape.
pub fn halves(text: &Secret) -> Option<(String, Secret)> {
    let value: serde_json::Value = serde_json::from_str(text.expose()).ok()?;
    let id = value["AccessKeyId"].as_str().or_else(|| value["AccessKey"].as_str())?;
    Some((id.to_owned(), Secret::new(value["SecretAccessKey"].as_str()?.to_owned())))
}

/// The SMTP password of Amazon SES for a key, which is another in each Region (Amazon SES Developer Guide, "Obtaining Amazon SES
/// SMTP credentials by converting existing AWS credentials").
fn smtp(secret: &str, region: &str) -> String {
    const VERSION: u8 = 4;
    let mut key = format!("AWS4{secret}").into_bytes();
    for message in ["11111111", region, "ses", "aws4_request", "SendRawEmail"] {
        // A key of any length will do for an HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
        mac.update(message.as_bytes());
        key = mac.finalize().into_bytes().to_vec();
    }
    key.insert(0, VERSION);
    STANDARD.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Settings};
    use crate::jobs::key_rotation::Policy;

    fn text(variables: &[(&str, &str)]) -> Secret {
        let environment: Environment = variables.iter().copied().collect();
        let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let secret = Secret::new("some+secret+key".to_owned());
        let created_at = Some("2026-11-21T02:00:00Z".parse().unwrap());
        let value = Value {
            key: "AKIANEW",
            secret: &secret,
            user: "ana",
            account: "111122223333",
            created_at,
            previous: Some("AKIAOLD"),
        };
        value.text(&policy.store)
    }

    #[test]
    fn the_value_is_what_credential_process_reads() {
        insta::assert_snapshot!(text(&[]).expose(), @r#"{"AccessKeyId":"AKIANEW","Account":"111122223333","CreatedAt":"2026-11-21T02:00:00Z","PreviousAccessKeyId":"AKIAOLD","SecretAccessKey":"some+secret+key","UserName":"ana","Version":1}"#);
        insta::assert_snapshot!(text(&[("NIGHTSHIFT_SECRET_SHAPE", "legacy")]).expose(), @r#"{"AccessKey":"AKIANEW","SecretAccessKey":"some+secret+key"}"#);
    }

    #[test]
    fn an_smtp_password_is_the_documented_one_in_each_region() {
        // The vector of the Terraform AWS provider's own test.
        assert_eq!(smtp("some+secret+key", "eu-central-1"), "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2");
        let stored: serde_json::Value =
            serde_json::from_str(text(&[("NIGHTSHIFT_SMTP_REGIONS", "eu-central-1,eu-west-1")]).expose()).unwrap();
        assert_eq!(stored["SmtpPasswords"]["eu-central-1"], "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2");
        assert_eq!(stored["SmtpPasswords"].as_object().map(serde_json::Map::len), Some(2));
    }

    #[test]
    fn both_shapes_are_read_back_and_a_placeholder_is_no_key() {
        for shape in ["standard", "legacy"] {
            let (id, secret) = halves(&text(&[("NIGHTSHIFT_SECRET_SHAPE", shape)])).unwrap();
            assert_eq!((id.as_str(), secret.expose()), ("AKIANEW", "some+secret+key"));
        }
        assert!(halves(&Secret::new(PLACEHOLDER.to_owned())).is_none());
    }
}
