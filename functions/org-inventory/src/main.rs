//! The Lambda function `org-inventory`: wiring only.

use nightshift::jobs::org_inventory::OrgInventory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<OrgInventory>().await
}
