//! `fleet accounts`: which accounts are meant, of an organisation as it is.

use std::collections::BTreeSet;

use nightshift_testkit::Scene;

use super::grown;
use crate::machine::holds;
use crate::nightshift;

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_of_a_run_are_said_and_nothing_is_taken_for_all() {
    let scene = Scene::new().expect("a scene");
    grown(&scene).await;
    let folder = tempfile::tempdir().expect("a folder");
    let policy = folder.path().join("fleet.policy");
    let file = policy.to_str().expect("a path").to_owned();
    let fleet = |said: &str, more: &[&str]| {
        std::fs::write(&policy, said).expect("a policy");
        nightshift(&scene, &[], &[&["fleet", "accounts", "--share", "100", "--policy", &file], more].concat())
    };
    let of_a = "NIGHTSHIFT_FLEET_UNITS=Root/A\nNIGHTSHIFT_FLEET_EXCLUDED_TAGS=CostCenter=7\n\
                NIGHTSHIFT_FLEET_CANARY=Root/A/B/C/D/E\nNIGHTSHIFT_FLEET_POLICIES=Root/A/B=strict\n";
    let said = fleet(of_a, &["--output", "json"]);
    let whole = holds(&scene, "fleet-accounts", &said);
    let names = |list: &str| -> Vec<_> {
        let names = whole[list].as_array().into_iter().flatten();
        names.map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), one["policy"].clone())).collect()
    };
    // Every ninth account is in the same unit; of four, the second has the tag.
    let deepest: BTreeSet<_> = names("canary").into_iter().map(|(name, _)| name).collect();
    assert_eq!(deepest, ["account-14", "account-23", "account-32"].map(str::to_owned).into());
    assert!(names("canary").iter().all(|(_, policy)| policy == "strict"));
    let of_rest: BTreeSet<_> = names("rest").into_iter().map(|(_, policy)| policy.to_string()).collect();
    assert_eq!(of_rest, ["\"strict\"", "null"].map(str::to_owned).into());
    let calls = scene.proxy.calls();
    let reads = |action: &str| ["List", "Describe", "Get"].iter().any(|verb| action.contains(verb));
    assert!(!calls.is_empty() && calls.iter().all(|call| reads(&call.action)), "{calls:?}");

    let table = fleet(of_a, &[]);
    assert!(table.out.contains("first") && table.out.contains("[excluded] an exclusion names it"), "{}", table.out);
    for (policy, expected) in [
        ("NIGHTSHIFT_FLEET_UNITS=Root\nNIGHTSHIFT_FLEET_EXCLUDED_UNITS=Root/Sandbx\n", "did you mean Root/Sandbox?"),
        ("NIGHTSHIFT_FLEET_MANAGEMENT=include\n", "no account is meant"),
        ("NIGHTSHIFT_FLEET_UNITS=Root\nNIGHTSHIFT_FLEET_UNIT=Root/A\n", "NIGHTSHIFT_FLEET_UNIT"),
    ] {
        let refused = fleet(policy, &[]);
        assert!(refused.code == 1 && refused.err.contains(expected), "{policy}: {}", refused.err);
    }
}
