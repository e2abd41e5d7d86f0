//! The Lambda function `db-users`: wiring only.

use nightshift::jobs::db_users::DbUsers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<DbUsers>().await
}
