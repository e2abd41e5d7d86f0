//! What docs/laws.md says and what the code judges are the same laws.

use std::fs;
use std::path::Path;

use nightshift_simulation::laws::clusters::names;

#[test]
fn every_law_has_its_words_and_every_words_their_law() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/laws.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, table) = text.split_once("| law | ").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let stated: Vec<_> =
        rows.filter_map(|row| row.split('|').nth(1)).map(|name| name.trim().trim_matches('*')).collect();
    assert_eq!(stated, names().collect::<Vec<_>>());
}
