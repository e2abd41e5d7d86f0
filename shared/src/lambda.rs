//! A job as a Lambda function: configuration read once, clients built once, then an answer to every invocation. A
//! faulty configuration does not end the process; it is the answer until it is mended.

pub use lambda_runtime::Error;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{Diagnostic, LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::{Deserialize, Serialize};
use tracing::{Instrument as _, info_span, warn};

use crate::clock::{self, Deadline};
use crate::config::{ConfigFaults, Environment};
use crate::report::{LONGEST_ANSWER, Mode, Report};
use crate::run::driver::{Caller, Driver, Finished};
use crate::run::event::EventFault;
use crate::run::{Job, Ledger, Payload, RunFault, Stop, answer, store};
use crate::services::aws::{Aws, Roots};
use crate::telemetry;
use crate::text::chain;

/// What the runtime hands on in the place of the bytes it got: it refuses what is no JSON by itself, with a name that no
/// alarm knows and without a metric, so everything gets as far as here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Raw {
    /// The event as it was sent.
    Text(String),
    /// It is no text: so many bytes of it are.
    NotUtf8(usize),
}

impl Raw {
    fn of(body: &[u8]) -> Self {
        match std::str::from_utf8(body) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(error) => Self::NotUtf8(error.valid_up_to()),
        }
    }

    /// The event that it is.
    pub fn payload(self) -> Result<Payload, EventFault> {
        match self {
            Self::Text(text) => Payload::read(&text),
            Self::NotUtf8(at) => {
                Err(EventFault::one(format!("it is not UTF-8 from byte {at} on; send JSON, which is always UTF-8")))
            }
        }
    }
}

/// Answers invocations as the job `J` until the platform ends the process.
pub async fn serve<J: Job>() -> Result<(), Error> {
    let function = Function::<J>::from_environment().await;
    listen(|event| function.invoke(event)).await
}

/// Answers each invocation with what `handler` makes of it, until the platform ends the process.
pub async fn listen<A, F>(handler: impl Fn(LambdaEvent<Raw>) -> F) -> Result<(), Error>
where
    A: Serialize,
    F: Future<Output = Result<A, Diagnostic>>,
{
    let handler = service_fn(handler);
    let raw = |invocation: LambdaInvocation| {
        let body = serde_json::to_vec(&Raw::of(&invocation.body)).unwrap_or_default();
        LambdaInvocation { body: body.into(), ..invocation }
    };
    Runtime::new(handler).layer(MapRequestLayer::new(raw)).run().await
}

/// One deployed function.
#[derive(Debug)]
pub struct Function<J: Job> {
    driver: Result<Driver<J>, ConfigFaults>,
    /// As it was deployed, which its metrics go by.
    name: String,
}

impl<J: Job> Function<J> {
    /// From this process's environment. Makes no call.
    pub async fn from_environment() -> Self {
        let environment = Environment::of_process();
        telemetry::init_function(&environment);
        let connected = Aws::connect(&environment, Roots::CompiledIn).await;
        let name = environment.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or(J::NAME).to_owned();
        Self { driver: connected.and_then(|aws| Driver::new(&environment, aws)), name }
    }

    /// Answers one invocation. To whoever called for one step, success is silence.
    pub async fn invoke(&self, event: LambdaEvent<Raw>) -> Result<Option<Report>, Diagnostic> {
        let (payload, context) = event.into_parts();
        let span = info_span!("invocation", request.id = context.request_id);
        async {
            match self.run(payload, Deadline::of_invocation(context.deadline, clock::now()), &context.request_id).await
            {
                Ok(report) => Ok(Some(report).filter(|report| !J::IS_CALLED || report.mode == Mode::Plan)),
                Err(fault) => {
                    telemetry::log_fault(&fault);
                    telemetry::emit(&telemetry::metrics_of_fault(&self.name, clock::now()));
                    Err(fault.into())
                }
            }
        }
        .instrument(span)
        .await
    }

