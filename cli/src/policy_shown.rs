//! `policy check` and `policy show`: a policy before it is used.

use std::path::Path;
use std::pin::Pin;

use nightshift::config::{ConfigFaults, Environment, Setting};
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::run::driver;
use nightshift::services::aws::Aws;
use nightshift::text::count;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Format, JobName, PolicyArgs};
use crate::desk::Desk;
use crate::jobs::{Offered, WithJob};
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
    let environment = source.given(desk);
    // Whether this machine has a Region is not the file's to say.
    job.with(Said { environment: &environment, home: home(desk).or(Some("eu-west-1")) })
        .map_err(|faults| source.locate(&faults))?;
    let output = Output::new(Words::CanBeHadAgain, desk);
    let set = count(variables.len(), "variable");
    output.say(&format!("{} is a policy of {}: {set}, no fault", path.display(), job.name()));
    Ok(output.end(Ending::Done))
}

/// What each variable comes to.
pub(crate) async fn show(job: JobName, args: &PolicyArgs, format: Format, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(args)?;
    let environment = match &source {
        // Of a function, AWS has to be asked.
        Source::Function(_) => {
            let aws = desk.connect(None, "nothing was read").await?;
            job.with(OfFunction { source: &source, aws: &aws, desk }).await?
        }
        Source::File(..) | Source::Shell => source.given(desk),
    };
    let settings =
        job.with(Said { environment: &environment, home: home(desk) }).map_err(|faults| source.locate(&faults))?;
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
        let said = policy_words::of(job.with(Reference), setting.name);
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
        function: job.name(),
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

/// What every variable of the job comes to.
struct Said<'a> {
    environment: &'a Environment,
    home: Option<&'a str>,
}

impl WithJob for Said<'_> {
    type Output = Result<Vec<Setting>, ConfigFaults>;

    fn with<J: Offered>(self) -> Self::Output {
        driver::told::<J>(self.environment, self.home)
    }
}

/// The variables of its function.
struct OfFunction<'a> {
    source: &'a Source,
    aws: &'a Aws,
    desk: &'a Desk,
}

impl<'a> WithJob for OfFunction<'a> {
    type Output = Pin<Box<dyn Future<Output = anyhow::Result<Environment>> + 'a>>;

    fn with<J: Offered>(self) -> Self::Output {
        Box::pin(self.source.variables::<J>(self.aws, self.desk))
    }
}

/// Its reference.
struct Reference;

impl WithJob for Reference {
    type Output = &'static str;

    fn with<J: Offered>(self) -> &'static str {
        J::REFERENCE
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
