//! Rules that several jobs share, by what they are about. Pure: nothing here makes a call.

pub mod anonymise;
pub mod clusters;
pub mod databases;
pub mod fleet;
pub mod keys;
pub mod messages;
pub mod organization;
pub mod owners;
