//! IAM access keys: how versions and secrets are named, and which tags this project writes on a user.

pub mod naming;
mod notes;
pub mod signs;
pub mod tags;
mod telling;
