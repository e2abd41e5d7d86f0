//! Where the policy of a run comes from: a file, a deployed function, or, for a plan, this shell.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use nightshift::config::{ConfigFaults, Environment, is_ours};
use nightshift::jobs::cluster_cleanup::ClusterDelete;
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::run::Job;
use nightshift::run::driver::{self, Driver};
use nightshift::services::aws::Aws;
use nightshift::services::functions::{Deployed, FunctionsReader};
use nightshift::text::count;

use crate::args::PolicyArgs;
use crate::desk::Desk;
use crate::policy_file::{self, Variable};
use crate::way::doubt;

/// See the module. A file is read before anybody is asked anything.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The variables of this shell.
    Shell,
    /// A file.
    File(PathBuf, Vec<Variable>),
    /// A deployed function of this name.
    Function(String),
}

/// The policies of the jobs behind `clusters …`, which one file may hold together: to each job, what only another of them reads
/// is nothing to find fault with. A name that none of them knows stays a fault.
#[derive(Debug, Clone)]
pub(crate) struct OfClusters(Source);

impl OfClusters {
    /// The job under this policy.
    pub(crate) async fn driver<J: Job>(&self, aws: Aws, desk: &Desk) -> anyhow::Result<Driver<J>> {
        let (known, own) = (variables_of_clusters(), driver::variables::<J>());
        let is_anothers = |name: &str| known.contains(name) && !own.contains(&name);
        let variables = self.0.variables::<J>(&aws, desk).await?.without(is_anothers);
        self.0.driver_of(&variables, aws)
    }
}

fn variables_of_clusters() -> BTreeSet<&'static str> {
    let [clone, delete] = [driver::variables::<ClusterClone>(), driver::variables::<ClusterDelete>()];
    clone.into_iter().chain(delete).collect()
}

impl Source {
    /// As the source of every `clusters` command.
    pub(crate) fn of_clusters(self) -> OfClusters {
        OfClusters(self)
    }

    /// What was typed.
    pub(crate) fn of(args: &PolicyArgs) -> anyhow::Result<Self> {
        match (&args.file, &args.function) {
            (Some(path), _) => Self::file(path),
            (None, Some(name)) => Ok(Self::Function(name.clone())),
            (None, None) => Ok(Self::Shell),
        }
    }

    /// What a file or this shell says. Of a function nothing, since AWS has to be asked.
    pub(crate) fn given(&self, desk: &Desk) -> Environment {
        match self {
            Self::Shell => desk.environment.clone(),
            Self::File(_, variables) => {
                let pairs = variables.iter().map(|one| (one.name.clone(), one.value.clone()));
                Environment::of_file(pairs).over_aws_of(&desk.environment)
            }
            Self::Function(_) => Environment::default(),
        }
    }

    /// The file at `path`.
    pub(crate) fn file(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("could not read the policy file {shown}"))?;
        let variables = policy_file::read(&text).map_err(|faults| {
            anyhow!("the policy file {shown} is no policy, and nothing was done: {}", faults.join("; "))
        })?;
        if variables.is_empty() {
            bail!(
                "the policy file {shown} sets nothing, so it is no policy; write at least the Regions and what is protected"
            );
        }
        Ok(Self::File(path.to_owned(), variables))
    }

    /// The variables of the run, over the AWS environment of the caller. Only a function is asked for.
    pub(crate) async fn variables<J: Job>(&self, aws: &Aws, desk: &Desk) -> anyhow::Result<Environment> {
        match self {
            Self::Function(name) => {
                Ok(of_function(name, aws, region_variable(J::NAME)).await?.over_aws_of(&desk.environment))
            }
            Self::Shell | Self::File(..) => Ok(self.given(desk)),
        }
    }

    /// The job under this policy.
    pub(crate) async fn driver<J: Job>(&self, aws: Aws, desk: &Desk) -> anyhow::Result<Driver<J>> {
        let variables = self.variables::<J>(&aws, desk).await?;
        self.driver_of(&variables, aws)
    }

    fn driver_of<J: Job>(&self, variables: &Environment, aws: Aws) -> anyhow::Result<Driver<J>> {
        let regions = variables.get("NIGHTSHIFT_REGIONS").unwrap_or_default();
        doubt(regions.split(',').map(str::trim).filter(|name| !name.is_empty() && Some(*name) != aws.region()));
        Driver::new(variables, aws).map_err(|faults| self.locate(&faults))
    }

    /// `faults`, with the places in the file where their variables stand.
    pub(crate) fn locate(&self, faults: &ConfigFaults) -> anyhow::Error {
        let Self::File(path, variables) = self else { return anyhow!("{faults}") };
        let said = faults.all().iter().map(|fault| {
            let place = variables.iter().find(|one| one.name == fault.variable);
            let place = place.map_or_else(String::new, |one| format!("line {}, column {}: ", one.line, one.column));
            format!("{place}{}: {}", fault.variable, fault.problem)
        });
        let said = said.collect::<Vec<_>>().join("; ");
        let faults = count(faults.all().len(), "fault");
        anyhow!("the policy file {} has {faults} and nothing was done: {said}", path.display())
    }
}

/// Where a job keeps the Region it works in, for a function that leaves it to be its own.
fn region_variable(job: &str) -> &'static str {
    if job == "key-rotation" { "NIGHTSHIFT_SECRET_REGION" } else { "NIGHTSHIFT_REGIONS" }
}

/// The `NIGHTSHIFT_` variables of a deployed function. What else it has (its handler, its Region) is its own.
async fn of_function(name: &str, aws: &Aws, region_variable: &str) -> anyhow::Result<Environment> {
    let Deployed { region, variables, .. } = FunctionsReader::new(aws).named(name).await?;
    let mut own: Vec<_> = variables.into_iter().filter(|(name, _)| is_ours(name)).collect();
    if own.is_empty() {
        bail!("function {name} has no NIGHTSHIFT_ variables, so it holds no policy; is it the right function?");
    }
    // A function without a list of Regions works in its own, which the caller's shell need not name.
    if let Some(region) = region
        && !own.iter().any(|(name, value)| name == region_variable && !value.is_empty())
    {
        own.push((region_variable.to_owned(), region));
    }
    Ok(own.into_iter().collect())
}
