//! `event parse`: what a message of a queue, topic or bus says.

use std::path::Path;

use nightshift::domains::messages;
use nightshift::domains::organization::yaml;
use nightshift::text::printable;

use crate::args::{EventCommand, ParseArgs, TextFormat};
use crate::desk::Desk;
use crate::event;
use crate::output::{Ending, Output, Words, complain};
use crate::told::Told;

/// Whatever was asked for.
pub(crate) fn run(command: &EventCommand, desk: &Desk) -> anyhow::Result<Ending> {
    let EventCommand::Parse(ParseArgs { file, format }) = command;
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let text = event::text(file).map_err(|error| {
        Told::error(format!("{name} cannot be read: {error}"), "name a file, or - for standard input")
    })?;
    if text.trim().is_empty() {
        return Err(Told::error(format!("{name} is empty"), "give what AWS sent, in JSON"));
    }
    let parsed = messages::parse(&text)
        .map_err(|error| Told::error(format!("{name} holds no message: {error}"), "give it as AWS sent it, in JSON"))?;
    let faults = || parsed.messages.iter().flat_map(|message| &message.faults);
    faults().for_each(|fault| complain(&printable(fault)));
    let output = Output::new(Words::CanBeHadAgain, desk);
    match format {
        TextFormat::Json => output.say(&serde_json::to_string_pretty(&parsed)?),
        TextFormat::Yaml => output.show(&yaml(&serde_json::to_value(&parsed)?)),
    }
    Ok(output.end(if faults().next().is_some() { Ending::Failed } else { Ending::Done }))
}
