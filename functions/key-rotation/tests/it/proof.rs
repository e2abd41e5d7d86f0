//! Killed at every call, or its answer lost, and run again: it converges. `cargo xtask proof` does the same with every fault.

use std::path::Path;

use nightshift_testkit::proof::{KeyRotation, SUITE, at_once, matrix};

use crate::FUNCTION;

#[tokio::test]
async fn broken_at_any_call_of_minting_it_converges() -> anyhow::Result<()> {
    Ok(matrix(&KeyRotation { minting: true }, Path::new(FUNCTION), &SUITE).await?.check()?)
}

#[tokio::test]
async fn broken_at_any_call_of_retiring_it_converges() -> anyhow::Result<()> {
    Ok(matrix(&KeyRotation { minting: false }, Path::new(FUNCTION), &SUITE).await?.check()?)
}

#[tokio::test]
async fn two_runs_at_the_same_moment_leave_nobody_without_a_key_and_nothing_behind() -> anyhow::Result<()> {
    for minting in [true, false] {
        let wrong = at_once(&KeyRotation { minting }, Path::new(FUNCTION)).await?;
        assert_eq!(wrong, Vec::<String>::new(), "{minting}");
    }
    Ok(())
}
