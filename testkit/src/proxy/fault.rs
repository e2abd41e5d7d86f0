//! What can go wrong with one call.

use std::time::Instant;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks before AWS sees the request.
    RequestLost,
    /// AWS carries it out and the connection breaks before the answer.
    AnswerLost,
    /// Refused with `Throttling`.
    Throttled,
    /// Refused with status 500.
    ServerError,
    /// Refused with `AccessDenied`.
    Denied,
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

/// The body of a refusal in the protocol of the call: XML for the query services, JSON for the others.
pub(super) fn refusal(json: bool, code: &str, message: &str) -> (&'static str, String) {
    if json {
        return ("application/x-amz-json-1.1", format!(r#"{{"__type":"{code}","message":"{message}"}}"#));
    }
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    );
    ("text/xml", body)
}
