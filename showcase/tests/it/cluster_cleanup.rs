//! Killed at every call, or its answer lost, and run again: it converges. `cargo xtask proof` does the same with every fault.

use nightshift_showcase::proof::{ClusterCleanup, SUITE, at_once, matrix};

use crate::built;

#[tokio::test]
async fn broken_at_any_call_it_converges_while_aws_takes_its_time() -> anyhow::Result<()> {
    Ok(matrix(&ClusterCleanup { slow_aws: true }, &built("cluster-cleanup")?, &SUITE).await?.check()?)
}

#[tokio::test]
async fn broken_at_any_call_it_converges_where_everything_is_gone_at_once() -> anyhow::Result<()> {
    Ok(matrix(&ClusterCleanup { slow_aws: false }, &built("cluster-cleanup")?, &SUITE).await?.check()?)
}

#[tokio::test]
async fn two_runs_at_the_same_moment_do_what_one_does() -> anyhow::Result<()> {
    for slow_aws in [true, false] {
        assert_eq!(
            at_once(&ClusterCleanup { slow_aws }, &built("cluster-cleanup")?).await?,
            Vec::<String>::new(),
            "{slow_aws}"
        );
    }
    Ok(())
}
