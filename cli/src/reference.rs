//! Holds `docs/cli.md` to what can be typed: the flags of each command stand there as clap knows them, and each command has its
//! permissions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use crate::args::Cli;

const BEGIN: &str = "<!-- flags of: ";
const END: &str = "<!-- end of flags -->";
/// The name of what every command takes.
const EVERY: &str = "every command";

/// Each command that does something, by how it is typed.
fn leaves(command: &Command, before: &str, leaves: &mut BTreeMap<String, Command>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("{before}{}", sub.get_name());
        if sub.has_subcommands() {
            self::leaves(sub, &format!("{name} "), leaves);
        } else {
            leaves.insert(name, sub.clone());
        }
    }
}

fn all() -> BTreeMap<String, Command> {
    let mut command = Cli::command();
    command.build();
    let mut all = BTreeMap::new();
    leaves(&command, "", &mut all);
    all
}

fn table<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut rows = String::new();
    for argument in arguments {
        let value = argument.get_value_names().map(|names| names.join(" ")).filter(|_| takes_a_value(argument));
        let name = match (argument.get_long(), value) {
            (Some(long), Some(value)) => format!("--{long} {value}"),
            (Some(long), None) => format!("--{long}"),
            (None, value) => value.unwrap_or_default(),
        };
        let mut about = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let choices: Vec<_> =
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        if takes_a_value(argument) && !choices.is_empty() {
            let _ = write!(about, ": one of {}", choices.join(", "));
        }
        let default: Vec<_> = argument.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        if takes_a_value(argument) && !default.is_empty() {
            let _ = write!(about, " (`{}` unless given)", default.join(","));
        }
        let _ = writeln!(rows, "| `{name}` | {about}. |", about = about.trim_end_matches('.').replace('|', "\\|"));
    }
    if rows.is_empty() {
        "It has no flags of its own.\n".to_owned()
    } else {
        format!("| flag | meaning |\n|---|---|\n{rows}")
    }
}

fn takes_a_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// The flags of one command, without those of every command.
fn own(command: &Command) -> String {
    let is_own = |argument: &&Arg| !argument.is_global_set() && argument.get_id() != "help";
    table(command.get_arguments().filter(is_own))
}

/// The page with each list of flags as it should be.
fn filled(page: &str, all: &BTreeMap<String, Command>) -> (String, BTreeSet<String>) {
    let (mut out, mut named) = (String::new(), BTreeSet::new());
    let mut parts = page.split(BEGIN);
    out += parts.next().unwrap_or_default();
    for part in parts {
        let (typed, rest) = part.split_once(" -->").expect("a list says of what it is");
        let (_, rest) = rest.split_once(END).expect("a list has an end");
        let tables: BTreeSet<String> = typed
            .split(", ")
            .map(|name| {
                if name == EVERY {
                    let cli = Cli::command();
                    let globals: Vec<_> = cli.get_arguments().filter(|argument| argument.is_global_set()).collect();
                    return table(globals.into_iter());
                }
                named.insert(name.to_owned());
                own(all.get(name).unwrap_or_else(|| panic!("there is no command {name}")))
            })
            .collect();
        assert_eq!(tables.len(), 1, "{typed}: commands that share a list have the same flags");
        let table = tables.into_iter().next().unwrap_or_default();
        let _ = write!(out, "{BEGIN}{typed} -->\n\n{table}\n{END}{rest}");
    }
    (out, named)
}

#[test]
fn the_page_lists_the_flags_of_every_command_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let all = all();
    let (wanted, named) = filled(&page, &all);
    let missing: Vec<_> = all.keys().filter(|name| !named.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/cli.md has no list of flags of {missing:?}");
    if page != wanted {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp");
        std::fs::create_dir_all(&folder).expect("a folder");
        let place = folder.join("cli.md");
        std::fs::write(&place, wanted).expect("a file");
        panic!("docs/cli.md is not what can be typed; take it over: cp {} docs/cli.md", place.display());
    }
}

#[test]
fn the_page_lists_the_permissions_of_every_command() {
    let page = include_str!("../../docs/cli.md");
    let (_, permissions) = page.split_once("## Permissions").expect("the section");
    let rows: Vec<_> = permissions.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).collect();
    for name in all().keys() {
        assert!(rows.iter().any(|(row, _)| row == name), "docs/cli.md says nothing of the permissions of {name}");
    }
    for (row, _) in rows {
        assert!(all().contains_key(row), "docs/cli.md has permissions of {row}, which is no command");
    }
}

/// Every file below `folder` that people read or that says something to them.
fn texts(folder: &Path, all: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "demo-out" {
            texts(&path, all);
        } else if ["rs", "md", "tf", "html", "txt"].iter().any(|kind| name.ends_with(&format!(".{kind}"))) {
            all.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a text")));
        }
    }
}

/// What is named as a command in `text`, and is none: `nightshift clusters remove`, where there is `clusters` and no `remove`.
fn unknown<'a>(text: &'a str, cli: &Command) -> Vec<&'a str> {
    let word = |rest: &'a str| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
        (&rest[..end], &rest[end..])
    };
    let named = text.match_indices("nightshift ").filter_map(|(at, name)| {
        let from = &text[at..];
        let (first, rest) = word(&from[name.len()..]);
        let group = cli.find_subcommand(first).filter(|group| group.has_subcommands())?;
        let (second, _) = word(rest.strip_prefix(' ')?);
        let is_one = second.is_empty() || second.starts_with('-') || group.find_subcommand(second).is_some();
        (!is_one).then(|| &from[..name.len() + first.len() + 1 + second.len()])
    });
    named.collect()
}

#[test]
fn no_text_sends_anybody_to_a_command_that_is_not_there() {
    let mut cli = Cli::command();
    cli.build();
    assert_eq!(
        unknown("see nightshift clusters vanish ID, or nightshift clusters list", &cli),
        ["nightshift clusters vanish"]
    );
    assert!(unknown("`nightshift plan JOB`, `nightshift users` and nightshift reports --bucket b", &cli).is_empty());
    let (root, mut all) = (Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), Vec::new());
    for folder in ["cli", "docs", "functions", "shared", "terraform"] {
        texts(&root.join(folder), &mut all);
    }
    for page in ["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        all.push((page.to_owned(), std::fs::read_to_string(root.join(page)).expect("a page")));
    }
    for (path, text) in all.iter().filter(|(path, _)| !path.ends_with("reference.rs")) {
        assert!(unknown(text, &cli).is_empty(), "{path} names {:?}, and there is no such command", unknown(text, &cli));
    }
}
