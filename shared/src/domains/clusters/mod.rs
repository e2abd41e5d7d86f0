//! Aurora clusters: when one expires, which tags this project writes on them, what its owner was told, what became of a
//! deletion that was asked for, and how one is built again.

pub mod deletion;
pub mod expiry;
pub mod facts;
pub mod lease;
pub mod marks;
pub mod notice;
pub mod person;
pub mod price;
pub mod tags;
