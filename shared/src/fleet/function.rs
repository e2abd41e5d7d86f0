//! The binary of all parts: which one it is, is read once; then each invocation is answered by that.

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use tracing::{Instrument as _, error, info_span};

use super::bench::Bench;
use super::event::{ToJudge, ToList, ToReport, ToWork};
use super::fault::FleetFault;
use super::list::Lister;
use super::report::Reporter;
use super::setup::{self, JobName, Part, Setup};
use super::work::Worker;
use crate::clock::{self, Deadline};
use crate::config::{ConfigFaults, Environment};
use crate::jobs::cluster_cleanup::ClusterCleanup;
use crate::jobs::key_rotation::KeyRotation;
use crate::lambda::{Error, Raw, listen};
use crate::run::RunFault;
use crate::services::aws::{Aws, Roots};
use crate::telemetry;

/// Answers invocations as the part that the variables name, until the platform ends the process.
pub async fn serve() -> Result<(), Error> {
    let fleet = Fleet::from_environment().await;
    listen(|event| fleet.invoke(event)).await
}

/// One deployed part.
#[derive(Debug)]
pub struct Fleet {
    part: Result<Deployed, ConfigFaults>,
    /// As it was deployed, which its metrics go by.
    name: String,
}

#[derive(Debug)]
enum Deployed {
    List(Box<Lister>),
    Work(JobName, Box<Worker>),
    Judge(Box<Bench>),
    Report(Box<Reporter>),
}

impl Fleet {
    /// From this process's environment. Makes no call.
    pub async fn from_environment() -> Self {
        let environment = Environment::of_process();
        telemetry::init_function(&environment);
        let connected = Aws::connect(&environment, Roots::CompiledIn).await;
        let name = environment.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("fleet-run").to_owned();
        Self { part: connected.and_then(|home| Deployed::of(&environment, home, &name)), name }
    }

    /// The same of an environment and a way to AWS that somebody else made: for a program in which many run side by side.
    pub fn of(environment: &Environment, home: Aws) -> Self {
        let name = environment.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("fleet-run").to_owned();
        Self { part: Deployed::of(environment, home, &name), name }
    }

    /// Answers one invocation.
    pub async fn invoke(&self, event: LambdaEvent<Raw>) -> Result<Value, Diagnostic> {
        let (payload, context) = event.into_parts();
        let span = info_span!("invocation", request.id = context.request_id);
        async {
            let deadline = Deadline::of_invocation(context.deadline, clock::now());
            self.run(payload, deadline).await.map_err(|fault| {
                match &fault {
                    FleetFault::Run(fault) => telemetry::log_fault(fault),
                    fault => {
                        error!(error.kind = fault.error_type(), error.message = fault.said(), "run did not take place");
                    }
                }
                telemetry::emit(&telemetry::metrics_of_fault(&self.name, clock::now()));
                Diagnostic { error_type: fault.error_type().to_owned(), error_message: fault.said() }
            })
        }
        .instrument(span)
        .await
    }

    /// What it answers to `payload`, and no word of its faults to anybody else.
    pub async fn run(&self, payload: Raw, deadline: Deadline) -> Result<Value, FleetFault> {
        let part = self.part.as_ref().map_err(Clone::clone)?;
        let payload = payload.payload()?;
        // On the heap: a run is states within states, more of them than the compiler lays out in one piece.
        match part {
            Deployed::List(lister) => answer(&Box::pin(lister.list(ToList::read(payload)?)).await?),
            Deployed::Work(job, worker) => {
                let event = ToWork::read(payload)?;
                let visit = match job {
                    JobName::ClusterCleanup => Box::pin(worker.work::<ClusterCleanup>(event, deadline)).await,
                    JobName::KeyRotation => Box::pin(worker.work::<KeyRotation>(event, deadline)).await,
                };
                answer(&visit?)
            }
            Deployed::Report(reporter) => answer(&Box::pin(reporter.report(ToReport::read(payload)?, deadline)).await?),
            Deployed::Judge(bench) => answer(&Box::pin(bench.judge(ToJudge::read(payload)?)).await?),
        }
    }
}

impl Deployed {
    fn of(environment: &Environment, home: Aws, name: &str) -> Result<Self, ConfigFaults> {
        let Setup { job, place, part } = setup::read(environment, home.region())?;
        Ok(match part {
            Part::List(policy) => Self::List(Box::new(Lister { home, place, policy })),
            Part::Report(policy) => Self::Report(Box::new(Reporter { home, place, policy, name: name.to_owned() })),
            Part::Judge(policy) => Self::Judge(Box::new(Bench { home, place, policy })),
            Part::Work(policy) => Self::Work(job, Box::new(Worker { home, place, policy, name: name.to_owned() })),
        })
    }
}

fn answer(value: &impl Serialize) -> Result<Value, FleetFault> {
    let value = serde_json::to_value(value);
    value.map_err(|error| RunFault::NotCarriedOut(format!("the answer could not be written: {error}")).into())
}
