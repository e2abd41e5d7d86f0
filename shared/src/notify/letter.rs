//! A message as a value: what it says, apart from how a channel shows it. Words from outside are made printable on their
//! way in, so that no renderer meets a control character or a mark that turns a line around.

use crate::text::printable;

/// One message to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// How urgent the whole is.
    pub tone: Tone,
    /// Paragraphs before the sections.
    pub lead: Vec<String>,
    /// The matter.
    pub sections: Vec<Section>,
    /// Small print: why the reader gets this, and from where.
    pub footer: Vec<String>,
    /// The `lang` attribute.
    pub lang: &'static str,
}

/// How urgent something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// For information.
    Calm,
    /// Something will happen, or a hand is needed.
    Warning,
    /// Something failed or was stopped.
    Alarm,
}

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What they have in common.
    pub heading: String,
    /// How urgent they are.
    pub tone: Tone,
    /// One each.
    pub entries: Vec<Entry>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// What AWS calls it.
    pub title: String,
    /// Where it is.
    pub place: String,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// Sentences.
    pub notes: Vec<String>,
    /// What can be typed.
    pub commands: Vec<Command>,
}

/// Something to type, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub label: String,
    /// The line itself.
    pub line: String,
}

impl Section {
    /// With all its entries, or `None` where there are none.
    pub fn of(heading: impl Into<String>, tone: Tone, entries: Vec<Entry>) -> Option<Self> {
        if entries.is_empty() { None } else { Some(Self { heading: heading.into(), tone, entries }) }
    }
}

impl Entry {
    /// About `title` at `place`.
    pub fn new(title: &str, place: &str) -> Self {
        Self { title: printable(title), place: printable(place), ..Self::default() }
    }

    /// With a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, value: &str) -> Self {
        self.facts.push((label.to_owned(), printable(value)));
        self
    }

    /// With a sentence.
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        self.notes.push(printable(note));
        self
    }

    /// With a command.
    #[must_use]
    pub fn command(mut self, label: &str, line: &str) -> Self {
        self.commands.push(Command { label: label.to_owned(), line: printable(line) });
        self
    }
}
