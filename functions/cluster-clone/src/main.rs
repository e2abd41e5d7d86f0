//! The Lambda function `cluster-clone`: wiring only.

use nightshift::jobs::cluster_clone::ClusterClone;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<ClusterClone>().await
}
