//! `clusters list`: clusters with their endpoints, owners and ends; one's own unless others are asked for.

use nightshift::report::sheet::Sheet;
use nightshift::services::rds::Cluster;
use schemars::JsonSchema;
use serde::Serialize;

use super::mine::selection;
use super::read::Looking;
use super::row::{self, Row};
use crate::args::{ClusterListArgs, Format};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::words::Text;

/// What `clusters list` prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClusterList {
    /// A field is only ever added.
    pub schema: u32,
    /// The AWS account, twelve digits.
    pub account: String,
    /// Whose clusters: names, comma separated, or null for everybody's.
    pub owner: Option<String>,
    /// Three letters, where a price file is named.
    pub currency: Option<String>,
    /// When its prices were taken down.
    pub prices_as_of: Option<String>,
    /// By Region and identifier.
    pub clusters: Vec<Row>,
}

/// Lists them.
pub(crate) async fn run(args: ClusterListArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let looking = Looking::of(&args.policy, args.prices.as_deref(), args.account.account.as_deref(), desk).await?;
    let (selection, whose) = selection(args.select, args.all, looking.driver.aws(), &looking.policy().owners).await?;
    let policy = looking.cleanup();
    let is_meant = |cluster: &Cluster| selection.takes(&cluster.id, policy.owner(&cluster.tags).as_deref());
    let rows: Vec<_> = looking.rows(&policy.regions, is_meant).await?.into_iter().map(|(_, row)| row).collect();
    let (currency, language) = (looking.currency(), desk.language());
    let sheet = row::sheet(&rows, currency, looking.now, language);
    let full = if args.output == Format::Csv { row::full(&rows, currency) } else { Sheet::new([]) };
    let is_empty = rows.is_empty();
    let list = ClusterList {
        schema: 1,
        account: looking.account.clone(),
        owner: whose.clone(),
        currency: currency.map(str::to_owned),
        prices_as_of: looking.prices.as_ref().and_then(|prices| prices.as_of.clone()),
        clusters: rows,
    };
    let output = Output::new(Words::CanBeHadAgain, desk);
    if is_empty && args.output == Format::Table {
        output.say(&desk.words(Text::NothingToList));
    } else {
        output.sheets(&sheet, &full, &list, args.output);
    }
    if is_empty && let Some(whose) = whose {
        complain(&desk.words(Text::NothingOf { whose: &whose }));
    }
    Ok(output.end(Ending::Done))
}
