//! What several jobs ask of the servers they log in to, besides logging in.

pub mod anonymise;
pub mod catalog;
pub mod master;
