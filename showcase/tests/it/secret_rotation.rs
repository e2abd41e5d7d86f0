//! A rotation killed at every call and at some bursts to the database, and asked for again with the same token.
//! `cargo xtask proof` does the same at every burst, with every fault.

use nightshift_showcase::proof::{
    RotatedAccounts, RotatedDual, RotatedMysql, RotatedPair, RotatedPostgres, secret_rotation_by_burst,
    secret_rotation_by_call,
};
use nightshift_testkit::Fault;
use nightshift_testkit::database::{Flavour, Installation};

use crate::built;

const KILLED: [Fault; 1] = [Fault::HoldAfter];

#[tokio::test]
async fn killed_at_any_call_to_aws_it_is_gone_on_with() -> anyhow::Result<()> {
    let function = &built("secret-rotation")?;
    Ok(secret_rotation_by_call::<RotatedPostgres>(function, &Installation::any()?, &KILLED, 1).await?.check()?)
}

#[tokio::test]
async fn two_logins_that_take_turns_are_gone_on_with_as_well() -> anyhow::Result<()> {
    let (function, server) = (&built("secret-rotation")?, &Installation::any()?);
    secret_rotation_by_call::<RotatedPair>(function, server, &KILLED, 2).await?.check()?;
    Ok(secret_rotation_by_burst::<RotatedPair>(function, server, &KILLED, 3).await?.check()?)
}

#[tokio::test]
async fn one_login_with_two_passwords_is_gone_on_with_and_what_is_handed_out_works_meanwhile() -> anyhow::Result<()> {
    let Some(program) = Flavour::Mysql.find() else { return Ok(()) };
    let function = &built("secret-rotation")?;
    secret_rotation_by_call::<RotatedDual>(function, &program, &KILLED, 4).await?.check()?;
    Ok(secret_rotation_by_burst::<RotatedDual>(function, &program, &KILLED, 4).await?.check()?)
}

/// Where each statement is for good by itself.
#[tokio::test]
async fn two_accounts_that_take_turns_are_gone_on_with_behind_each_of_some_statements() -> anyhow::Result<()> {
    let function = &built("secret-rotation")?;
    for program in [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find) {
        secret_rotation_by_burst::<RotatedAccounts>(function, &program, &KILLED, 4).await?.check()?;
    }
    Ok(())
}

#[tokio::test]
async fn killed_at_any_burst_to_the_database_it_is_gone_on_with() -> anyhow::Result<()> {
    let function = &built("secret-rotation")?;
    secret_rotation_by_burst::<RotatedPostgres>(function, &Installation::any()?, &KILLED, 2).await?.check()?;
    for program in [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find) {
        secret_rotation_by_burst::<RotatedMysql>(function, &program, &KILLED, 5).await?.check()?;
    }
    Ok(())
}
