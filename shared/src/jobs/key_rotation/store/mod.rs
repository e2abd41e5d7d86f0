//! The secret a user's keys are kept in: what stands in a version, and who may read it.

mod document;
mod value;

pub use document::{Fault, Principals, document};
pub use value::{PLACEHOLDER, Value, halves};

/// The label of the version that holds no key.
pub const EMPTY: &str = "NIGHTSHIFTEMPTY";
