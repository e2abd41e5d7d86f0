//! `fleet …`: runs through every account of an organisation.

mod accounts;
mod call;
mod deployed;
mod inside;
mod report;
mod start;
mod status;

pub(crate) use accounts::FleetAccounts;
pub(crate) use status::FleetStatus;

use crate::args::FleetCommand;
use crate::desk::Desk;
use crate::output::Ending;

/// Whatever was asked for.
pub(crate) async fn run(command: FleetCommand, desk: &Desk) -> anyhow::Result<Ending> {
    match command {
        FleetCommand::Accounts(args) => accounts::accounts(args, desk).await,
        FleetCommand::Status(args) => status::status(args, desk).await,
        FleetCommand::Report(args) => report::report(args, desk).await,
        FleetCommand::Plan(args) => start::plan(args, desk).await,
        FleetCommand::Apply(args) => start::apply(args, desk).await,
        FleetCommand::Redrive(args) => start::redrive(args, desk).await,
    }
}
