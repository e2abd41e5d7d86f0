//! Which of the things that keep a run out of an account or a Region are failures. None of them is, unless the operator says so:
//! an organisation has accounts and Regions that nobody means.

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::domains::fleet::{Ended, codes as fleet_codes};
use crate::report::{Code, Reason, codes};
use crate::text::printable;

const NAME: &str = "NIGHTSHIFT_FLEET_FAILURES";

/// What may be skipped.
static SKIPS: [&Code; 3] = [&fleet_codes::ROLE_MISSING, &codes::DENIED_BY_SCP, &codes::REGION_OFF];

/// `NIGHTSHIFT_FLEET_FAILURES`: those of them that are failures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Failures(BTreeSet<&'static Code>);

impl Failures {
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        let known = |name: &str| {
            let found = SKIPS.iter().copied().find(|code| code.name == name);
            let all = SKIPS.map(|code| code.name).join(", ");
            found.ok_or_else(|| format!("'{}' is not one of: {all}", printable(name)))
        };
        Self(settings.patterns(NAME, known).unwrap_or_default().into_iter().collect())
    }

    /// How what was kept out for `reason` ended.
    pub(super) fn ended(&self, reason: &Reason) -> Ended {
        let is_skip = SKIPS.iter().any(|code| reason.is(code) && !self.0.contains(code));
        if is_skip { Ended::Skipped } else { Ended::Failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn read(list: &str) -> Result<Failures, String> {
        let environment: Environment = [(NAME, list)].into_iter().collect();
        let mut settings = Settings::of(&environment);
        let failures = Failures::read(&mut settings);
        settings.finish().map(|()| failures).map_err(|faults| faults.to_string())
    }

    #[test]
    fn what_keeps_a_run_out_is_skipped_unless_it_is_named_and_all_else_has_failed() {
        let of = |list: &str, code| read(list).unwrap().ended(&Reason::plain(code, "m"));
        for code in SKIPS {
            assert_eq!(of("", code), Ended::Skipped, "{code}");
            assert_eq!(of(code.name, code), Ended::Failed, "{code}");
        }
        assert_eq!(of("role-missing,region-off", &codes::DENIED_BY_SCP), Ended::Skipped);
        assert_eq!(of("", &codes::ACCESS_DENIED), Ended::Failed);
        insta::assert_snapshot!(read("role-mising").unwrap_err(), @"the configuration has 1 fault and nothing was done: NIGHTSHIFT_FLEET_FAILURES: 'role-mising' is not one of: role-missing, denied-by-scp, region-off");
    }
}
