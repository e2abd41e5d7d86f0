//! Carries a plan to anonymise out on a database that a person names: observe, plan, guard, apply, check. It is in no account, so no
//! driver runs it and no schedule sends it: its guard is the digest that the person reviewed (`run/agreed.rs`), and what is
//! seen of the server. A call that died is gone on with by the same call.

mod action;
mod apply;
mod model;
mod observe;

pub use apply::apply;
pub use model::{Ended, Order, Ran, StepRan};
pub use observe::observe;
