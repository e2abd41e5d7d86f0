//! Messages that AWS sends, taken out of whatever they came in: an SQS message around an SNS notification around what AWS Config
//! has to say. Pure: text in, values out.

pub mod config;
mod envelope;
mod unwrap;

pub use config::Config;
pub use envelope::{EventBridge, Sns, Sqs};
pub use unwrap::{Content, Envelope, Message, Messages, NotJson, VERSION, parse};
