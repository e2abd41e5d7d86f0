//! The fleet that is meant: found by its function that chooses the accounts, whose variables name the state machine, the job and
//! the bucket of its runs.

use nightshift::fleet::Place;
use nightshift::services::aws::Aws;
use nightshift::services::functions::{self, FunctionsReader};
use nightshift::text::printable;

use crate::args::WhichFleetArgs;
use crate::told::Told;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fleet {
    /// The job that is done in every account.
    pub job: String,
    /// Where its runs leave what their parts hand on to each other.
    pub bucket: String,
    /// The ARN of its state machine.
    pub machine: String,
    /// Whether its deployment only plans, whatever a run is asked for.
    pub only_plans: bool,
}

impl Fleet {
    /// The one that `which` means, of those deployed where `aws` leads to.
    pub(super) async fn find(aws: &Aws, which: &WhichFleetArgs, nothing: &str) -> anyhow::Result<Self> {
        let all = FunctionsReader::new(aws).all().await?;
        let region = aws.region().unwrap_or_default();
        Self::only(all.iter().filter_map(Self::of).collect(), which, region, nothing)
    }

    fn of(function: &functions::Deployed) -> Option<Self> {
        let variable = |name: &str| function.variables.get(&format!("NIGHTSHIFT_{name}")).cloned();
        (variable("FLEET_PART")? == "list").then_some(())?;
        Some(Self {
            job: variable("FLEET_JOB")?,
            bucket: variable("FLEET_BUCKET")?,
            machine: variable("FLEET_STATE_MACHINE")?,
            // What is not said is a plan.
            only_plans: variable("MODE").is_none_or(|mode| mode != "apply"),
        })
    }

    fn only(all: Vec<Self>, which: &WhichFleetArgs, region: &str, nothing: &str) -> anyhow::Result<Self> {
        let is_meant = |fleet: &Self| {
            which.job.as_ref().is_none_or(|job| *job == fleet.job)
                && which.machine.as_ref().is_none_or(|name| *name == fleet.machine || *name == fleet.name())
        };
        let described = |fleet: &Self| format!("{} ({})", printable(fleet.name()), printable(&fleet.job));
        let everything: Vec<_> = all.iter().map(described).collect();
        let mut found: Vec<_> = all.into_iter().filter(is_meant).collect();
        match (found.pop(), found.len()) {
            (Some(fleet), 0) => Ok(fleet),
            (Some(last), _) => {
                let names: Vec<_> = found.iter().chain([&last]).map(described).collect();
                Err(Told::error(
                    format!(
                        "{} state machines in {region} could be meant: {}; {nothing}",
                        names.len(),
                        names.join(", ")
                    ),
                    "--job JOB, or --machine NAME",
                ))
            }
            (None, _) if everything.is_empty() => Err(Told::error(
                format!("no function in {region} chooses the accounts of a fleet; {nothing}"),
                "another --region or --profile; docs/organization-run.md says how a fleet is deployed",
            )),
            (None, _) => Err(Told::error(
                format!("none of the fleets in {region} is meant; {nothing}"),
                format!("one of: {}", everything.join(", ")),
            )),
        }
    }

    /// The name of its state machine.
    pub(super) fn name(&self) -> &str {
        self.machine.rsplit(':').next().unwrap_or(&self.machine)
    }

    /// Where its runs leave what their parts hand on to each other.
    pub(super) fn place(&self) -> Place {
        Place { bucket: self.bucket.clone(), job: self.job.clone().into() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn function(part: &str, job: &str, machine: &str, mode: Option<&str>) -> functions::Deployed {
        let arn = format!("arn:aws:states:eu-west-1:111122223333:stateMachine:{machine}");
        let all = [("FLEET_PART", part), ("FLEET_JOB", job), ("FLEET_BUCKET", "runs"), ("FLEET_STATE_MACHINE", &arn)];
        let mode = mode.map(|mode| ("MODE", mode));
        let variables: BTreeMap<_, _> =
            all.into_iter().chain(mode).map(|(name, value)| (format!("NIGHTSHIFT_{name}"), value.to_owned())).collect();
        functions::Deployed { name: machine.to_owned(), region: None, variables }
    }

    fn found(functions: &[functions::Deployed], job: Option<&str>, machine: Option<&str>) -> Result<Fleet, String> {
        let which = WhichFleetArgs { job: job.map(str::to_owned), machine: machine.map(str::to_owned) };
        let all = functions.iter().filter_map(Fleet::of).collect();
        Fleet::only(all, &which, "eu-west-1", "nothing was read").map_err(|error| error.to_string())
    }

    #[test]
    fn the_only_one_is_meant_and_of_several_the_one_that_is_named() {
        let clusters = function("list", "cluster-cleanup", "prod-clusters", Some("apply"));
        let keys = function("list", "key-rotation", "prod-keys", None);
        let staging = function("list", "key-rotation", "staging-keys", Some("plan"));
        let worker = function("work", "key-rotation", "prod-keys", Some("apply"));
        let one = found(&[clusters.clone(), worker.clone()], None, None).unwrap();
        assert_eq!((one.name(), one.only_plans), ("prod-clusters", false));
        let all = [clusters, keys, staging, worker];
        assert_eq!(found(&all, Some("cluster-cleanup"), None).unwrap().job, "cluster-cleanup");
        assert!(found(&all, None, Some("prod-keys")).unwrap().only_plans, "what is not said is a plan");
        assert!(
            found(&all, None, Some("arn:aws:states:eu-west-1:111122223333:stateMachine:staging-keys"))
                .unwrap()
                .only_plans
        );
        insta::assert_snapshot!(found(&all, Some("key-rotation"), None).unwrap_err(), @"2 state machines in eu-west-1 could be meant: prod-keys (key-rotation), staging-keys (key-rotation); nothing was read");
        insta::assert_snapshot!(found(&all, Some("db-users"), None).unwrap_err(), @"none of the fleets in eu-west-1 is meant; nothing was read");
        insta::assert_snapshot!(found(&[], None, None).unwrap_err(), @"no function in eu-west-1 chooses the accounts of a fleet; nothing was read");
    }
}
