//! The function as it is deployed: the real binary in the real runtime loop, called as Secrets Manager calls it, against
//! real database servers and the AWS stand-in.

mod accounts;
mod alternating;
mod by_aws;
mod cancelled;
mod contract;
mod corrected;
mod cost;
mod dual;
mod edited;
mod either;
mod events;
mod locked;
mod single;
mod strangers;
mod takeover;
mod together;
mod world;

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_secret-rotation");
