//! Values with their past, since what AWS shows may be old for a bounded time.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::time::later;

/// The tags of one thing.
pub type Tags = BTreeMap<String, String>;

/// How long past values are kept: no read is older.
const MEMORY: Duration = Duration::from_mins(10);

/// A value with its past: what is read may be old for a bounded time.
#[derive(Debug, Clone)]
pub struct Aged<T>(Vec<(Timestamp, T)>);

impl<T> Aged<T> {
    /// It is `value` since `now`, and was nothing before.
    pub fn new(now: Timestamp, value: T) -> Self {
        Self(vec![(now, value)])
    }

    /// What it is.
    pub fn get(&self) -> &T {
        &self.0[self.0.len() - 1].1
    }

    /// What it was at `then`, or at its beginning.
    pub fn at(&self, then: Timestamp) -> &T {
        self.0.iter().rev().find(|(since, _)| *since <= then).map_or(&self.0[0].1, |(_, value)| value)
    }

    /// It is `value` from `now` on.
    pub fn set(&mut self, now: Timestamp, value: T) {
        let old = self.0.iter().rposition(|(since, _)| later(*since, MEMORY) < now);
        self.0.drain(..old.unwrap_or(0));
        self.0.push((now, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_and_its_past_is_bounded() {
        let at = |minutes| later("2026-01-01T00:00:00Z".parse().unwrap(), Duration::from_mins(minutes));
        let mut aged = Aged::new(at(0), "a");
        aged.set(at(5), "b");
        assert_eq!((*aged.get(), *aged.at(at(4)), *aged.at(at(5))), ("b", "a", "b"));
        aged.set(at(100), "c");
        assert_eq!((*aged.get(), *aged.at(at(99)), *aged.at(at(0))), ("c", "b", "b"));
    }
}
