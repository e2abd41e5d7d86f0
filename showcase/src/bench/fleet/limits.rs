//! What AWS publishes of the services a run goes through, and what is assumed where it publishes nothing. Looked up in November 2026.

use std::time::Duration;

/// Children that one Distributed Map starts a second where they are Standard executions (Step Functions Developer Guide, "Using Map state in
/// Distributed mode").
pub(super) const STARTS_A_SECOND: f64 = 100.0;
/// Children of one Map Run at once (the same page).
pub(super) const CHILDREN_AT_ONCE: usize = 10_000;
/// Bytes of a state's input or output, of a task's, and of an execution's (Step Functions Developer Guide, "Service quotas").
pub(super) const PAYLOAD: usize = 262_144;
/// Events in the history of one execution (the same page).
pub(super) const EVENTS: usize = 25_000;
/// Function calls at once in one account and Region (Lambda Developer Guide, "Lambda quotas"). New accounts have less.
pub(super) const CALLS_AT_ONCE: usize = 1_000;
/// Calls to STS a second by one account in one Region (IAM User Guide, "IAM and STS quotas"), all of its actions together.
pub(super) const STS: Rate = Rate { a_second: 600.0, at_once: 600.0 };
/// Of RDS AWS publishes none. Assumed, of each account in each Region, for all of its actions together.
pub(super) const RDS: Rate = Rate { a_second: 10.0, at_once: 20.0 };
/// Nor of IAM and Secrets Manager, but that there are some. Assumed, of each account.
pub(super) const IAM: Rate = Rate { a_second: 20.0, at_once: 40.0 };
/// Writes to one prefix of a bucket (S3 User Guide, "Best practices design patterns: optimizing Amazon S3 performance").
pub(super) const S3: Rate = Rate { a_second: 3_500.0, at_once: 3_500.0 };

/// Assumed of a call in the fleet's own Region, and of one in any other.
pub(super) const NEAR: Duration = Duration::from_millis(20);
pub(super) const FAR: Duration = Duration::from_millis(150);
/// Assumed of a function's start, and of its call by Step Functions.
pub(super) const START: Duration = Duration::from_millis(100);

/// A token bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) a_second: f64,
    pub(super) at_once: f64,
}

/// One that is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    rate: Rate,
    tokens: f64,
    filled_at: Duration,
}

impl Bucket {
    /// Full.
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, tokens: rate.at_once, filled_at: Duration::ZERO }
    }

    /// Whether a call is let through `now`, which it then is.
    pub(super) fn admits(&mut self, now: Duration) -> bool {
        let new = now.saturating_sub(self.filled_at).as_secs_f64() * self.rate.a_second;
        self.tokens = (self.tokens + new).min(self.rate.at_once);
        self.filled_at = now;
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

/// Numbers that are the same each time (`SplitMix64`): who fails is no matter, that it can be had again is.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From nought to one.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float keeps")]
    pub(super) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_so_many_through_at_once_and_then_so_many_a_second() {
        let mut bucket = Bucket::new(Rate { a_second: 10.0, at_once: 2.0 });
        let mut admitted = |millis| bucket.admits(Duration::from_millis(millis));
        assert_eq!(
            [admitted(0), admitted(0), admitted(0), admitted(99), admitted(100)],
            [true, true, false, false, true]
        );
    }

    #[test]
    fn dice_fall_the_same_way_each_time_and_on_every_side() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (0..10_000).map(|_| dice.roll()).collect::<Vec<_>>()
        };
        let all = rolls(7);
        assert_eq!(all, rolls(7));
        let low = all.iter().filter(|roll| **roll < 0.01).count();
        assert!((60..140).contains(&low) && all.iter().all(|roll| (0.0..1.0).contains(roll)), "{low}");
    }
}
