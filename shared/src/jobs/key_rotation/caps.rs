//! How many keys an unattended run may make and take.

use crate::run::caps::{Cap, Counted};

/// Keys that are minted.
pub const ROTATIONS: Counted = Counted::new("rotations");
/// Keys that are switched off.
pub const DEACTIVATIONS: Counted = Counted::new("deactivations");
/// Keys whose recovery time is over. They were switched off in one night under a cap, and people were told the day: they
/// are a backlog.
pub const DELETIONS: Counted = Counted::new("deletions of keys");

/// The caps of one run.
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
    /// Keys switched off.
    pub deactivations: usize,
    /// Keys deleted.
    pub deletions: usize,
    /// Users the policy is for.
    pub in_scope: usize,
}

impl Caps {
    /// The caps on `load`, in the order they are asked.
    pub fn on(self, load: Load) -> Vec<Cap> {
        let Load { rotations, deactivations, deletions, in_scope } = load;
        let percent = |kind, guard, variable, limit, wanted| {
            let said = format!("it is about {wanted} of the {in_scope} users in scope");
            Cap::percent(kind, guard, variable, limit, (wanted, in_scope), said)
        };
        let (off, off_percent) = ("NIGHTSHIFT_MAX_DEACTIVATIONS", "NIGHTSHIFT_MAX_DEACTIVATION_PERCENT");
        let (new, new_percent) = ("NIGHTSHIFT_MAX_ROTATIONS", "NIGHTSHIFT_MAX_ROTATION_PERCENT");
        vec![
            Cap::count(DEACTIVATIONS, "max_deactivations", off, self.deactivations, deactivations),
            percent(DEACTIVATIONS, "max_deactivation_percent", off_percent, self.deactivation_percent, deactivations),
            Cap::share(DELETIONS, off, self.deactivations, deletions),
            Cap::count(ROTATIONS, "max_rotations", new, self.rotations, rotations),
            percent(ROTATIONS, "max_rotation_percent", new_percent, self.rotation_percent, rotations),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::caps;

    #[test]
    fn caps_hold_at_their_edges() {
        let caps = Caps { rotations: 10, rotation_percent: 50, deactivations: 5, deactivation_percent: 20 };
        let guard = |rotations, deactivations, in_scope| {
            let broken = caps::broken(&caps.on(Load { rotations, deactivations, deletions: 99, in_scope }));
            broken.first().map(|(_, tripped)| tripped.guard.clone().into_owned())
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
            (5, 5, 9, None),
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
