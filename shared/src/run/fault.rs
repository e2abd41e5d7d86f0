//! Why a run could not take place at all, or did not do the one thing its event asked for. A single bad item of a schedule's
//! run is neither: it stands in the report, so that Lambda does not repeat the whole batch for it.

use crate::config::ConfigFaults;
use crate::services::aws::AwsError;

use super::ceiling::AboveCeiling;

/// An event that cannot be taken as it stands: every fault at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event is refused and nothing was done: {}", .0.join("; "))]
pub struct EventFault(pub(super) Vec<String>);

impl EventFault {
    /// A single fault.
    pub fn one(fault: impl Into<String>) -> Self {
        Self(vec![fault.into()])
    }

    /// Several.
    pub fn all(faults: impl IntoIterator<Item = String>) -> Self {
        Self(faults.into_iter().collect())
    }
}

/// The run did not happen, could not see anything to decide on, or owes its caller what it was invoked for.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The environment variables are not a policy. Kept from start and answered to every invocation.
    #[error(transparent)]
    Config(#[from] ConfigFaults),
    /// The event is not one this function takes.
    #[error(transparent)]
    Event(#[from] EventFault),
    /// The event asked for more than the function may do.
    #[error(transparent)]
    Ceiling(#[from] AboveCeiling),
    /// A clock set by hand, where that could delete the wrong thing.
    #[error(
        "NIGHTSHIFT_NOW is set and this run would apply against AWS itself: a clock set by hand is accepted only in plan \
         mode or against a stand-in (AWS_ENDPOINT_URL); unset NIGHTSHIFT_NOW"
    )]
    ClockSetByHand,
    /// A clock that is wrong, or that nobody can say is right.
    #[error("{problem}, so nothing was done: {fix}")]
    Clock {
        /// What it says, and what AWS's says.
        problem: String,
        /// The next step.
        fix: &'static str,
    },
    /// Nothing could be read.
    #[error("nothing could be observed, so nothing was done: {attempt}")]
    Observe {
        /// What was to be read.
        attempt: String,
        /// What AWS, or the way to it, said.
        #[source]
        source: AwsError,
    },
    /// The server a run is about could not be spoken to.
    #[error("nothing could be observed, so nothing was done: {attempt}; {fix}")]
    Server {
        /// What was tried.
        attempt: String,
        /// The next step.
        fix: &'static str,
        /// What the server, or the way to it, said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// These are the credentials of another account than the one that was meant.
    #[error(
        "the credentials are of account {found} and {meant} was meant, so nothing was read or done; see which account the \
         role belongs to"
    )]
    OtherAccount {
        /// Twelve digits.
        meant: String,
        /// As STS says.
        found: String,
    },
    /// What was asked for cannot be done as things stand.
    #[error("{0}")]
    Refused(String),
    /// The one step that somebody called for was not done.
    #[error("{said}")]
    Step {
        /// Its reason, as one word.
        kind: String,
        /// Why, and what to do about it.
        said: String,
    },
    /// The run took place and its report is on record; what must not be left undone was not done.
    #[error("{0}")]
    NotCarriedOut(String),
}

impl RunFault {
    /// What becomes of an answer that ended a reading: `attempt` says what was to be read, as `listing the users`.
    pub fn observing(attempt: impl Into<String>) -> impl FnOnce(AwsError) -> Self {
        let attempt = attempt.into();
        move |source| Self::Observe { attempt, source }
    }

    /// What a person reads: the whole chain, and the next step where the chain does not say it.
    pub fn said(&self) -> String {
        let said = crate::text::chain(self);
        match self {
            Self::Observe { source, .. } => format!("{said}; {}", source.fix()),
            _ => said,
        }
    }

    /// The fixed name alarms match on.
    pub fn error_type(&self) -> &str {
        match self {
            Self::Config(_) | Self::ClockSetByHand | Self::Clock { .. } => "ConfigurationFault",
            Self::Event(_) => "EventRefused",
            Self::Ceiling(_) => "ModeRefused",
            Self::Observe { .. } | Self::Server { .. } => "ObservationFailed",
            Self::OtherAccount { .. } => "OtherAccount",
            Self::Refused(_) => "Refused",
            Self::Step { kind, .. } => kind,
            Self::NotCarriedOut(_) => "NotCarriedOut",
        }
    }
}
