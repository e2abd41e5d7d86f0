//! The house rules that neither rustfmt nor clippy knows, as part of `check`. Each rule is a small function from file
//! text to messages of the form `file:line: what is wrong`, so that it can be tested on text that is nowhere on disk.

mod borders;
mod leave;
mod links;
mod names;
mod outside;
mod pictures;
mod plans;
mod source;
mod tested;
mod text;
mod tree;
mod workflows;

use anyhow::ensure;

use crate::{environment, mutants};
use source::Source;

/// Checks every file git knows or would add.
pub(crate) fn run() -> anyhow::Result<()> {
    let sources = source::read_all()?;
    let machine = text::machine_paths(&environment::root(), environment::home().as_deref());
    let found = findings(&sources, &machine);
    for finding in &found {
        println!("{finding}");
    }
    println!("{} links lead out of the repository, and were not followed", links::outside(&sources));
    ensure!(found.is_empty(), "{} against the house rules", found.len());
    Ok(())
}

fn findings(sources: &[Source], machine: &[String]) -> Vec<String> {
    let file_rules: &[fn(&Source) -> Vec<String>] = &[
        text::not_too_long,
        text::begins_with_a_paragraph,
        text::no_forbidden_words,
        text::thin_main,
        borders::floors_hold,
        borders::neighbours_stay_apart,
        borders::roots_only_list,
        borders::nothing_hides_a_name,
        plans::are_pure,
        leave::writers_take_it,
        leave::is_given_in_one_place,
        leave::no_lint_is_put_away,
        outside::no_client_leaves_its_service,
    ];
    let by_file = sources.iter().flat_map(|source| file_rules.iter().flat_map(move |rule| rule(source)));
    let paths = sources.iter().flat_map(|source| text::no_machine_path(source, machine));
    let by_tree = tree::functions_have_events(sources)
        .into_iter()
        .chain(tree::readme_shows_the_way(sources))
        .chain(tree::modules_have_their_tables(sources))
        .chain(tree::environments_are_one_call(sources))
        .chain(workflows::call_tasks_that_exist(sources))
        .chain(workflows::pin_their_actions(sources))
        .chain(links::lead_somewhere(sources))
        .chain(pictures::say_what_is_printed(sources))
        .chain(borders::no_circles(sources))
        .chain(outside::only_services_know_it(sources))
        .chain(leave::lints_are_the_workspaces(sources))
        .chain(tested::all_that_is_met_is_tested(sources));
    let read = |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.text.as_str());
    by_file.chain(paths).chain(by_tree).chain(mutants::moved(read)).collect()
}
