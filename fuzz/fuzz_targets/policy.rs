//! Variables are a policy or faults; a policy always asks for a second mark.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift::jobs::cluster_cleanup::Policy;
use nightshift::config::{Environment, Settings};

fuzz_target!(|text: &str| {
    let environment: Environment = text.lines().filter_map(|line| line.split_once('=')).collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    if settings.finish().is_ok() {
        assert!(!policy.required_tags.is_empty() && !policy.regions.is_empty());
    }
});
