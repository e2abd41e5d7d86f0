//! What binds those who work on one cluster by hand: how an expiry is written, and who is who.

use super::lease::Lease;
use super::person::Owners;
use crate::config::Settings;

/// See the module.
#[derive(Debug, Clone)]
pub struct Hand {
    /// How an expiry is written, and how far ahead it may be put.
    pub lease: Lease,
    /// `NIGHTSHIFT_OWNER_OF`: in whose name others act.
    pub owners: Owners,
}

impl Hand {
    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self { lease: Lease::read(settings), owners: Owners::read(settings) }
    }
}
