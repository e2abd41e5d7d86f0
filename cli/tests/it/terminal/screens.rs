//! What is shown fits the terminal: no identifier is broken, at any width, and colours are for terminals.

use aws_sdk_secretsmanager::types::Tag;
use nightshift_testkit::Scene;
use nightshift_testkit::world::expired;

use super::{Terminal, bare};
use crate::{nightshift, policy_file};

const POLICY: &str = "NIGHTSHIFT_NOW=2026-11-21T02:00:00Z\nNIGHTSHIFT_MIN_NOTICE_HOURS=0\n";
const ID: &str = "orders-analytics-warehouse-dev";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_broken_at_60_80_and_200_columns() {
    let scene = Scene::new().expect("a scene");
    expired(ID).members(2).create(&scene).await.expect("a cluster");
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(&scene).await.expect("a cluster");
    scene.user("grace.brewster.hopper@example.com", &[("owner", "a-long-team-name")]).await.expect("a user");
    let key = scene.key("grace.brewster.hopper@example.com", "2026-11-21T02:00:00Z", 95, Some(1)).await.expect("a key");
    let mark = Tag::builder().key("nightshift:db-user").value("airflow-reader").build();
    let named = scene.secrets().await.create_secret().name("dp-sec-db-ue1-af-activation-af_ro-dev").tags(mark);
    named.secret_string("x").send().await.expect("a secret");
    let (_folder, policy) = policy_file(POLICY);
    let policy = policy.to_str().expect("a path");
    let now = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z")];
    for columns in [60, 80, 200] {
        let plan = Terminal::start(&scene, columns, &[], &["plan", "cluster-cleanup", "--policy", policy]).ends();
        let keys = Terminal::start(&scene, columns, &now, &["keys", "list"]).ends();
        let checked =
            Terminal::start(&scene, columns, &[], &["policy", "show", "cluster-cleanup", "--policy", policy]).ends();
        let help = Terminal::start(&scene, columns, &[], &["apply", "cluster-cleanup", "-h"]).ends();
        let adopted = Terminal::start(&scene, columns, &[], &["adopt", "cluster-cleanup", "--policy", policy]).ends();
        let secrets = Terminal::start(&scene, columns, &[], &["secrets", "list"]).ends();
        let users = Terminal::start(&scene, columns, &[], &["users", "list"]).ends();
        for (code, shown) in [&plan, &keys, &checked, &help, &adopted, &secrets, &users] {
            assert_eq!(*code, Some(0), "{shown}");
            // What a progress line drew and took away again is not on the screen.
            let shown = bare(shown.rsplit('\r').next().unwrap_or_default());
            // A digest stays beside its word, for whoever looks for it.
            let lines = shown.lines().filter(|line| !line.starts_with("plan sha256:"));
            for line in lines.filter(|line| line.trim_end().chars().count() > usize::from(columns)) {
                assert_eq!(line.split_whitespace().count(), 1, "{columns}: only a word alone may be wider: {line:?}");
            }
        }
        let words =
            |(_, shown): &(Option<i32>, String)| bare(shown).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let holds = |words: &[String], word: &str| words.iter().any(|found| found == word);
        let (plan, keys) = (words(&plan), words(&keys));
        let (reader, writer) = (format!("{ID}-2"), format!("{ID}-1"));
        for word in [ID, &reader, &writer, "[malformed-expiry]"] {
            assert!(holds(&plan, word), "{columns}: {word}: {plan:?}");
        }
        assert!(plan.iter().any(|word| word.starts_with(&format!("nightshift-{ID}-2026"))), "{columns}: {plan:?}");
        for word in [key.as_str(), "grace.brewster.hopper@example.com", "a-long-team-name"] {
            assert!(holds(&keys, word), "{columns}: {word}: {keys:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_terminals_and_for_who_asks() {
    let scene = Scene::new().expect("a scene");
    expired(ID).create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let plan = ["plan", "cluster-cleanup", "--policy", policy.to_str().expect("a path")];
    let painted = "\u{1b}[36mplanned";
    let shown = |extra: &[(&str, &str)], more: &[&str]| {
        Terminal::start(&scene, 120, extra, &[&plan[..], more].concat()).ends().1.contains(painted)
    };
    assert!(shown(&[], &[]));
    assert!(!shown(&[("NO_COLOR", "1")], &[]));
    assert!(!shown(&[], &["--color", "never"]));
    assert!(!nightshift(&scene, &[], &plan).out.contains('\u{1b}'), "a pipe is no terminal");
    assert!(nightshift(&scene, &[], &[&plan[..], &["--color", "always"]].concat()).out.contains(painted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_narrowed_to_what_is_looked_for_and_keeps_its_counts() {
    let scene = Scene::new().expect("a scene");
    expired(ID).create(&scene).await.expect("a cluster");
    expired("typo-dev").tag("auto-delete-after", "tomorrow").create(&scene).await.expect("a cluster");
    expired("late-dev").tag("auto-delete-after", "2027-01-01").create(&scene).await.expect("a cluster");
    let (_folder, policy) = policy_file(POLICY);
    let plan = ["plan", "cluster-cleanup", "--policy", policy.to_str().expect("a path"), "--output", "csv"];
    let ids = |more: &[&str]| {
        let said = nightshift(&scene, &[], &[&plan[..], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let ids = said.out.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--only", "planned"]), [ID]);
    assert_eq!(ids(&["--only", "planned,skipped"]).len(), 3);
    assert_eq!(ids(&["--code", "malformed-expiry"]), ["typo-dev"]);
    assert_eq!(ids(&["--code", "malformed-expiry", "--only", "failed"]), Vec::<String>::new());
    let said = nightshift(&scene, &[], &[&plan[..], &["--only", "done"]].concat());
    assert!(said.code == 1 && said.err.contains("it is none of: planned, changed,"), "{}", said.err);
}
