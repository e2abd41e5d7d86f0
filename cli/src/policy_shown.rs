//! `policy check` and `policy show`: a policy before it is used.

use std::path::Path;

use nightshift::config::{ConfigFaults, Environment, Setting};
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::jobs::org_inventory::OrgInventory;
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::run::Job;
use nightshift::run::driver;
use nightshift::text::count;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Format, JobName, PolicyArgs};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::policy_words;

/// A policy, as `policy show --output json` prints it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicyShown {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// Whose policy it is.
    function: &'static str,
    /// The digest that a report made under it has.
    policy_digest: String,
    /// Every variable the job reads, by name.
    variables: Vec<Variable>,
}

/// One variable.
#[derive(Debug, Serialize, JsonSchema)]
struct Variable {
    /// Its name.
    name: &'static str,
    /// What it comes to; `null` where it is not set and its default is no word of its own.
    value: Option<String>,
    /// Whether anybody set it.
    given: bool,
    /// Where it comes from.
    from: String,
    /// What it is for, as the reference says.
    meaning: Option<String>,
    /// What it comes to where it is not set, in words.
    unset: Option<String>,
}

impl Variable {
    /// What stands for a value that is no word of its own.
    fn in_words(&self) -> String {
        let word =
            if self.given { "(empty)".to_owned() } else { format!("({})", self.unset.as_deref().unwrap_or("not set")) };
        let meaning = self.meaning.as_ref().map_or_else(String::new, |meaning| format!(" {meaning}"));
        word + &meaning
    }
}

/// Whether a job takes the file.
pub(crate) fn check(path: &Path, job: JobName, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::file(path)?;
    let Source::File(_, variables) = &source else { return Ok(Ending::NotRun) };
    let pairs = variables.iter().map(|one| (one.name.clone(), one.value.clone()));
    let environment = Environment::of_file(pairs).over_aws_of(&desk.environment);
    // Whether this machine has a Region is not the file's to say.
    told(job, &environment, home(desk).or(Some("eu-west-1"))).map_err(|faults| source.locate(&faults))?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    let set = count(variables.len(), "variable");
    output.say(&format!("{} is a policy of {}: {set}, no fault", path.display(), name(job)));
    Ok(output.end(Ending::Done))
}

/// What each variable comes to.
pub(crate) async fn show(job: JobName, args: &PolicyArgs, format: Format, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(args)?;
    let environment = match &source {
        // Of a function, AWS has to be asked.
        Source::Function(_) => {
            let aws = desk.connect(None, "nothing was read").await?;
            match job {
                JobName::ClusterCleanup => source.variables::<ClusterCleanup>(&aws, desk).await?,
                JobName::ClusterClone => source.variables::<ClusterClone>(&aws, desk).await?,
                JobName::DbUsers => source.variables::<DbUsers>(&aws, desk).await?,
                JobName::KeyRotation => source.variables::<KeyRotation>(&aws, desk).await?,
                JobName::OrgInventory => source.variables::<OrgInventory>(&aws, desk).await?,
            }
        }
        Source::File(_, variables) => {
            let pairs = variables.iter().map(|one| (one.name.clone(), one.value.clone()));
            Environment::of_file(pairs).over_aws_of(&desk.environment)
        }
        Source::Shell => desk.environment.clone(),
    };
    let settings = told(job, &environment, home(desk)).map_err(|faults| source.locate(&faults))?;
    let from = |setting: &Setting| match &source {
        _ if !setting.is_given => "default".to_owned(),
        Source::Shell => "this shell".to_owned(),
        Source::Function(name) => format!("function {name}"),
        Source::File(path, variables) => {
            let line = variables.iter().find(|one| one.name == setting.name).map_or(0, |one| one.line);
            format!("{}:{line}", path.display())
        }
    };
    let variables = settings.iter().map(|setting| {
        let said = policy_words::of(name(job), setting.name);
        Variable {
            name: setting.name,
            value: setting.value.clone(),
            given: setting.is_given,
            from: from(setting),
            meaning: said.as_ref().map(|said| said.meaning.clone()),
            unset: said.map(|said| said.unset),
        }
    });
    let shown = PolicyShown {
        schema: SCHEMA,
        function: name(job),
        policy_digest: environment.fingerprint(),
        variables: variables.collect(),
    };
    let mut sheet = Sheet::new(["VARIABLE", "FROM", "VALUE"]);
    for one in &shown.variables {
        let value = one.value.clone().unwrap_or_else(|| one.in_words());
        let row = Row::new([one.name.to_owned(), one.from.clone(), value]);
        sheet.push(row.toned(2, if one.given { Tone::Bold } else { Tone::Quiet }));
    }
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.sheet(&sheet, &shown, format);
    Ok(output.end(Ending::Done))
}

fn told(job: JobName, environment: &Environment, home: Option<&str>) -> Result<Vec<Setting>, ConfigFaults> {
    match job {
        JobName::ClusterCleanup => driver::told::<ClusterCleanup>(environment, home),
        JobName::ClusterClone => driver::told::<ClusterClone>(environment, home),
        JobName::DbUsers => driver::told::<DbUsers>(environment, home),
        JobName::KeyRotation => driver::told::<KeyRotation>(environment, home),
        JobName::OrgInventory => driver::told::<OrgInventory>(environment, home),
    }
}

/// The job's name, as its package and report have it.
pub(crate) fn name(job: JobName) -> &'static str {
    match job {
        JobName::ClusterCleanup => ClusterCleanup::NAME,
        JobName::ClusterClone => ClusterClone::NAME,
        JobName::DbUsers => DbUsers::NAME,
        JobName::KeyRotation => KeyRotation::NAME,
        JobName::OrgInventory => OrgInventory::NAME,
    }
}

/// The Region this machine works in, as far as its variables say.
fn home(desk: &Desk) -> Option<&str> {
    let Desk { environment, globals } = desk;
    globals
        .region
        .as_deref()
        .or_else(|| environment.get("AWS_REGION"))
        .or_else(|| environment.get("AWS_DEFAULT_REGION"))
}
