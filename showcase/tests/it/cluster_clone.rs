//! Killed after every call, and asked again: one clone, whole, and nobody else's touched.

use nightshift_showcase::proof::{ClusterClone, at_once, matrix};
use nightshift_testkit::Fault;

use crate::built;

/// Each trial waits for whoever asked at the same moment, so the suite has one fault; `cargo xtask proof` has all of them.
#[tokio::test]
async fn broken_at_any_call_it_converges() -> anyhow::Result<()> {
    Ok(matrix(&ClusterClone, &built("cluster-clone")?, &[Fault::HoldAfter]).await?.check()?)
}

#[tokio::test]
async fn two_wishes_at_the_same_moment_make_what_one_makes() -> anyhow::Result<()> {
    assert_eq!(at_once(&ClusterClone, &built("cluster-clone")?).await?, Vec::<String>::new());
    Ok(())
}
