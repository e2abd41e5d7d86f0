//! The second look: what was planned about a user, held against what there is by now. What is not as it was planned for is
//! left to the next run; but leaked keys go off whatever else there is. Pure: what was found comes in.

use crate::jobs::key_rotation::model::User;
use crate::jobs::key_rotation::plan::{self, Action, Decision, Leak, Step, Terms};
use crate::report::{self, Outcome};
use crate::run::Done;
use crate::services::aws::AwsError;

/// The user as it is now, and what is decided about it, if that is still what was planned for `known`.
pub(super) fn judge(
    planned: &Action,
    known: &User,
    found: Result<Option<User>, AwsError>,
    terms: Terms<'_>,
) -> Result<(User, Action), Box<Done>> {
    let is_leak = matches!(planned.step, Step::Leaked { .. });
    let fresh = match found {
        Ok(Some(fresh)) => fresh,
        // What cannot be read keeps no leaked key on. Of one that is gone AWS says so when it is to go off.
        Ok(None) | Err(_) if is_leak => return Ok((known.clone(), planned.clone())),
        Ok(None) => return Err(Box::new(Done::already(&report::codes::GONE, "the user is gone", Vec::new()))),
        Err(error) => return Err(Box::new(Done::stopped_by(&error, Vec::new()))),
    };
    if !planned.user_id.is_empty() && fresh.id != planned.user_id {
        return Err(Box::new(Done::moved("another user has its name now")));
    }
    match plan::decide(&fresh, terms) {
        Some(Decision::Act(again)) if again.step == planned.step || both_leaked(&again.step, &planned.step) => {
            Ok((fresh, *again))
        }
        Some(Decision::Act(_)) => Err(Box::new(Done::moved("something else is to be done about it by now"))),
        Some(Decision::Leave(left)) if plan::leak(&fresh, terms.request) == Some(Leak::Off) => {
            Err(Box::new(Done::left(Outcome::AlreadyRight, left.why.reason())))
        }
        Some(Decision::Leave(left)) => Err(Box::new(Done::left(left.why.outcome(), left.why.reason()))),
        None => Err(Box::new(Done::moved("it is no longer in scope"))),
    }
}

fn both_leaked(one: &Step, other: &Step) -> bool {
    matches!((one, other), (Step::Leaked { .. }, Step::Leaked { .. }))
}

#[cfg(test)]
mod tests;
