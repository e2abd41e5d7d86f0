//! The house rules that neither rustfmt nor clippy knows, as part of `check`. Each rule is a small function from file
//! text to messages of the form `file:line: what is wrong`, so that it can be tested on text that is nowhere on disk.

mod borders;
mod names;
mod source;
mod text;
mod tree;

use anyhow::ensure;

use crate::environment;
use source::Source;

/// Checks every file git knows or would add.
pub(crate) fn run() -> anyhow::Result<()> {
    let sources = source::read_all()?;
    let machine = text::machine_paths(&environment::root(), environment::home().as_deref());
    let found = findings(&sources, &machine);
    for finding in &found {
        println!("{finding}");
    }
    ensure!(found.is_empty(), "{} against the house rules", found.len());
    Ok(())
}

fn findings(sources: &[Source], machine: &[String]) -> Vec<String> {
    let file_rules: &[fn(&Source) -> Vec<String>] = &[
        text::not_too_long,
        text::begins_with_a_paragraph,
        text::no_forbidden_words,
        text::thin_main,
        borders::plans_are_pure,
        borders::only_services_know_sdks,
        borders::writers_take_leave,
        borders::floors_hold,
        borders::neighbours_stay_apart,
    ];
    let by_file = sources.iter().flat_map(|source| file_rules.iter().flat_map(move |rule| rule(source)));
    let paths = sources.iter().flat_map(|source| text::no_machine_path(source, machine));
    let by_tree = tree::functions_have_events(sources)
        .into_iter()
        .chain(tree::readme_shows_the_way(sources))
        .chain(tree::modules_have_their_tables(sources))
        .chain(tree::environments_are_one_call(sources))
        .chain(borders::no_circles(sources));
    by_file.chain(paths).chain(by_tree).collect()
}
