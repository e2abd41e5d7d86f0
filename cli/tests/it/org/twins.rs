//! Each command that `docs/organization.md` names as the twin of another tool's, as it stands there.

use nightshift_testkit::Scene;
use nightshift_testkit::repository;
use serde_json::json;

use super::text;
use crate::nightshift;

#[tokio::test(flavor = "multi_thread")]
async fn every_twin_in_the_document_runs() {
    let page = std::fs::read_to_string(repository::root().join("docs/organization.md")).expect("the page");
    let (_, table) = page.split_once("| there | here |").expect("the table");
    let (table, _) = table.split_once("| there, in Python |").expect("its end");
    let twins: Vec<_> =
        table.lines().filter_map(|line| line.split('`').find(|cell| cell.starts_with("nightshift "))).collect();
    assert!(twins.len() >= 16, "{twins:?}");
    let scene = Scene::new().expect("a scene");
    let accounts = json!([{ "name": "one" }, { "name": "two" }]);
    let ids = scene.control("organization", json!({ "accounts": accounts })).await.expect("an organisation");
    let ids = [text(&ids["accounts"]["one"]), text(&ids["accounts"]["two"])];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dump");
    for twin in twins {
        let typed = twin.strip_prefix("nightshift ").expect("the command");
        let both = typed.replace("\"ID ID\"", "BOTH");
        let arguments: Vec<_> = both
            .split(' ')
            .map(|word| match word {
                "BOTH" => ids.join(" "),
                "ID" => ids[0].clone(),
                "FILE" => file.to_string_lossy().into_owned(),
                word => word.to_owned(),
            })
            .collect();
        let said = nightshift(&scene, &[], &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(said.code, 0, "{twin}: {}", said.err);
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(said.out.len() + written.len() > 10, "{twin} says something");
        let _ = std::fs::remove_file(&file);
    }
}

/// What the other tool's page shows of options, and what its steps are called.
const OPTIONS: [&str; 15] = [
    "--version",
    "--debug",
    "--help",
    "--no-accounts",
    "--no-policies",
    "--format",
    "-f",
    "--out-file",
    "-o",
    "--accounts",
    "-a",
    "--include-effective-policies",
    "--include-parents",
    "--include-tags",
    "--include-policies",
];
const STEPS: [&str; 11] = [
    "connection",
    "organization",
    "root",
    "policies",
    "policy_tags",
    "ous",
    "ou_tags",
    "accounts",
    "account_tags",
    "policy_targets",
    "effective_policies",
];

#[test]
fn every_option_and_step_of_the_other_tool_has_a_twin() {
    let page = std::fs::read_to_string(repository::root().join("docs/organization.md")).expect("the page");
    let (_, tables) = page.split_once("| there | here |").expect("the table");
    let (commands, steps) = tables.split_once("| there, in Python |").expect("the second");
    let there = |line: &str| line.split('|').nth(1).unwrap_or_default().to_owned();
    let typed: Vec<_> = commands.lines().map(there).collect();
    for option in OPTIONS {
        let shown = typed.iter().any(|cell| cell.split([' ', '`']).any(|word| word == option));
        assert!(shown, "{option} has no twin");
    }
    // What stands in the other column of a step is what the example calls.
    let example = std::fs::read_to_string(repository::root().join("shared/examples/organization.rs")).expect("it");
    for step in STEPS {
        let row = steps.lines().find(|line| there(line).contains(&format!("`init_{step}()`")));
        let here = row.and_then(|row| row.split('|').nth(2)).unwrap_or_else(|| panic!("init_{step} has no twin"));
        let call = here.split(['`', '(']).nth(1).expect("a call");
        assert!(example.contains(&format!("{call}(")), "the example does not call {call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_reads_the_same_at_once_and_step_by_step() {
    let scene = Scene::new().expect("a scene");
    let body = json!({ "units": [{ "path": "A" }], "accounts": [{ "name": "one", "unit": "A" }] });
    scene.control("organization", body).await.expect("an organisation");
    nightshift_testkit::cargo::run(&["--workspace", "--example", "organization"]).expect("it builds");
    let mut example = std::process::Command::new(repository::target().join("debug/examples/organization"));
    example.env_clear().envs(scene.environment(&[]));
    let done = tokio::task::spawn_blocking(move || example.output()).await.expect("no panic").expect("it runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("the same organisation: true"), "{said}");
    let read: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert_eq!(
        (read["accounts"].as_array().map(Vec::len), read["units"][0]["name"].as_str()),
        (Some(2), Some("A")),
        "{read}"
    );
}
