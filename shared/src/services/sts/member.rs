//! A role in another account: its session, for as long as somebody uses it. The credentials stay in here; the SDK asks for new
//! ones when these are about to end.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{self, ProvideCredentials};
use aws_sdk_sts::Client;

use crate::services::aws::{Aws, AwsError, partition_of};

/// Longer than a function runs, with what two clocks may be apart; no longer, because a session cannot be taken back.
const LONGEST: Duration = Duration::from_mins(20);
const ACTION: &str = "sts:AssumeRole";

/// A role in another account, and as who one comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Twelve digits.
    pub account: String,
    /// The role's name, with its path.
    pub role: String,
    /// What the role asks of whoever comes.
    pub external_id: Option<String>,
    /// How the account's own log calls the session.
    pub session: String,
    /// What stays on everything the session does, whatever roles it goes on to: the execution that it is for.
    pub source: String,
}

impl Member {
    /// Takes the role: the way to AWS as it. By STS of this process's Region.
    pub async fn enter(self, home: &Aws) -> Result<Aws, AwsError> {
        let partition = partition_of(home.region().unwrap_or_default());
        let arn = format!("arn:{partition}:iam::{}:role/{}", self.account, self.role);
        let session = Session { client: home.sts(), member: self, arn, first: Mutex::default() };
        let first = session.take().await?;
        *session.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(first);
        Ok(home.with_session(session))
    }
}

/// What of `text` the name of a session or a source may have: letters, digits and `_+=,.@-`, from two to 64.
pub fn nameable(text: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let name: String = text.chars().map(|c| if is_allowed(c) { c } else { '-' }).take(64).collect();
    format!("{name:-<2}")
}

/// Gives the SDK the credentials of the role, and new ones when those are about to end.
struct Session {
    client: Client,
    member: Member,
    arn: String,
    first: Mutex<Option<Credentials>>,
}

/// Nothing in it is anybody's to see.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.arn).finish()
    }
}

impl Session {
    async fn take(&self) -> Result<Credentials, AwsError> {
        let Member { external_id, session, source, .. } = &self.member;
        let seconds = i32::try_from(LONGEST.as_secs()).unwrap_or(900);
        let call = self.client.assume_role().role_arn(&self.arn).role_session_name(session).source_identity(source);
        let answer = call.set_external_id(external_id.clone()).duration_seconds(seconds).send().await;
        let answer = answer.map_err(|error| AwsError::of(ACTION, &self.arn, error))?;
        let given = answer.credentials.ok_or_else(|| AwsError::empty(ACTION, &self.arn, "Credentials"))?;
        let ends = SystemTime::try_from(given.expiration).ok();
        Ok(Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), ends, "member"))
    }
}

impl ProvideCredentials for Session {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        Provided::new(async move {
            let taken: provider::Result = match first {
                Some(first) => Ok(first),
                None => self.take().await.map_err(CredentialsError::provider_error),
            };
            taken
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_sts_takes() {
        for (text, name) in [
            ("2026-11-21_night", "2026-11-21_night"),
            ("a b/ü", "a-b--"),
            ("x", "x-"),
            ("", "--"),
            (&"n".repeat(80), &"n".repeat(64)),
        ] {
            assert_eq!(nameable(text), name);
        }
    }
}
