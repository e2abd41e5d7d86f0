//! A job as a Lambda function: configuration read once, clients built once, then an answer to every invocation. A
//! faulty configuration does not end the process; it is the answer until it is mended.

use lambda_runtime::{Diagnostic, LambdaEvent};
use tracing::{Instrument as _, info_span, warn};

use crate::clock::{self, Deadline};
use crate::config::{ConfigFaults, Environment};
use crate::report::Report;
use crate::run::driver::{Caller, Driver, Finished};
use crate::run::{Job, Ledger, Payload, RunFault, Stop, store};
use crate::services::aws::{Aws, Roots};
use crate::telemetry;
use crate::text::chain;

/// One deployed function.
#[derive(Debug)]
pub struct Function<J: Job>(Result<Driver<J>, ConfigFaults>);

impl<J: Job> Function<J> {
    /// From this process's environment. Makes no call.
    pub async fn from_environment() -> Self {
        let environment = Environment::of_process();
        telemetry::init_function(&environment);
        let connected = Aws::connect(&environment, Roots::CompiledIn).await;
        Self(connected.and_then(|aws| Driver::new(&environment, aws)))
    }

    /// Answers one invocation.
    pub async fn invoke(&self, event: LambdaEvent<Payload>) -> Result<Report, Diagnostic> {
        let (payload, context) = event.into_parts();
        let span = info_span!("invocation", request.id = context.request_id);
        async {
            match self.run(payload, Deadline::of_invocation(context.deadline, clock::now()), &context.request_id).await
            {
                Ok(report) => Ok(report),
                Err(fault) => {
                    telemetry::log_fault(&fault);
                    telemetry::emit(&telemetry::metrics_of_fault(J::NAME, clock::now()));
                    Err(fault.into())
                }
            }
        }
        .instrument(span)
        .await
    }

    async fn run(&self, payload: Payload, deadline: Deadline, request_id: &str) -> Result<Report, RunFault> {
        let driver = self.0.as_ref().map_err(Clone::clone)?;
        // Lambda asks nobody to stop: it ends the process.
        let never = Stop::new();
        let ledger = Ledger::new(deadline, &never, &telemetry::Log);
        // On the heap: a run is states within states, more of them than the compiler lays out in one piece.
        let run = Box::pin(driver.run(payload, &ledger, Caller::Platform));
        let Finished { report, metrics, record } = run.await?;
        telemetry::log_run(&report);
        telemetry::emit(&telemetry::metrics_of(&report, &metrics));
        if let Some(bucket) = &driver.run_policy.report_bucket {
            // The work is done and told: a copy that could not be kept must not make Lambda do it again.
            let time = deadline.at_most(store::LONGEST, store::KEPT_FREE, clock::now());
            let lost = store::keep(driver.aws(), &record, bucket, &report, request_id, time).await.err();
            telemetry::emit(&telemetry::metric_of_copy(&report, lost.is_none()));
            if let Some(error) = lost {
                warn!(error.message = chain(&error), "the report was not kept");
            }
        }
        J::answer(&report)?;
        Ok(report)
    }
}

// The runtime's own conversion keeps the outermost message and invents a type name; this one keeps the whole chain and a
// name that alarms can match on.
impl From<RunFault> for Diagnostic {
    fn from(fault: RunFault) -> Self {
        Self { error_type: fault.error_type().to_owned(), error_message: chain(&fault) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::EventFault;

    #[test]
    fn a_fault_keeps_its_fixed_type_and_its_words() {
        let diagnostic = Diagnostic::from(RunFault::from(EventFault::one("unknown key 'x'")));
        assert_eq!(diagnostic.error_type, "EventRefused");
        assert_eq!(diagnostic.error_message, "the event is refused and nothing was done: unknown key 'x'");
    }
}
