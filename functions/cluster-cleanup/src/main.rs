//! The Lambda function `cluster-cleanup`: wiring only.

use nightshift::jobs::cluster_cleanup::ClusterCleanup;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), nightshift::lambda::Error> {
    nightshift::lambda::serve::<ClusterCleanup>().await
}
