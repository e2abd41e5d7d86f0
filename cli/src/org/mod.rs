//! `org …`: an organisation as data, live or from a file that was written before. Nothing here writes to AWS but `write-accounts`, which is a
//! run like any other.

mod diff;
mod dump;
mod items;
mod lookup;
mod source;

pub(crate) use items::TableRead;
pub(crate) use lookup::LookedUp;
pub(crate) use source::{ending, snapshot};

use nightshift::domains::organization;
use nightshift::services::organizations::{Part, Wanted};

use crate::args::{OrgCommand, TreeArgs};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};

/// Whatever was asked for.
pub(crate) async fn run(command: OrgCommand, desk: &Desk) -> anyhow::Result<Ending> {
    match command {
        OrgCommand::Dump(args) => dump::run(args, desk).await,
        OrgCommand::Tree(args) => tree(args, desk).await,
        OrgCommand::Lookup(args) => lookup::run(args, desk).await,
        OrgCommand::Diff(args) => diff::run(&args, desk),
        OrgCommand::WriteAccounts(args) => Box::pin(items::write(args, desk)).await,
        OrgCommand::ReadAccounts(args) => items::read(args, desk).await,
    }
}

async fn tree(args: TreeArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let wanted = Wanted { accounts: !args.no_accounts, ..Wanted::TREE };
    let mut snapshot = Box::pin(source::snapshot(&args.source, wanted, desk)).await?;
    if args.no_accounts {
        snapshot = snapshot.without_accounts();
    } else {
        source::needs(&snapshot, Part::Accounts, "accounts")?;
    }
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.show(&organization::tree(&snapshot));
    Ok(output.end(source::ending(&snapshot, wanted)))
}
