//! `org lookup`: some accounts, and what one wants to know of them.

use jiff::Timestamp;
use nightshift::domains::organization::{self, Found, Include, Query};
use nightshift::services::organizations::{How, Part, Wanted};
use nightshift::text::printable;
use schemars::JsonSchema;
use serde::Serialize;

use super::source;
use crate::args::{LookupArgs, TextFormat};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};

/// What `org lookup` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LookedUp {
    /// Of this format: 1.
    pub schema: u32,
    /// When the reading ended that they are from, UTC.
    pub read_at: Timestamp,
    /// Those that were found, by id.
    pub accounts: Vec<Found>,
    /// What nobody matches, in words.
    pub not_found: Vec<String>,
}

/// Finds them, live or in a snapshot.
pub(super) async fn run(args: LookupArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let queries = queries(&args);
    let include = Include {
        parents: args.include_parents,
        tags: args.include_tags,
        policies: args.include_policies,
        effective_policies: args.include_effective_policies,
        inherited: args.include_inherited,
    };
    let wanted = Wanted {
        accounts: true,
        policies: include.policies || include.effective_policies || include.inherited,
        tags: include.tags || !args.tag.is_empty(),
        effective: include.effective_policies.then_some(How::Shared),
        extras: false,
    };
    let snapshot = Box::pin(source::snapshot(&args.source, wanted, desk)).await?;
    source::needs(&snapshot, Part::Accounts, "accounts")?;
    if !args.tag.is_empty() {
        source::needs(&snapshot, Part::Tags, "tags")?;
    }
    let (found, missed) = organization::find(&snapshot, &queries, include);
    let not_found: Vec<_> = missed.into_iter().map(Query::words).collect();
    for who in &not_found {
        complain(&format!("there is no such account: {}", printable(who)));
    }
    let ending = if not_found.is_empty() { source::ending(&snapshot, wanted) } else { Ending::Failed };
    let document = LookedUp { schema: organization::VERSION, read_at: snapshot.ended_at, accounts: found, not_found };
    let output = Output::new(Words::CanBeHadAgain, desk);
    match args.format {
        TextFormat::Json => output.say(&serde_json::to_string_pretty(&document)?),
        TextFormat::Yaml => output.show(&organization::yaml(&serde_json::to_value(&document)?)),
    }
    Ok(output.end(ending))
}

/// Ids may stand in one argument, between spaces or commas.
fn queries(args: &LookupArgs) -> Vec<Query> {
    let separator = |c: char| c.is_whitespace() || c == ',';
    let ids = args.accounts.iter().flat_map(|ids| ids.split(separator)).filter(|id| !id.is_empty());
    let tag = |text: &String| match text.split_once('=') {
        Some((key, value)) => Query::Tag(key.to_owned(), Some(value.to_owned())),
        None => Query::Tag(text.clone(), None),
    };
    let ids = ids.map(|id| Query::Id(id.to_owned()));
    let names = args.name.iter().cloned().map(Query::Name);
    let addresses = args.email.iter().cloned().map(Query::Email);
    let places = args.below.iter().cloned().map(Query::Below);
    ids.chain(names).chain(addresses).chain(args.tag.iter().map(tag)).chain(places).collect()
}
