//! The call of a deployed function, and what it answered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nightshift::report::{Mode, Reason, Report, codes};
use nightshift::run::Done;
use nightshift::services::Permit;
use nightshift::services::aws::Aws;
use nightshift::services::functions::{Called, FunctionCaller};
use nightshift::text::{one_line, printable};
use serde::Deserialize;
use serde_json::Value;

use crate::call::{Calling, Step};

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

impl Calling for Call {
    const NAME: &'static str = "function-call";
    const LONGEST: Duration = FunctionCaller::LONGEST;

    fn step(&self, home: &str) -> Step {
        let mode = self.mode.map_or_else(|| "as its event says".to_owned(), |mode| format!("to {mode}"));
        Step {
            id: self.function.clone(),
            region: self.region.clone().unwrap_or_else(|| home.to_owned()),
            said: format!("call function {} {mode}", printable(&self.function)),
            with: self.event.clone(),
        }
    }

    async fn call(&self, step: &Step, aws: &Aws, leave: &Permit) -> Done {
        match FunctionCaller::new(aws, &step.region, leave).call(&step.id, &step.with).await {
            Ok(Called { error, payload }) => {
                let answer = Answer::of(error.as_deref(), &payload);
                let done = done(&answer, step);
                *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
                done
            }
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }
}

fn done(answer: &Answer, step: &Step) -> Done {
    match answer {
        Answer::Report(_) => Done::changed(step.taken()),
        Answer::Fault(fault) => {
            let fix = "its log has the whole of it";
            Done::failed(step.taken(), Reason::new(&codes::REFUSED, fault.said(), fix))
        }
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
