//! A Slack incoming webhook. Its URL is a secret: it lies in Secrets Manager, is held in a type that prints as nothing,
//! and stands in no error.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::Permit;
use super::aws::web::{WebClient, WebFault};
use super::aws::{Aws, AwsError};
use crate::clock;
use crate::report::{Reason, codes};

/// Attempts for one message. Slack's limit is about one message a second for a webhook.
const ATTEMPTS: u32 = 3;
/// Slack asks for a second or a few; more than this is not worth a function's time.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a message did not reach Slack.
#[derive(Debug, thiserror::Error)]
pub enum SlackFault {
    /// The secret could not be read.
    #[error("the webhook's URL could not be read")]
    Secret(#[source] AwsError),
    /// What it holds is no URL.
    #[error("the secret {id} holds no https URL, neither by itself nor as \"url\" of a JSON object")]
    NotAUrl {
        /// The secret.
        id: String,
    },
    /// Slack said no.
    #[error("Slack answered {status}: {said}")]
    Refused {
        /// Of HTTP.
        status: u16,
        /// Its own words.
        said: String,
    },
    /// No answer.
    #[error("Slack could not be reached")]
    NoAnswer(#[source] WebFault),
    /// No answer in time.
    #[error("Slack took longer than {} s", .0.as_secs())]
    Slow(Duration),
}

impl SlackFault {
    /// As the report says it.
    pub fn reason(&self) -> Reason {
        let fix = match self {
            Self::Secret(error) => error.fix(),
            Self::NotAUrl { .. } => "store the URL of the incoming webhook in it".to_owned(),
            // Slack's reference, "Sending messages using incoming webhooks": the webhook was revoked or its channel is gone.
            Self::Refused { status: 403 | 404 | 410, .. } => {
                "make a new webhook in Slack and store its URL in the secret".to_owned()
            }
            Self::Refused { .. } => "the message above is Slack's own".to_owned(),
            Self::NoAnswer(_) | Self::Slow(_) => "check that the function may reach hooks.slack.com".to_owned(),
        };
        Reason::new(&codes::NOT_SENT, crate::text::chain(self), fix)
    }
}

/// Where messages go.
///
/// ```compile_fail,E0061
/// # async fn without_leave(webhook: &nightshift::services::slack::Webhook, message: &serde_json::Value) {
/// webhook.post(message).await;
/// # }
/// ```
#[derive(Debug)]
pub struct Webhook {
    url: SecretString,
    client: WebClient,
}

impl Webhook {
    /// Reads the URL from the secret `id`.
    pub async fn open(aws: &Aws, id: &str) -> Result<Self, SlackFault> {
        let answer = aws.secrets(id).get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|error| {
            SlackFault::Secret(AwsError::of("secretsmanager:GetSecretValue", format!("secret {id}"), error))
        })?;
        let value = SecretString::from(answer.secret_string.unwrap_or_default());
        let url = url_of(value.expose_secret())
            .filter(|url| url.starts_with("https://") || aws.is_stand_in())
            .ok_or_else(|| SlackFault::NotAUrl { id: id.to_owned() })?;
        Ok(Self { url: url.into(), client: WebClient::new(aws.roots()).map_err(SlackFault::NoAnswer)? })
    }

    /// Posts `message`; waits as long as Slack asks, if that is not long. The caller says how long in all.
    pub async fn post(&self, _leave: &Permit, message: &Value) -> Result<(), SlackFault> {
        let mut attempt = 1;
        loop {
            let (fault, pause) = match self.client.post_json(self.url.expose_secret(), message.to_string()).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
                Ok(answer) => {
                    let again = answer.status == 429 || answer.status >= 500;
                    let pause = again.then(|| Duration::from_secs(answer.retry_after.unwrap_or(1)));
                    (SlackFault::Refused { status: answer.status, said: answer.said() }, pause)
                }
                // It may have been posted: twice is better than never.
                Err(fault) => (SlackFault::NoAnswer(fault), Some(Duration::from_secs(1))),
            };
            let pause = pause.filter(|pause| *pause <= LONGEST_PAUSE);
            match pause {
                Some(pause) if attempt < ATTEMPTS => clock::sleep(pause).await,
                _ => return Err(fault),
            }
            attempt += 1;
        }
    }
}

/// The URL itself, or a JSON object with it under `url`.
fn url_of(value: &str) -> Option<String> {
    let value = value.trim();
    if value.starts_with('{') {
        return serde_json::from_str::<Value>(value).ok()?.get("url")?.as_str().map(str::to_owned);
    }
    value.starts_with("http").then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_url_or_a_json_object_with_it() {
        assert_eq!(url_of(" https://hooks.example.com/x\n").as_deref(), Some("https://hooks.example.com/x"));
        assert_eq!(url_of(r#"{"url": "https://hooks.example.com/x"}"#).as_deref(), Some("https://hooks.example.com/x"));
        for value in ["", "{", r#"{"link": "https://x"}"#, "hooks.example.com"] {
            assert_eq!(url_of(value), None, "{value}");
        }
    }
}
