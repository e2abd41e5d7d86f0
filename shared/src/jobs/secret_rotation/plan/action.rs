//! The steps there are, each with all that carrying it out takes and no password, and what is left alone.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;

use super::Place;
use crate::domains::databases::{PasswordPolicy, Statement, Strategy};
use crate::report::{Outcome, Reason};
use crate::run::caps::Counted;
use crate::run::plan::{Act, Details, Leave, Subject};
use crate::services::secrets::{CURRENT, PENDING};
use crate::services::sql::Engine;
use crate::text::printable;

/// What is done about the secret. There is at most one in a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    /// The secret, as the event names it.
    pub secret: String,
    /// What is done.
    #[serde(flatten)]
    pub what: What,
}

/// See [`Action`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum What {
    /// `createSecret`: store a new password as the coming one.
    Store(NewValue),
    /// `setSecret`: let the server have it.
    Set(SetPassword),
    /// `finishSecret`: hand it out.
    HandOut {
        /// The version.
        version: String,
        /// The one it takes the place of.
        from: String,
        /// The version that somebody wrote meanwhile, and that says what is to be kept: the one it takes the place of.
        #[serde(skip_serializing_if = "Option::is_none")]
        edit: Option<String>,
        /// What is not as somebody might think.
        #[serde(skip)]
        note: Option<Reason>,
    },
    /// `finishSecret`, again: take the label that says it is coming from what is handed out.
    Tidy {
        /// The version.
        version: String,
        /// As in [`What::HandOut`].
        #[serde(skip_serializing_if = "Option::is_none")]
        edit: Option<String>,
    },
    /// `finishSecret`, again: keep what somebody wrote meanwhile.
    Keep {
        /// The version that is handed out.
        version: String,
        /// As in [`What::HandOut`].
        edit: String,
    },
    /// The coming version is no more: somebody wrote the current one anew.
    LetGo {
        /// The version.
        version: String,
        /// Why.
        #[serde(skip)]
        why: Reason,
    },
}

/// See [`What::Store`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewValue {
    /// The version it becomes.
    pub version: String,
    /// The version whose other keys it keeps.
    pub from: String,
    /// Whose password it is.
    pub user: String,
    /// How it is made.
    #[serde(skip)]
    pub passwords: PasswordPolicy,
}

/// See [`What::Set`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetPassword {
    /// The version whose password the server gets.
    pub version: String,
    /// Whose password it is.
    pub user: String,
    /// Where.
    pub engine: Engine,
    /// As whom this is done, in words.
    pub by: String,
    /// The version whose password is the one to go back to first, and what does that.
    pub former: Option<(String, Statement)>,
    /// What is run, in this order.
    pub statements: Vec<Statement>,
    /// What is not as it was asked for.
    #[serde(skip)]
    pub note: Option<Reason>,
}

/// The secret, left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// As the event names it.
    pub secret: String,
    /// How that counts.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What a rotation would come to, where that was asked.
    pub would: Option<Rehearsal>,
}

/// What the next rotation would do, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// How.
    pub strategy: Strategy,
    /// What says so.
    pub why: &'static str,
    /// Step by step.
    pub steps: Vec<String>,
    /// What is not as somebody might think.
    pub notes: Vec<Reason>,
}

impl Subject<Place> for Action {
    fn id(&self) -> Cow<'_, str> {
        (&self.secret).into()
    }

    fn region<'a>(&'a self, place: &'a Place) -> &'a str {
        &place.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, place: &Place, _: Outcome) -> Details {
        details(place)
    }
}

impl Act<Place> for Action {
    fn steps(&self) -> Vec<String> {
        match &self.what {
            What::Store(NewValue { version, user, .. }) => {
                vec![format!("store a new password of {} as version {version}, {PENDING}", printable(user))]
            }
            What::Set(SetPassword { by, former, statements, .. }) => {
                let former = former.iter().map(|(_, statement)| statement);
                former.chain(statements).map(|statement| format!("{by}: {statement}")).collect()
            }
            What::HandOut { version, from, edit, .. } => {
                let moved = format!("move {CURRENT} from version {from} to {version}");
                let kept = edit.iter().map(|edit| kept(version, edit));
                [moved, tidied(version)].into_iter().chain(kept).collect()
            }
            What::Tidy { version, edit } => {
                [tidied(version)].into_iter().chain(edit.iter().map(|edit| kept(version, edit))).collect()
            }
            What::Keep { version, edit } => vec![kept(version, edit)],
            What::LetGo { version, .. } => vec![tidied(version)],
        }
    }

    /// Secrets Manager asks for each by its own name.
    fn capped(&self) -> Option<Counted> {
        None
    }
}

impl Subject<Place> for Left {
    fn id(&self) -> Cow<'_, str> {
        (&self.secret).into()
    }

    fn region<'a>(&'a self, place: &'a Place) -> &'a str {
        &place.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, place: &Place, _: Outcome) -> Details {
        let mut details = details(place);
        if let (Some(would), Some(own)) = (&self.would, details.get_mut("rotation")) {
            own["strategy"] = json!(would.strategy);
            own["why"] = json!(would.why);
            own["steps"] = json!(would.steps);
            own["notes"] = json!(would.notes);
        }
        details
    }
}

impl Leave<Place> for Left {
    fn outcome(&self) -> Outcome {
        self.outcome
    }

    fn reason(&self) -> Option<Reason> {
        Some(self.reason.clone())
    }
}

fn tidied(version: &str) -> String {
    format!("take {PENDING} from version {version}")
}

fn kept(version: &str, edit: &str) -> String {
    format!("write what version {edit} says with the password of {version}, {CURRENT}")
}

fn details(place: &Place) -> Details {
    [("rotation".into(), json!({"secret": place.secret, "step": place.step}))].into()
}
