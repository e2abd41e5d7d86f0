//! The commands of the menu by clap's own definition of them: each argument is a part of the line, with a question. An argument
//! without one fails the tests here.

use clap::{Arg, ArgAction, CommandFactory as _};
use nightshift::notify::Language;

use crate::args::Cli;
use crate::when::Toward;
use crate::words::{Ask, Item};

/// One argument of a command, and the question for it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub ask: Ask,
    argument: Arg,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// By choosing it at all.
    Switch,
    /// By one of these.
    Choice(Vec<String>),
    /// By a cluster that is there.
    Cluster,
    /// By a final snapshot that is there.
    Snapshot,
    /// In words.
    Words,
}

impl What {
    /// Whether it is chosen among what is there.
    pub(super) fn is_found(&self) -> bool {
        matches!(self, Self::Cluster | Self::Snapshot)
    }
}

/// The command behind an item of the menu.
pub(super) const fn of(item: Item) -> Option<&'static str> {
    match item {
        Item::Clone => Some("clone"),
        Item::List => Some("list"),
        Item::Show => Some("show"),
        Item::Extend => Some("extend"),
        Item::Delete => Some("delete"),
        Item::Restore => Some("restore"),
        Item::Snapshots => Some("snapshots"),
        Item::Quit => None,
    }
}

/// The parts of `clusters NAME`, in the order of its help; what has no question is none.
pub(super) fn parts(name: &str) -> Vec<Part> {
    arguments(name).into_iter().filter_map(|argument| Some(Part { ask: question(&argument)?, argument })).collect()
}

/// Every argument of it that says something of its own.
fn arguments(name: &str) -> Vec<Arg> {
    let mut cli = Cli::command();
    cli.build();
    let command = cli.find_subcommand("clusters").and_then(|clusters| clusters.find_subcommand(name));
    let arguments = command.into_iter().flat_map(clap::Command::get_arguments);
    arguments.filter(|argument| argument.get_id() != "help").cloned().collect()
}

/// The question that asks for it.
fn question(argument: &Arg) -> Option<Ask> {
    Some(match argument.get_id().as_str() {
        "source" => Ask::Source,
        "cluster" => Ask::Cluster,
        "snapshot" => Ask::Snapshot,
        "expires" => Ask::Expires,
        "until" => Ask::Until,
        "name" => Ask::Name,
        "class" => Ask::Class,
        "instances" => Ask::Instances,
        "acu" => Ask::Acu,
        "from" => Ask::From,
        "anonymise" => Ask::Anonymise,
        "reason" => Ask::Reason,
        "owner" => Ask::Owner,
        "invoke" => Ask::Invoke,
        "account" => Ask::Account,
        "file" => Ask::Policy,
        "function" => Ask::Function,
        "dry_run" => Ask::DryRun,
        "yes" => Ask::Yes,
        "tag_key" => Ask::TagKey,
        "all" => Ask::All,
        "mine" => Ask::Mine,
        "called" => Ask::Called,
        "prices" => Ask::Prices,
        "output" => Ask::Output,
        "profile" => Ask::Profile,
        "region" => Ask::Region,
        "color" => Ask::Colour,
        _ => return None,
    })
}

impl Part {
    /// Whether it is asked for whatever is chosen: what the command does not run without. A deletion takes the policy it follows.
    pub(super) fn is_needed(&self, item: Item) -> bool {
        self.argument.is_required_set() || (item == Item::Delete && self.ask == Ask::Policy)
    }

    /// The question, and the flag it is for.
    pub(super) fn label(&self, language: Language) -> String {
        let question = self.ask.label(language);
        match self.argument.get_long() {
            Some(long) => format!("{question} (--{long})"),
            None => question.to_owned(),
        }
    }

    pub(super) fn what(&self) -> What {
        let takes_a_value = matches!(self.argument.get_action(), ArgAction::Set | ArgAction::Append);
        let choices: Vec<_> =
            self.argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        match self.ask {
            Ask::Source | Ask::Cluster => What::Cluster,
            Ask::Snapshot => What::Snapshot,
            _ if !takes_a_value => What::Switch,
            _ if !choices.is_empty() => What::Choice(choices),
            _ => What::Words,
        }
    }

    /// Whether it is a day, and which way from now.
    pub(super) fn day(&self) -> Option<Toward> {
        match self.ask {
            Ask::Expires | Ask::Until => Some(Toward::Ahead),
            Ask::From => Some(Toward::Back),
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> String {
        self.argument.get_long().map_or_else(String::new, |long| format!("--{long}"))
    }

    /// With `value`, which may begin with a dash.
    pub(super) fn words(&self, value: String) -> Vec<String> {
        match self.argument.get_long() {
            Some(long) => vec![format!("--{long}={value}")],
            None => vec![value],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [Item; 7] =
        [Item::Clone, Item::List, Item::Show, Item::Extend, Item::Delete, Item::Restore, Item::Snapshots];

    /// Over clap's definition: a flag that is new has no question until it gets one here.
    #[test]
    fn every_flag_has_a_question_and_every_question_a_flag() {
        let mut asked = std::collections::BTreeSet::new();
        for name in COMMANDS.into_iter().filter_map(of) {
            let arguments = arguments(name);
            assert!(arguments.len() > 3, "{name} is no command");
            for argument in arguments {
                let id = argument.get_id();
                let ask = question(&argument);
                asked.insert(
                    ask.unwrap_or_else(|| panic!("clusters {name} takes {id}, and the menu does not ask for it")),
                );
            }
        }
        for ask in Ask::ALL {
            assert!(asked.contains(&ask), "the menu asks {ask:?}, and no command takes it");
        }
    }

    /// What is needed comes first, and what is left out is left out of the line, too.
    #[test]
    fn only_what_a_command_does_not_run_without_is_asked_of_everybody() {
        let needed = |item: Item| -> Vec<_> {
            let parts = parts(of(item).unwrap());
            parts.iter().filter(|part| part.is_needed(item)).map(|part| part.ask).collect()
        };
        assert_eq!(needed(Item::Clone), [Ask::Source, Ask::Expires]);
        assert_eq!(needed(Item::Extend), [Ask::Cluster, Ask::Until]);
        assert_eq!(needed(Item::Delete), [Ask::Cluster, Ask::Policy]);
        assert_eq!(needed(Item::Restore), [Ask::Snapshot]);
        assert_eq!((needed(Item::List), needed(Item::Snapshots)), (vec![], vec![]));
    }

    #[test]
    fn a_value_that_begins_with_a_dash_stays_a_value() {
        let reason = parts("clone").into_iter().find(|part| part.ask == Ask::Reason).unwrap();
        let line = ["nightshift", "clusters", "clone", "orders", "--expires=7d"].map(str::to_owned);
        let line = line.into_iter().chain(reason.words("--yes".to_owned()));
        assert!(<Cli as clap::Parser>::try_parse_from(line).is_ok());
    }
}
