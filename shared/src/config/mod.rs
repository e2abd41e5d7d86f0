//! A function's policy, from its environment variables: read once at start, checked as a whole, every fault said at
//! once with the variable's name and what it may hold. A variable nobody knows is a fault too: a misspelt protection
//! must not silently unprotect.

mod environment;
mod fault;
mod glob;
mod patterns;
mod settings;

pub use environment::{Environment, is_ours};
pub use fault::{ConfigFault, ConfigFaults};
pub use glob::Glob;
pub use patterns::{Alphabet, entries};
pub use settings::{Setting, Settings};
