//! In English.

use super::{Ask, Column, Fact, Item, Text};

pub(super) const SNAPSHOTS: [&str; 7] =
    ["snapshot", "region", "cluster", "owner", "status", "goes", "to bring it back"];

pub(super) fn said(text: Text<'_>) -> String {
    match text {
        Text::WouldDelete { id, region, account } => format!("to delete: {id} in {region} of account {account}"),
        Text::Would { step } => format!("would {step}"),
        Text::Taken { step } => step.to_owned(),
        Text::BringBack { snapshot, region } => {
            format!("to bring it back: nightshift clusters restore {snapshot} --region {region}")
        }
        Text::NoWayBack => {
            "no snapshot is made of it: what was written to it is lost, and its source has the rest".to_owned()
        }
        Text::TypeTheName { id } => format!("Delete it? Type its name ({id}): "),
        Text::NotThatName { id } => format!("that is not {id}; nothing was deleted"),
        Text::NothingTyped => "nothing was typed, and nothing was deleted".to_owned(),
        Text::Deleted { id } => format!("{id} is being deleted"),
        Text::DeletionGoesOn => "AWS takes some minutes for it".to_owned(),
        Text::Started { id } => format!("{id} is being started: AWS deletes no stopped cluster"),
        Text::StartGoesOn => {
            "give the same command again when it is available, in some minutes; else cluster-cleanup deletes it at night"
                .to_owned()
        }
        Text::OwnerTold { to, channel } => format!("told {to} by {channel}"),
        Text::OwnerNotTold { why } => format!("its owner was not told: {why}"),
        Text::NothingDeleted => "nothing was deleted".to_owned(),
        Text::NothingMade => "nothing was made".to_owned(),
        Text::NothingChanged => "nothing was changed".to_owned(),
        Text::Restored { id, until } => format!("cluster {id} is restored; its expiry is {until}"),
        Text::NotWhole { id } => format!("cluster {id} is not whole yet; the same command goes on from here"),
        Text::NoTerminal => {
            "a deletion needs your word, and there is no terminal to ask on; nothing was deleted".to_owned()
        }
        Text::NoTerminalFix => "--yes with --account ID, or --dry-run to see what it would do".to_owned(),
        Text::NeedsPolicy => {
            "a deletion needs the policy it is to follow: --policy FILE, or --function NAME to read it from the deployed cluster-cleanup; nothing was deleted"
                .to_owned()
        }
        Text::NeedsAccount => "--yes needs the account you mean: --account ID; nothing was deleted".to_owned(),
        Text::LeftNever => "never".to_owned(),
        Text::LeftExpired => "expired".to_owned(),
        Text::LeftDays(days) => format!("in {days} days"),
        Text::LeftHours(0) => "in less than an hour".to_owned(),
        Text::LeftHours(1) => "in 1 hour".to_owned(),
        Text::LeftHours(hours) => format!("in {hours} hours"),
        Text::LeftUnreadable => "unreadable".to_owned(),
        Text::BeingMade => "being made".to_owned(),
        Text::NothingToList => "nothing to list".to_owned(),
        Text::NothingOf { whose } => format!("nothing there is {whose}'s; --all shows everybody's"),
        Text::Means { typed, shown, at } => format!("'{typed}' is {shown}, which is {at}"),
        Text::NoDay { flag, typed } => format!("{flag} '{typed}' is no day or time; nothing was done"),
        Text::HowToWriteADay => {
            "write YYYY-MM-DD, YYYY-MM-DDTHH:MM:SSZ, how long, as 36h, 7d or 'in 2 weeks', or tomorrow, friday, 'friday 18:00'"
                .to_owned()
        }
        Text::Fact(fact) => self::fact(fact).to_owned(),
        Text::NextRunWould { step } => format!("the next run would {step}"),
        Text::WhoseAndWhere { id, region, owner: None } => format!("{id} in {region}, nobody's"),
        Text::WhoseAndWhere { id, region, owner: Some(owner) } => format!("{id} in {region}, of {owner}"),
        Text::WhatNext => "What next?".to_owned(),
        Text::AnythingElse => "Anything else to say?".to_owned(),
        Text::HowToChoose => "arrows move, typing filters, Enter chooses, Esc goes back, Ctrl-C leaves".to_owned(),
        Text::HowToChooseSome => "Space chooses, typing filters, Enter goes on, Esc goes back, Ctrl-C leaves".to_owned(),
        Text::HowToType => "Enter goes on, Esc goes back, Ctrl-C leaves".to_owned(),
        Text::HowToTypeADay => {
            "7d, in 2 weeks, tomorrow, friday 18:00, 2026-12-05; Esc goes back".to_owned()
        }
        Text::NoSuchDay { typed } => format!("'{typed}' is no day or time"),
        Text::TypeSomething => "type something, or go back with Esc".to_owned(),
        Text::NothingDone => "nothing was done".to_owned(),
        Text::Making { id, step } => format!("making {id}: {step}"),
        Text::Usable { id } => format!("{id} can be used"),
    }
}

fn fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Status => "status",
        Fact::Engine => "engine",
        Fact::Members => "members",
        Fact::Endpoint => "endpoint",
        Fact::Reader => "readers",
        Fact::Port => "port",
        Fact::Vpc => "VPC",
        Fact::Expires => "expires",
        Fact::Source => "cloned from",
        Fact::Monthly => "a month",
        Fact::Connect => "connect",
    }
}

pub(super) fn head(column: Column) -> &'static str {
    match column {
        Column::Cluster => "cluster",
        Column::Region => "region",
        Column::Owner => "owner",
        Column::Engine => "engine",
        Column::Status => "status",
        Column::Members => "members",
        Column::Expires => "expires",
        Column::Monthly => "a month",
        Column::Vpc => "VPC",
        Column::Port => "port",
        Column::Endpoint => "endpoint",
    }
}

pub(super) fn item(item: Item) -> &'static str {
    match item {
        Item::Clone => "clone a cluster",
        Item::List => "list my clusters",
        Item::Show => "show a cluster",
        Item::Extend => "give a cluster more time",
        Item::Delete => "delete a clone",
        Item::Restore => "restore a cluster from a snapshot",
        Item::Snapshots => "list the final snapshots",
        Item::Quit => "quit",
    }
}

pub(super) fn question(ask: Ask) -> &'static str {
    match ask {
        Ask::Source => "The cluster to clone",
        Ask::Cluster => "The cluster",
        Ask::Snapshot => "The snapshot",
        Ask::Expires => "When does it go?",
        Ask::Until => "Until when?",
        Ask::Name => "Its name",
        Ask::Class => "The class of its members",
        Ask::Instances => "How many members",
        Ask::Acu => "Serverless capacity, as 0.5-4",
        Ask::From => "A full copy, as it was when?",
        Ask::Anonymise => "Make its data nobody's",
        Ask::Reason => "Why",
        Ask::Owner => "The owner",
        Ask::Invoke => "The deployed function that makes it",
        Ask::Account => "The account you mean",
        Ask::Policy => "The policy file",
        Ask::Function => "The deployed function whose policy counts",
        Ask::DryRun => "Only say what it would do",
        Ask::Yes => "Do it without asking",
        Ask::TagKey => "The key of the expiry tag",
        Ask::All => "Everybody's",
        Ask::Mine => "Only mine",
        Ask::Called => "Only what is called so",
        Ask::Prices => "The price file",
        Ask::Output => "How to print it",
        Ask::Profile => "The AWS profile",
        Ask::Region => "The Region",
        Ask::Colour => "Whether to use colours",
    }
}
