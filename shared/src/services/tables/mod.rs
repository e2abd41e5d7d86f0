//! `DynamoDB`: items of a table as JSON, whose key is one text. Reading and writing are different types.

mod convert;
mod reader;
mod writer;

pub use reader::TableReader;
pub use writer::TableWriter;

/// Items in one call that writes, as AWS takes them.
pub const BATCH: usize = 25;

/// An item, as JSON.
pub type Row = serde_json::Map<String, serde_json::Value>;

fn object(table: &str) -> String {
    format!("table {table}")
}
