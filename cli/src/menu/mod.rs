//! The menu: `nightshift` alone, on a terminal. It asks for what a command takes, types that command, shows it, and runs it as
//! if it had been typed: there is nothing it can do that flags cannot, and no rule in it.

mod command;
mod prompt;

use std::io::IsTerminal as _;

use clap::Parser as _;

use crate::args::{Cli, PolicyArgs};
use crate::clones::Looking;
use crate::desk::Desk;
use crate::output::{self, Ending};
use crate::words::{Ask, Item, Text};
use command::{Part, What, parts};
use prompt::{Answer, Asker};

/// Where everything that a person can do here stands, in the order of the menu.
const ITEMS: [Item; 8] =
    [Item::Clone, Item::List, Item::Show, Item::Extend, Item::Delete, Item::Restore, Item::Snapshots, Item::Quit];

/// Whether nothing was typed, and somebody is there to choose.
pub(crate) fn is_wanted() -> bool {
    let is_bare = std::env::args_os().len() == 1;
    is_bare && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks and runs until somebody leaves.
pub(crate) async fn run(desk: &Desk) -> anyhow::Result<Ending> {
    let asker = Asker::of(desk);
    let mut policy = None;
    let mut ending = Ending::Done;
    loop {
        let items: Vec<_> = ITEMS.iter().map(|item| item.label(desk.language()).to_owned()).collect();
        let item = match asker.one_of(&desk.words(Text::WhatNext), items)? {
            Answer::Given(place) => ITEMS[place],
            Answer::Back | Answer::Leave => Item::Quit,
        };
        if item == Item::Quit {
            return Ok(ending);
        }
        match typed(item, &asker, &mut policy, desk).await {
            Ok(Answer::Given(line)) => ending = Box::pin(carried_out(line, desk)).await,
            Ok(Answer::Back) => output::complain(&desk.words(Text::NothingDone)),
            Ok(Answer::Leave) => {
                output::complain(&desk.words(Text::NothingDone));
                return Ok(ending);
            }
            Err(error) => ending = crate::told_of(&error),
        }
        if crate::record::is_interrupted() {
            return Ok(ending);
        }
    }
}

/// The command, as it would be typed: what it takes is asked for, the needed first, then what is chosen of the rest.
async fn typed(
    item: Item,
    asker: &Asker<'_>,
    policy: &mut Option<[String; 2]>,
    desk: &Desk,
) -> anyhow::Result<Answer<Vec<String>>> {
    let Some(name) = command::of(item) else { return Ok(Answer::Back) };
    let mut line = vec!["nightshift".to_owned(), "clusters".to_owned(), name.to_owned()];
    let (needed, mut more): (Vec<_>, Vec<_>) = parts(name).into_iter().partition(|part| part.is_needed(item));
    if needed.iter().any(|part| part.what().is_found()) {
        // What is chosen brings its Region along.
        more.retain(|part| part.ask != Ask::Region);
    }
    for part in needed {
        match ask(&part, item, asker, policy, desk).await? {
            Answer::Given(words) => line.extend(words),
            other => return Ok(other),
        }
    }
    let labels = more.iter().map(|part| part.label(desk.language())).collect();
    let chosen = match asker.some_of(&desk.words(Text::AnythingElse), labels)? {
        Answer::Given(places) => places,
        Answer::Back => return Ok(Answer::Back),
        Answer::Leave => return Ok(Answer::Leave),
    };
    for place in chosen {
        match ask(&more[place], item, asker, policy, desk).await? {
            Answer::Given(words) => line.extend(words),
            other => return Ok(other),
        }
    }
    Ok(Answer::Given(line))
}

/// The words that `part` adds to the line.
async fn ask(
    part: &Part,
    item: Item,
    asker: &Asker<'_>,
    policy: &mut Option<[String; 2]>,
    desk: &Desk,
) -> anyhow::Result<Answer<Vec<String>>> {
    let label = part.label(desk.language());
    Ok(match part.what() {
        What::Switch => Answer::Given(vec![part.flag()]),
        What::Choice(values) => {
            asker.one_of(&label, values.clone())?.map(|place| vec![part.flag(), values[place].clone()])
        }
        What::Cluster | What::Snapshot => found(part, item, asker, policy.as_ref(), desk).await?,
        What::Words if part.ask == Ask::Policy => {
            let before = policy.as_ref().map(|words| words[1].clone());
            let answer = asker.words(&label, before.as_deref(), part.day())?;
            answer.map(|file| {
                let words = [part.flag(), file];
                *policy = Some(words.clone());
                words.to_vec()
            })
        }
        What::Words => asker.words(&label, None, part.day())?.map(|value| part.words(value)),
    })
}

/// A cluster or snapshot that is there, chosen among all of them; its Region goes along.
async fn found(
    part: &Part,
    item: Item,
    asker: &Asker<'_>,
    policy: Option<&[String; 2]>,
    desk: &Desk,
) -> anyhow::Result<Answer<Vec<String>>> {
    let args = PolicyArgs { file: policy.map(|words| (&words[1]).into()), function: None };
    let looking = Looking::of(&args, None, None, desk).await?;
    let things = if part.what() == What::Snapshot {
        crate::clones::all_snapshots(&looking)
            .await?
            .into_iter()
            .map(|it| (it.id, it.region, it.cluster))
            .collect::<Vec<_>>()
    } else {
        let is_any = matches!(item, Item::Clone | Item::Show);
        let rows = looking.of_ones_own(is_any).await?;
        let left = |row: &crate::clones::Row| row.left(looking.now, desk.language());
        rows.iter().map(|row| (row.id.clone(), row.region.clone(), format!("{}, {}", row.engine, left(row)))).collect()
    };
    if things.is_empty() {
        output::complain(&desk.words(Text::NothingToList));
        return Ok(Answer::Back);
    }
    let lines = things.iter().map(|(id, region, more)| format!("{id}  {region}  {more}")).collect();
    let chosen = asker.one_of(&part.label(desk.language()), lines)?;
    Ok(chosen.map(|place| vec![things[place].0.clone(), "--region".to_owned(), things[place].1.clone()]))
}

/// What was put together, as it is typed, and what comes of it.
async fn carried_out(line: Vec<String>, desk: &Desk) -> Ending {
    output::to_standard_error(&format!("$ {}\n", crate::ask::line(&line)));
    match Cli::try_parse_from(line) {
        Ok(cli) => {
            let desk = Desk { globals: cli.globals, ..desk.clone() };
            match Box::pin(crate::run(cli.command, &desk)).await {
                Ok(ending) => ending,
                Err(error) => crate::told_of(&error),
            }
        }
        Err(error) => crate::explain(&error),
    }
}
