//! The deployed function that is meant: found by its name, or as the only one of its job in the Region.

use nightshift::config::{Environment, Settings, is_ours};
use nightshift::run::driver;
use nightshift::run::{Job, RunPolicy};
use nightshift::services::aws::Aws;
use nightshift::services::functions::{self, FunctionsReader};
use nightshift::text::printable;

use crate::told::Told;

const NOTHING: &str = "nothing was called";

/// See the module.
#[derive(Debug)]
pub(super) struct Deployed {
    /// As it is called.
    pub name: String,
    /// Its `NIGHTSHIFT_` variables.
    pub variables: Environment,
}

impl Deployed {
    /// The function called `name`, or the only one of the job `J`.
    pub(super) async fn find<J: Job>(aws: &Aws, name: Option<&str>) -> anyhow::Result<Self> {
        let deployed = match name {
            Some(name) => Self::named(aws, name).await?,
            None => Self::only::<J>(aws).await?,
        };
        deployed.is_of::<J>()?;
        Ok(deployed)
    }

    /// What holds for each of its runs.
    pub(super) fn run_policy(&self) -> RunPolicy {
        RunPolicy::read(&mut Settings::of(&self.variables))
    }

    async fn named(aws: &Aws, name: &str) -> anyhow::Result<Self> {
        let functions::Deployed { variables, .. } = FunctionsReader::new(aws).named(name).await?;
        Ok(Self { name: name.to_owned(), variables: ours(variables) })
    }

    async fn only<J: Job>(aws: &Aws) -> anyhow::Result<Self> {
        let region = aws.region().unwrap_or_default();
        let all = FunctionsReader::new(aws).all().await?.into_iter();
        let all = all.map(|one| Self { name: one.name, variables: ours(one.variables) });
        let is_meant = |one: &Self| one.is_called_after::<J>() && one.variables.ours().next().is_some();
        let mut found: Vec<_> = all.filter(is_meant).collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<_> = found.iter().map(|deployed| printable(&deployed.name)).collect();
        match (found.pop(), names.as_slice()) {
            (Some(deployed), [_]) => Ok(deployed),
            (Some(_), several) => Err(Told::error(
                format!("{} functions in {region} are of {}; {NOTHING}", several.len(), J::NAME),
                format!("--function NAME, one of: {}", several.join(", ")),
            )),
            (None, _) => Err(Told::error(
                format!("no function in {region} is called after {}; {NOTHING}", J::NAME),
                "--function NAME, or another --region; `nightshift doctor` lists the functions there are",
            )),
        }
    }

    /// `cluster-cleanup`, or as Terraform calls it: `project-environment-cluster-cleanup`.
    fn is_called_after<J: Job>(&self) -> bool {
        self.name.strip_suffix(J::NAME).is_some_and(|before| before.is_empty() || before.ends_with('-'))
    }

    /// An event of one job must not reach the function of another, to which `{}` means everything, too.
    fn is_of<J: Job>(&self) -> anyhow::Result<()> {
        let name = printable(&self.name);
        let known = driver::variables::<J>();
        let fix =
            format!("--function NAME of a {} function; `nightshift doctor` lists the functions there are", J::NAME);
        if self.variables.ours().next().is_none() {
            let said = format!("function {name} has no NIGHTSHIFT_ variables, so it is none of ours; {NOTHING}");
            return Err(Told::error(said, fix));
        }
        if let Some(other) = self.variables.ours().find(|variable| !known.contains(variable)) {
            let other = printable(other);
            let said = format!(
                "function {name} has the variable {other}, which {} does not know: it is of another job or another version; {NOTHING}",
                J::NAME
            );
            return Err(Told::error(said, fix));
        }
        Ok(())
    }
}

fn ours(variables: impl IntoIterator<Item = (String, String)>) -> Environment {
    variables.into_iter().filter(|(name, _)| is_ours(name)).collect()
}

#[cfg(test)]
mod tests {
    use nightshift::jobs::cluster_cleanup::ClusterCleanup;
    use nightshift::jobs::key_rotation::KeyRotation;

    use super::*;

    fn deployed(name: &str, variables: &[(&str, &str)]) -> Deployed {
        Deployed { name: name.to_owned(), variables: variables.iter().copied().collect() }
    }

    #[test]
    fn a_function_is_known_by_the_end_of_its_name_and_by_its_variables() {
        for (name, expected) in [
            ("cluster-cleanup", true),
            ("acme-dev-cluster-cleanup", true),
            ("notcluster-cleanup", false),
            ("cluster-cleanup-old", false),
            ("key-rotation", false),
        ] {
            assert_eq!(deployed(name, &[]).is_called_after::<ClusterCleanup>(), expected, "{name}");
        }
        let clusters = deployed("f", &[("NIGHTSHIFT_MODE", "apply"), ("NIGHTSHIFT_MAX_DELETIONS", "1")]);
        assert!(clusters.is_of::<ClusterCleanup>().is_ok());
        let keys = deployed("f", &[("NIGHTSHIFT_MAX_ROTATIONS", "1")]);
        assert!(keys.is_of::<KeyRotation>().is_ok() && keys.is_of::<ClusterCleanup>().is_err());
        assert!(deployed("f", &[]).is_of::<ClusterCleanup>().is_err(), "it is none of ours");
    }
}
