//! What docs/laws.md says and what the code judges are the same laws.

use std::fs;
use std::path::Path;

use nightshift_simulation::laws::{clusters, keys};

/// The laws that the section of a job states.
fn stated(text: &str, section: &str) -> Vec<String> {
    let (_, rest) = text.split_once(&format!("\n## {section}\n")).expect(section);
    let (_, table) = rest.split_once("| law | ").expect("a table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let names = rows.filter_map(|row| row.split('|').nth(1));
    names.map(|name| name.trim().trim_matches('*').to_owned()).collect()
}

#[test]
fn every_law_has_its_words_and_every_words_their_law() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/laws.md");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(stated(&text, "cluster-cleanup"), clusters::names().collect::<Vec<_>>());
    assert_eq!(stated(&text, "key-rotation"), keys::names().collect::<Vec<_>>());
}
