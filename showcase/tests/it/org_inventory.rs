//! `org-inventory`, killed behind every call, and two of it at once.

use nightshift_showcase::proof::{OrgInventory, at_once, matrix};
use nightshift_testkit::proxy::Fault;

use crate::built;

#[tokio::test]
async fn killed_at_every_call_it_ends_where_an_unbroken_night_ends() -> anyhow::Result<()> {
    Ok(matrix(&OrgInventory, &built("org-inventory")?, &[Fault::HoldAfter]).await?.check()?)
}

#[tokio::test]
async fn two_at_once_end_where_one_does() -> anyhow::Result<()> {
    assert_eq!(at_once(&OrgInventory, &built("org-inventory")?).await?, Vec::<String>::new());
    Ok(())
}
