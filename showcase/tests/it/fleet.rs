//! A worker of `fleet`, broken at every call and run again, and two of them at once.

use nightshift_showcase::proof::{Fleet, SUITE, at_once, matrix};

use crate::built;

const ONE: Fleet = Fleet { another_comes_due: false };

#[tokio::test]
async fn broken_at_any_call_it_converges_in_the_account_and_nowhere_else() -> anyhow::Result<()> {
    Ok(matrix(&ONE, &built("fleet-run")?, &SUITE).await?.check()?)
}

#[tokio::test]
async fn two_at_once_end_where_one_does() -> anyhow::Result<()> {
    assert_eq!(at_once(&ONE, &built("fleet-run")?).await?, Vec::<String>::new());
    Ok(())
}
