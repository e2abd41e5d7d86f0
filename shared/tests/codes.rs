//! Reason codes are data: one table a job beside the one that all share, from which the reference is made.
//! `WRITE_DOCS=1 cargo test --package nightshift --test codes` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use nightshift::config::Environment;
use nightshift::domains::{anonymise, fleet};
use nightshift::jobs::cluster_cleanup::{ClusterCleanup, ClusterDelete};
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::jobs::cluster_extend::ClusterExtend;
use nightshift::jobs::cluster_restore::ClusterRestore;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::jobs::org_inventory::OrgInventory;
use nightshift::jobs::secret_rotation::SecretRotation;
use nightshift::report::Code;
use nightshift::run::{Job, codes_of};

const END: &str = "<!-- /codes -->";

fn page(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

fn table<'a>(codes: impl Iterator<Item = &'a Code>) -> String {
    let mut table = String::from("| code | meaning | what to do | whose hand |\n|---|---|---|---|\n");
    for Code { name, whose, means, fix } in codes {
        let _ = writeln!(table, "| `{name}` | {means} | {} | {} |", fix.unwrap_or("Nothing."), whose.as_str());
    }
    table
}

#[track_caller]
fn is_in<J: Job>(name: &str, table: &str) {
    stands_in(name, J::NAME, table);
}

#[track_caller]
fn stands_in(name: &str, whose: &str, table: &str) {
    let begin = format!("<!-- codes of {whose} -->\n");
    let page = page(name);
    let text = fs::read_to_string(&page).expect("the page is there");
    let (before, rest) = text.split_once(&begin).expect("a place for the table");
    let (now, after) = rest.split_once(END).expect("an end of the table");
    if Environment::of_process().holds("WRITE_DOCS") {
        fs::write(&page, format!("{before}{begin}{table}{END}{after}")).expect("the page can be written");
    } else {
        assert!(
            now == table,
            "docs/{name} has another table of codes: WRITE_DOCS=1 cargo test --package nightshift --test codes"
        );
    }
}

#[test]
fn the_reference_of_each_job_is_its_table() {
    is_in::<ClusterCleanup>("cluster-cleanup.md", &table(codes_of::<ClusterCleanup>()));
    is_in::<ClusterClone>("cluster-clone.md", &table(codes_of::<ClusterClone>()));
    is_in::<KeyRotation>("key-rotation.md", &table(codes_of::<KeyRotation>()));
    is_in::<OrgInventory>("org-inventory.md", &table(codes_of::<OrgInventory>()));
    is_in::<DbUsers>("db-users.md", &table(codes_of::<DbUsers>()));
    is_in::<SecretRotation>("secret-rotation.md", &table(codes_of::<SecretRotation>()));
    let own = |tables: &[&[&'static Code]]| table(tables.iter().copied().flatten().copied());
    is_in::<ClusterRestore>("cli.md", &own(ClusterRestore::CODES));
    is_in::<ClusterExtend>("cli.md", &own(ClusterExtend::CODES));
    stands_in("fleet.md", "fleet", &table(fleet::codes::ALL.iter().copied()));
    stands_in("anonymise.md", "anonymise", &table(anonymise::codes::ALL.iter().copied()));
    stands_in("anonymise.md", "anonymise-run", &table(anonymise::begun::codes::ALL.iter().copied()));
    // The rest of its table is the night's.
    is_in::<ClusterDelete>("cli.md", &own(&ClusterDelete::CODES[..2]));
}

#[track_caller]
fn is_sound<J: Job>() {
    are_sound(J::NAME, codes_of::<J>());
}

#[track_caller]
fn are_sound(whose: &str, codes: impl Iterator<Item = &'static Code>) {
    let mut names = BTreeSet::new();
    for Code { name, whose: _, means, fix } in codes {
        assert!(names.insert(*name), "{whose}: {name} stands twice");
        let is_kebab = name.split('-').all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()));
        assert!(is_kebab, "{whose}: {name} is no kebab-case");
        for text in [*means, fix.unwrap_or("Nothing.")] {
            assert!(text.ends_with(['.', ')', '`', ':', '?']), "{whose}: {name}: '{text}' does not end");
            assert!(!text.contains(['|', '\n']), "{whose}: {name}: '{text}' breaks the table");
        }
    }
}

#[test]
fn each_code_stands_once_and_says_what_it_means() {
    is_sound::<ClusterCleanup>();
    is_sound::<ClusterClone>();
    is_sound::<ClusterRestore>();
    is_sound::<ClusterExtend>();
    is_sound::<ClusterDelete>();
    is_sound::<KeyRotation>();
    is_sound::<SecretRotation>();
    is_sound::<DbUsers>();
    is_sound::<OrgInventory>();
    are_sound("anonymise", anonymise::codes::ALL.iter().copied());
    are_sound("anonymise-run", anonymise::begun::codes::ALL.iter().copied());
    are_sound("fleet", fleet::codes::ALL.iter().chain(nightshift::report::codes::ALL).copied());
}
