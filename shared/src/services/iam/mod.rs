//! IAM: one call, its context, one conversion. Reading and writing are different types, and nothing but an applying run
//! ever has a writer.

mod audit;
mod convert;
mod model;
mod reader;
mod writer;

pub use audit::{Audit, COLUMNS as AUDITED};
pub use model::{Key, LastUsed, Status, Use, User};
pub use reader::IamReader;
pub use writer::{IamWriter, Minted};
