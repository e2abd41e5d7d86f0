//! Killed at every call, and at some bursts to the database, and run again: it converges. `cargo xtask proof` does the same
//! at every burst, with every fault, and on each kind of server.

use nightshift_showcase::proof::{OnMysql, OnPostgres, db_users_by_burst, db_users_by_call};
use nightshift_testkit::Fault;
use nightshift_testkit::database::{Flavour, Installation};

use crate::built;

const KILLED: [Fault; 1] = [Fault::HoldAfter];

#[tokio::test]
async fn broken_at_any_call_to_aws_it_converges() -> anyhow::Result<()> {
    let matrix = db_users_by_call::<OnPostgres>(&built("db-users")?, &Installation::any()?, &KILLED, 1).await?;
    Ok(matrix.check()?)
}

#[tokio::test]
async fn broken_at_any_burst_to_the_database_it_converges() -> anyhow::Result<()> {
    let matrix = db_users_by_burst::<OnPostgres>(&built("db-users")?, &Installation::any()?, &KILLED, 4).await?;
    Ok(matrix.check()?)
}

#[tokio::test]
async fn where_nothing_is_a_transaction_it_converges_too() -> anyhow::Result<()> {
    let Some(program) = [Flavour::Mariadb, Flavour::Mysql].into_iter().find_map(Flavour::find) else { return Ok(()) };
    let function = &built("db-users")?;
    db_users_by_call::<OnMysql>(function, &program, &KILLED, 6).await?.check()?;
    Ok(db_users_by_burst::<OnMysql>(function, &program, &KILLED, 8).await?.check()?)
}
