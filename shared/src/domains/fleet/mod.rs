//! A run through an organisation: which accounts it goes through, in which order, and why it leaves the others alone. Pure.

mod account;
mod attention;
mod choice;
pub mod codes;
mod fold;
mod item;
mod owners;
mod page;
mod report;
mod results;
mod selection;
mod unreported;
mod visit;

pub use account::Account;
pub use attention::{Attention, Remark};
pub use choice::{Choice, Chosen, LeftOut, NoChoice, Organisation, choose};
pub use fold::{Maps, Row, digest, fold, with_work};
pub use item::Item;
pub use owners::{Owners, Share, add as add_owners};
pub use page::page;
pub use report::{FleetReport, Run};
pub use results::{Heard, Manifest, NotAResult, ResultFile, Results};
pub use selection::{Names, Selection, Unit};
pub use unreported::Unreported;
pub use visit::{Ended, Phase, Regional, Visit};
