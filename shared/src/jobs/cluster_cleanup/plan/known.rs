//! What a decision may take from what was read.

use super::Why;
use crate::services::Read;

/// What was read: `None` where the service does not offer the thing. Unknown blocks, and so does what nobody asked.
pub(super) fn answer<'a, T>(read: &'a Read<T>, call: &'static str) -> Result<Option<&'a T>, Why> {
    match read {
        Read::Known(value) => Ok(Some(value)),
        Read::NotOffered => Ok(None),
        Read::Unknown { said, .. } => Err(Why::PreflightUnknown { call, said: said.clone() }),
        Read::NotAsked => Err(not_asked(call)),
    }
}

/// Nobody asked, so nobody knows.
pub(super) fn not_asked(call: &'static str) -> Why {
    Why::PreflightUnknown { call, said: "it was not asked in this run".to_owned() }
}
