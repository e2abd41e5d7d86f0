//! What the state machine hands to each part. It writes these events itself, so whatever is odd about one is refused.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domains::fleet::{Item, Phase};
use crate::report::{Mode, PlanDigest};
use crate::run::Payload;
use crate::run::event::{EventFault, Fields};
use crate::text::printable;

/// What a run is started with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Start {
    /// `plan` or `apply`, under the deployment's ceiling.
    pub mode: Option<Mode>,
    /// The digest of the run's plan that a person agreed to.
    pub expect_plan: Option<PlanDigest>,
    /// The execution whose failed accounts are to be gone through.
    pub redrive_of: Option<String>,
    /// The schedule started it, and nobody by hand.
    pub scheduled: bool,
}

/// The event of `list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToList {
    pub execution: String,
    pub execution_arn: String,
    pub started_at: Timestamp,
    pub input: Start,
}

/// The event of `work`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToWork {
    pub execution: String,
    pub phase: Phase,
    pub item: Item,
}

/// The event of `judge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToJudge {
    pub execution: String,
    /// The map that ended.
    pub phase: Phase,
    /// How far the run goes.
    pub mode: Mode,
    /// The digest of the run's plan that a person agreed to.
    pub expect_plan: Option<PlanDigest>,
    /// Where its accounts are.
    pub items_key: String,
    /// What the map wrote of how each ended.
    pub result: Written,
}

/// `ResultWriterDetails` of Step Functions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Written {
    pub bucket: String,
    /// Of the manifest.
    pub key: String,
}

/// The event of `report`: of the machine itself, or what EventBridge tells of the end of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToReport {
    pub execution: String,
    /// How it ended, where it has.
    pub status: Option<String>,
}

impl ToReport {
    pub(super) fn read(payload: Payload) -> Result<Self, EventFault> {
        let Value::Object(map) = payload.once()? else {
            return Err(EventFault::one("expected the object that the state machine or EventBridge sends"));
        };
        if map.get("source").and_then(Value::as_str) != Some("aws.states") {
            let mut fields = Fields::of_object(map);
            let execution = execution(&mut fields, "execution");
            fields.needed("execution_arn");
            let status = fields.value("status").and_then(|status| status.as_str().map(str::to_owned));
            fields.finish()?;
            return Ok(Self { execution, status });
        }
        let of_detail = |key: &str| map.get("detail").and_then(|detail| detail[key].as_str()).map(str::to_owned);
        match of_detail("name").filter(|name| is_execution(name)) {
            Some(execution) => Ok(Self { execution, status: of_detail("status") }),
            None => Err(EventFault::one("its 'detail' names no execution")),
        }
    }
}

impl ToJudge {
    pub(super) fn read(payload: Payload) -> Result<Self, EventFault> {
        let mut fields = plain(payload)?;
        let execution = execution(&mut fields, "execution");
        let phase = phase(&mut fields);
        if phase == Some(Phase::Rest) {
            fields.fault::<()>("'phase' is 'rest', after which nothing is to be judged".to_owned());
        }
        let mode = mode(&mut fields);
        if mode.is_none() {
            fields.fault::<()>("'mode' is missing".to_owned());
        }
        // JSONPath names a key that has to be there: where there is none, the machine says null.
        let expect_plan = fields.value("expect_plan").and_then(|value| match value {
            Value::String(text) => parsed(&text, &mut fields),
            _ => fields.fault("'expect_plan' must be a text, or null".to_owned()),
        });
        let items_key = fields.needed("items_key");
        let result = part::<Written>(&mut fields, "result");
        fields.finish()?;
        let missing = || EventFault::one("it names no phase, no mode or no result");
        Ok(Self {
            execution,
            phase: phase.ok_or_else(missing)?,
            mode: mode.ok_or_else(missing)?,
            expect_plan,
            items_key,
            result: result.ok_or_else(missing)?,
        })
    }
}

impl ToList {
    pub(super) fn read(payload: Payload) -> Result<Self, EventFault> {
        let mut fields = plain(payload)?;
        let execution = execution(&mut fields, "execution");
        let execution_arn = fields.needed("execution_arn");
        let started_at = fields.needed("started_at");
        let started_at = started_at.parse().unwrap_or_else(|_| {
            fields.fault::<()>(format!("'started_at' is no time: '{}'", printable(&started_at)));
            Timestamp::UNIX_EPOCH
        });
        let input = match fields.value("input") {
            None => Start::default(),
            Some(Value::Object(map)) => {
                let mut part = Fields::of_object(map);
                let input = Start::read(&mut part);
                fields.absorb("'input'", part);
                input
            }
            Some(_) => {
                fields.fault::<()>("'input' must be an object".to_owned());
                Start::default()
            }
        };
        fields.finish()?;
        Ok(Self { execution, execution_arn, started_at, input })
    }
}