    async fn run(&self, payload: Raw, deadline: Deadline, request_id: &str) -> Result<Report, RunFault> {
        let driver = self.driver.as_ref().map_err(Clone::clone)?;
        // Lambda asks nobody to stop: it ends the process.
        let never = Stop::new();
        let ledger = Ledger::new(deadline, &never, &telemetry::Log);
        // On the heap: a run is states within states, more of them than the compiler lays out in one piece.
        let run = Box::pin(driver.run(payload.payload()?, &ledger, Caller::Platform));
        let Finished { report, metrics, record, awaited, .. } = run.await?;
        telemetry::log_run(&report);
        telemetry::emit(&telemetry::metrics_of(&self.name, &report, &metrics, clock::now()));
        if let Some(bucket) = &driver.run_policy.report_bucket {
            // The work is done and told: a copy that could not be kept must not make Lambda do it again.
            let time = deadline.at_most(store::LONGEST, store::KEPT_FREE, clock::now());
            let lost = store::keep(driver.aws(), &record, bucket, &report, request_id, time).await.err();
            telemetry::emit(&telemetry::metric_of_copy(&self.name, lost.is_none(), clock::now()));
            if let Some(error) = lost {
                warn!(error.message = chain(&error), "the report was not kept");
            }
        }
        J::answer(&report)?;
        if awaited {
            answer::in_full(&report)?;
        }
        // What is too long to be answered with is in the log, and in the bucket.
        Ok(report.within(LONGEST_ANSWER))
    }
}

// The runtime's own conversion keeps the outermost message and invents a type name; this one keeps the whole chain and a
// name that alarms can match on.
impl From<RunFault> for Diagnostic {
    fn from(fault: RunFault) -> Self {
        Self { error_type: fault.error_type().to_owned(), error_message: fault.said() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::driver::tests::{Fourth, sts};

    #[test]
    fn what_is_no_event_is_refused_by_us() {
        let refused = |body: &[u8]| RunFault::from(Raw::of(body).payload().unwrap_err());
        let deep = "[".repeat(200) + &"]".repeat(200);
        for body in [b"\xff{}".as_slice(), b"\xef\xbb\xbf{}", b"", b"{", deep.as_bytes()] {
            assert_eq!(refused(body).error_type(), "EventRefused", "{}", String::from_utf8_lossy(body));
        }
        insta::assert_snapshot!(refused(b"{\"a\": \xff}"), @"the event is refused and nothing was done: it is not UTF-8 from byte 6 on; send JSON, which is always UTF-8");
        assert_eq!(Raw::of(b"{}").payload().ok(), Payload::parse("{}").ok());
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_what_was_not_done_and_the_job_has_its_own_word() {
        async fn answered<const CALLED: bool>(event: &str) -> String {
            let aws = Aws::at(&sts(jiff::SignedDuration::ZERO).await);
            let driver = Driver::<Fourth<CALLED>>::new(&Environment::default(), aws);
            let function = Function { driver, name: "fourth".to_owned() };
            let event = LambdaEvent::new(Raw::of(event.as_bytes()), lambda_runtime::Context::default());
            function.invoke(event).await.map_or_else(|fault| fault.error_type, |_| "answered".to_owned())
        }
        let event = r#"{"steps": "tt", "forget": "yes", "mode": "apply"}"#;
        assert_eq!(answered::<true>(event).await, "NotCarriedOut");
        assert_eq!(answered::<false>(event).await, "answered", "nobody waits: it stands in the report");
        assert_eq!(answered::<true>(r#"{"steps": "tt"}"#).await, "answered");
        assert_eq!(answered::<false>(r#"{"steps": "x"}"#).await, "Refused", "by the job itself");
    }

    #[test]
    fn a_fault_keeps_its_fixed_type_and_its_words() {
        let diagnostic = Diagnostic::from(RunFault::from(EventFault::one("unknown key 'x'")));
        assert_eq!(diagnostic.error_type, "EventRefused");
        assert_eq!(diagnostic.error_message, "the event is refused and nothing was done: unknown key 'x'");
    }
}
