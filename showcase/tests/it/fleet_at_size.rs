//! A night through an organisation, small: Step Functions and the services within the limits that AWS publishes, some calls failing, some
//! accounts letting nobody in, and the real code of every part. `cargo xtask bench fleet` does the same with a thousand accounts.

use nightshift_showcase::bench::Night;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_judged_though_calls_fail_and_some_let_nobody_in() -> anyhow::Result<()> {
    let night = Night { job: "cluster-cleanup", accounts: 60, regions: 2, busy: false };
    let went = night.pass().await?;
    let denying = went.denying();
    assert!(denying > 0);
    assert_eq!(*went.ended(), json!({ "nothing": 59 - denying, "skipped": denying }), "{:#}", went.report["ended"]);
    let (took, bound) = went.time();
    // Whoever hands work to whoever is free takes at most the work of all, the longest piece and the starts one after the other.
    assert!((bound..=3 * bound).contains(&took), "{took:?}, and {bound:?} is the least");
    Ok(())
}
