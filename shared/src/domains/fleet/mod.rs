//! A run through an organisation: which accounts it goes through, in which order, and why it leaves the others alone. Pure.

mod account;
mod choice;
pub mod codes;
mod item;
mod selection;
mod visit;

pub use account::Account;
pub use choice::{Choice, Chosen, LeftOut, NoChoice, Organisation, choose};
pub use item::Item;
pub use selection::{Names, Selection, Unit};
pub use visit::{Ended, Phase, Regional, Visit};
