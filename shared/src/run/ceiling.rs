//! How far a function's runs may go: the mode its configuration sets, and what an event may ask for under it.

use crate::report::Mode;

/// What `NIGHTSHIFT_MODE` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModeSetting {
    /// Unset: plan, unless the event asks for more.
    #[default]
    Unset,
    /// `plan`, written out: a ceiling no event lifts.
    PlanCeiling,
    /// `apply`: scheduled runs apply; an event may still ask only for the plan.
    Apply,
}

impl ModeSetting {
    /// The mode of one run, from the setting and what its event asked for.
    pub fn resolve(self, asked: Option<Mode>) -> Result<Mode, AboveCeiling> {
        match (self, asked) {
            (Self::PlanCeiling, Some(Mode::Apply)) => Err(AboveCeiling),
            (_, Some(asked)) => Ok(asked),
            (Self::Apply, None) => Ok(Mode::Apply),
            (Self::Unset | Self::PlanCeiling, None) => Ok(Mode::Plan),
        }
    }
}

/// An event asked for more than its function may do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event asks for mode 'apply', but NIGHTSHIFT_MODE=plan is written out for this function and is a ceiling; \
     set NIGHTSHIFT_MODE=apply (or remove it, so that events may choose), or leave 'mode' out of the event"
)]
pub struct AboveCeiling;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_is_the_default_and_a_written_plan_is_a_ceiling() {
        use Mode::{Apply, Plan};
        let table = [
            (ModeSetting::Unset, None, Ok(Plan)),
            (ModeSetting::Unset, Some(Plan), Ok(Plan)),
            (ModeSetting::Unset, Some(Apply), Ok(Apply)),
            (ModeSetting::PlanCeiling, None, Ok(Plan)),
            (ModeSetting::PlanCeiling, Some(Plan), Ok(Plan)),
            (ModeSetting::PlanCeiling, Some(Apply), Err(AboveCeiling)),
            (ModeSetting::Apply, None, Ok(Apply)),
            (ModeSetting::Apply, Some(Plan), Ok(Plan)),
            (ModeSetting::Apply, Some(Apply), Ok(Apply)),
        ];
        for (setting, asked, expected) in table {
            assert_eq!(setting.resolve(asked), expected, "{setting:?} {asked:?}");
        }
    }
}
