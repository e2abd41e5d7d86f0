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
