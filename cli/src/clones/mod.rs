//! `clusters list`, `clusters clone`, `clusters delete` and `clusters snapshots`: what is there, whose it is, how to reach it, one
//! more of it and one less.

mod clone;
mod connection;
mod delete;
mod invoke;
mod list;
mod mine;
mod read;
mod row;
mod snapshots;

pub(crate) use clone::run as clone;
pub(crate) use connection::lines as connection;
pub(crate) use delete::run as delete;
pub(crate) use list::{ClusterList, run as list};
pub(crate) use read::Looking;
pub(crate) use row::Row;
pub(crate) use snapshots::{SnapshotList, all as all_snapshots, run as snapshots};
