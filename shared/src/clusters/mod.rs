//! Aurora clusters: finding those whose time has passed, deleting them so that they can be brought back, and bringing
//! them back. `plan` decides, `apply` acts, `rds` is the only room that knows the SDK.

pub mod apply;
mod cleanup;
pub mod expiry;
pub mod extend;
pub mod facts;
pub mod model;
pub mod notice;
pub mod observe;
pub mod plan;
pub mod policy;
pub mod rds;
pub mod request;
pub mod restore;
pub mod tags;

pub use cleanup::ClusterCleanup;
pub use policy::Policy;
pub use request::Request;
