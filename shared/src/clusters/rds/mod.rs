//! The only room of this domain that knows the SDK: one call, its context, one conversion. Reading and writing are
//! different types, and nothing but an applying run ever has a writer.

mod convert;
mod reader;
mod restorer;
mod writer;

pub use reader::RdsReader;
pub use restorer::RdsRestorer;
pub use writer::RdsWriter;
