//! When the next call may leave. One bucket a row of AWS's table, filled at a neighbour's share of the published rate: others
//! draw on the same limits. A throttle halves a bucket's rate, and each answer gives a little of it back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::rates::{Api, Rate, Row};
use crate::clock::{Machine, Timekeeper};

/// What an answer gives back of the full rate: thirty answers after a halving.
const RECOVERY: f64 = 1.0 / 60.0;
/// However often it is throttled, a bucket goes on at this part of its rate.
const FLOOR: f64 = 1.0 / 32.0;

/// The part of the published rates that is used, in percent: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u8);

impl Share {
    /// A neighbour's: half.
    pub const NEIGHBOUR: Self = Self(50);

    /// `percent`, if it is 1 to 100.
    pub const fn of(percent: u8) -> Option<Self> {
        if percent == 0 || percent > 100 { None } else { Some(Self(percent)) }
    }

    /// In percent.
    pub const fn percent(self) -> u8 {
        self.0
    }

    /// What is left of `rate`. A burst is never less than a call.
    pub fn at(self, rate: Rate) -> Rate {
        let part = f64::from(self.0) / 100.0;
        Rate { per_second: rate.per_second * part, burst: (rate.burst * part).max(1.0), ..rate }
    }
}

/// Shared by all calls of one reader.
#[derive(Debug, Clone)]
pub struct Pace {
    share: Option<Share>,
    buckets: Arc<Mutex<BTreeMap<Row, Bucket>>>,
    time: Arc<dyn Timekeeper>,
}

impl Pace {
    /// Within `share` of the published rates.
    pub fn within(share: Share) -> Self {
        Self { share: Some(share), buckets: Arc::default(), time: Arc::new(Machine) }
    }

    /// The same, by another time than this machine's.
    #[must_use]
    pub fn by(self, time: Arc<dyn Timekeeper>) -> Self {
        Self { time, ..self }
    }

    /// As fast as answers come: for an endpoint that is nobody else's, such as a stand-in. A throttle is heeded all the same.
    pub fn unpaced() -> Self {
        Self { share: None, buckets: Arc::default(), time: Arc::new(Machine) }
    }

    /// Waits until a call of `api` may leave.
    pub(super) async fn admit(&self, api: Api) {
        let wait = self.with(api, Bucket::take);
        if !wait.is_zero() {
            self.pause(wait).await;
        }
    }

    /// Waits, whatever the bucket says.
    pub(super) async fn pause(&self, wait: Duration) {
        self.time.sleep(wait).await;
    }

    pub(super) fn answered(&self, api: Api) {
        self.with(api, |bucket, _| bucket.answered());
    }

    pub(super) fn throttled(&self, api: Api) {
        self.with(api, Bucket::throttled);
    }

    fn with<T>(&self, api: Api, act: impl FnOnce(&mut Bucket, Timestamp) -> T) -> T {
        let now = self.time.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = match self.share {
            Some(share) => share.at(api.rate()),
            None => Rate { per_second: 1000.0, burst: 1000.0, published: false },
        };
        act(buckets.entry(api.row()).or_insert_with(|| Bucket::full(rate, now)), now)
    }
}

/// Calls are let in ahead of time and told how long to wait, so that those who wait are served in their order.
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    /// Of the rate: 1 until a throttle.
    ease: f64,
    /// Below zero: so many calls wait.
    tokens: f64,
    filled_at: Timestamp,
}

impl Bucket {
    fn full(rate: Rate, now: Timestamp) -> Self {
        Self { rate, ease: 1.0, tokens: rate.burst, filled_at: now }
    }

    fn per_second(&self) -> f64 {
        self.rate.per_second * self.ease
    }

    fn fill(&mut self, now: Timestamp) {
        // A clock that is set back fills nothing.
        let passed = now.duration_since(self.filled_at).as_secs_f64().max(0.0);
        self.tokens = (self.tokens + passed * self.per_second()).min(self.rate.burst);
        self.filled_at = now;
    }

    /// How long the caller has to wait.
    fn take(&mut self, now: Timestamp) -> Duration {
        self.fill(now);
        self.tokens -= 1.0;
        if self.tokens >= 0.0 { Duration::ZERO } else { Duration::from_secs_f64(-self.tokens / self.per_second()) }
    }

    fn throttled(&mut self, now: Timestamp) {
        self.fill(now);
        self.ease = (self.ease / 2.0).max(FLOOR);
        self.tokens = self.tokens.min(0.0);
    }

    fn answered(&mut self) {
        self.ease = (self.ease + RECOVERY).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_share_is_a_part_and_never_less_than_a_call() {
        let half = Share::NEIGHBOUR.at(Api::ListAccounts.rate());
        assert_eq!((half.per_second, half.burst), (4.0, 6.0));
        assert_eq!(Some(Share::NEIGHBOUR.at(Api::DescribePolicy.rate()).burst), Some(1.0));
        assert_eq!((Share::of(0), Share::of(101), Share::of(100).map(Share::percent)), (None, None, Some(100)));
    }

    #[test]
    fn after_its_burst_a_bucket_lets_calls_through_at_its_rate() {
        let mut bucket = Bucket::full(Rate { per_second: 2.0, burst: 2.0, published: true }, at(0));
        let waits: Vec<_> = (0..5).map(|_| bucket.take(at(0)).as_millis()).collect();
        assert_eq!(waits, [0, 0, 500, 1000, 1500], "whoever waits is served in order");
        assert_eq!(bucket.take(at(2000)).as_millis(), 0, "what was owed is paid by time");
        assert_eq!(bucket.take(at(1000)).as_millis(), 500, "a clock that is set back fills nothing");
    }

    #[test]
    fn a_throttle_halves_the_rate_and_answers_give_it_back_slowly() {
        let mut bucket = Bucket::full(Rate { per_second: 8.0, burst: 8.0, published: true }, at(0));
        bucket.throttled(at(0));
        assert_eq!((bucket.per_second(), bucket.take(at(0)).as_millis()), (4.0, 250));
        (0..100).for_each(|_| bucket.throttled(at(0)));
        assert!(bucket.per_second() > 0.2, "it never stands still");
        bucket.answered();
        assert!(bucket.per_second() < 0.5, "one answer is no proof");
        (0..60).for_each(|_| bucket.answered());
        assert_eq!(Some(bucket.per_second()), Some(8.0));
    }

    proptest! {
        /// Whatever comes when, no more calls leave in any stretch of time than the burst and the rate allow.
        #[test]
        fn no_bucket_ever_lets_more_through_than_it_may(steps in prop::collection::vec(0_u32..400, 1..60)) {
            let rate = Rate { per_second: 5.0, burst: 4.0, published: true };
            let mut bucket = Bucket::full(rate, at(0));
            let (mut now, mut left) = (0_u32, Vec::new());
            for step in steps {
                now += step;
                left.push(f64::from(now) + bucket.take(at(i64::from(now))).as_secs_f64() * 1000.0);
            }
            for (first, from) in left.iter().enumerate() {
                for (last, to) in left.iter().enumerate().skip(first) {
                    let allowed = rate.burst + (to - from) / 1000.0 * rate.per_second;
                    let calls = u32::try_from(last - first + 1).unwrap();
                    prop_assert!(f64::from(calls) <= allowed + 0.01, "{left:?}");
                }
            }
        }
    }
}
