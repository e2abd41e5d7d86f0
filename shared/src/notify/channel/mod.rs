//! The ways a letter can go, one outside service a file.

pub(super) mod mail;
pub(super) mod slack;
pub(super) mod topic;
