//! What an endpoint does not know is not asked for twice: some say so with a status that the SDK tries again.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

use super::error::UNKNOWN_CALL;

/// See the module.
#[derive(Debug)]
pub(super) struct UnknownCalls;

impl ClassifyRetry for UnknownCalls {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let answer = context.response().filter(|answer| answer.status().as_u16() >= 400);
        let body = answer.and_then(|answer| answer.body().bytes()).unwrap_or_default();
        let text = String::from_utf8_lossy(body);
        // As XML and as JSON has it: a whole word.
        let says = |code: &str| text.contains(&format!(">{code}<")) || text.contains(&format!("\"{code}\""));
        if UNKNOWN_CALL.into_iter().any(says) { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "UnknownCalls"
    }

    /// The last word.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
