//! The reference of a function names every variable and metric there is in the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn source(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text in `source` that follows `before` and ends at the next quote.
fn quoted(source: &str, before: &str) -> BTreeSet<String> {
    let before = format!("{before}\"");
    source.split(&before).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn undocumented(page: &str, words: &BTreeSet<String>) -> Vec<String> {
    let page = source(page);
    words.iter().filter(|word| !page.contains(&format!("`{word}`"))).cloned().collect()
}

const PREFIX: &str = "NIGHTSHIFT_";
/// Where those of every function are read that logs in to database servers.
const OF_DATABASES: [&str; 2] = ["shared/src/services/sql/reach.rs", "shared/src/domains/databases/password.rs"];
/// The same of every function whatever.
const COMMON: [&str; 2] = ["shared/src/run/policy.rs", "shared/src/config/settings.rs"];

/// Every variable the files name, outside their tests.
fn variables(paths: &[&str]) -> BTreeSet<String> {
    let code: String =
        paths.iter().map(|path| source(path).split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect();
    let name = |text: &&str| text.len() > PREFIX.len() && text.starts_with(PREFIX) && !text.contains(' ');
    let texts = code.split('"').filter(name);
    texts.map(str::to_owned).collect()
}

#[test]
fn every_variable_of_cluster_cleanup_is_documented() {
    let words = variables(&COMMON);
    let words: BTreeSet<_> = words
        .union(&variables(&[
            "shared/src/jobs/cluster_cleanup/policy.rs",
            "shared/src/domains/clusters/lease.rs",
            "shared/src/domains/clusters/marks.rs",
        ]))
        .cloned()
        .collect();
    assert!(words.len() > 15, "{words:?}");
    assert_eq!(undocumented("docs/cluster-cleanup.md", &words), Vec::<String>::new());
}

#[test]
fn every_variable_and_metric_of_fleet_is_documented() {
    let words = variables(&[
        "shared/src/fleet/setup.rs",
        "shared/src/fleet/failures.rs",
        "shared/src/domains/fleet/selection.rs",
    ]);
    // How the names of others begin.
    let words: BTreeSet<_> = words.into_iter().filter(|word| !word.ends_with('_')).collect();
    assert!(words.len() > 18, "{words:?}");
    let mut metrics = quoted(&source("shared/src/fleet/report/mod.rs"), "(");
    metrics.retain(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert_eq!(metrics.len(), 9, "{metrics:?}");
    let words: BTreeSet<_> = words.union(&metrics).cloned().collect();
    assert_eq!(undocumented("docs/fleet.md", &words), Vec::<String>::new());
}

/// Holds what the layer of a function sets to what the function reads.
#[track_caller]
fn settable(layer: &str, policy: &str) {
    let of_clusters = ["shared/src/domains/clusters/lease.rs", "shared/src/domains/clusters/marks.rs"];
    let files = [policy, "shared/src/notify/policy.rs"].into_iter();
    let files = files.chain(of_clusters.into_iter().filter(|_| layer.starts_with("cluster-")));
    let files = files.chain(OF_DATABASES.into_iter().filter(|_| layer.starts_with("db-")));
    let mut words: BTreeSet<_> = variables(&COMMON).union(&variables(&files.collect::<Vec<_>>())).cloned().collect();
    // The clock is for demos and tests.
    assert!(words.remove("NIGHTSHIFT_NOW"), "{words:?}");
    // What every function is told of notices and reports stands in one place; what workers of an organisation are told, too, in a module.
    let told = match layer {
        "cluster-cleanup" | "key-rotation" => format!("terraform/layer/{layer}/told/main.tf"),
        _ => format!("terraform/layer/{layer}/environment.tf"),
    };
    let told = source(&told) + &source(&format!("terraform/layer/{layer}/environment.tf"));
    let layer = told + &source("terraform/aws/run-access/outputs.tf");
    let set = layer.lines().filter_map(|line| line.split_once(" = "));
    let set = set.map(|(name, _)| name.trim().trim_start_matches("{ ").to_owned());
    let set: BTreeSet<_> = set.filter(|name| name.starts_with("NIGHTSHIFT_")).collect();
    assert_eq!(set, words, "what the layer sets, and what the function reads");
}

#[test]
fn every_variable_of_cluster_cleanup_can_be_set_by_its_layer() {
    settable("cluster-cleanup", "shared/src/jobs/cluster_cleanup/policy.rs");
}

#[test]
fn every_variable_of_cluster_clone_can_be_set_by_its_layer() {
    let own = ["jobs/cluster_clone/policy.rs", "jobs/cluster_clone/quarantine.rs", "services/sql/reach.rs"];
    let files = ["notify/policy.rs", "domains/clusters/lease.rs"];
    let more = ["domains/clusters/marks.rs", "domains/clusters/person.rs", "config/settings.rs", "run/policy.rs"];
    let files: Vec<_> = own.iter().chain(&files).chain(&more).map(|file| format!("shared/src/{file}")).collect();
    let mut words = variables(&files.iter().map(String::as_str).collect::<Vec<_>>());
    // The clock is for demos and tests, and one clone is made at a time.
    assert!(words.remove("NIGHTSHIFT_NOW") && words.remove("NIGHTSHIFT_CONCURRENCY"), "{words:?}");
    let layer = source("terraform/layer/cluster-clone/environment.tf") + &source("terraform/aws/run-access/outputs.tf");
    let set = layer.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim().to_owned());
    let set: BTreeSet<_> = set.filter(|name| name.starts_with("NIGHTSHIFT_")).collect();
    assert_eq!(set, words, "what the layer sets, and what the function reads");
}

#[test]
fn every_variable_of_key_rotation_can_be_set_by_its_layer() {
    settable("key-rotation", "shared/src/jobs/key_rotation/policy.rs");
}

#[test]
fn every_variable_of_db_users_can_be_set_by_its_layer() {
    settable("db-users", "shared/src/jobs/db_users/policy.rs");
}

#[test]
fn every_variable_of_secret_rotation_can_be_set_by_its_layer() {
    let words = variables(&[&["shared/src/jobs/secret_rotation/policy.rs"], &OF_DATABASES[..]].concat());
    let layer = source("terraform/layer/secret-rotation/environment.tf");
    let set = layer.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim().to_owned());
    let set: BTreeSet<_> = set.filter(|name| name.starts_with("NIGHTSHIFT_")).collect();
    assert_eq!(set, words, "what the layer sets, and what the function reads");
}

#[test]
fn every_variable_of_a_run_through_an_organisation_can_be_set_by_its_layer() {
    let files =
        ["fleet/setup.rs", "fleet/failures.rs", "domains/fleet/selection.rs"].map(|file| format!("shared/src/{file}"));
    let mut words = variables(&files.iter().map(String::as_str).collect::<Vec<_>>());
    // What all of them begin with is a name of none. Where a worker looks its items say, and its reports lie in the run's bucket.
    words.retain(|word| word.starts_with("NIGHTSHIFT_FLEET_") && !word.ends_with('_'));
    let layer = source("terraform/layer/organization/environment.tf");
    let texts = layer.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    let set: BTreeSet<_> = texts.filter(|text| text.starts_with("NIGHTSHIFT_FLEET_") && !text.ends_with('_')).collect();
    assert_eq!(set, words.iter().map(String::as_str).collect(), "what the layer sets, and what the parts read");
}

/// The function and the rules that hand events to it have one list of signs of leaked keys.
#[test]
fn the_rules_hand_over_every_sign_the_function_knows() {
    use nightshift::domains::keys::signs::{Response, codes};
    let rules = source("terraform/layer/key-rotation/signs.tf");
    let of_source = |name: &str, rest: &str| {
        let block = rules.split(&format!("\"{name}\" = {{")).nth(1).and_then(|text| text.split("\n    }").next());
        let list =
            block.and_then(|block| block.split(&format!("{rest} = [")).nth(1)).and_then(|text| text.split(']').next());
        let quoted = list.unwrap_or_default().split('"').skip(1).step_by(2);
        quoted.map(str::to_owned).collect::<Vec<_>>()
    };
    for name in ["aws.health", "aws.guardduty"] {
        assert_eq!(of_source(name, "switch_off"), codes(name, Response::SwitchOff), "{name}");
        assert_eq!(of_source(name, "tell"), codes(name, Response::Tell), "{name}");
    }
}

#[test]
fn every_variable_of_notices_is_documented() {
    let words = variables(&["shared/src/notify/policy.rs"]);
    assert!(words.len() > 6, "{words:?}");
    assert_eq!(undocumented("docs/notices.md", &words), Vec::<String>::new());
}

#[test]
fn every_metric_of_cluster_cleanup_is_documented() {
    let telemetry = source("shared/src/telemetry.rs");
    let telemetry = telemetry.split("#[cfg(test)]").next().unwrap();
    let mut words = quoted(telemetry, "(");
    // Of a run through an organisation, which is another function.
    let of_accounts: BTreeSet<_> = words.iter().filter(|word| word.starts_with("Accounts")).cloned().collect();
    assert_eq!(undocumented("docs/fleet.md", &of_accounts), Vec::<String>::new());
    words.retain(|word| !of_accounts.contains(word));
    words.extend(quoted(&source("shared/src/jobs/cluster_cleanup/job.rs"), "("));
    words
        .retain(|word| word != "Ms" && word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert!(words.contains("MalformedTags"));
    assert!(words.len() > 10, "{words:?}");
    assert_eq!(undocumented("docs/cluster-cleanup.md", &words), Vec::<String>::new());
}

#[test]
fn every_variable_and_metric_of_cluster_clone_is_documented() {
    let mut words = variables(&[
        "shared/src/jobs/cluster_clone/policy.rs",
        "shared/src/jobs/cluster_clone/quarantine.rs",
        "shared/src/services/sql/reach.rs",
        "shared/src/domains/clusters/lease.rs",
        "shared/src/domains/clusters/marks.rs",
        "shared/src/domains/clusters/person.rs",
    ]);
    assert!(words.len() > 18, "{words:?}");
    let mut metrics = quoted(&source("shared/src/jobs/cluster_clone/job.rs"), "(");
    metrics.retain(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert_eq!(metrics.len(), 3, "{metrics:?}");
    words.extend(metrics);
    assert_eq!(undocumented("docs/cluster-clone.md", &words), Vec::<String>::new());
}

#[test]
fn every_key_of_the_event_of_cluster_clone_is_documented() {
    let code = source("shared/src/jobs/cluster_clone/request.rs");
    let keys = quoted(&code, "text(fields, ").into_iter().chain(quoted(&code, "fields.value("));
    let keys: BTreeSet<_> = keys.chain(["source".to_owned()]).collect();
    assert_eq!(keys.len(), 12, "{keys:?}");
    assert_eq!(undocumented("docs/cluster-clone.md", &keys), Vec::<String>::new());
}

#[test]
fn every_variable_of_org_inventory_is_documented_and_can_be_set_by_its_layer() {
    let own = variables(&["shared/src/jobs/org_inventory/policy.rs"]);
    assert_eq!(own.len(), 7, "{own:?}");
    let metrics = ["Accounts", "OrganizationChanges", "SnapshotsKept"].map(str::to_owned);
    assert_eq!(
        undocumented("docs/org-inventory.md", &own.iter().cloned().chain(metrics).collect()),
        Vec::<String>::new()
    );
    let mut words = variables(&["shared/src/run/policy.rs", "shared/src/notify/policy.rs"]);
    // The clock is for demos and tests, and nothing of an organisation is of one owner.
    assert!(words.remove("NIGHTSHIFT_NOW"), "{words:?}");
    words.insert("NIGHTSHIFT_TIME_ZONE".to_owned());
    words.extend(own);
    let layer = source("terraform/layer/org-inventory/environment.tf") + &source("terraform/aws/run-access/outputs.tf");
    let set = layer.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim().to_owned());
    let set: BTreeSet<_> = set.filter(|name| name.starts_with("NIGHTSHIFT_")).collect();
    assert_eq!(set, words, "what the layer sets, and what the function reads");
}

#[test]
fn every_variable_of_db_users_is_documented() {
    let mut words = variables(&[&["shared/src/jobs/db_users/policy.rs"], &OF_DATABASES[..]].concat());
    assert!(words.len() > 10, "{words:?}");
    // Read in one place for every function that works in Regions, and on several things at once.
    words.extend(["NIGHTSHIFT_REGIONS", "NIGHTSHIFT_CONCURRENCY"].map(str::to_owned));
    assert_eq!(undocumented("docs/db-users.md", &words), Vec::<String>::new());
}

#[test]
fn every_variable_and_metric_of_secret_rotation_is_documented() {
    let mut words = variables(&[&["shared/src/jobs/secret_rotation/policy.rs"], &OF_DATABASES[..]].concat());
    assert!(words.len() > 6, "{words:?}");
    let mut metrics = quoted(&source("shared/src/jobs/secret_rotation/job.rs"), "(");
    metrics.retain(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert_eq!(metrics.len(), 2, "{metrics:?}");
    words.extend(metrics);
    assert_eq!(undocumented("docs/secret-rotation.md", &words), Vec::<String>::new());
}

#[test]
fn every_metric_of_db_users_is_documented() {
    let mut words = quoted(&source("shared/src/jobs/db_users/job.rs"), "(");
    words.retain(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert_eq!(words.len(), 3, "{words:?}");
    assert_eq!(undocumented("docs/db-users.md", &words), Vec::<String>::new());
}

#[test]
fn every_key_of_the_event_of_db_users_is_documented() {
    let mut words = quoted(&source("shared/src/jobs/db_users/request/schema.rs"), "    (");
    words.retain(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    assert!(words.len() > 28, "{words:?}");
    let page = source("docs/db-users.md");
    let missing: Vec<_> = words.iter().filter(|word| !page.contains(word.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_variable_of_key_rotation_is_documented() {
    let code = source("shared/src/jobs/key_rotation/policy.rs");
    let code = code.split("#[cfg(test)]").next().unwrap();
    let words: BTreeSet<_> = code
        .split('"')
        .filter(|text| text.starts_with("NIGHTSHIFT_") && !text.contains(' '))
        .map(str::to_owned)
        .collect();
    assert!(words.len() > 24, "{words:?}");
    assert_eq!(undocumented("docs/key-rotation.md", &words), Vec::<String>::new());
}

#[test]
fn every_metric_notice_phase_and_sample_of_key_rotation_is_documented() {
    let mut words = quoted(&source("shared/src/jobs/key_rotation/job.rs"), "(");
    words.retain(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric));
    assert!(words.contains("OldestActiveKeyDays"), "{words:?}");
    let spelt = |path: &str| quoted(source(path).split("#[cfg(test)]").next().unwrap_or_default(), "=> ");
    let kinds =
        spelt("shared/src/domains/keys/tags.rs").into_iter().filter(|word| word.chars().all(char::is_alphabetic));
    words.extend(kinds.filter(|kind| !["todo", "done", "back"].contains(&kind.as_str())));
    words.extend(spelt("shared/src/jobs/key_rotation/request.rs"));
    words.extend(spelt("shared/src/jobs/key_rotation/plan/state.rs"));
    assert!(words.contains("held") && words.contains("repair") && words.contains("orphan"), "{words:?}");
    assert_eq!(undocumented("docs/key-rotation.md", &words), Vec::<String>::new());
}

/// Every test that the table beside AWS's templates names is one of the repository's.
#[test]
fn what_is_shown_beside_awss_templates_is_shown_by_tests_that_are_there() {
    let page = source("docs/secret-rotation.md");
    let (_, rest) = page.split_once("## Beside AWS's templates").expect("the paragraph");
    let (table, _) = rest.split_once("What a rotation costs").expect("its end");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut tests = String::new();
    for folder in ["functions", "cli/tests", "shared/src", "showcase/tests"] {
        every_rust_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut tests);
    }
    let mut seen = 0;
    for row in rows {
        let shown = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let names: Vec<_> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "nothing shows it: {row}");
        for name in names {
            assert!(tests.contains(&format!("fn {name}()")), "there is no test {name}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

fn every_rust_file(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            every_rust_file(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&fs::read_to_string(&path).expect("a text"));
        }
    }
}
