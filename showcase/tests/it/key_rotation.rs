//! Killed at every call and run again: it converges. `cargo xtask proof` does the same with every fault.

use nightshift_showcase::proof::{KeyRotation, at_once, matrix};
use nightshift_testkit::Fault;

use crate::built;

async fn converges(world: KeyRotation) -> anyhow::Result<()> {
    Ok(matrix(&world, &built("key-rotation")?, &[Fault::HoldAfter]).await?.check()?)
}

#[tokio::test]
async fn killed_at_any_call_of_minting_it_converges() -> anyhow::Result<()> {
    converges(KeyRotation::Minting).await
}

#[tokio::test]
async fn killed_at_any_call_of_retiring_it_converges() -> anyhow::Result<()> {
    converges(KeyRotation::Retiring).await
}

#[tokio::test]
async fn killed_at_any_call_about_keys_that_wait_for_a_person_it_converges() -> anyhow::Result<()> {
    converges(KeyRotation::Waiting).await
}

#[tokio::test]
async fn killed_at_any_call_about_a_leaked_key_it_converges() -> anyhow::Result<()> {
    converges(KeyRotation::Leaked).await
}

#[tokio::test]
async fn killed_at_any_call_of_bringing_a_key_back_it_converges() -> anyhow::Result<()> {
    converges(KeyRotation::RollingBack).await
}

#[tokio::test]
async fn two_runs_at_the_same_moment_leave_nobody_without_a_key_and_nothing_behind() -> anyhow::Result<()> {
    for (world, name) in KeyRotation::WORLDS {
        let wrong = at_once(&world, &built("key-rotation")?).await?;
        assert_eq!(wrong, Vec::<String>::new(), "{name}");
    }
    Ok(())
}
