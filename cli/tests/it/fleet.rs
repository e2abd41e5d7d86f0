//! `fleet status`, `report`, `plan` and `apply`: runs are found, shown and started on a word.

use nightshift::domains::fleet::{Ended, FleetReport, Item, Maps, Phase, Regional, Row, Run, fold};
use nightshift::report::{self, By, Counts, Mode, Outcome, PlanDigest, Report, SCHEMA};
use nightshift_testkit::{Scene, world};
use serde_json::{Value, json};

use crate::machine::holds;
use crate::{Said, nightshift};

pub(crate) const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A fleet of cluster-cleanup whose machine waits if it is told to, and what leads to it.
pub(crate) struct Fleet {
    pub(crate) scene: Scene,
    pub(crate) machine: String,
    bucket: String,
}

impl Fleet {
    pub(crate) async fn of(mode: &str) -> Self {
        let scene = Scene::new().expect("a scene");
        let states = json!({
            "StartAt": "Which",
            "States": {
                "Which": {
                    "Type": "Choice",
                    "Choices": [{ "Variable": "$.wait", "IsPresent": true, "Next": "Wait" }],
                    "Default": "End",
                },
                "Wait": { "Type": "Wait", "Seconds": 600, "End": true },
                "End": { "Type": "Pass", "End": true },
            }
        });
        let machine = scene.machine("prod-clusters", &states.to_string()).await.expect("a machine");
        let bucket = format!("runs-{}", scene.account);
        let variables = [
            ("NIGHTSHIFT_FLEET_PART", "list"),
            ("NIGHTSHIFT_FLEET_JOB", "cluster-cleanup"),
            ("NIGHTSHIFT_FLEET_BUCKET", &bucket),
            ("NIGHTSHIFT_FLEET_STATE_MACHINE", &machine),
            ("NIGHTSHIFT_MODE", mode),
        ];
        scene.function("prod-clusters-list", &variables).await.expect("a function");
        let s3 = world::s3(&scene).await.create_bucket();
        s3.bucket(&bucket).create_bucket_configuration(world::here()).send().await.expect("a bucket");
        Self { scene, machine, bucket }
    }

    pub(crate) fn fleet(&self, arguments: &[&str]) -> Said {
        nightshift(&self.scene, &[], &[&["fleet"], arguments].concat())
    }

    /// Leaves the report of a run in which the accounts ended so.
    pub(crate) async fn reported(&self, execution: &str, mode: Mode, ended: &[Ended]) {
        let items: Vec<_> = (1..=ended.len()).map(item).collect();
        let mut rows = fold(&items, &Maps::default());
        for (row, ended) in rows.iter_mut().zip(ended) {
            *row = Row {
                ended: *ended,
                reason: row.reason.take().filter(|_| *ended == Ended::Failed),
                regions: [("eu-west-1".to_owned(), Regional { ended: *ended, code: None, message: None })].into(),
                counts: Counts { observed: 4, changed: usize::from(*ended == Ended::Done), ..Counts::default() },
                report_keys: [(Phase::Rest, format!("fleet/cluster-cleanup/{execution}/rest/{}.json", row.account))]
                    .into_iter()
                    .filter(|_| *ended == Ended::Done)
                    .collect(),
                ..row.clone()
            };
            for key in row.report_keys.values() {
                self.leaves(key, &report_of(&row.account, mode)).await;
            }
        }
        let report = FleetReport::of(run(execution, mode), &[], rows, Vec::new());
        self.leaves(&format!("fleet/cluster-cleanup/{execution}/report.json"), &report).await;
    }

    /// The report of the run `night`.
    pub(crate) async fn leaves_report(&self, rows: Vec<Row>) {
        let report = FleetReport::of(run("night", Mode::Apply), &[], rows, Vec::new());
        self.leaves("fleet/cluster-cleanup/night/report.json", &report).await;
    }

    async fn leaves(&self, key: &str, value: &impl serde::Serialize) {
        let body = serde_json::to_vec(value).expect("it is written");
        let s3 = world::s3(&self.scene).await.put_object();
        s3.bucket(&self.bucket).key(key).body(body.into()).send().await.expect("an object");
    }
}

