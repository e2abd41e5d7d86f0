//! The other side: signing the request, with a person's own credentials, for one function.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SignatureLocation, SigningSettings};
use aws_sigv4::sign::v4;
use jiff::Timestamp;

use super::{HEADER, LONGEST};
use crate::secret::Secret;
use crate::services::aws::Aws;

/// What is asked: who signed this.
const QUESTION: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignFault {
    /// There is nothing to sign with.
    #[error("there are no AWS credentials to sign with; sign in, or name a profile")]
    NoCredentials(#[source] Option<aws_credential_types::provider::error::CredentialsError>),
    /// It could not be signed.
    #[error("the request that says who asks could not be signed")]
    Unsignable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A request that says who holds this process's credentials, for the function named `function` in `region` and for fifteen
/// minutes from `now`.
pub async fn sign(aws: &Aws, region: &str, function: &str, now: Timestamp) -> Result<Secret, SignFault> {
    sign_by(aws.sdk_config(), region, function, now).await
}

async fn sign_by(config: &SdkConfig, region: &str, function: &str, now: Timestamp) -> Result<Secret, SignFault> {
    let provider = config.credentials_provider().ok_or(SignFault::NoCredentials(None))?;
    let credentials = provider.provide_credentials().await.map_err(|error| SignFault::NoCredentials(Some(error)))?;
    let unsignable = |error: Box<dyn std::error::Error + Send + Sync>| SignFault::Unsignable(error);
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(LONGEST.unsigned_abs().as_secs()));
    let identity = credentials.into();
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(UNIX_EPOCH + Duration::from_secs(seconds))
        .settings(settings)
        .build()
        .map_err(|error| unsignable(error.into()))?
        .into();
    let url = format!("{}/?{QUESTION}", super::endpoint_in(config, region));
    let headers = std::iter::once((HEADER, function));
    let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[]));
    let signed = http_request::sign(request.map_err(|error| unsignable(error.into()))?, &params);
    let (instructions, _) = signed.map_err(|error| unsignable(error.into()))?.into_parts();
    let mut query = QUESTION.to_owned();
    for (name, value) in instructions.params() {
        let _ = write!(query, "&{name}={}", escaped(value));
    }
    Ok(Secret::new(query))
}

/// As `SigV4` wants it: everything but letters, digits and `-_.~`.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, b| {
        if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
            escaped.push(char::from(b));
        } else {
            let _ = write!(escaped, "%{b:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::stated::check;

    #[tokio::test]
    async fn what_is_signed_here_is_taken_there() {
        let credentials =
            aws_credential_types::Credentials::new("AKIAEXAMPLE", "secret/+", Some("token/+=".to_owned()), None, "t");
        let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
        let config = SdkConfig::builder().credentials_provider(provider).build();
        let now = "2026-11-21T02:00:00Z".parse().unwrap();
        let query = sign_by(&config, "eu-west-1", "cluster-clone", now).await.unwrap();
        let query = query.expose();
        assert_eq!(check(query, now), Ok(query));
        assert!(
            query.contains("X-Amz-Security-Token=token%2F%2B%3D") && query.contains("X-Amz-Expires=900"),
            "{query}"
        );
        assert!(query.contains("%2Feu-west-1%2Fsts%2Faws4_request") && !query.contains("secret"), "{query}");
        let other = sign_by(&config, "eu-west-1", "another", now).await.unwrap();
        assert_ne!(query, other.expose(), "the name of the function is signed");
        let none = sign_by(&SdkConfig::builder().build(), "eu-west-1", "f", now).await.unwrap_err();
        assert!(none.to_string().contains("no AWS credentials"), "{none}");
    }
}
