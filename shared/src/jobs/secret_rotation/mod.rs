//! The rotation of a database login's secret: the job `secret-rotation`, which Secrets Manager calls four times a rotation,
//! each time for one step, and again with the same token when a step failed.

mod apply;
pub mod codes;
mod gate;
mod job;
pub mod model;
mod observe;
pub mod plan;
mod policy;
pub mod request;

pub use job::SecretRotation;
pub use policy::Policy;
