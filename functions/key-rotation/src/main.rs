//! The Lambda function `key-rotation`: wiring only.

use nightshift::jobs::key_rotation::KeyRotation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<KeyRotation>().await
}
