//! What a run may do by a clock that is wrong: say what it would do. What is due is decided by the clock, so a machine that
//! is days ahead would delete what has days left.

use jiff::SignedDuration;

use super::fault::RunFault;
use crate::report::{Mode, Reason, codes};
use crate::services::aws::Skew;

/// Refuses to apply by a clock that is wrong, or that nobody can say is right. A plan is made, with a word of warning.
pub fn judge(skew: Skew, mode: Mode) -> Result<Option<Reason>, RunFault> {
    let (code, problem, fix) = match skew {
        Skew::Agreed => return Ok(None),
        Skew::Apart { here, there } => (
            &codes::CLOCK_APART,
            format!(
                "this machine's clock is {} AWS's ({here:.0} here, {there:.0} there)",
                apart(here.duration_since(there))
            ),
            "set the machine's clock (NTP) and run again: what is due is decided by it",
        ),
        Skew::Unknown => (
            &codes::CLOCK_UNKNOWN,
            "this machine's clock could not be compared with AWS's: the answer to sts:GetCallerIdentity has no date"
                .to_owned(),
            "let the Date header of AWS's answers through, whatever stands between",
        ),
    };
    match mode {
        Mode::Plan => Ok(Some(Reason::new(code, format!("{problem}; in apply mode this is a fault"), fix))),
        Mode::Apply => Err(RunFault::Clock { problem, fix }),
    }
}

/// `3 d ahead of`, in the largest unit that fits.
fn apart(by: SignedDuration) -> String {
    let minutes = (by.as_secs().unsigned_abs() + 30) / 60;
    let size = match minutes {
        0..60 => format!("{minutes} min"),
        60..1_440 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1_440),
    };
    format!("{size} {}", if by.is_positive() { "ahead of" } else { "behind" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_plans_with_a_warning_and_applies_nothing() {
        assert_eq!(judge(Skew::Agreed, Mode::Apply).unwrap(), None);
        assert_eq!(judge(Skew::Agreed, Mode::Plan).unwrap(), None);
        let apart = |there: &str| Skew::Apart {
            here: "2026-11-21T02:00:00.123Z".parse().unwrap(),
            there: there.parse().unwrap(),
        };
        let said = |skew: Skew| {
            let (plan, apply) = (judge(skew, Mode::Plan).unwrap().unwrap(), judge(skew, Mode::Apply).unwrap_err());
            format!("{} | {} | {} | {apply}", plan.code, plan.message, plan.fix.unwrap_or_default())
        };
        insta::assert_snapshot!(said(apart("2026-11-18T02:00:00Z")), @"clock-apart | this machine's clock is 3 d ahead of AWS's (2026-11-21T02:00:00Z here, 2026-11-18T02:00:00Z there); in apply mode this is a fault | set the machine's clock (NTP) and run again: what is due is decided by it | this machine's clock is 3 d ahead of AWS's (2026-11-21T02:00:00Z here, 2026-11-18T02:00:00Z there), so nothing was done: set the machine's clock (NTP) and run again: what is due is decided by it");
        insta::assert_snapshot!(said(apart("2026-11-21T08:30:00Z")), @"clock-apart | this machine's clock is 6 h behind AWS's (2026-11-21T02:00:00Z here, 2026-11-21T08:30:00Z there); in apply mode this is a fault | set the machine's clock (NTP) and run again: what is due is decided by it | this machine's clock is 6 h behind AWS's (2026-11-21T02:00:00Z here, 2026-11-21T08:30:00Z there), so nothing was done: set the machine's clock (NTP) and run again: what is due is decided by it");
        insta::assert_snapshot!(said(Skew::Unknown), @"clock-unknown | this machine's clock could not be compared with AWS's: the answer to sts:GetCallerIdentity has no date; in apply mode this is a fault | let the Date header of AWS's answers through, whatever stands between | this machine's clock could not be compared with AWS's: the answer to sts:GetCallerIdentity has no date, so nothing was done: let the Date header of AWS's answers through, whatever stands between");
    }
}
