//! Killed at every call, and at every fourth burst to the database, and run again: it converges. `cargo xtask proof` does
//! the same at every burst and with every fault.

use std::path::Path;

use nightshift_testkit::Fault;
use nightshift_testkit::database::Installation;
use nightshift_testkit::proof::{db_users_by_burst, db_users_by_call};

use crate::FUNCTION;

#[tokio::test]
async fn broken_at_any_call_to_aws_it_converges() -> anyhow::Result<()> {
    Ok(db_users_by_call(Path::new(FUNCTION), &Installation::any()?, &[Fault::HoldAfter]).await?.check()?)
}

#[tokio::test]
async fn broken_at_any_burst_to_the_database_it_converges() -> anyhow::Result<()> {
    Ok(db_users_by_burst(Path::new(FUNCTION), &Installation::any()?, &[Fault::HoldAfter], 4).await?.check()?)
}
