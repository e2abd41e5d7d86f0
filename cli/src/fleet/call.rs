//! The one call that starts a run or takes one up again, as a job of one step: whoever starts a run lets its functions write, so the
//! call takes leave to write from the guard as every other write does, and stands in the record before it is made.

use std::borrow::Cow;
use std::time::Duration;

use nightshift::config::Settings;
use nightshift::report::{Code, Outcome};
use nightshift::run::caps::Counted;
use nightshift::run::event::Fields;
use nightshift::run::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use nightshift::run::{Allowed, Done, Given, Hands, Job, PlanOf, RunFault, Sight, Sums};
use nightshift::services::executions::ExecutionsCaller;
use nightshift::text::printable;
use serde::Serialize;
use serde_json::Value;

/// Longer than such a call takes.
const LONGEST: Duration = Duration::from_mins(2);

/// What is called for.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Call {
    /// The ARN of the state machine.
    pub machine: String,
    /// What is to happen.
    pub what: What,
}

/// See [`Call::what`].
#[derive(Debug, Clone, Serialize)]
pub(super) enum What {
    /// An execution of its own.
    Start {
        /// Its name.
        name: String,
        /// What it is started with.
        input: Value,
    },
    /// The same execution again, from where it failed.
    Redrive {
        /// Its name.
        name: String,
        /// Its ARN.
        arn: String,
    },
}

impl Default for What {
    fn default() -> Self {
        Self::Start { name: String::new(), input: Value::Null }
    }
}

/// Makes one call.
#[derive(Debug)]
pub(super) struct RunCall;

/// Nothing besides.
#[derive(Debug, Serialize)]
pub(super) struct Alone;

impl Scope for Alone {
    const FUNCTION: &'static str = "fleet-call";
}

impl Job for RunCall {
    const NAME: &'static str = Alone::FUNCTION;
    const IS_CALLED: bool = true;
    const CODES: &'static [&'static [&'static Code]] = &[];
    type Policy = Call;
    type Request = ();
    type World = ();
    type Action = Call;
    type Left = Refusal;
    type Scope = Alone;

    fn policy(_: &mut Settings<'_>, _: Option<&str>) -> Call {
        Call::default()
    }

    fn request(_: &mut Fields, _: &Call) {}

    async fn observe(_: Sight<'_>, _: Given<'_, Self>) -> Result<(), RunFault> {
        Ok(())
    }

    fn plan((): &(), given: Given<'_, Self>) -> PlanOf<Self> {
        let mut plan = Plan::empty(&given.caller.account, Alone, 1);
        plan.actions.push(given.policy.clone());
        plan
    }

    async fn apply(
        allowed: &Allowed<'_, Call>,
        _: &[Refusal],
        (): &mut (),
        _: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::new();
        for (call, turn) in allowed.iter() {
            let work = async |leave: &_| {
                let caller = ExecutionsCaller::new(hands.aws, &call.machine, leave);
                let answer = match &call.what {
                    What::Start { name, input } => caller.start(name, input).await.map(|_| ()),
                    What::Redrive { arn, .. } => caller.redrive(arn).await,
                };
                match answer {
                    Ok(()) => Done::changed(call.steps()),
                    Err(error) => Done::stopped_by(&error, Vec::new()),
                }
            };
            all.push(hands.ledger.item(turn, LONGEST, work).await);
        }
        all
    }

    fn sum_up(_: &PlanOf<Self>, (): &(), given: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums { regions: vec![given.policy.place().to_owned()], ..Sums::default() }
    }
}

impl Call {
    /// The Region of the state machine.
    fn place(&self) -> &str {
        self.machine.split(':').nth(3).unwrap_or_default()
    }
}

impl Subject<Alone> for Call {
    fn id(&self) -> Cow<'_, str> {
        let (What::Start { name, .. } | What::Redrive { name, .. }) = &self.what;
        name.into()
    }

    fn region<'a>(&'a self, _: &'a Alone) -> &'a str {
        self.place()
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Alone, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Alone> for Call {
    fn steps(&self) -> Vec<String> {
        let machine = self.machine.rsplit(':').next().unwrap_or(&self.machine);
        vec![match &self.what {
            What::Start { name, input } => {
                format!("start execution {} of state machine {} with {input}", printable(name), printable(machine))
            }
            What::Redrive { name, .. } => {
                format!("redrive execution {} of state machine {}", printable(name), printable(machine))
            }
        }]
    }

    /// The run has caps of its own.
    fn capped(&self) -> Option<Counted> {
        None
    }
}
