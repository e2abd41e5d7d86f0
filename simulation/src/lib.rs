//! Years of nights in one process: the real driver and job, over the real SDK clients, in an AWS that is kept in memory. Nothing
//! here opens a socket or waits: time passes only while everybody waits for it. What happens is the same each time for the same
//! [history](history::History), to the call.
//!
//! Rooms, each knowing only those above it:
//!
//! * `time`: the one clock. `dice`: randomness keyed by what it is about.
//! * `aged`: values with their past. `wire`: requests, taken apart strictly, and answers. `rds`, `iam`, `secrets`: those services in memory, as far as they are asked.
//! * `world`: an account. `acts`: what people do there. `history`: what is given, done and broken, as a text.
//! * `journal`: what happened. `aws`: the HTTP client that ends in the account, SES, SNS and STS, and what goes wrong.
//! * `play`: a history, played.
//! * `reached`: what of all that the function can say was said.
//! * `laws`: what must hold of a journal, in words in docs/laws.md. `story`: a journal, told.
//! * `generate`: histories nobody wrote. `subject`: the jobs, each with its histories and its laws. `shrink`, `trial`: one that breaks a law, as short as it gets.
//!
//! What the SDK keeps for the whole process, and what would make one play differ from the next without anybody being told, is
//! taken care of in one place each: its randomness (`play`), what is left of its retries (`play`), its clock (`time`), and the
//! bodies of its requests (`aws/http.rs`).

pub mod acts;
pub mod aged;
pub mod aws;
pub mod dice;
pub mod generate;
pub mod history;
pub mod iam;
pub mod journal;
pub mod laws;
pub mod play;
pub mod rds;
pub mod reached;
pub mod secrets;
pub mod shrink;
pub mod story;
pub mod subject;
pub mod time;
pub mod trial;
pub mod wire;
pub mod world;
