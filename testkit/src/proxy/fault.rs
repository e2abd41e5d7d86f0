//! What can go wrong with one call.

use std::time::Instant;

use super::Call;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks before AWS sees the request.
    RequestLost,
    /// AWS carries it out and the connection breaks before the answer.
    AnswerLost,
    /// Refused with the service's own code for too many calls.
    Throttled,
    /// Status 500 with the service's own code, and nothing is carried out.
    ServerError,
    /// AWS carries it out, and answers with status 500 and the service's own code.
    ServerErrorAfter,
    /// Refused with the service's own code for a missing right.
    Denied,
    /// The same, where AWS says that a service control policy is why.
    DeniedByOrganization,
    /// Refused with any other error of the service.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code on the wire.
        code: &'static str,
    },
    /// Held before it is carried out: the test kills the caller.
    HoldBefore,
    /// Held after it was carried out: the test kills the caller.
    HoldAfter,
}

/// Breaks some calls of one action.
#[derive(Debug)]
pub(super) struct Rule {
    action: String,
    about: String,
    left: usize,
    fault: Fault,
}

impl Rule {
    pub(super) fn new(action: &str, about: &str, times: usize, fault: Fault) -> Self {
        Self { action: action.to_owned(), about: about.to_owned(), left: times, fault }
    }

    /// What breaks `call`, if this rule is about it and still holds.
    pub(super) fn fault_for(&mut self, call: &Call) -> Option<Fault> {
        let meant = self.about.is_empty() || call.parameters.values().any(|value| value.contains(&self.about));
        if call.action != self.action || !meant || self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(self.fault)
    }
}

/// A token bucket for one action.
#[derive(Debug)]
pub(super) struct Bucket {
    action: String,
    rate: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    #[expect(clippy::disallowed_methods, reason = "a bucket fills by the real clock, as AWS's do")]
    pub(super) fn new(action: &str, rate: f64, burst: f64) -> Self {
        Self { action: action.to_owned(), rate, burst, tokens: burst, filled: Instant::now() }
    }

    /// Whether this bucket is for `action` and empty.
    #[expect(clippy::disallowed_methods, reason = "a bucket fills by the real clock, as AWS's do")]
    pub(super) fn refuses(&mut self, action: &str) -> bool {
        if self.action != action {
            return false;
        }
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.filled).as_secs_f64() * self.rate).min(self.burst);
        self.filled = now;
        if self.tokens < 1.0 {
            return true;
        }
        self.tokens -= 1.0;
        false
    }
}
