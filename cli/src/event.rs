//! The event that was given, or made of what was typed.

use std::path::Path;

use anyhow::Context as _;
use nightshift::run::Payload;
use serde_json::json;

/// What stands in a file, or comes by standard input, which is called `-`.
pub(crate) fn text(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) }
}

/// The event, read once and used as often as there are runs.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    shown: String,
    text: Option<String>,
}

impl Event {
    pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { shown: String::new(), text: None }) };
        let shown = path.display().to_string();
        let text = text(path).with_context(|| format!("could not read the event {shown}"))?;
        let event = Self { shown, text: Some(text) };
        event.payload()?;
        Ok(event)
    }

    /// What it says, once it is known that it says each thing once.
    pub(crate) fn value(&self) -> anyhow::Result<serde_json::Value> {
        Ok(self.payload()?.once()?)
    }

    /// What was made here.
    pub(crate) fn of(event: &serde_json::Value) -> Self {
        Self { shown: String::new(), text: Some(event.to_string()) }
    }

    /// As a run takes it.
    pub(crate) fn payload(&self) -> anyhow::Result<Payload> {
        match &self.text {
            None => Ok(json!({}).into()),
            Some(text) => Payload::parse(text).with_context(|| format!("the event {} is not JSON", self.shown)),
        }
    }
}
