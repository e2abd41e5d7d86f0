//! Whether this machine's clock is right. The SDK signs by AWS's clock where the two differ, so that a machine that is
//! days ahead is let in, and decides by its own what is due. The date of an answer says what time it is at AWS.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// More than an answer takes that is waited for, and less than anything that is decided by a clock.
const TOLERATED: SignedDuration = SignedDuration::from_mins(5);

/// This machine's clock beside AWS's, by one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skew {
    /// They say the same, but for what an answer takes.
    Agreed,
    /// They do not.
    Apart {
        /// What this machine's said when the answer came.
        here: Timestamp,
        /// What the answer said.
        there: Timestamp,
    },
    /// The answer had no date.
    Unknown,
}

impl Skew {
    /// By the `date` of an answer that came when this machine's clock said `here`.
    fn of(date: Option<&str>, here: Timestamp) -> Self {
        let there = date
            .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
            .and_then(|date| Timestamp::from_second(date.secs()).ok());
        match there {
            None => Self::Unknown,
            Some(there) if here.duration_since(there).abs() <= TOLERATED => Self::Agreed,
            Some(there) => Self::Apart { here, there },
        }
    }
}

/// Reads the date of each answer to one call; the last is the one that counts.
#[derive(Debug, Clone)]
pub(super) struct DateReader(Arc<Mutex<Skew>>);

impl DateReader {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Skew::Unknown)))
    }

    /// What the answer said.
    pub(super) fn skew(&self) -> Skew {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for DateReader {
    fn name(&self) -> &'static str {
        "DateReader"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let skew = Skew::of(context.response().headers().get("date"), clock::now());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = skew;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skew(date: &str) -> Skew {
        Skew::of(Some(date), "2026-11-21T02:00:00Z".parse().unwrap())
    }

    #[test]
    fn five_minutes_are_tolerated_either_way_and_no_second_more() {
        for (date, agreed) in [
            ("Sat, 21 Nov 2026 02:00:00 GMT", true),
            ("Sat, 21 Nov 2026 01:55:00 GMT", true),
            ("Sat, 21 Nov 2026 02:05:00 GMT", true),
            ("Sat, 21 Nov 2026 01:54:59 GMT", false),
            ("Sat, 21 Nov 2026 02:05:01 GMT", false),
            ("Thu, 21 Nov 2024 02:00:00 GMT", false),
        ] {
            assert_eq!(skew(date) == Skew::Agreed, agreed, "{date}");
        }
        for date in [None, Some(""), Some("now"), Some("2026-11-21T02:00:00Z")] {
            assert_eq!(Skew::of(date, Timestamp::UNIX_EPOCH), Skew::Unknown, "{date:?}");
        }
    }
}
