//! The Lambda function `secret-rotation`: wiring only.

use nightshift::jobs::secret_rotation::SecretRotation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<SecretRotation>().await
}
