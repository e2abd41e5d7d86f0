//! The Lambda function `cluster-cleanup`: wiring only.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::lambda::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::<ClusterCleanup>::from_environment().await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| function.invoke(event))).await
}