impl Start {
    fn read(fields: &mut Fields) -> Self {
        let mode = mode(fields);
        let redrive_of = fields.text("redrive_of");
        if redrive_of.as_deref().is_some_and(|name| !is_execution(name)) {
            fields.fault::<()>("'redrive_of' is no name of an execution".to_owned());
        }
        let expect_plan = digest(fields);
        let scheduled = fields.choice("started_by", &[("schedule", true)]).unwrap_or(false);
        if scheduled && (mode.is_some() || expect_plan.is_some() || redrive_of.is_some()) {
            let fault =
                "'started_by' goes with nothing else: a schedule starts the whole run as it is deployed".to_owned();
            fields.fault::<()>(fault);
        }
        Self { mode, expect_plan, redrive_of, scheduled }
    }
}

impl ToWork {
    pub(super) fn read(payload: Payload) -> Result<Self, EventFault> {
        let mut fields = plain(payload)?;
        let execution = execution(&mut fields, "execution");
        let phase = phase(&mut fields);
        let item = part::<Item>(&mut fields, "item");
        if let Some(item) = &item {
            if item.account.len() != 12 || !item.account.bytes().all(|byte| byte.is_ascii_digit()) {
                fields.fault::<()>("'item' is of no account: an id has twelve digits".to_owned());
            }
            if let Err(error) = item.expect_plan.as_deref().map_or(Ok(()), |text| PlanDigest::parse(text).map(|_| ())) {
                fields.fault::<()>(format!("'item': {error}"));
            }
            for (word, is_there) in
                [("a 'budget'", item.budget.is_some()), ("an 'expect_plan'", item.expect_plan.is_some())]
            {
                if is_there && item.judged_at.is_none() {
                    fields.fault::<()>(format!(
                        "'item' has {word} and no 'judged_at', and what was judged does not keep"
                    ));
                }
            }
            if phase.is_some_and(|phase| phase != Phase::Plan) && item.budget.is_none() && item.expect_plan.is_none() {
                fields.fault::<()>(
                    "'item' has neither a 'budget' nor an 'expect_plan', and nothing is applied without a word for how much"
                        .to_owned(),
                );
            }
        }
        fields.finish()?;
        let missing = || EventFault::one("it names no phase or no item");
        Ok(Self { execution, phase: phase.ok_or_else(missing)?, item: item.ok_or_else(missing)? })
    }
}

fn plain(payload: Payload) -> Result<Fields, EventFault> {
    match payload.once()? {
        Value::Object(map) => Ok(Fields::of_object(map)),
        _ => Err(EventFault::one("expected the object that the state machine sends")),
    }
}

/// The name of an execution, which is part of keys.
fn execution(fields: &mut Fields, key: &'static str) -> String {
    let name = fields.needed(key);
    if !name.is_empty() && !is_execution(&name) {
        fields.fault::<()>(format!("'{key}' is no name of an execution: '{}'", printable(&name)));
    }
    name
}

// StartExecution, "name": no whitespace, brackets, wildcards, control characters and some other marks.
fn is_execution(name: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    (1..=80).contains(&name.chars().count()) && !name.contains(is_odd) && !name.starts_with('.')
}

fn phase(fields: &mut Fields) -> Option<Phase> {
    let all = [Phase::Plan, Phase::Canary, Phase::Rest].map(|phase| (phase.as_str(), phase));
    let phase = fields.choice("phase", &all);
    if phase.is_none() {
        fields.fault::<()>("'phase' is missing".to_owned());
    }
    phase
}

fn mode(fields: &mut Fields) -> Option<Mode> {
    fields.choice("mode", &[("plan", Mode::Plan), ("apply", Mode::Apply)])
}

fn digest(fields: &mut Fields) -> Option<PlanDigest> {
    let text = fields.text("expect_plan")?;
    parsed(&text, fields)
}

fn parsed(text: &str, fields: &mut Fields) -> Option<PlanDigest> {
    match PlanDigest::parse(text) {
        Ok(digest) => Some(digest),
        Err(error) => fields.fault(error.to_string()),
    }
}

/// What stands under `key`, as a type of ours that refuses what it does not know.
fn part<T: DeserializeOwned>(fields: &mut Fields, key: &'static str) -> Option<T> {
    let Some(value) = fields.value(key) else {
        return fields.fault(format!("'{key}' is missing"));
    };
    match serde_json::from_value(value) {
        Ok(part) => Some(part),
        Err(error) => fields.fault(format!("'{key}': {error}")),
    }
}

#[cfg(test)]
mod tests;
