//! IAM access keys: rotated before they are too old, handed out by a secret only their owner reads, and taken out of use
//! without locking anybody out. `plan` decides, `apply` acts; `iam`, `store` and `sts` are the only rooms that know the SDK.

pub mod apply;
pub mod guard;
pub mod iam;
pub mod listing;
pub mod model;
pub mod naming;
pub mod notice;
pub mod observe;
pub mod plan;
pub mod policy;
pub mod request;
mod rotation;
pub mod select;
pub mod store;
pub mod sts;
pub mod tags;
pub mod trigger;

pub use policy::Policy;
pub use request::Request;
pub use rotation::KeyRotation;
