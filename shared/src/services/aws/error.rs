//! What AWS said no with. Sorted by the status first: 500 and above is no answer, whatever the code says. Then by the code
//! on the wire, not by the shape's name in the model: `DBInstanceNotFound` and `SnapshotQuotaExceeded` lack the suffix
//! their shapes have, and some codes are in no model at all.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::unanswered::{Block, block_of, unanswered};

/// What kind of no it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The object is not there: success, where gone was the goal.
    NotFound,
    /// The name is taken: success, where being there was the goal.
    Exists,
    /// Too many calls; the SDK's own retries were not enough.
    Throttled,
    /// The role may not.
    Denied,
    /// The object is not in a state that allows it now.
    BadState,
    /// A limit of the account.
    Quota,
    /// The service does not know the call: an older stand-in, or a region without the feature.
    UnknownCall,
    /// No answer, none that could be read, or a fault of the service's own (status 500 and above): it may have been
    /// carried out or not.
    NoAnswer,
    /// Anything else.
    Other,
}

/// One call that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{action} on {object} did not succeed")]
pub struct AwsError {
    /// As IAM names it, such as `rds:DeleteDBCluster`.
    pub action: &'static str,
    /// What it was about.
    pub object: String,
    /// See [`Kind`].
    pub kind: Kind,
    /// What kept an answer from coming, where that is known. Beside the kind, where there is room for it.
    block: Option<Block>,
    #[source]
    cause: Cause,
}

/// The answer, or why there was none.
#[derive(Debug, thiserror::Error)]
#[error("{}", match code { Some(code) => format!("{code}: {message}"), None => message.clone() })]
struct Cause {
    code: Option<String>,
    message: String,
}

impl AwsError {
    /// From what an SDK client returned for `action` on `object`. The answer itself has to be there, for its status.
    #[expect(clippy::needless_pass_by_value, reason = "the end of the SDK's error, in every map_err")]
    pub fn of<E>(action: &'static str, object: impl Into<String>, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let (kind, code, message) = match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().map(str::to_owned);
                let kind = kind_of(service.raw().status().as_u16(), code.as_deref());
                let message =
                    service.err().message().map_or_else(|| "the answer was not one of AWS's".to_owned(), str::to_owned);
                (kind, code, message)
            }
            SdkError::ConstructionFailure(_) => (Kind::Other, None, unanswered(&error)),
            _ => (Kind::NoAnswer, None, unanswered(&error)),
        };
        let block = matches!(error, SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_));
        let block = if block { block_of(&error) } else { None };
        let cause = Cause { code, message: crate::text::one_line(&message) };
        Self { action, object: object.into(), kind, block, cause }
    }

    /// An answer without the one field that was asked for.
    pub fn empty(action: &'static str, object: impl Into<String>, field: &str) -> Self {
        let cause = Cause { code: None, message: format!("the answer has no {field}") };
        Self { action, object: object.into(), kind: Kind::NoAnswer, block: None, cause }
    }

    /// The code on the wire, where there was one.
    pub fn code(&self) -> Option<&str> {
        self.cause.code.as_deref()
    }

    /// What AWS said, code first.
    pub fn said(&self) -> String {
        self.cause.to_string()
    }

    /// The object is not there.
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    /// This endpoint has no such call, whatever status it says so with. Only of reading: what a call that writes came to,
    /// its kind says.
    pub fn is_unknown_call(&self) -> bool {
        self.kind == Kind::UnknownCall || self.code().is_some_and(|code| UNKNOWN_CALL.contains(&code))
    }

    /// There were no credentials to sign it with.
    pub fn is_about_credentials(&self) -> bool {
        self.block == Some(Block::Credentials)
    }

    /// There was nobody to send it to.
    pub fn is_unreachable(&self) -> bool {
        self.block == Some(Block::Unreachable)
    }

    /// It may have been carried out, for all anybody knows.
    pub fn may_have_happened(&self) -> bool {
        self.kind == Kind::NoAnswer
    }

    /// The same call may succeed in a while, with nobody doing anything about it.
    pub fn may_pass(&self) -> bool {
        matches!(self.kind, Kind::BadState | Kind::Throttled | Kind::NoAnswer)
    }

    /// Nothing is known about the outcome, or the object was in another state: worth looking again.
    pub fn is_worth_another_look(&self) -> bool {
        matches!(self.kind, Kind::NoAnswer | Kind::BadState | Kind::Exists)
    }

    /// The next step for a person.
    pub fn fix(&self) -> String {
        // Another service refused on this one's behalf, and its name stands in the words alone.
        if self.said().contains("KMS") && matches!(self.kind, Kind::Denied | Kind::Other | Kind::BadState) {
            return "let the role use the KMS key (kms:GenerateDataKey and kms:Decrypt, in its policy and the key's), and see \
                    that the key is enabled"
                .to_owned();
        }
        if let Some((_, fix)) =
            CREDENTIALS.iter().find(|(codes, _)| self.code().is_some_and(|code| codes.contains(&code)))
        {
            return (*fix).to_owned();
        }
        match self.kind {
            Kind::Denied => {
                let right = right_in(&self.cause.message).unwrap_or(self.action);
                format!("allow {right} on it in the role's policy, or the service control policies above it")
            }
            Kind::Throttled => {
                "AWS throttles this account's calls of this kind, whoever makes them: the next run goes on; lower NIGHTSHIFT_CONCURRENCY if it stays"
                    .to_owned()
            }
            Kind::Quota => "raise the quota in Service Quotas, or remove what is no longer needed".to_owned(),
            Kind::BadState => {
                "the next run tries again; if it stays, look at the object's status and events".to_owned()
            }
            Kind::NoAnswer => {
                "the next run looks again and goes on from there; check the network path to AWS if it stays".to_owned()
            }
            Kind::UnknownCall => "this endpoint does not know the call; use a region or stand-in that does".to_owned(),
            Kind::NotFound | Kind::Exists | Kind::Other => {
                "the message above is AWS's own; the next run tries again".to_owned()
            }
        }
    }
}

