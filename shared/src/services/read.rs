//! What was read from outside, or why it could not be.

use super::aws::AwsError;

/// Something read, or why it could not be. Unknown is never treated as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read<T> {
    /// This is what is there.
    Known(T),
    /// The service does not know the call here, so the thing cannot exist: a logged gap.
    NotOffered,
    /// It could not be read.
    Unknown {
        /// The call, as IAM names it.
        call: &'static str,
        /// What AWS, or the way to it, said.
        said: String,
        /// The next step.
        fix: String,
    },
    /// Nobody needed it, so nobody asked.
    NotAsked,
}

impl<T> Read<T> {
    /// A read that ended in `error`.
    pub fn failed(error: &AwsError) -> Self {
        Self::Unknown { call: error.action, said: error.said(), fix: error.fix() }
    }

    /// A read of `call` that ended in these words, for a world made by hand.
    #[cfg(test)]
    pub(crate) fn unknown(call: &'static str, said: &str) -> Self {
        Self::Unknown { call, said: said.to_owned(), fix: "allow it".to_owned() }
    }

    /// What is there, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}
