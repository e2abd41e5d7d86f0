//! Why a part of a run through an organisation did not do what it was called for. What is the matter with one account is no
//! fault: it stands in the answer, so that the others go on.

use jiff::Timestamp;

use crate::config::ConfigFaults;
use crate::domains::fleet::NoChoice;
use crate::run::{AboveCeiling, RunFault, fault::EventFault};
use crate::services::aws::AwsError;
use crate::text::{chain, printable};

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum FleetFault {
    /// As any run has it.
    #[error(transparent)]
    Run(#[from] RunFault),
    /// Another run is under way.
    #[error(
        "another run of this fleet is under way, {}, since {since}: nothing was begun; wait for its end, or stop it",
        printable(name)
    )]
    Busy {
        /// The name of the execution.
        name: String,
        /// When it was started.
        since: Timestamp,
    },
    /// Another run was stopped, and its workers may not have ended.
    #[error(
        "workers of execution {}, which was stopped, may be at work until {until:.0}: nothing was begun; start this run after that",
        printable(name)
    )]
    GoesOn {
        /// The name of the execution.
        name: String,
        /// When the last of them has ended.
        until: Timestamp,
    },
    /// The selection is of another organisation.
    #[error("no account was chosen and nothing was begun; correct the selection (nightshift fleet accounts shows it)")]
    NoChoice(#[from] NoChoice),
    /// What a later part needs could not be left in the bucket.
    #[error("{attempt} did not come about, and the run goes no further")]
    NotLeft {
        /// What was to be left, as `leaving the report in the run's bucket`.
        attempt: &'static str,
        /// What S3, or the way to it, said.
        #[source]
        source: AwsError,
    },
    /// What an earlier part left in the bucket is not there, or is not what it should be.
    #[error("s3://{bucket}/{key} is not what an earlier part of this run leaves there: {said}; start the run anew")]
    Record {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
        /// What is wrong with it.
        said: String,
    },
}

impl FleetFault {
    /// The fixed name that alarms, and the definition of the state machine, match on.
    pub fn error_type(&self) -> &str {
        match self {
            Self::Run(fault) => fault.error_type(),
            Self::Busy { .. } | Self::GoesOn { .. } => "FleetBusy",
            Self::NoChoice(_) => "NoChoice",
            Self::NotLeft { .. } => "RecordNotLeft",
            Self::Record { .. } => "RecordUnreadable",
        }
    }

    /// What becomes of an answer to a write into the bucket: `attempt` says what was to be left there.
    pub(super) fn leaving(attempt: &'static str) -> impl FnOnce(AwsError) -> Self {
        move |source| Self::NotLeft { attempt, source }
    }

    /// What a person reads: the whole chain with the next step.
    pub fn said(&self) -> String {
        match self {
            Self::Run(fault) => fault.said(),
            Self::NotLeft { source, .. } => format!("{}; {}", chain(self), source.fix()),
            _ => chain(self),
        }
    }
}

impl From<ConfigFaults> for FleetFault {
    fn from(faults: ConfigFaults) -> Self {
        Self::Run(faults.into())
    }
}

impl From<EventFault> for FleetFault {
    fn from(fault: EventFault) -> Self {
        Self::Run(fault.into())
    }
}

impl From<AboveCeiling> for FleetFault {
    fn from(fault: AboveCeiling) -> Self {
        Self::Run(fault.into())
    }
}
