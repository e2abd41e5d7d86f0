//! The only rooms that know SDKs and database drivers: one a service, each with a model of its own, so that nothing above
//! depends on the shape of an answer.

pub mod aws;
pub mod executions;
pub mod functions;
pub mod iam;
pub mod mail;
pub mod organizations;
mod permit;
pub mod rds;
mod read;
pub mod s3;
pub mod secrets;
pub mod slack;
pub mod sql;
pub mod stated;
pub mod sts;
pub mod tables;
pub mod tags;
pub mod topic;

pub use permit::{Permit, RecordPermit};
pub use read::Read;
