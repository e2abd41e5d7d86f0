//! A clone of a cluster, with an end, an owner and a share of what an owner may have: the job `cluster-clone`. Its event asks
//! for one; an empty event takes away what was begun and never handed over.

mod apply;
pub mod codes;
mod job;
mod model;
mod observe;
mod plan;
mod policy;
mod quarantine;
mod request;

pub use job::ClusterClone;
pub use model::{Claim, World};
pub use plan::{About, Action, CloneFault, ClonePlan, Everything, Left, Plan, RawPlan, RawState, Sweep, Tell};
pub use policy::Policy;
pub use quarantine::{Location, Quarantine};
pub use request::{Request, Wish};
