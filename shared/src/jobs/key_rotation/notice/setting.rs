//! Where and when a message is written, and what of the policy it speaks of.

use jiff::Timestamp;

use crate::jobs::key_rotation::policy::Ages;
use crate::notify::Clock;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// Where secrets are kept.
    pub region: &'a str,
    /// The name of the user's secret.
    pub secret: &'a str,
    /// How long each state lasts.
    pub ages: Ages,
    /// A due key that was never used is switched off instead of being rotated.
    pub deactivate_unused: bool,
    /// The name of the deployed function, for a command to type.
    pub function: &'a str,
    /// The roles that may read the secret beside its owner.
    pub readers: &'a [String],
    /// Whom to ask.
    pub operators: &'a [String],
    /// What the sign is called that an event brought.
    pub sign: Option<&'a str>,
    /// The keys of the user that the event calls compromised.
    pub named: &'a [String],
    /// A key that nothing replaces stays off until a person deletes it.
    pub keeps_inactive: bool,
    /// The moment of the run.
    pub now: Timestamp,
    /// How moments are shown, and the language.
    pub clock: Clock<'a>,
}
