//! Brings back what a night deleted: from a final snapshot and the facts its tags carry, the cluster as it was, members
//! and all: the job behind `nightshift clusters restore`. Creating only; and what it creates does not expire unless the
//! caller says when, or the next night would take it again.

mod apply;
pub mod codes;
mod job;
mod plan;

pub use job::{ClusterRestore, Request};
pub use plan::{RestoreFault, RestorePlan, Wish};
