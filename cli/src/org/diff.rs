//! `org diff`: what changed between two files.

use nightshift::domains::organization::Diff;

use super::source;
use crate::args::{DiffArgs, DiffFormat};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};

/// Compares them.
pub(super) fn run(args: &DiffArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let (before, after) = (source::read(&args.before)?, source::read(&args.after)?);
    if before.organization.id != after.organization.id {
        complain(&format!(
            "these are two organisations, {} and {}; they are compared all the same",
            before.organization.id, after.organization.id
        ));
    }
    if before.began_at > after.began_at {
        complain("the first snapshot is the later one: what came shows as gone");
    }
    let diff = Diff::of(&before, &after);
    let output = Output::new(Words::CanBeHadAgain, desk);
    match args.output {
        DiffFormat::Text => output.show(&diff.text()),
        DiffFormat::Json => output.say(&serde_json::to_string_pretty(&diff)?),
        DiffFormat::Markdown => output.show(&diff.markdown()),
    }
    let changed = args.detailed_exitcode && !diff.changes.is_empty();
    Ok(output.end(if changed { Ending::Something } else { Ending::Done }))
}
