//! Whether a run may begin: no other one is under way. The name of an execution is the lock, and Step Functions keeps it.

use crate::fleet::event::ToList;
use crate::fleet::fault::FleetFault;
use crate::services::executions::Execution;

/// `Err` if one of `running` goes before the execution of `event`: of two the one that was started later gives way, so that
/// not both of them do.
pub(super) fn free(running: &[Execution], event: &ToList) -> Result<(), FleetFault> {
    let own = running.iter().find(|one| one.arn == event.execution_arn);
    // As Step Functions lists it, where it does already: the same clock for all.
    let started_at = own.map_or(event.started_at, |own| own.started_at);
    // One that was redriven was started long before, and comes after all the same.
    let redriven = own.is_some_and(|own| own.redrives > 0);
    let others = running.iter().filter(|one| one.arn != event.execution_arn);
    let before = others.filter(|one| redriven || (one.started_at, &one.arn) < (started_at, &event.execution_arn));
    match before.min_by_key(|one| one.started_at) {
        None => Ok(()),
        Some(one) => Err(FleetFault::Busy { name: one.name.clone(), since: one.started_at }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::event::Start;

    fn execution(name: &str, second: i64) -> Execution {
        let started_at = jiff::Timestamp::from_second(second).unwrap();
        Execution {
            arn: format!("arn:{name}"),
            name: name.to_owned(),
            status: "RUNNING".to_owned(),
            started_at,
            stopped_at: None,
            redrives: 0,
        }
    }

    fn asked(name: &str, second: i64, running: &[Execution]) -> Option<String> {
        let started_at = jiff::Timestamp::from_second(second).unwrap();
        let (execution, execution_arn) = (name.to_owned(), format!("arn:{name}"));
        let event = ToList { execution, execution_arn, started_at, input: Start::default() };
        free(running, &event).err().map(|fault| format!("{} {fault}", fault.error_type()))
    }

    #[test]
    fn of_two_runs_the_one_that_was_started_later_gives_way_and_never_both() {
        let (night, redrive) = (execution("night", 100), execution("redrive", 40));
        assert_eq!(asked("night", 100, &[]), None, "the list may lag behind");
        assert_eq!(asked("night", 100, std::slice::from_ref(&night)), None, "itself");
        let both = [night, redrive];
        insta::assert_snapshot!(asked("night", 100, &both).unwrap(), @"FleetBusy another run of this fleet is under way, redrive, since 1970-01-01T00:00:40Z: nothing was begun; wait for its end, or stop it");
        assert_eq!(asked("redrive", 40, &both), None);
        let twins = [execution("a", 7), execution("b", 7)];
        assert!(asked("a", 7, &twins).is_none() && asked("b", 7, &twins).is_some(), "at the same moment");
        let again = Execution { redrives: 1, ..execution("old", 1) };
        assert!(asked("old", 1, &[again.clone(), execution("night", 100)]).is_some(), "redriven beside the night's");
        assert_eq!(asked("old", 1, &[again]), None);
        // What the event says is by another clock than what is listed.
        assert_eq!(asked("redrive", 120, &both), None);
    }
}
