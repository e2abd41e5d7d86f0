//! A run through an organisation: which accounts it goes through, in which order, and why it leaves the others alone. Pure.

mod account;
mod choice;
pub mod codes;
mod selection;

pub use account::Account;
pub use choice::{Choice, Chosen, LeftOut, NoChoice, Organisation, choose};
pub use selection::{Names, Selection, Unit};