fn run(execution: &str, mode: Mode) -> Run {
    let at = |text: &str| text.parse().expect("a time");
    Run {
        function: "cluster-cleanup".to_owned(),
        mode,
        execution: execution.to_owned(),
        organization: None,
        redrive_of: None,
        started_at: at("2026-11-29T02:00:00Z"),
        finished_at: at("2026-11-29T02:03:00Z"),
    }
}

/// Of an account in which one cluster was deleted.
fn report_of(account: &str, mode: Mode) -> Report {
    let at = |text: &str| text.parse().expect("a time");
    let item = report::Item {
        id: "orders-dev".to_owned(),
        region: "eu-west-1".to_owned(),
        owner: Some("ana".to_owned()),
        outcome: Outcome::Changed,
        steps: vec!["deletion requested".to_owned()],
        planned: Vec::new(),
        reason: None,
        domain: std::collections::BTreeMap::new(),
    };
    Report {
        schema: SCHEMA,
        function: "cluster-cleanup".into(),
        mode,
        account: account.to_owned(),
        by: By::default(),
        plan_digest: PlanDigest::of("cluster-cleanup", account, &()),
        started_at: at("2026-11-29T02:01:00Z"),
        finished_at: at("2026-11-29T02:01:10Z"),
        regions: vec!["eu-west-1".to_owned()],
        tripped: None,
        tripped_besides: Vec::new(),
        counts: Counts::of(4, std::slice::from_ref(&item)),
        warnings: Vec::new(),
        items: vec![item],
        notices: Vec::new(),
        estimate: None,
        calls: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn item(number: usize) -> Item {
    Item {
        regions: vec!["eu-west-1".to_owned()],
        ..Item::of(format!("{number:012}"), format!("shop-{number}"), "Root/Shop")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_and_the_report_of_the_last_is_shown() {
    let fleet = Fleet::of("apply").await;
    fleet.scene.execute(&fleet.machine, "night-1", &json!({})).await.expect("a run");
    fleet.scene.execute(&fleet.machine, "night-2", &json!({})).await.expect("a run");
    fleet.reported("night-1", Mode::Apply, &[Ended::Done, Ended::Failed, Ended::Nothing]).await;

    let listed = fleet.fleet(&["status", "--output", "json"]);
    let all = holds(&fleet.scene, "fleet-status", &listed);
    let names: Vec<_> = all["runs"].as_array().into_iter().flatten().map(|run| run["execution"].clone()).collect();
    assert_eq!(names.len(), 2, "{all:#}");
    let one = fleet.fleet(&["status", "night-1"]);
    assert!(one.code == 0 && one.out.contains("night-1 · SUCCEEDED · started "), "{}{}", one.out, one.err);
    let none = fleet.fleet(&["status", "night-9"]);
    assert_eq!(none.code, 1);
    insta::assert_snapshot!(none.err, @r"
    nightshift: state machine prod-clusters has no execution called night-9; nothing was read
    → `nightshift fleet status` lists them; AWS forgets them 90 days after their end
    ");

    // The second left none.
    let report = fleet.fleet(&["report"]);
    assert_eq!(report.code, 2, "an account failed: {}", report.err);
    insta::assert_snapshot!(report.out, @r"
    cluster-cleanup · apply · night-1 · 2026-11-29T02:00:00Z to 2026-11-29T02:03:00Z
    3 accounts: 1 failed, 1 done, 1 nothing, 0 left alone
    plan of all accounts: sha256:25fbbce2b43460bf83acf65fc1a677f483bdc065aa737ae23c829ebdb208f232
    ACCOUNT       NAME    UNIT       ENDED   ITEMS      WHERE AND WHY
    000000000002  shop-2  Root/Shop  failed             eu-west-1
                                                        [not-reached] the run ended before its turn, and nothing
                                                        is known of it; `nightshift fleet redrive` tries it again
    000000000001  shop-1  Root/Shop  done    1 changed  eu-west-1
    ");
    assert!(report.err.contains("1 account had nothing to do; --all lists them"), "{}", report.err);
    let whole = fleet.fleet(&["report", "night-1", "--output", "json"]);
    assert_eq!(holds(&fleet.scene, "fleet-report", &whole)["ended"], json!({ "done": 1, "failed": 1, "nothing": 1 }));
    let page = fleet.fleet(&["report", "--output", "html"]);
    assert!(page.out.starts_with("<!doctype html>") && page.out.contains("shop-2"), "{}", page.err);
    let inside = fleet.fleet(&["report", "--in", "shop-1"]);
    assert_eq!(inside.code, 0, "{}", inside.err);
    insta::assert_snapshot!(inside.out, @r"
    cluster-cleanup · apply · account 000000000001 · eu-west-1 · 2026-11-29 02:01 UTC
    ITEM        REGION     OWNER  OUTCOME  WHAT AND WHY
    orders-dev  eu-west-1  ana    changed  deletion requested

    4 observed: 0 planned, 1 changed, 0 already right, 0 deferred, 0 skipped, 0 failed
    plan sha256:5879c61f7013bb9570d3ad8d61758c764437a0d1bba5bc8e8497be2101d585b2
    ");
    let inside = fleet.fleet(&["report", "night-1", "--in", "000000000001", "--output", "json"]);
    assert_eq!(holds(&fleet.scene, "report", &inside)["items"][0]["id"], "orders-dev");
    for (arguments, said) in [
        (&["--in", "shop-2"][..], "account 000000000002 (shop-2) ended as failed and has no report, [not-reached]"),
        (&["--in", "shop-9"], "the run night-1 had no account shop-9; nothing was read"),
        (&["--in", "shop-1", "--output", "html"], "a page is of the whole run"),
    ] {
        let refused = fleet.fleet(&[&["report"], arguments].concat());
        assert!(refused.code == 1 && refused.err.contains(said), "{arguments:?}: {}", refused.err);
    }
    let csv = fleet.fleet(&["report", "--output", "csv"]);
    assert!(csv.out.starts_with("account,name,unit,ended,items,regions,why\n"), "{}", csv.out);
    // An account that had nothing to do, and in which somebody has something to see to.
    let mut whole: serde_json::Value = serde_json::from_str(&whole.out).expect("a report");
    let remark = |thing| json!({ "thing": thing, "code": "protection-unknown", "message": "it is not known; read it" });
    whole["accounts"][2]["attention"] =
        json!({ "things": 3, "warnings": 1, "first": [remark(json!("orders")), remark(json!(null))] });
    fleet.leaves("fleet/cluster-cleanup/night-1/report.json", &whole).await;
    let odd = fleet.fleet(&["report", "night-1"]);
    let shown = odd.out.split_once("000000000003").map(|(_, row)| row).unwrap_or_default();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    insta::assert_snapshot!(shown, @"shop-3 Root/Shop nothing see to orders: [protection-unknown] it is not known; read it see to [protection-unknown] it is not known; read it 2 more to see to: --in 000000000003 says what");
    assert!(!odd.err.contains("had nothing to do"), "{}", odd.err);
    let csv = fleet.fleet(&["report", "night-1", "--output", "csv"]);
    assert!(
        csv.out.contains("see to orders: [protection-unknown] it is not known; read it; see to [protection"),
        "{}",
        csv.out
    );
    let missing = fleet.fleet(&["report", "night-2"]);
    assert!(missing.code == 1 && missing.err.contains("left no report"), "{}", missing.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_started_with_exactly_what_was_agreed_to() {
    let fleet = Fleet::of("apply").await;
    let planned = fleet.fleet(&["plan"]);
    assert!(planned.code == 0 && planned.out.starts_with("started; `nightshift fleet status plan-"), "{}", planned.err);
    let last = async || fleet.scene.last_execution(&fleet.machine).await.expect("a run");
    assert_eq!(last().await.1, json!({ "mode": "plan" }));

    for (arguments, said) in [
        (vec!["apply", "--expect-plan", DIGEST], "fleet apply needs the account you mean"),
        (vec!["apply", "--expect-plan", "sha256:1", "--account", "x"], "'sha256:1' is not a plan digest"),
        (vec!["apply", "--expect-plan", DIGEST, "--account", "999999999999"], "not 999999999999"),
        (
            vec!["apply", "--expect-plan", DIGEST, "--account", &fleet.scene.account, "--job", "key-rotation"],
            "none of the fleets",
        ),
    ] {
        let refused = fleet.fleet(&arguments);
        assert!(refused.code == 1 && refused.err.contains(said), "{arguments:?}: {}", refused.err);
        assert!(refused.err.contains("nothing was started"), "{}", refused.err);
    }
    assert_eq!(last().await.1, json!({ "mode": "plan" }), "nothing was started");
    let applied = fleet.fleet(&["apply", "--expect-plan", DIGEST, "--account", &fleet.scene.account]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    let (name, input) = last().await;
    assert!(name.starts_with("apply-"), "{name}");
    assert_eq!(input, json!({ "mode": "apply", "expect_plan": DIGEST }));
    assert!(applied.err.contains("begun apply-") && applied.err.contains("the report is kept in"), "{}", applied.err);

    // Another run keeps all of them out.
    fleet.scene.begin(&fleet.machine, "night", &json!({ "wait": true })).await.expect("a run");
    fleet.reported("plan-1", Mode::Plan, &[Ended::Failed]).await;
    let account = ["--account", &fleet.scene.account];
    for arguments in [&["plan"][..], &["apply", "--expect-plan", DIGEST], &["redrive", &name, "--yes"]] {
        let refused = fleet.fleet(&[arguments, &account].concat());
        let said = "execution night of state machine prod-clusters runs; nothing was started";
        assert!(refused.code == 1 && refused.err.contains(said), "{arguments:?}: {}", refused.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_only_plans_is_made_to_apply_by_nobody() {
    let fleet = Fleet::of("plan").await;
    let account = ["--account", &fleet.scene.account];
    let refused = fleet.fleet(&[&["apply", "--expect-plan", DIGEST][..], &account].concat());
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.err, @r#"
    nightshift: state machine prod-clusters is deployed to plan, and nobody's word makes it apply; nothing was started
    → set `mode = "apply"` in its Terraform
    "#);
    assert_eq!(fleet.fleet(&["plan"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_and_a_report_of_another_run_is_nobodys() {
    let fleet = Fleet::of("plan").await;
    let never = fleet.fleet(&["report"]);
    assert_eq!(never.code, 1);
    insta::assert_snapshot!(never.err, @r"
    nightshift: state machine prod-clusters was never started, so there is no report; nothing was read
    → `nightshift fleet plan` starts a run that changes nothing
    ");
    let status = fleet.fleet(&["status"]);
    assert_eq!((status.code, status.out.as_str()), (0, "cluster-cleanup · state machine prod-clusters\n"));
    assert!(status.err.contains("it was never started"), "{}", status.err);
    for (arguments, said) in [
        (&["status", "--limit", "0"][..], "no whole number from 1 on"),
        (&["report", "--all", "--in", "x"], "cannot be used with"),
    ] {
        let refused = fleet.fleet(arguments);
        assert!(refused.code == 1 && refused.err.contains(said), "{arguments:?}: {}", refused.err);
    }

    // Of the first, under the name of the second.
    fleet.scene.execute(&fleet.machine, "night-1", &json!({})).await.expect("a run");
    fleet.reported("night-1", Mode::Plan, &[Ended::Failed]).await;
    let one = world::s3(&fleet.scene).await.get_object().bucket(&fleet.bucket);
    let one = one.key("fleet/cluster-cleanup/night-1/report.json").send().await.expect("an object");
    let body = one.body.collect().await.expect("its body").to_vec();
    fleet
        .leaves("fleet/cluster-cleanup/night-2/report.json", &serde_json::from_slice::<Value>(&body).expect("JSON"))
        .await;
    let other = fleet.fleet(&["report", "night-2"]);
    let said = "says that it is of cluster-cleanup and the run night-1, by schema 1; nothing was read";
    assert!(other.code == 1 && other.err.contains(said), "{}", other.err);
    let shown = fleet.fleet(&["status", "night-1"]);
    assert!(shown.code == 0 && !shown.out.contains("nothing to list"), "{}", shown.out);
}
