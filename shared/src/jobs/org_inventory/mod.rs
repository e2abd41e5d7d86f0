//! The organisation on record: the job `org-inventory`. It reads AWS Organizations, keeps a snapshot in S3, tells the operators
//! what changed, and keeps a table of the accounts. What it reads is decided by what AWS says was changed since the last snapshot.

mod apply;
pub mod codes;
mod job;
mod keep;
mod letter;
mod model;
mod observe;
mod plan;
mod policy;
mod request;
mod touch;

pub use job::OrgInventory;
pub use model::{Kept, Reading, World};
pub use plan::{Action, Everything, Left, Plan};
pub use policy::{Place, Policy};
pub use request::Request;
