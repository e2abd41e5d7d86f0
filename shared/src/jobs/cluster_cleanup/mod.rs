//! Aurora clusters: finding those whose time has passed, deleting them so that they can be brought back, and bringing
//! them back: the job `cluster-cleanup`. `plan` decides, `apply` acts.

mod apply;
pub mod codes;
mod delete;
mod job;
pub mod model;
pub mod notice;
pub mod observe;
pub mod plan;
pub mod policy;
pub mod request;

pub use delete::{ClusterDelete, DeletePolicy, DeleteRequest};
pub use job::ClusterCleanup;
pub use policy::Policy;
pub use request::Request;
