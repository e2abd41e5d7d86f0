//! What AWS charges for a run: USD, us-east-1, November 2026. docs/organization-run.md says the same, and links the pages.

/// A transition of a Standard workflow.
pub const PER_TRANSITION: f64 = 0.025 / 1_000.0;
/// A second of a function with one GB of memory.
pub const PER_GB_SECOND: f64 = 0.000_013_333_4;
/// A call of a function.
pub const PER_REQUEST: f64 = 0.20 / 1_000_000.0;
/// An object that is put into a bucket.
pub const PER_PUT: f64 = 0.005 / 1_000.0;
/// The memory of a worker.
pub const GB: f64 = 0.25;
