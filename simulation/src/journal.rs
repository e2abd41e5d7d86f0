//! What happened, in order: the one thing that laws look at. It knows what AWS truly did, what a run was shown, what a person
//! could read, and what the run said of itself; and nothing of how the function decides.

use std::fmt::Write as _;

use jiff::Timestamp;
use nightshift::report::Report;

use crate::acts::Act;
use crate::dice;
use crate::history::{Fault, Kind};
use crate::iam;
use crate::rds::{Effect, Shown};
use crate::secrets::{self, SecretFace};
use crate::world::Standing;

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// Somebody did something.
    Act {
        /// What.
        act: Act,
        /// Whether it fitted.
        fits: bool,
    },
    /// A run began; runs are known by their moment.
    Began {
        /// The variables it was configured by.
        policy: Vec<(String, String)>,
        /// What it was called with.
        event: String,
    },
    /// A run called AWS.
    Call(Call),
    /// A run was shown something.
    Shown {
        /// Which run.
        run: Timestamp,
        /// What.
        shown: Shown,
    },
    /// A run changed something.
    Did {
        /// Which run.
        run: Timestamp,
        /// What.
        effect: Effect,
    },
    /// A run was shown users or keys.
    Looked {
        /// Which run.
        run: Timestamp,
        /// What.
        shown: iam::Shown,
    },
    /// A run changed something about a user.
    Iam {
        /// Which run.
        run: Timestamp,
        /// What.
        effect: iam::Effect,
        /// How the user stood before.
        before: Option<Standing>,
    },
    /// A run changed a secret, or read it.
    Secret {
        /// Which run.
        run: Timestamp,
        /// What.
        effect: secrets::Effect,
        /// The secret since.
        secret: Option<SecretFace>,
    },
    /// How every user stands when a run begins, and when it is over.
    Stands {
        /// Which run.
        run: Timestamp,
        /// All of them.
        all: Vec<Standing>,
    },
    /// Somebody can read something.
    Mail(Mail),
    /// A run wrote down that it begins something, before it did.
    Begun {
        /// Which run.
        run: Timestamp,
        /// With what.
        id: String,
    },
    /// A run is over.
    Ended {
        /// Which run.
        run: Timestamp,
        /// How.
        end: End,
    },
}

impl What {
    /// Which run it is of. What people do, and that a run begins, is of none.
    pub fn run(&self) -> Option<Timestamp> {
        match self {
            Self::Act { .. } | Self::Began { .. } => None,
            Self::Call(Call { run, .. })
            | Self::Shown { run, .. }
            | Self::Did { run, .. }
            | Self::Looked { run, .. }
            | Self::Iam { run, .. }
            | Self::Secret { run, .. }
            | Self::Stands { run, .. }
            | Self::Mail(Mail { run, .. })
            | Self::Begun { run, .. }
            | Self::Ended { run, .. } => Some(*run),
        }
    }
}

/// A call, as it left.
#[derive(Debug, Clone)]
pub struct Call {
    /// Of which run.
    pub run: Timestamp,
    /// As IAM names it.
    pub action: String,
    /// What it was about.
    pub thing: String,
    /// Which of its kind about that thing in that run.
    pub nth: u32,
    /// The code it was refused with.
    pub refused: Option<String>,
    /// What went wrong with it.
    pub fault: Option<Kind>,
}

impl Call {
    /// What went wrong, for a history.
    pub fn spelt(&self) -> Option<Fault> {
        let Self { run, action, thing, nth, fault, .. } = self.clone();
        fault.map(|kind| Fault { run, action, thing, nth, kind })
    }
}

/// A message that was handed over.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Of which run.
    pub run: Timestamp,
    /// To whom; a topic where it is one.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its words.
    pub text: String,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub enum End {
    /// With a report.
    Report(Box<Report>),
    /// With a failure.
    Fault(String),
    /// It died.
    Died,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// In order.
    pub entries: Vec<Entry>,
}

impl Journal {
    /// Adds one.
    pub fn add(&mut self, at: Timestamp, what: What) {
        self.entries.push(Entry { at, what });
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry.what, What::Call(_))).count()
    }

    /// A number that another play of the same history has, too, if everything happened alike.
    pub fn fingerprint(&self) -> u64 {
        let mut all = String::new();
        for entry in &self.entries {
            let _ = writeln!(all, "{entry:?}");
        }
        dice::key(0, &[&all])
    }

    /// What went wrong at which call.
    pub fn faults(&self) -> Vec<Fault> {
        let calls = self.entries.iter().filter_map(|entry| match &entry.what {
            What::Call(call) => call.spelt(),
            _ => None,
        });
        calls.collect()
    }
}
