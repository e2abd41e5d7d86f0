//! How much an unattended run may do: a cap that trips means no step at all.

use std::borrow::Cow;

use serde_json::json;

use crate::run::guard::{SMALLEST_BASE_FOR_PERCENT, Tripped};

/// The caps of one run. Deletions count with deactivations: both take a key from somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// `NIGHTSHIFT_MAX_ROTATIONS`.
    pub rotations: usize,
    /// `NIGHTSHIFT_MAX_ROTATION_PERCENT` of the users in scope.
    pub rotation_percent: usize,
    /// `NIGHTSHIFT_MAX_DEACTIVATIONS`.
    pub deactivations: usize,
    /// `NIGHTSHIFT_MAX_DEACTIVATION_PERCENT` of the users in scope.
    pub deactivation_percent: usize,
}

/// What a plan would do, as the caps see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Keys minted.
    pub rotations: usize,
    /// Keys switched off or deleted.
    pub deactivations: usize,
    /// Users the policy is for.
    pub in_scope: usize,
}

impl Caps {
    /// The cap that `load` would break, if any.
    pub fn check(self, load: Load) -> Option<Tripped> {
        let Load { rotations, deactivations, in_scope } = load;
        let count = |guard: &'static str, limit: usize, wanted: usize, variable: &str| {
            (wanted > limit).then(|| Tripped {
                guard: Cow::Borrowed(guard),
                limit: json!(limit),
                wanted: json!(wanted),
                fix: fix(variable),
            })
        };
        let percent = |guard: &'static str, limit: usize, wanted: usize, variable: &str| {
            (in_scope >= SMALLEST_BASE_FOR_PERCENT && wanted * 100 > limit * in_scope).then(|| Tripped {
                guard: Cow::Borrowed(guard),
                limit: json!(limit),
                wanted: json!((wanted * 100).div_ceil(in_scope)),
                fix: format!("it is about {wanted} of the {in_scope} users in scope; {}", fix(variable)),
            })
        };
        count("max_deactivations", self.deactivations, deactivations, "NIGHTSHIFT_MAX_DEACTIVATIONS")
            .or_else(|| {
                let variable = "NIGHTSHIFT_MAX_DEACTIVATION_PERCENT";
                percent("max_deactivation_percent", self.deactivation_percent, deactivations, variable)
            })
            .or_else(|| count("max_rotations", self.rotations, rotations, "NIGHTSHIFT_MAX_ROTATIONS"))
            .or_else(|| {
                let variable = "NIGHTSHIFT_MAX_ROTATION_PERCENT";
                percent("max_rotation_percent", self.rotation_percent, rotations, variable)
            })
    }
}

fn fix(variable: &str) -> String {
    format!(
        "review this plan and apply exactly it by its digest (nightshift apply … --expect-plan DIGEST), or raise {variable}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_at_their_edges() {
        let caps = Caps { rotations: 10, rotation_percent: 50, deactivations: 5, deactivation_percent: 20 };
        let guard = |rotations, deactivations, in_scope| {
            caps.check(Load { rotations, deactivations, in_scope }).map(|tripped| tripped.guard.into_owned())
        };
        for (rotations, deactivations, in_scope, expected) in [
            (10, 5, 100, None),
            (11, 0, 100, Some("max_rotations")),
            (0, 6, 100, Some("max_deactivations")),
            (11, 6, 100, Some("max_deactivations")),
            (5, 0, 10, None),
            (6, 0, 10, Some("max_rotation_percent")),
            (0, 2, 10, None),
            (0, 3, 10, Some("max_deactivation_percent")),
            (4, 4, 4, None),
            (0, 0, 0, None),
        ] {
            assert_eq!(
                guard(rotations, deactivations, in_scope).as_deref(),
                expected,
                "{rotations} {deactivations} {in_scope}"
            );
        }
    }
}
