//! The Lambda function `db-users`: wiring only.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use nightshift::jobs::db_users::DbUsers;
use nightshift::lambda::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::<DbUsers>::from_environment().await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| function.invoke(event))).await
}
