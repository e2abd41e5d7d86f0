//! The call that starts a run or takes one up again.

use std::time::Duration;

use nightshift::run::Done;
use nightshift::services::Permit;
use nightshift::services::aws::Aws;
use nightshift::services::executions::ExecutionsCaller;
use nightshift::text::printable;
use serde_json::{Value, json};

use crate::call::{Calling, Step};

/// What is called for.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    /// The ARN of the state machine.
    pub machine: String,
    /// What is to happen.
    pub what: What,
}

/// See [`Call::what`].
#[derive(Debug, Clone)]
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

impl Calling for Call {
    const NAME: &'static str = "fleet-call";
    const LONGEST: Duration = Duration::from_mins(2);

    fn step(&self, _: &str) -> Step {
        let machine = printable(self.machine.rsplit(':').next().unwrap_or(&self.machine));
        let region = self.machine.split(':').nth(3).unwrap_or_default().to_owned();
        let (name, said, with) = match &self.what {
            What::Start { name, input } => {
                let said = format!("start execution {} of state machine {machine} with {input}", printable(name));
                (name, said, input.clone())
            }
            What::Redrive { name, arn } => {
                (name, format!("redrive execution {} of state machine {machine}", printable(name)), json!(arn))
            }
        };
        Step { id: name.clone(), region, said, with }
    }

    async fn call(&self, step: &Step, aws: &Aws, leave: &Permit) -> Done {
        let caller = ExecutionsCaller::new(aws, &self.machine, leave);
        let answer = match &self.what {
            What::Start { name, input } => caller.start(name, input).await.map(|_| ()),
            What::Redrive { arn, .. } => caller.redrive(arn).await,
        };
        match answer {
            Ok(()) => Done::changed(step.taken()),
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_stands_in_the_record_with_all_that_it_is_made_with() {
        let machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:prod-clusters".to_owned();
        let what = What::Start { name: "apply-1".to_owned(), input: json!({ "mode": "apply" }) };
        let step = Call { machine: machine.clone(), what }.step("us-east-1");
        assert_eq!((step.id.as_str(), step.region.as_str()), ("apply-1", "eu-west-1"), "where the machine is");
        insta::assert_snapshot!(step.said, @r#"start execution apply-1 of state machine prod-clusters with {"mode":"apply"}"#);
        let what = What::Redrive { name: "night".to_owned(), arn: "arn:night".to_owned() };
        let step = Call { machine, what }.step("us-east-1");
        assert_eq!((step.id.as_str(), step.with), ("night", json!("arn:night")));
        insta::assert_snapshot!(step.said, @"redrive execution night of state machine prod-clusters");
    }
}
