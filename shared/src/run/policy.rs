//! The variables every function has.

use jiff::Timestamp;

use super::ceiling::ModeSetting;
use crate::config::Settings;

/// What holds for a run of any function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPolicy {
    /// `NIGHTSHIFT_MODE`.
    pub mode: ModeSetting,
    /// `NIGHTSHIFT_DIGEST_LIFTS_CAPS`: whether `expect_plan` in an event may lift a cap here.
    pub digest_lifts_caps: bool,
    /// `NIGHTSHIFT_NOW`: a clock set by hand, for demos and tests.
    pub now: Option<Timestamp>,
    /// `NIGHTSHIFT_REPORT_BUCKET`: where each report is kept.
    pub report_bucket: Option<String>,
}

impl RunPolicy {
    /// Reads them.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            mode: settings.choice(
                "NIGHTSHIFT_MODE",
                ModeSetting::Unset,
                &[("plan", ModeSetting::PlanCeiling), ("apply", ModeSetting::Apply)],
            ),
            digest_lifts_caps: settings.choice(
                "NIGHTSHIFT_DIGEST_LIFTS_CAPS",
                false,
                &[("true", true), ("false", false)],
            ),
            now: settings.parsed("NIGHTSHIFT_NOW", |text| {
                text.parse().map_err(|_| {
                    format!("'{}' is not an RFC 3339 time such as 2026-11-21T02:00:00Z", crate::text::printable(text))
                })
            }),
            report_bucket: settings.text("NIGHTSHIFT_REPORT_BUCKET").map(str::to_owned),
        }
    }
}
