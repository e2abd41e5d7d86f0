//! The rhythm: what an event says, how far a run may go, the guard before anything destructive, and the driver that takes
//! an event through all of them in the same order.

mod acting;
mod agreed;
pub mod answer;
mod caller;
pub mod caps;
mod ceiling;
pub mod done;
pub mod driver;
mod envelope;
pub mod event;
pub mod fault;
pub mod forecast;
pub mod guard;
mod job;
pub mod ledger;
pub mod owned;
pub mod payload;
pub mod plan;
pub mod policy;
mod protected;
pub mod purse;
pub mod skew;
mod steps;
pub mod stop;
pub mod store;

pub use acting::{Acting, is_owned_by};
pub use agreed::agreed;
pub use ceiling::{AboveCeiling, ModeSetting};
pub use done::Done;
pub use fault::RunFault;
pub use guard::Allowed;
pub use job::{Given, Hands, Job, PlanOf, Sight, Sums, codes_of};
pub use ledger::{Entry, Ledger, Turn};
pub use payload::Payload;
pub use policy::RunPolicy;
pub use protected::Protected;
pub use purse::Purse;
pub use steps::Steps;
pub use stop::Stop;
