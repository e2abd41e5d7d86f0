//! The function as it is deployed: the real binary in the real runtime loop, against the AWS stand-in.

mod anonymised;
mod anonymised_by;
mod clone;
mod crowd;
mod fails;
mod proof;
mod sweep;
mod told;

use std::collections::BTreeMap;

use nightshift_testkit::world::expired;
use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::{Value, json};

/// The binary under test.
const FUNCTION: &str = env!("CARGO_BIN_EXE_cluster-clone");
/// The night all tests play in.
const NOW: &str = "2026-11-21T02:00:00Z";

/// The function in `scene`, at [`NOW`], where whoever invokes it may name an owner.
fn start(scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
    let policy: Vec<_> = [("NIGHTSHIFT_NOW", NOW), ("NIGHTSHIFT_INVOKERS", "trusted"), ("NIGHTSHIFT_MODE", "apply")]
        .iter()
        .chain(policy)
        .copied()
        .collect();
    scene.start(FUNCTION, &policy)
}

/// A cluster to clone, which nothing ever deletes.
async fn orders(scene: &Scene) -> anyhow::Result<()> {
    expired("orders").tag("auto-delete-after", "").tag("owner", "").tag("env", "staging").create(scene).await
}

/// A wish of `owner`.
fn wish(owner: &str) -> Value {
    json!({"source": "orders", "owner": owner, "expires": "7d"})
}

/// The tags of the cluster `id`, if it is there.
async fn tags(scene: &Scene, id: &str) -> anyhow::Result<Option<BTreeMap<String, String>>> {
    nightshift_testkit::world::tags_of(scene, id).await
}
