//! The one way to AWS: clients built once with timeouts and retries, every call counted, every error sorted
//! by the code on the wire.

mod bar;
mod connect;
mod endpoint;
mod error;
mod http;
mod identity;
mod profile;
mod reach;
mod recorder;
pub mod regions;
mod skew;
mod unanswered;
mod unknown;
pub mod web;

#[cfg(test)]
pub(crate) mod wire;

pub use bar::Bar;
pub use connect::{Aws, Roots, Way, limits, within};
pub(in crate::services) use endpoint::{partition_of, suffix_of};
pub use error::{AwsError, Kind, done};
pub use identity::{Identity, Principal};
pub use profile::{NoProfile, Profile};
pub use recorder::CallRecorder;
pub use skew::Skew;
