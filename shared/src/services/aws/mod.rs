//! The one way to AWS: clients built once with timeouts and retries, every call counted, every error sorted
//! by the code on the wire.

mod connect;
mod error;
mod http;
mod recorder;
mod skew;
mod unknown;
pub mod web;

pub use connect::{Aws, Identity, Roots, within};
pub use error::{AwsError, Kind, done};
pub use recorder::CallRecorder;
pub use skew::Skew;
