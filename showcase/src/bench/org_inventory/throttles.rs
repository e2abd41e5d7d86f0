//! What AWS grants one account of its calls to Organizations: token buckets, as its user guide lists them ("Throttling limits"), written
//! down here once more, so that the bench does not judge the crate by the crate's own table. Calls of one row are taken to draw
//! on one bucket. What AWS does not publish is taken as one a second.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Calls of one row, calls a second, calls at once.
type Row = (&'static [&'static str], f64, f64);

const ROWS: [Row; 17] = [
    (&["DescribeOrganization"], 1.0, 2.0),
    (&["ListRoots"], 1.0, 2.0),
    (&["ListOrganizationalUnitsForParent", "ListAccountsForParent", "ListParents"], 5.0, 8.0),
    (&["DescribeOrganizationalUnit"], 2.0, 2.0),
    (&["ListAccounts"], 8.0, 12.0),
    (&["ListPolicies", "ListTargetsForPolicy", "ListPoliciesForTarget"], 5.0, 8.0),
    (&["DescribePolicy"], 2.0, 2.0),
    (&["GetResources"], 15.0, 15.0),
    (&["ListTagsForResource"], 10.0, 15.0),
    (&["ListDelegatedAdministrators"], 5.0, 8.0),
    (&["ListDelegatedServicesForAccount"], 1.0, 3.0),
    (&["ListAWSServiceAccessForOrganization"], 1.0, 3.0),
    // Not published.
    (&["DescribeEffectivePolicy"], 1.0, 2.0),
    (&["ListAccountsWithInvalidEffectivePolicy"], 1.0, 2.0),
    (&["ListHandshakesForOrganization"], 1.0, 2.0),
    (&["ListCreateAccountStatus"], 1.0, 2.0),
    (&["DescribeResourcePolicy"], 1.0, 2.0),
];
/// Seconds are no exact fractions.
const ROUNDING: f64 = 1e-6;

/// The buckets of one account, full at first.
#[derive(Debug, Default)]
pub(super) struct Throttles(Mutex<BTreeMap<usize, Bucket>>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Duration,
}

impl Throttles {
    /// Whether a call of `action` is let through `now`, which it then is. What is not Organizations' has no limit here.
    pub(super) fn admit(&self, action: &str, now: Duration) -> bool {
        let Some((row, rate, burst)) = row_of(action) else { return true };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(row).or_insert(Bucket { tokens: burst, filled_at: now });
        bucket.tokens = (bucket.tokens + now.saturating_sub(bucket.filled_at).as_secs_f64() * rate).min(burst);
        bucket.filled_at = now;
        let admitted = bucket.tokens >= 1.0 - ROUNDING;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}

/// The least time so many calls of each action take, however cleverly they are made: that of the slowest bucket.
pub(super) fn bound(calls: &BTreeMap<String, u64>) -> Duration {
    let mut rows: BTreeMap<usize, (u64, f64, f64)> = BTreeMap::new();
    for (action, times) in calls {
        if let Some((row, rate, burst)) = row_of(action) {
            rows.entry(row).or_insert((0, rate, burst)).0 += times;
        }
    }
    let seconds = rows.values().map(|(times, rate, burst)| ((float(*times) - burst) / rate).max(0.0));
    Duration::from_secs_f64(seconds.fold(0.0, f64::max))
}

/// What calls take that are made one after the other, each at the very moment its bucket lets it through.
pub(super) fn one_by_one<'a>(actions: impl Iterator<Item = &'a str>, latency: Duration) -> Duration {
    const STEP: Duration = Duration::from_millis(5);
    let (throttles, mut now) = (Throttles::default(), Duration::ZERO);
    for action in actions {
        while !throttles.admit(action, now) {
            now += STEP;
        }
        now += latency;
    }
    now
}

fn row_of(action: &str) -> Option<(usize, f64, f64)> {
    let found = ROWS.iter().enumerate().find(|(_, (actions, ..))| actions.contains(&action));
    found.map(|(place, (_, rate, burst))| (place, *rate, *burst))
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls has far fewer digits than a float keeps")]
fn float(calls: u64) -> f64 {
    calls as f64
}

#[cfg(test)]
mod tests {
    use nightshift::services::organizations::Api;

    use super::*;

    #[test]
    fn the_crate_takes_aws_at_the_same_rates() {
        for api in Api::ALL {
            let (_, action) = api.action().split_once(':').unwrap();
            let (_, rate, burst) = row_of(action).unwrap_or_else(|| panic!("{action} has no row"));
            assert_eq!((api.rate().per_second, api.rate().burst), (rate, burst), "{action}");
        }
    }

    #[test]
    fn calls_of_one_row_share_a_bucket_and_the_slowest_is_the_bound() {
        let throttles = Throttles::default();
        let admitted = |action: &str, at: u64| throttles.admit(action, Duration::from_millis(at));
        assert!((0..4).all(|_| admitted("ListPolicies", 0)) && (0..4).all(|_| admitted("ListTargetsForPolicy", 0)));
        assert!(!admitted("ListTargetsForPolicy", 199) && admitted("ListPolicies", 200));
        assert!(admitted("GetCallerIdentity", 0));
        let calls = [("ListPolicies", 8), ("ListTargetsForPolicy", 50), ("DescribePolicy", 3)];
        let calls = calls.map(|(action, times)| (action.to_owned(), times)).into();
        assert_eq!(bound(&calls), Duration::from_secs(10));
        assert_eq!(
            one_by_one(["DescribePolicy"; 4].into_iter(), Duration::from_millis(100)),
            Duration::from_millis(1100)
        );
    }
}
