//! Runs that ended before their workers did. Step Functions ends an execution at once; a function that it called goes on for as long as it may,
//! by the budgets of that run, which no other run knows.

use jiff::{SignedDuration, Timestamp};

use crate::services::executions::Execution;

/// So many of the last executions are looked at: a page of the list.
pub const LATEST: usize = 100;
/// The longest that Lambda lets a function run (Lambda quotas, "Function timeout").
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// How an execution ends while what it called goes on.
const EARLY: [&str; 3] = ["ABORTED", "FAILED", "TIMED_OUT"];

/// Those of `latest` whose workers may be at work at `now`, and until when.
pub fn goes_on(latest: &[Execution], now: Timestamp) -> impl Iterator<Item = (&Execution, Timestamp)> {
    let early = latest.iter().filter(|one| EARLY.contains(&one.status.as_str()));
    let until = |one: &Execution| one.stopped_at?.checked_add(LONGEST).ok();
    early.filter_map(move |one| Some((one, until(one).filter(|until| *until > now)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_of_a_run_that_was_stopped_go_on_for_as_long_as_lambda_lets_them() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let execution = |status: &str, stopped: Option<i64>| Execution {
            arn: "arn".to_owned(),
            name: status.to_owned(),
            status: status.to_owned(),
            started_at: at(0),
            stopped_at: stopped.map(at),
            redrives: 0,
        };
        let all = [
            execution("ABORTED", Some(99)),
            execution("ABORTED", Some(100)),
            execution("FAILED", Some(101)),
            execution("TIMED_OUT", Some(1_000)),
            execution("SUCCEEDED", Some(1_000)),
            execution("RUNNING", None),
        ];
        let found: Vec<_> = goes_on(&all, at(999)).map(|(one, until)| (one.name.as_str(), until)).collect();
        assert_eq!(found, [("ABORTED", at(1_000)), ("FAILED", at(1_001)), ("TIMED_OUT", at(1_900))]);
    }
}
