//! `clusters list`, `clusters clone` and `clusters snapshots`: what is there, whose it is, how to reach it, and one more of it.

mod clone;
mod connection;
mod invoke;
mod list;
mod snapshots;

pub(crate) use clone::run as clone;
pub(crate) use list::{ClusterList, run as list};
pub(crate) use snapshots::{SnapshotList, run as snapshots};
