//! Telling people: owners what is theirs, operators how the night went. A message is a value made from what a run knows
//! ([`Letter`]); a channel carries it (mail, an SNS topic, Slack). Words from outside are made harmless when a letter is
//! built and escaped again by whatever renders it.

mod address;
mod health;
mod language;
mod letter;
mod notifier;
mod owner;
mod parts;
mod policy;
mod render;
mod summary;
mod when;

pub use address::Address;
pub use language::Language;
pub use letter::{Command, Entry, Letter, Section, Tone};
pub use notifier::{Notifier, Reached};
pub use owner::{Because, Recipient};
pub use policy::{MailPolicy, NotifyPolicy, OwnerPolicy};
pub use render::{html, slack, subject_for_topic, text};
pub use summary::summary;
pub use when::Clock;

/// `text` as one word of a POSIX shell's command line.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
