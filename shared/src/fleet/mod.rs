//! A job in every account of an organisation: what the parts of the state machine do.

pub mod judge;
