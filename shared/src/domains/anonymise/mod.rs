//! Anonymising a clone of a production database: rules that say of every column what becomes of it, what a database looks like, and
//! the plan that both come to. All of it is pure: no original passes through here.

pub mod begun;
pub mod checks;
pub mod codes;
mod fakes;
mod key;
pub mod mark;
pub mod plan;
pub mod rules;
pub mod schema;
pub mod suggest;
mod words;

pub use fakes::Fake;
pub use key::{Pads, RunKey};
