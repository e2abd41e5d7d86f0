//! The seeds of the fuzz targets, replayed: each law of `fuzz/laws/` holds for each text of `fuzz/seeds/`, and for the
//! sample events.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/laws/db_users.rs"]
mod db_users;
#[path = "../../fuzz/laws/event.rs"]
mod event;
#[path = "../../fuzz/laws/expiry.rs"]
mod expiry;
#[path = "../../fuzz/laws/facts.rs"]
mod facts;
#[path = "../../fuzz/laws/keys.rs"]
mod keys;
#[path = "../../fuzz/laws/policy.rs"]
mod policy;

/// Few enough to be read, and each with a name that says what it is about.
const MOST: usize = 20;

#[track_caller]
fn replay(folder: &str, law: fn(&str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
    let found: Vec<_> =
        fs::read_dir(root.join(folder)).expect("seeds").map(|entry| entry.expect("a seed").path()).collect();
    assert!((1..=MOST).contains(&found.len()), "{folder} has {} seeds", found.len());
    for path in found {
        law(&fs::read_to_string(&path).expect("a text"));
    }
}

#[test]
fn each_law_holds_for_its_seeds() {
    replay("fuzz/seeds/db_users", db_users::holds);
    replay("fuzz/seeds/event", event::holds);
    replay("fuzz/seeds/expiry", expiry::holds);
    replay("fuzz/seeds/facts", facts::holds);
    replay("fuzz/seeds/keys", keys::holds);
    replay("fuzz/seeds/policy", policy::holds);
}

#[test]
fn each_law_holds_for_the_sample_events() {
    replay("events/cluster-cleanup", event::holds);
    replay("events/key-rotation", keys::holds);
    replay("events/db-users", db_users::holds);
}
