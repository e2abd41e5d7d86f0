//! What every command has before it: the shell it was typed in, and what every command takes.

use nightshift::config::Environment;

use crate::args::Globals;

/// What every command is run with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// The shell's variables.
    pub environment: Environment,
    /// What every command takes.
    pub globals: Globals,
}
