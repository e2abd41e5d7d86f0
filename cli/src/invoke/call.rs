//! The call itself, as a job of one step: whoever calls a deployed function lets it write, so the call takes leave to write
//! from the guard as every other write does, and stands in the record before it is made.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use nightshift::config::Settings;
use nightshift::report::{Code, Mode, Outcome, Reason, Report, codes};
use nightshift::run::caps::Counted;
use nightshift::run::event::Fields;
use nightshift::run::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use nightshift::run::{Allowed, Done, Given, Hands, Job, PlanOf, RunFault, Sight, Sums};
use nightshift::services::functions::{Called, FunctionCaller};
use nightshift::text::{one_line, printable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call of one function, and what it answered.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// The function's name.
    pub function: String,
    /// Where it is, if that is not the caller's own Region.
    pub region: Option<String>,
    /// What it is called with.
    pub event: Value,
    /// What it is asked for, as far as anybody can say.
    pub mode: Option<Mode>,
    /// What it answered.
    pub answer: Mutex<Option<Answer>>,
}

impl Call {
    /// The answer, for whoever shows it.
    pub(super) fn take(&self) -> Option<Answer> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a function answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Its report.
    Report(Box<Report>),
    /// Why it gave none.
    Fault(Fault),
}

/// An error of a function, as Lambda words it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fault {
    /// The fixed name that alarms match on.
    #[serde(default = "unknown")]
    pub error_type: String,
    /// What was the case.
    #[serde(default)]
    pub error_message: String,
}

fn unknown() -> String {
    "Unknown".to_owned()
}

impl Answer {
    fn of(error: Option<&str>, payload: &[u8]) -> Self {
        if let Some(error) = error {
            let said = || one_line(&String::from_utf8_lossy(payload));
            let fault = serde_json::from_slice(payload);
            let fault = fault.unwrap_or_else(|_| Fault { error_type: error.to_owned(), error_message: said() });
            return Self::Fault(fault);
        }
        match serde_json::from_slice(payload) {
            Ok(report) => Self::Report(Box::new(report)),
            Err(error) => Self::Fault(Fault {
                error_type: "NoReport".to_owned(),
                error_message: format!("it answered with something that is no report of this version: {error}"),
            }),
        }
    }
}

impl Fault {
    /// Type and message, on one line.
    pub(crate) fn said(&self) -> String {
        let message = one_line(&self.error_message);
        let message = if message.is_empty() { "it said nothing else" } else { &message };
        format!("{}: {message}", printable(&self.error_type))
    }
}

/// Calls one deployed function once.
#[derive(Debug)]
pub(super) struct FunctionCall;

/// The one step.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    function: String,
    region: String,
    event: Value,
    mode: Option<Mode>,
}

/// Nothing besides.
#[derive(Debug, Serialize)]
pub(super) struct Alone;

impl Scope for Alone {
    const FUNCTION: &'static str = "function-call";
}

impl Job for FunctionCall {
    const NAME: &'static str = Alone::FUNCTION;
    const IS_CALLED: bool = true;
    const CODES: &'static [&'static [&'static Code]] = &[];
    type Policy = Call;
    type Request = ();
    /// The Region.
    type World = String;
    type Action = Step;
    type Left = Refusal;
    type Scope = Alone;

    fn policy(_: &mut Settings<'_>, _: Option<&str>) -> Call {
        Call::default()
    }

    fn request(_: &mut Fields, _: &Call) {}

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<String, RunFault> {
        let named = given.policy.region.as_deref();
        Ok(named.or(sight.aws.region()).unwrap_or_default().to_owned())
    }

    fn plan(region: &String, given: Given<'_, Self>) -> PlanOf<Self> {
        let Call { function, event, mode, .. } = given.policy;
        let mut plan = Plan::empty(&given.caller.account, Alone, 1);
        let (function, event) = (function.clone(), event.clone());
        plan.actions.push(Step { function, region: region.clone(), event, mode: *mode });
        plan
    }

    async fn apply(
        allowed: &Allowed<'_, Step>,
        _: &[Refusal],
        _: &mut String,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::new();
        for (step, turn) in allowed.iter() {
            let work = async |leave: &_| {
                let caller = FunctionCaller::new(hands.aws, &step.region, leave);
                match caller.call(&step.function, &step.event).await {
                    Ok(Called { error, payload }) => {
                        let answer = Answer::of(error.as_deref(), &payload);
                        let done = done(&answer, step);
                        *given.policy.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
                        done
                    }
                    Err(error) => Done::stopped_by(&error, Vec::new()),
                }
            };
            all.push(hands.ledger.item(turn, FunctionCaller::LONGEST, work).await);
        }
        all
    }

    fn sum_up(_: &PlanOf<Self>, region: &String, _: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums { regions: vec![region.clone()], ..Sums::default() }
    }
}

fn done(answer: &Answer, step: &Step) -> Done {
    match answer {
        Answer::Report(_) => Done::changed(step.steps()),
        Answer::Fault(fault) => {
            let fix = "its log has the whole of it";
            Done::failed(step.steps(), Reason::new(&codes::REFUSED, fault.said(), fix))
        }
    }
}

impl Subject<Alone> for Step {
    fn id(&self) -> Cow<'_, str> {
        (&self.function).into()
    }

    fn region<'a>(&'a self, _: &'a Alone) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Alone, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Alone> for Step {
    fn steps(&self) -> Vec<String> {
        let mode = self.mode.map_or_else(|| "as its event says".to_owned(), |mode| format!("to {mode}"));
        vec![format!("call function {} {mode}", printable(&self.function))]
    }

    /// The function has caps of its own.
    fn capped(&self) -> Option<Counted> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_function_keeps_its_type_and_one_that_lambda_makes_does_too() {
        let said = |error: Option<&str>, payload: &str| match Answer::of(error, payload.as_bytes()) {
            Answer::Fault(fault) => fault.said(),
            Answer::Report(_) => "a report".to_owned(),
        };
        let ours = r#"{"errorType":"EventRefused","errorMessage":"unknown key\n'x'"}"#;
        assert_eq!(said(Some("Unhandled"), ours), "EventRefused: unknown key 'x'");
        let late = r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}"#;
        assert!(said(Some("Unhandled"), late).starts_with("Sandbox.Timedout: RequestId: 1 Error: Task timed out"));
        assert_eq!(said(Some("Unhandled"), r#"{"errorMessage":"died"}"#), "Unknown: died");
        assert_eq!(said(Some("Unhandled"), "<html>\u{1b}[2J"), "Unhandled: <html>\u{fffd}[2J");
        assert_eq!(said(Some("Unhandled"), ""), "Unhandled: it said nothing else");
        assert!(said(None, "null").starts_with("NoReport: it answered with something that is no report"));
        assert!(said(None, "").starts_with("NoReport: "));
    }
}
