//! IAM access keys: rotated before they are too old, handed out by a secret only their owner reads, and taken out of use
//! without locking anybody out. `plan` decides, `apply` acts; `iam` and `store` are the only rooms that know the SDK.

pub mod guard;
pub mod model;
pub mod naming;
pub mod plan;
pub mod policy;
pub mod request;
pub mod select;
pub mod tags;
pub mod trigger;

pub use policy::Policy;
pub use request::Request;
