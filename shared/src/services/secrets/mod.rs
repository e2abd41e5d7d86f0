//! AWS Secrets Manager: one call, its context, one conversion. Reading and writing are different types, and nothing but an
//! applying run ever has a writer.

mod model;
mod reader;
mod writer;

pub use model::{CURRENT, Described, Listed, PENDING, RotationFacts, Version};
pub use reader::SecretsReader;
pub use writer::{NewSecret, SecretsWriter};

fn object(name: &str) -> String {
    format!("secret {name}")
}
