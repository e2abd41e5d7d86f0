//! IAM access keys: rotated before they are too old, handed out by a secret only their owner reads, and taken out of use
//! without locking anybody out: the job `key-rotation`. `plan` decides, `apply` acts.

mod apply;
pub mod caps;
pub mod codes;
mod job;
pub mod listing;
pub mod model;
pub mod notice;
pub mod observe;
pub mod plan;
pub mod policy;
mod readers;
pub mod request;
pub mod select;
mod sign;
pub mod store;
pub mod trigger;
mod warnings;
mod whose;

pub use job::KeyRotation;
pub use policy::Policy;
pub use request::Request;
