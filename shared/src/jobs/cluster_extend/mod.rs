//! More time for a cluster, on a person's word: the job behind `nightshift clusters extend`. `plan` decides.

pub mod codes;
mod job;
mod plan;

pub use job::{ClusterExtend, Request, Seen};
pub use plan::{ExtendFault, Extension};
