//! Counts every call as it leaves, by IAM action. What a report says under `calls` is what was sent, retries included,
//! and the least-privilege test compares the same names with the policy.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Shared by all clients of one process; emptied at the end of each run.
#[derive(Debug, Clone, Default)]
pub struct CallRecorder(Arc<Mutex<BTreeMap<String, u64>>>);

impl CallRecorder {
    /// The calls since the last time, and starts anew.
    pub fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many calls there were since.
    pub fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    fn record(&self, action: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(action).or_default() += 1;
    }
}

#[dyn_dispatch_hint]
impl Intercept for CallRecorder {
    fn name(&self) -> &'static str {
        "CallRecorder"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            self.record(format!("{}:{}", iam_prefix(metadata.service()), metadata.name()));
        }
        Ok(())
    }
}

/// The service's name in IAM actions, from its SDK id: lower case without spaces, but for those that differ.
fn iam_prefix(sdk_id: &str) -> String {
    match sdk_id {
        "SESv2" => "ses".to_owned(),
        "SFN" => "states".to_owned(),
        "CloudWatch Logs" => "logs".to_owned(),
        "Resource Groups Tagging API" => "tag".to_owned(),
        "EventBridge" => "events".to_owned(),
        other => other.replace(' ', "").to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_named_as_in_iam_actions() {
        for (sdk_id, prefix) in [
            ("RDS", "rds"),
            ("Secrets Manager", "secretsmanager"),
            ("SESv2", "ses"),
            ("STS", "sts"),
            ("Resource Groups Tagging API", "tag"),
        ] {
            assert_eq!(iam_prefix(sdk_id), prefix);
        }
    }

    #[test]
    fn taking_the_calls_starts_anew() {
        let recorder = CallRecorder::default();
        recorder.record("rds:X".to_owned());
        recorder.record("rds:X".to_owned());
        assert_eq!(recorder.take(), [("rds:X".to_owned(), 2)].into());
        assert!(recorder.take().is_empty());
    }
}
