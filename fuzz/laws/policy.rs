//! Variables are a policy or faults; a policy always asks for a second mark.

use nightshift::config::{Environment, Settings};
use nightshift::jobs::cluster_cleanup::Policy;

pub(crate) fn holds(text: &str) {
    let environment: Environment = text.lines().filter_map(|line| line.split_once('=')).collect();
    let mut settings = Settings::of(&environment);
    let policy = Policy::read(&mut settings, Some("eu-west-1"));
    if settings.finish().is_ok() {
        assert!(!policy.required_tags.is_empty() && !policy.regions.is_empty());
    }
}
