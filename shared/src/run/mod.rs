//! What every function speaks: the mode of a run, the digest of its plan, the guard before anything destructive, the
//! report at the end, and the driver that takes an event through all of them in the same order.

pub mod digest;
pub mod done;
pub mod driver;
pub mod event;
pub mod fault;
pub mod guard;
pub mod ledger;
pub mod mode;
pub mod payload;
pub mod render;
pub mod report;
pub mod skew;
pub mod stop;
pub mod store;

pub use digest::PlanDigest;
pub use done::Done;
pub use driver::{Concerns, Conclusion, Job, Run};
pub use fault::RunFault;
pub use ledger::{Entry, Ledger};
pub use mode::{Mode, ModeSetting};
pub use payload::Payload;
pub use report::{Counts, Delivery, Item, Notice, Outcome, Reason, Report};
pub use stop::Stop;
