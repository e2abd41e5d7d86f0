//! A history plays alike each time, in this process and in another, whatever was played before.

use std::process::Command;

use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift_simulation::history::History;
use nightshift_simulation::subject::Subject;
use nightshift_simulation::trial::trial;

const NIGHTS: u64 = 12;

fn fingerprint<J: Subject>(history: &History) -> String {
    format!("{:016x}", trial::<J>(history).journal.fingerprint())
}

fn plays_alike<J: Subject>(seeds: &[u64]) {
    let mut all = Vec::new();
    for &seed in seeds {
        let here = fingerprint::<J>(&J::draw(seed, NIGHTS));
        assert_eq!(here, fingerprint::<J>(&J::draw(seed, NIGHTS)), "seed {seed}, twice in this process");
        let mut other = Command::new(env!("CARGO_BIN_EXE_simulate"));
        let other =
            other.args([J::NAME, "--fingerprint", "--seed", &seed.to_string(), "--nights", &NIGHTS.to_string()]);
        let said = String::from_utf8(other.output().expect("it starts").stdout).expect("UTF-8");
        assert_eq!(said.trim(), here, "seed {seed}, in another process");
        all.push(here);
    }
    all.dedup();
    assert_eq!(all.len(), seeds.len(), "seeds differ");
}

#[test]
fn the_same_seed_makes_the_same_calls_twice_and_in_another_process() {
    plays_alike::<ClusterCleanup>(&[11, 12, 13]);
    plays_alike::<KeyRotation>(&[11, 12]);
}

#[test]
fn what_went_wrong_can_be_spelt_out_and_plays_alike_then() {
    let drawn = ClusterCleanup::draw(14, NIGHTS);
    let first = trial::<ClusterCleanup>(&drawn);
    let spelt = History { faults: first.journal.faults(), rates: None, ..drawn };
    let text = serde_json::to_string_pretty(&spelt).unwrap();
    let read: History = serde_json::from_str(&text).unwrap();
    assert_eq!(read, spelt);
    assert_eq!(trial::<ClusterCleanup>(&read).journal.fingerprint(), first.journal.fingerprint());
}
