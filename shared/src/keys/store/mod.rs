//! Secrets Manager: how a user's secret stands, and how it is written. Reading how it stands reads no value.

mod document;
mod reader;
mod value;
mod writer;

pub use document::{Principals, document};
pub use reader::StoreReader;
pub use value::Value;
pub use writer::{NewSecret, StoreWriter};
