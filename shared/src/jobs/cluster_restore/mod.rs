//! Brings back what a night deleted: from a final snapshot and the facts its tags carry, the cluster as it was, members
//! and all. Creating only; and what it creates does not expire unless the caller says when, or the next night would
//! take it again.

mod apply;
mod plan;

pub use apply::{Restored, restore};
pub use plan::{RestoreFault, RestorePlan, Wish};
