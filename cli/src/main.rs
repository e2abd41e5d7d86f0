//! The operator's command: the same code as the functions, with the caller's own credentials.
//!
//! Exit codes: 0 done; 1 could not run, or wrong usage; 2 some item failed; 3 a guard tripped; 4 done, but what it printed was
//! lost; 10 something to do, where that was asked; 130 asked to stop.

mod adopt;
mod anonymise;
mod args;
mod ask;
mod call;
mod clones;
mod connect;
mod desk;
mod doctor;
mod event;
mod extend;
mod fleet;
mod invoke;
mod job;
mod jobs;
mod keys;
mod lost;
mod menu;
mod message;
mod one;
mod org;
mod output;
mod policy;
mod policy_file;
mod policy_shown;
mod policy_words;
mod progress;
mod record;
#[cfg(test)]
mod reference;
mod reports;
mod restore;
mod schema;
mod secrets;
mod select;
mod shell;
mod show;
mod state;
mod told;
#[cfg(test)]
mod typed;
mod users;
mod way;
mod when;
mod words;

use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

use args::{
    AdoptArgs, ApplyArgs, Cli, ClusterCommand, Command, Globals, PlanArgs, PolicyCommand, ReportCommand, SecretCommand,
    SelectArgs,
};
use clap::Parser as _;
use desk::Desk;
use jobs::{Offered, WithJob};
use nightshift::config::Environment;
use nightshift::telemetry;
use output::Ending;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Some(lost) = lost::among(std::env::args_os().skip(1)) {
        output::complain(&lost);
        return Ending::NotRun.into();
    }
    let cli = if menu::is_wanted() { None } else { Some(Cli::try_parse()) };
    let cli = match cli.transpose() {
        Ok(cli) => cli,
        Err(error) => {
            return explain(&error).into();
        }
    };
    let environment = Environment::of_process();
    telemetry::init_command(&environment);
    nightshift::build::is_of_commit(env!("NIGHTSHIFT_BUILD"));
    // On the heap: what a command does is states within states.
    let done = match cli {
        Some(cli) => Box::pin(run(cli.command, &Desk { environment, globals: cli.globals })).await,
        None => Box::pin(menu::run(&Desk { environment, globals: Globals::default() })).await,
    };
    let ending = done.unwrap_or_else(|error| told_of(&error));
    if record::is_interrupted() { Ending::Interrupted.into() } else { ending.into() }
}

async fn run(command: Command, desk: &Desk) -> anyhow::Result<Ending> {
    match command {
        Command::Plan { job } => {
            let (job, args, select) = job.parts();
            job.with(Planned { args, select, desk }).await
        }
        Command::Apply { job } => {
            let (job, args, select) = job.parts();
            job.with(Applied { args, select, desk }).await
        }
        Command::Invoke(args) => invoke::run(args, desk).await,
        Command::Clusters { command: ClusterCommand::List(args) } => Box::pin(clones::list(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Clone(args) } => Box::pin(clones::clone(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Delete(args) } => Box::pin(clones::delete(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Snapshots(args) } => Box::pin(clones::snapshots(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Restore(args) } => Box::pin(restore::run(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Extend(args) } => Box::pin(extend::run(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Anonymise(args) } => Box::pin(anonymise::run(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Show(args) } => Box::pin(show::run(args, desk)).await,
        Command::Adopt { job } => {
            let (job, args, event) = job.parts();
            job.with(Adopted { args, event, desk }).await
        }
        Command::Keys { command } => Box::pin(keys::run(command, desk)).await,
        Command::Users { command } => users::run(command, desk).await,
        Command::Secrets { command: SecretCommand::List(args) } => secrets::list(args, desk).await,
        Command::Secrets { command: SecretCommand::Show(args) } => secrets::show(args, desk).await,
        Command::Secrets { command: SecretCommand::Rotate(args) } => Box::pin(secrets::rotate(args, desk)).await,
        Command::Connect(args) => Box::pin(connect::run(args, desk)).await,
        Command::Event { command } => message::run(&command, desk),
        Command::Fleet { command } => Box::pin(fleet::run(command, desk)).await,
        Command::Org { command } => Box::pin(org::run(command, desk)).await,
        Command::Reports { command: ReportCommand::List(args) } => reports::list(args, desk).await,
        Command::Reports { command: ReportCommand::Show(args) } => reports::show(args, desk).await,
        Command::Policy { command: PolicyCommand::Check { file, job } } => policy_shown::check(&file, job, desk),
        Command::Policy { command: PolicyCommand::Show { job, policy, output } } => {
            policy_shown::show(job, &policy, output, desk).await
        }
        Command::Doctor(args) => doctor::run(args, desk).await,
        Command::Schema { name } => schema::show(name, desk),
        Command::Completions { shell } => Ok(shell::completions(shell, desk)),
        Command::Man { folder } => shell::man(&folder, desk),
    }
}

/// What a run of a job ends with, whichever the job.
type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Ending>> + 'a>>;

struct Planned<'a> {
    args: PlanArgs,
    select: SelectArgs,
    desk: &'a Desk,
}

impl<'a> WithJob for Planned<'a> {
    type Output = Running<'a>;

    fn with<J: Offered>(self) -> Running<'a> {
        Box::pin(async move { job::plan::<J>(self.args, &self.select, self.desk).await })
    }
}

struct Applied<'a> {
    args: ApplyArgs,
    select: SelectArgs,
    desk: &'a Desk,
}

impl<'a> WithJob for Applied<'a> {
    type Output = Running<'a>;

    fn with<J: Offered>(self) -> Running<'a> {
        Box::pin(async move { job::apply::<J>(self.args, &self.select, self.desk).await })
    }
}

struct Adopted<'a> {
    args: AdoptArgs,
    event: Option<PathBuf>,
    desk: &'a Desk,
}

impl<'a> WithJob for Adopted<'a> {
    type Output = Running<'a>;

    fn with<J: Offered>(self) -> Running<'a> {
        Box::pin(adopt::run::<J>(self.args, self.event, self.desk))
    }
}

/// Says why nothing was run, and the next step.
fn told_of(error: &anyhow::Error) -> Ending {
    let (said, fix) = told::lines(error);
    output::complain(&said);
    if let Some(fix) = fix {
        output::to_standard_error(&format!("→ {fix}\n"));
    }
    Ending::NotRun
}

/// Help, the version, or what is wrong with what was typed. Asking for help is not wrong usage.
fn explain(error: &clap::Error) -> Ending {
    match error.print() {
        _ if error.use_stderr() => Ending::NotRun,
        Ok(()) => Ending::Done,
        Err(lost) => {
            output::complain(&format!("standard output takes no more ({lost}); the rest is not shown"));
            Ending::Unsaid
        }
    }
}
