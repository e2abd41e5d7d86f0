//! The Lambda function `fleet`: wiring only. Which part of a run through an organisation a deployment is, its variables say.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::fleet::serve().await
}
