//! A whole reading of an organisation under AWS's throttles: as few calls, and as soon done, as is possible.

use std::time::Duration;

use nightshift_showcase::bench::{From, Reading, Sizes};

const SIZES: [Sizes; 2] =
    [Sizes { accounts: 200, units: 50, policies: 5 }, Sizes { accounts: 1_000, units: 200, policies: 50 }];

#[tokio::test]
async fn a_reading_takes_few_calls_and_no_longer_than_the_slowest_bucket() -> anyhow::Result<()> {
    for sizes in SIZES {
        for from in [From::Management, From::Delegate] {
            let reading = Reading::of(sizes, from).await?;
            let ((made, least), (others, planned)) = (reading.calls(), reading.others());
            assert_eq!((made, others), (least, planned), "{reading:?}");
            let bound = reading.bound.mul_f64(1.2);
            assert!(reading.time <= bound, "{:?}, and {bound:?} would be good: {reading:?}", reading.time);
            assert!(reading.time > Duration::from_secs(8), "no call comes for nothing: {reading:?}");
        }
    }
    let small = Reading::of(SIZES[0], From::Management).await?;
    assert_eq!(small.calls().0, 96);
    Ok(())
}
