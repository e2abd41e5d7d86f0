//! No law breaks by fixed seeds, nor in the histories that broke one once. A fresh seed is `cargo xtask simulate`'s to find: it must
//! not stand in the way of somebody else's change.

use std::fs;
use std::path::Path;

use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift_simulation::history::History;
use nightshift_simulation::story::story;
use nightshift_simulation::subject::Subject;
use nightshift_simulation::trial::trial;

fn holds<J: Subject>(name: &str, history: &History) {
    let trial = trial::<J>(history);
    let told: Vec<_> = trial.broken.iter().map(|broken| story(&trial.journal, broken)).collect();
    assert!(told.is_empty(), "{name}:\n{}", told.join("\n"));
}

#[test]
fn fixed_seeds_break_no_law_of_cluster_cleanup() {
    for seed in 1..=5 {
        holds::<ClusterCleanup>(&format!("seed {seed}"), &ClusterCleanup::draw(seed, 25));
    }
}

#[test]
fn fixed_seeds_break_no_law_of_key_rotation() {
    for seed in 1..=3 {
        holds::<KeyRotation>(&format!("seed {seed}"), &KeyRotation::draw(seed, 25));
    }
}

/// Each was shortened from a seed, and is called after what it found.
fn histories_hold<J: Subject>() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("histories").join(J::NAME);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("the folder is there").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let history: History =
            serde_json::from_str(&fs::read_to_string(&path).expect("a file of text")).expect("a history");
        holds::<J>(&path.display().to_string(), &history);
    }
}

#[test]
fn histories_that_broke_a_law_of_cluster_cleanup_once_break_none() {
    histories_hold::<ClusterCleanup>();
}

#[test]
fn histories_that_broke_a_law_of_key_rotation_once_break_none() {
    histories_hold::<KeyRotation>();
}
