//! The operator's command: the same code as the functions, with the caller's own credentials.
//!
//! Exit codes: 0 done; 1 could not run, or wrong usage; 2 some item failed; 3 a guard tripped; 4 done, but what it printed was
//! lost; 130 asked to stop.

mod account;
mod args;
mod extend;
mod job;
mod keys;
mod one;
mod output;
mod policy;
mod policy_file;
mod record;
mod restore;
mod show;
#[cfg(test)]
mod typed;

use std::process::ExitCode;

use args::{Cli, ClusterCommand, Command, JobCommand, KeyCommand};
use clap::Parser as _;
use nightshift::config::Environment;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::telemetry;
use output::Ending;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            return explain(&error).into();
        }
    };
    let environment = Environment::of_process();
    telemetry::init_command(&environment);
    let done = match cli.command {
        Command::Plan { job: JobCommand::ClusterCleanup(args) } => {
            job::plan::<ClusterCleanup>(args, &environment).await
        }
        Command::Apply { job: JobCommand::ClusterCleanup(args) } => {
            job::apply::<ClusterCleanup>(args, &environment).await
        }
        Command::Plan { job: JobCommand::DbUsers(args) } => Box::pin(job::plan::<DbUsers>(args, &environment)).await,
        Command::Apply { job: JobCommand::DbUsers(args) } => Box::pin(job::apply::<DbUsers>(args, &environment)).await,
        Command::Plan { job: JobCommand::KeyRotation(args) } => job::plan::<KeyRotation>(args, &environment).await,
        Command::Apply { job: JobCommand::KeyRotation(args) } => job::apply::<KeyRotation>(args, &environment).await,
        Command::Keys { command: KeyCommand::List(args) } => keys::list(args, &environment).await,
        Command::Clusters { command: ClusterCommand::Restore(args) } => {
            Box::pin(restore::run(args, &environment)).await
        }
        Command::Clusters { command: ClusterCommand::Extend(args) } => Box::pin(extend::run(args, &environment)).await,
        Command::Clusters { command: ClusterCommand::Show(args) } => Box::pin(show::run(args, &environment)).await,
    };
    let ending = done.unwrap_or_else(|error| {
        output::complain(&nightshift::text::chain(error.as_ref()));
        Ending::NotRun
    });
    if record::is_interrupted() { Ending::Interrupted.into() } else { ending.into() }
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
