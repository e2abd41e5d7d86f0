//! The Lambda function `key-rotation`: wiring only.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::lambda::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::<KeyRotation>::from_environment().await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| function.invoke(event))).await
}
