//! A job in every account of an organisation, as Step Functions calls its parts. One binary is deployed several times, and what
//! each deployment may be is fixed by its variables, so that no event asks for another part:
//!
//! * `list` chooses the accounts, unless another run is under way;
//! * `work` does the job in one of them, by the same driver as in an account of its own;
//! * `judge` looks at what all of them plan before any of them acts;
//! * `report` makes one report of it all, and tells people.
//!
//! What passes between them lies in the run's bucket ([`Place`]), and what Step Functions carries is short.

mod bench;
mod chose;
mod event;
mod failures;
mod fault;
mod function;
pub mod judge;
mod list;
mod maps;
mod organisation;
mod place;
mod recorded;
mod report;
mod setup;
mod stopped;
mod work;

pub use fault::FleetFault;
pub use function::{Fleet, serve};
pub use organisation::organisation;
pub use place::{Folder, Place};
pub use report::letter;
pub use stopped::{LATEST, goes_on};
pub use work::FleetJob;
