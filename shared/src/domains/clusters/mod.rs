//! Aurora clusters: when one expires, which tags this project writes on them, and how one is built again.

pub mod expiry;
pub mod facts;
pub mod lease;
pub mod tags;
