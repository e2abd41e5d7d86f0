//! `org write-accounts` and `org read-accounts`: accounts as items of a table.

use std::time::Duration;

use nightshift::domains::organization::{self, AccountNode, OURS, READ_AT};
use nightshift::jobs::org_inventory::{OrgInventory, Policy};
use nightshift::run::driver::{Driver, Word};
use nightshift::services::organizations::{How, Share};
use nightshift::services::tables::TableReader;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::source;
use crate::args::{ReadAccountsArgs, TextFormat, WriteAccountsArgs};
use crate::desk::Desk;
use crate::job;
use crate::output::{Ending, Output, Words, complain};

/// What `org read-accounts` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TableRead {
    /// Of this format: 1.
    pub schema: u32,
    /// The table.
    pub table: String,
    /// The accounts it has, by id.
    pub accounts: Vec<Item>,
    /// Ids of items that are no accounts of ours.
    pub others: Vec<String>,
}

/// An account, as an item has it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Item {
    /// The organisation it is of.
    pub organization: String,
    /// When the reading ended that it is from, UTC.
    pub read_at: Option<jiff::Timestamp>,
    /// The account.
    #[serde(flatten)]
    pub account: AccountNode,
}

/// Writes them, or says what would be written.
pub(super) async fn write(args: WriteAccountsArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let WriteAccountsArgs { table, source, plan, max_deletions, shown, word } = args;
    let given = source.snapshot.as_deref().map(source::read).transpose()?;
    let policy = Policy {
        place: None,
        table: Some(table),
        max_deletions,
        share: Share::of(source.share).unwrap_or(Share::NEIGHBOUR),
        effective: Some(How::Shared),
        whole_after: Duration::ZERO,
        given: given.map(Box::new),
    };
    let wanted = source.account.account;
    if !plan {
        job::needs_word(&word, wanted.as_deref())?;
    }
    let aws = desk.open(job::NOTHING).await?;
    let account = desk.account(&aws, wanted.as_deref(), job::NOTHING).await?;
    let driver = Driver::<OrgInventory>::bare(policy, aws)?;
    let event = crate::event::Event::of(&serde_json::json!({}));
    if plan {
        return job::said(&driver, event, Word::Any, &shown, false, desk).await;
    }
    job::carry_out(&driver, event, word, (&account, wanted.is_some()), &shown, desk).await
}

/// Reads them.
pub(super) async fn read(args: ReadAccountsArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let rows = TableReader::new(&aws, &args.table).all().await?;
    let (mut accounts, mut others) = (Vec::new(), Vec::new());
    for row in rows {
        let id = organization::key_of(&row).to_owned();
        let organization = row.get(OURS).and_then(Value::as_str).map(str::to_owned);
        let read_at = row.get(READ_AT).and_then(Value::as_str).and_then(|at| at.parse().ok());
        let account = serde_json::from_value::<AccountNode>(Value::Object(row)).ok();
        match (organization, account) {
            (Some(organization), Some(account)) => accounts.push(Item { organization, read_at, account }),
            _ => others.push(id),
        }
    }
    accounts.sort_by(|one, other| one.account.id.cmp(&other.account.id));
    others.sort();
    if !others.is_empty() {
        complain(&format!(
            "{} of the table are no accounts that Nightshift wrote",
            nightshift::text::count(others.len(), "item")
        ));
    }
    let document = TableRead { schema: organization::VERSION, table: args.table, accounts, others };
    let output = Output::new(Words::CanBeHadAgain, desk);
    match args.format {
        TextFormat::Json => output.say(&serde_json::to_string_pretty(&document)?),
        TextFormat::Yaml => output.show(&organization::yaml(&serde_json::to_value(&document)?)),
    }
    Ok(output.end(Ending::Done))
}
