//! Killed at every call, or its answer lost, and run again: it converges. `cargo xtask proof` does the same with every fault, in both
//! worlds.

use nightshift_showcase::proof::{ClusterCleanup, at_once, matrix};
use nightshift_testkit::Fault;

use crate::built;

#[tokio::test]
async fn killed_at_any_call_it_converges_while_aws_takes_its_time() -> anyhow::Result<()> {
    let world = ClusterCleanup { slow_aws: true };
    Ok(matrix(&world, &built("cluster-cleanup")?, &[Fault::HoldAfter]).await?.check()?)
}

#[tokio::test]
async fn whichever_answer_is_lost_it_converges_where_everything_is_gone_at_once() -> anyhow::Result<()> {
    let world = ClusterCleanup { slow_aws: false };
    Ok(matrix(&world, &built("cluster-cleanup")?, &[Fault::AnswerLost]).await?.check()?)
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
