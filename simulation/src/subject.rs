//! The jobs that are simulated: what is drawn for each, and which laws hold of it.

use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::run::Job;

use crate::generate::{clusters as of_clusters, keys as of_keys};
use crate::history::History;
use crate::journal::Journal;
use crate::laws::{Broken, clusters, keys};

/// A job that is simulated.
pub trait Subject: Job {
    /// Quiet nights at the end of a history that is drawn.
    const QUIET: u64;

    /// The history of `seed`, of so many nights before the quiet ones.
    fn draw(seed: u64, nights: u64) -> History;

    /// Whatever does not hold of `journal`, the first first.
    fn judge(history: &History, journal: &Journal) -> Vec<Broken>;
}

impl Subject for ClusterCleanup {
    const QUIET: u64 = of_clusters::QUIET;

    fn draw(seed: u64, nights: u64) -> History {
        of_clusters::draw(seed, nights)
    }

    fn judge(history: &History, journal: &Journal) -> Vec<Broken> {
        clusters::judge(history, journal)
    }
}

impl Subject for KeyRotation {
    const QUIET: u64 = of_keys::QUIET;

    fn draw(seed: u64, nights: u64) -> History {
        of_keys::draw(seed, nights)
    }

    fn judge(history: &History, journal: &Journal) -> Vec<Broken> {
        keys::judge(history, journal)
    }
}
