//! Aurora clusters: when one expires, which tags this project writes on them, what its owner was told and is told, what can
//! be typed about it, what became of a deletion that was asked for, and how one is built again.

pub mod commands;
pub mod deletion;
pub mod expiry;
pub mod facts;
pub mod hand;
pub mod lease;
pub mod marks;
pub mod notice;
pub mod person;
pub mod price;
pub mod step;
pub mod tags;
pub mod told;