/// The right that AWS says is missing: often another one than that of the call. A list, where a key is not there; a tag, where something is made.
fn right_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("is not authorized to perform: ")?;
    let right = rest.split_whitespace().next()?;
    let (service, action) = right.split_once(':')?;
    let is_service =
        !service.is_empty() && service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (is_service && !action.is_empty() && action.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(right)
}

/// What AWS says of credentials that are no good, whatever they are allowed.
const CREDENTIALS: [(&[&str], &str); 4] = [
    (
        &["ExpiredToken", "ExpiredTokenException", "RequestExpired"],
        "the session of these credentials is over: sign in again, or get new session credentials and set all three of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
    ),
    (
        &["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"],
        "AWS does not know this access key (deleted, mistyped, or of another partition), or its session token is missing: `aws configure list` says where it comes from",
    ),
    (
        &["SignatureDoesNotMatch"],
        "the secret access key is not the one of this access key id: copy it anew; `aws configure list` says where it comes from",
    ),
    (&["OptInRequired"], "turn the service or the Region on for this account"),
];

/// What becomes of a call whose answer holds nothing that is needed.
pub fn done<T, E>(
    answer: Result<T, SdkError<E, HttpResponse>>,
    action: &'static str,
    object: impl Into<String>,
) -> Result<(), AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    answer.map(|_| ()).map_err(|error| AwsError::of(action, object, error))
}

/// A refusal is one only if the service was able to refuse: a status of 500 says that something broke, before the call was
/// carried out or after it, and so does the code of a request that was given up waiting for.
fn kind_of(status: u16, code: Option<&str>) -> Kind {
    match code {
        // Not Implemented: nothing was there that could break.
        Some(_) if status == 501 => Kind::UnknownCall,
        Some(code) if status < 500 => kind_of_refusal(code),
        _ => Kind::NoAnswer,
    }
}

fn kind_of_refusal(code: &str) -> Kind {
    match code {
        "Throttling"
        | "ProvisionedThroughputExceededException"
        | "Throttled"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "BandwidthLimitExceeded" => Kind::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "NotAuthorized"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "OptInRequired"
        | "AuthFailure" => Kind::Denied,
        _ if UNKNOWN_CALL.contains(&code) => Kind::UnknownCall,
        _ if ends(code, "NotFound")
            || code == "NoSuchEntity"
            || code == "NoSuchBucket"
            || code == "ResourceNotFoundException" =>
        {
            Kind::NotFound
        }
        _ if ends(code, "AlreadyExists") || code == "EntityAlreadyExists" || code == "ResourceExistsException" => {
            Kind::Exists
        }
        _ if ends(code, "QuotaExceeded") || ends(code, "LimitExceeded") || code == "LimitExceededException" => {
            Kind::Quota
        }
        "EntityTemporarilyUnmodifiable" | "ConcurrentModification" | "ConcurrentModificationException" => {
            Kind::BadState
        }
        _ if code.starts_with("Invalid") && (ends(code, "State") || code.contains("State")) => Kind::BadState,
        "InternalFailure"
        | "InternalServerError"
        | "InternalError"
        | "InternalServiceError"
        | "ServiceFailure"
        | "ServiceUnavailable"
        | "RequestTimeout"
        | "RequestTimeoutException" => Kind::NoAnswer,
        _ => Kind::Other,
    }
}

/// The codes for an action that an endpoint does not know.
pub(super) const UNKNOWN_CALL: [&str; 5] =
    ["InvalidAction", "UnknownOperationException", "UnknownAction", "InvalidOperation", "NotImplemented"];

/// The same name with and without the suffix RDS gives some of its codes.
fn ends(code: &str, name: &str) -> bool {
    code.strip_suffix("Fault").unwrap_or(code).ends_with(name)
}

#[cfg(test)]
mod tests;
