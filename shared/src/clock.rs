//! The only place that asks what time it is. Everything else is handed a moment, so a plan made twice from the same
//! snapshot is the same plan, and a test chooses its own night.

#[cfg(feature = "simulation")]
mod simulated;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

#[cfg(feature = "simulation")]
pub use simulated::{Ruled, rule};

/// The present moment, UTC.
#[expect(clippy::disallowed_methods, reason = "this is the room the rule points to")]
pub fn now() -> Timestamp {
    #[cfg(feature = "simulation")]
    if let Some(ruler) = simulated::ruler() {
        return ruler.now();
    }
    Timestamp::now()
}

/// Waits. A function leaves what takes long to its next run, and waits only for what that run could not do for it.
#[expect(clippy::disallowed_methods, reason = "this is the room the rule points to")]
pub async fn sleep(duration: Duration) {
    #[cfg(feature = "simulation")]
    if let Some(ruler) = simulated::ruler() {
        return ruler.sleep(duration).await;
    }
    tokio::time::sleep(duration).await;
}

/// Time, for whoever paces calls: this machine's, or a bench's own that passes only while everybody waits.
pub trait Timekeeper: fmt::Debug + Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Lets it pass.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// This machine's time.
#[derive(Debug, Clone, Copy)]
pub struct Machine;

impl Timekeeper for Machine {
    fn now(&self) -> Timestamp {
        now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(sleep(duration))
    }
}

/// What an item takes where AWS is slow: a re-read, a tag, some members, the cluster and its snapshot, some of them
/// tried again. An item is not begun with less than this left; one that takes longer still is ended by the platform and
/// gone on with by the next run, as after any death of the process.
pub const ITEM_BUDGET: Duration = Duration::from_secs(45);

/// The moment the platform ends the process, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<Timestamp>);

impl Deadline {
    /// Nobody ends this run: the command line.
    pub const NONE: Self = Self(None);

    /// From Lambda's `Lambda-Runtime-Deadline-Ms`: milliseconds since the epoch. An invocation that begins after its own
    /// deadline was given none: `cargo lambda watch` sends a constant, ten minutes past midnight in 1970.
    pub fn of_invocation(millis: u64, began: Timestamp) -> Self {
        let end = i64::try_from(millis).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Self(end.filter(|end| *end > began))
    }

    /// Whether there is still time to begin an item at `now`.
    pub fn allows_another_item(self, now: Timestamp) -> bool {
        self.leaves(ITEM_BUDGET, now)
    }

    /// Whether `needed` is left at `now`.
    pub fn leaves(self, needed: Duration, now: Timestamp) -> bool {
        self.left(now).is_none_or(|left| !left.is_zero() && left >= needed)
    }

    /// What is left at `now` if `kept` is for what comes afterwards, but at most `most`.
    pub fn at_most(self, most: Duration, kept: Duration, now: Timestamp) -> Duration {
        self.left(now).map_or(most, |left| left.saturating_sub(kept).min(most))
    }

    /// What is left at `now`, where anybody ends this run.
    fn left(self, now: Timestamp) -> Option<Duration> {
        self.0.map(|end| if end > now { end.duration_since(now).unsigned_abs() } else { Duration::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_begun_only_with_its_whole_budget_left() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let deadline =
            |seconds: i64| Deadline(Some(now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()));
        assert!(Deadline::NONE.allows_another_item(now));
        assert!(deadline(45).allows_another_item(now));
        assert!(!deadline(44).allows_another_item(now));
        assert!(!deadline(-100).allows_another_item(now));
    }

    #[test]
    fn what_is_kept_for_afterwards_is_not_there_to_be_spent() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let seconds = Duration::from_secs;
        let ends_in = |left| Deadline(Some(now.checked_add(jiff::SignedDuration::from_secs(left)).unwrap()));
        for (deadline, expected) in
            [(Deadline::NONE, 10), (ends_in(60), 10), (ends_in(25), 5), (ends_in(20), 0), (ends_in(-1), 0)]
        {
            assert_eq!(deadline.at_most(seconds(10), seconds(20), now), seconds(expected), "{deadline:?}");
        }
    }

    #[test]
    fn a_deadline_before_the_invocation_is_none() {
        let began: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let millis = |offset: i64| u64::try_from(began.as_millisecond() + offset).unwrap();
        assert_eq!(Deadline::of_invocation(600_000, began), Deadline::NONE);
        assert_eq!(Deadline::of_invocation(u64::MAX, began), Deadline::NONE);
        assert!(!Deadline::of_invocation(millis(30_000), began).allows_another_item(began));
        assert!(Deadline::of_invocation(millis(900_000), began).allows_another_item(began));
    }
}
