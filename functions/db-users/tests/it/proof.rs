//! Killed at every call and every burst, or its answer lost, and run again: it converges. `cargo xtask proof` does the same
//! with every fault.

use std::path::Path;

use nightshift_testkit::database::Installation;
use nightshift_testkit::proof::{SUITE, db_users_by_burst, db_users_by_call};

use crate::FUNCTION;

#[tokio::test]
async fn broken_at_any_call_to_aws_it_converges() -> anyhow::Result<()> {
    Ok(db_users_by_call(Path::new(FUNCTION), &Installation::any()?, &SUITE).await?.check()?)
}

#[tokio::test]
async fn broken_at_any_burst_to_the_database_it_converges() -> anyhow::Result<()> {
    Ok(db_users_by_burst(Path::new(FUNCTION), &Installation::any()?, &SUITE).await?.check()?)
}
