//! The kill matrix: a function's run is broken at every call it makes, in every way, and then run again without faults.
//! It has to end where an unbroken run ends, with nothing lost on the way. A function joins by being a [`Subject`].

mod cluster_cleanup;
mod cluster_clone;
mod db_users;
mod fleet;
mod key_rotation;
mod matrix;
mod org_inventory;
mod secret_rotation;
mod table;

pub use cluster_cleanup::ClusterCleanup;
pub use cluster_clone::{AnonymisedClone, ClusterClone};
pub use db_users::{Breakable, OnMysql, OnPostgres, db_users_by_burst, db_users_by_call};
pub use fleet::Fleet;
pub use key_rotation::KeyRotation;
pub use matrix::{Broken, Matrix, Trial, at_once, matrix};
pub use org_inventory::OrgInventory;
pub use secret_rotation::{
    Rotated, RotatedAccounts, RotatedDual, RotatedMysql, RotatedPair, RotatedPostgres, secret_rotation_by_burst,
    secret_rotation_by_call,
};
pub use table::rows;

use serde_json::{Value, json};

use nightshift_testkit::proxy::Fault;
use nightshift_testkit::scene::Scene;

/// A function whose safety is to be shown.
pub trait Subject: Sync {
    /// Its package and binary.
    const NAME: &'static str;

    /// Its variables.
    fn policy(&self) -> Vec<(&'static str, &'static str)>;

    /// Those that are another's in each scene, such as the name of a bucket.
    fn of_scene(&self, _scene: &Scene) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What the broken run and the one after it are invoked with.
    fn event(&self, _scene: &Scene) -> impl Future<Output = anyhow::Result<Value>> + Send {
        async { Ok(json!({})) }
    }

    /// The moments of the nightly runs after those, for what takes more nights than one to end.
    fn nights(&self) -> &'static [&'static str] {
        &[]
    }

    /// Before each of those: moves the world there.
    fn dawn(&self, _scene: &Scene, _now: &str) -> impl Future<Output = anyhow::Result<()>> + Send {
        async { Ok(()) }
    }

    /// Moves the world after the run that was broken, before the one after it.
    fn meanwhile(&self, _scene: &Scene) -> impl Future<Output = anyhow::Result<()>> + Send {
        async { Ok(()) }
    }

    /// Makes the world it finds.
    fn build(&self, scene: &Scene) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Lets what AWS takes its time with come to its end, between the runs and before the judgement.
    fn settle(&self, _scene: &Scene) -> impl Future<Output = anyhow::Result<()>> + Send {
        async { Ok(()) }
    }

    /// What is wrong with the world it leaves: an empty list, if all is well.
    fn judge(&self, scene: &Scene) -> impl Future<Output = anyhow::Result<Vec<String>>> + Send;
}

/// What the suite breaks each call with: the two that tell most.
pub const SUITE: [Fault; 2] = [Fault::HoldAfter, Fault::AnswerLost];
/// What a release is judged by.
pub const RELEASE: [Fault; 7] = [
    Fault::RequestLost,
    Fault::AnswerLost,
    Fault::HoldBefore,
    Fault::HoldAfter,
    Fault::Throttled,
    Fault::ServerError,
    Fault::ServerErrorAfter,
];
