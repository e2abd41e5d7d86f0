//! What a report has of each step and of each user left alone. Reports are mailed and logged: whole ids of keys stand only
//! in their own fields.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Action, InScope, Leak, Left, Rotate, Rule, Standing, Step, Why};
use crate::domains::keys::naming::masked;
use crate::domains::keys::tags::KeyNotice;
use crate::jobs::key_rotation::caps::{DEACTIVATIONS, DELETIONS, ROTATIONS};
use crate::report::{Outcome, Reason};
use crate::run::caps::Counted;
use crate::run::plan::{Act, Details, Leave, Subject};

/// IAM has no region.
const GLOBAL: &str = "global";

impl Action {
    /// How its leaked keys stand once it ended so.
    fn leak(&self, outcome: Outcome) -> Option<Leak> {
        self.leaks.then_some(match outcome {
            Outcome::Changed | Outcome::AlreadyRight => Leak::Off,
            _ => Leak::Open,
        })
    }
}

impl Subject<InScope> for Action {
    fn id(&self) -> Cow<'_, str> {
        (&self.user).into()
    }

    fn region<'a>(&'a self, _: &'a InScope) -> &'a str {
        GLOBAL
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn details(&self, _: &InScope, outcome: Outcome) -> Details {
        details(self.rule, &self.facts, self.leak(outcome), sign(self.suspected, outcome.is_right()))
    }

    fn settled(&self, outcome: Outcome) -> Outcome {
        settled(outcome, self.leak(outcome))
    }
}

impl Act<InScope> for Action {
    fn steps(&self) -> Vec<String> {
        self.step.words().iter().map(|step| masked(step)).collect()
    }

    fn capped(&self) -> Option<Counted> {
        match &self.step {
            Step::Rotate(_) => Some(ROTATIONS),
            Step::Deactivate { .. } => Some(DEACTIVATIONS),
            Step::Delete { .. } => Some(DELETIONS),
            _ => None,
        }
    }

    /// Of a rotation: proving and handing out the key that was stored. Of what is switched off or deleted: to write it down and say so. A key that was
    /// made and not stored is another matter, because to delete it was nobody's word.
    fn is_left_of(&self, agreed: &Value) -> bool {
        if agreed["user"] != self.user.as_str() || agreed["user_id"] != self.user_id.as_str() {
            return false;
        }
        let agreed = &agreed["step"];
        match (agreed["do"].as_str(), &self.step) {
            (
                Some("rotate"),
                Step::Resume { replaces, .. } | Step::Tell { kind: KeyNotice::Rotated, other: replaces, .. },
            ) => agreed["replaces"] == json!(replaces),
            (Some("deactivate"), Step::NoteOff { key, .. } | Step::Tell { kind: KeyNotice::Deactivated, key, .. })
            | (Some("delete"), Step::Tell { kind: KeyNotice::Deleted, key, .. }) => agreed["key"] == key.as_str(),
            _ => false,
        }
    }

    fn counted_as(&self) -> Cow<'_, str> {
        match &self.step {
            Step::Rotate(Rotate { replaces: Some(key), .. })
            | Step::Deactivate { key, .. }
            | Step::Delete { key, .. } => key.into(),
            _ => self.id(),
        }
    }
}

impl Subject<InScope> for Left {
    fn id(&self) -> Cow<'_, str> {
        masked(&self.user).into()
    }

    fn region<'a>(&'a self, _: &'a InScope) -> &'a str {
        GLOBAL
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn details(&self, _: &InScope, _: Outcome) -> Details {
        let (leak, told) = (self.leak, matches!(self.why, Why::Suspected { .. }));
        match (&self.facts, &self.why) {
            (Some((rule, facts)), _) => details(*rule, facts, leak, sign(self.suspected, told)),
            (None, Why::NoSuchKey { key, .. } | Why::NobodysKey { key, .. }) => {
                [(Cow::Borrowed("keys"), json!({ "access_key_id": key, "leak": leak }))].into()
            }
            (None, _) => leak.map(|leak| (Cow::Borrowed("keys"), json!({ "leak": leak }))).into_iter().collect(),
        }
    }

    fn settled(&self, outcome: Outcome) -> Outcome {
        settled(outcome, self.leak)
    }
}

impl Leave<InScope> for Left {
    fn outcome(&self) -> Outcome {
        self.why.outcome()
    }

    fn reason(&self) -> Option<Reason> {
        Some(without_ids(self.why.reason()))
    }
}

/// Whether people heard of a sign that is about this user, if one is.
fn sign(is_suspected: bool, told: bool) -> Option<Leak> {
    is_suspected.then_some(if told { Leak::Off } else { Leak::Open })
}

/// What a leak needs and does not get is nobody's choice to leave: it failed.
fn settled(outcome: Outcome, leak: Option<Leak>) -> Outcome {
    match (leak, outcome) {
        (Some(Leak::Open), Outcome::Skipped | Outcome::Deferred) => Outcome::Failed,
        _ => outcome,
    }
}

/// The same reason with no whole id in it.
pub(in crate::jobs::key_rotation) fn without_ids(reason: Reason) -> Reason {
    Reason { message: masked(&reason.message), fix: reason.fix.as_deref().map(masked), ..reason }
}

/// What this domain adds to an item, under its own key.
fn details(rule: Rule, facts: &Standing, leak: Option<Leak>, sign: Option<Leak>) -> Details {
    let mut value = json!({ "rule": rule, "access_keys": facts.keys, "next": facts.next });
    if let Some(leak) = leak {
        value["leak"] = json!(leak);
    }
    if let Some(sign) = sign {
        value["sign"] = json!(sign);
    }
    [(Cow::Borrowed("keys"), value)].into()
}
