//! The operator's command: the same code as the functions, with the caller's own credentials.
//!
//! Exit codes: 0 done; 1 could not run, or wrong usage; 2 some item failed; 3 a guard tripped; 4 done, but what it printed was
//! lost; 10 something to do, where that was asked; 130 asked to stop.

mod adopt;
mod args;
mod ask;
mod clones;
mod connect;
mod desk;
mod doctor;
mod event;
mod extend;
mod invoke;
mod job;
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

use std::process::ExitCode;

use args::{
    AdoptCommand, ApplyCommand, Cli, ClusterCommand, Command, Globals, PlanCommand, PolicyCommand, ReportCommand,
    SecretCommand, SelectArgs,
};
use clap::Parser as _;
use desk::Desk;
use nightshift::config::Environment;
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::jobs::org_inventory::OrgInventory;
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
        Command::Plan { job } => match job {
            PlanCommand::ClusterCleanup(args) => job::plan::<ClusterCleanup>(args.run, &args.select, desk).await,
            PlanCommand::ClusterClone(args) => job::plan::<ClusterClone>(args, &SelectArgs::default(), desk).await,
            PlanCommand::DbUsers(args) => job::plan::<DbUsers>(args, &SelectArgs::default(), desk).await,
            PlanCommand::KeyRotation(args) => job::plan::<KeyRotation>(args.run, &args.select, desk).await,
            PlanCommand::OrgInventory(args) => job::plan::<OrgInventory>(args, &SelectArgs::default(), desk).await,
        },
        Command::Apply { job } => match job {
            ApplyCommand::ClusterCleanup(args) => job::apply::<ClusterCleanup>(args.run, &args.select, desk).await,
            ApplyCommand::ClusterClone(args) => job::apply::<ClusterClone>(args, &SelectArgs::default(), desk).await,
            ApplyCommand::DbUsers(args) => job::apply::<DbUsers>(args, &SelectArgs::default(), desk).await,
            ApplyCommand::KeyRotation(args) => job::apply::<KeyRotation>(args.run, &args.select, desk).await,
            ApplyCommand::OrgInventory(args) => job::apply::<OrgInventory>(args, &SelectArgs::default(), desk).await,
        },
        Command::Invoke(args) => invoke::run(args, desk).await,
        Command::Clusters { command: ClusterCommand::List(args) } => Box::pin(clones::list(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Clone(args) } => Box::pin(clones::clone(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Delete(args) } => Box::pin(clones::delete(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Snapshots(args) } => Box::pin(clones::snapshots(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Restore(args) } => Box::pin(restore::run(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Extend(args) } => Box::pin(extend::run(args, desk)).await,
        Command::Clusters { command: ClusterCommand::Show(args) } => Box::pin(show::run(args, desk)).await,
        Command::Adopt { job } => match job {
            AdoptCommand::ClusterCleanup(args) => adopt::run::<ClusterCleanup>(args, None, desk).await,
            AdoptCommand::DbUsers { event, adopt: args } => adopt::run::<DbUsers>(args, event.event, desk).await,
            AdoptCommand::KeyRotation(args) => adopt::run::<KeyRotation>(args, None, desk).await,
        },
        Command::Keys { command } => keys::run(command, desk).await,
        Command::Users { command } => users::run(command, desk).await,
        Command::Secrets { command: SecretCommand::List(args) } => secrets::list(args, desk).await,
        Command::Secrets { command: SecretCommand::Show(args) } => secrets::show(args, desk).await,
        Command::Connect(args) => Box::pin(connect::run(args, desk)).await,
        Command::Event { command } => message::run(&command, desk),
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
