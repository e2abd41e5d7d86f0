//! What passes between a client and AWS: requests taken apart strictly, answers and refusals put together.

mod answer;
mod request;

pub use answer::{Answered, Outcome, Refusal, Xml};
pub use request::{Headers, OWN_KEY, Request};
