//! The account of the demo: what a team collects in a few months, with every reason to go and to stay that shows well.

use anyhow::Context as _;
use aws_sdk_rds::types::Tag;
use nightshift::clock;
use serde_json::json;

use nightshift_testkit::world::{ClusterBuilder, expired};
use nightshift_testkit::{Scene, StandIn};

/// The first night.
pub(super) const NIGHT_ONE: &str = "2026-11-21T02:00:00Z";
/// The hour between the nights at which somebody reads her mail.
pub(super) const MORNING: &str = "2026-11-21T09:30:00Z";
/// The second night.
pub(super) const NIGHT_TWO: &str = "2026-11-22T02:00:00Z";

/// The function's policy. No mode, so that the event chooses.
pub(super) const POLICY: [(&str, &str); 6] = [
    ("NIGHTSHIFT_REGIONS", "eu-north-1,eu-west-1"),
    ("NIGHTSHIFT_PROTECTED", "gold-*"),
    ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
    ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
    ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
    ("NIGHTSHIFT_SLACK_SECRET_ID", "nightshift/slack"),
];
/// What the clock of decisions is set by.
pub(super) const CLOCK: &str = "NIGHTSHIFT_NOW";

/// Where the clusters are.
pub(super) const REGIONS: [&str; 2] = ["eu-north-1", "eu-west-1"];

/// A cluster that goes, and until when its final snapshot is kept; none where it leaves none.
pub(super) type Going = (&'static str, Option<&'static str>);

/// What the first night takes: its owner was told the night before.
pub(super) const GOES_FIRST: [Going; 1] = [("reports-dev", Some("2026-12-21T02:00:00Z"))];

/// What the second night takes: the first one told its owners.
pub(super) const GOES_THEN: [Going; 3] = [
    ("billing-dev", Some("2026-12-22T02:00:00Z")),
    ("orders-dev", Some("2026-12-22T02:00:00Z")),
    // The data is still in the cluster it was cloned from.
    ("payments-copy", None),
];

/// What its owner, told like those, gives more time in the morning, and how much.
pub(super) const EXTENDED: (&str, &str) = ("search-dev", "2026-12-06T00:00:00Z");
/// That owner.
pub(super) const EXTENDER: &str = "chloe";

/// What neither night takes, and the code it gives for that; none where the cluster is not its business.
pub(super) const STAYS: [(&str, Option<&str>); 9] = [
    ("audit-dev", Some("deletion-protection")),
    ("catalog-dev", Some("global-cluster-member")),
    ("fixtures-dev", Some("never")),
    ("fraud-graph", None),
    ("gold-dev", Some("protected")),
    ("invoices", Some("missing-mark")),
    ("loadtest-dev", Some("not-due")),
    ("payments", None),
    ("trial-dev", Some("malformed-expiry")),
];

/// What the first night asks its owner to put right. The next nights wait a week with asking again.
pub(super) const ASKED: [&str; 3] = ["audit-dev", "catalog-dev", "trial-dev"];

/// Who is sent what, run by run, and nobody anything else.
pub(super) const MAIL: [&[(&str, &str)]; 3] = [
    &[
        ("ana", "1 cluster will be deleted"),
        ("ben", "1 cluster will be deleted, 1 cluster was deleted"),
        ("chloe", "1 cluster will be deleted"),
        ("dan", "1 cluster will be deleted, 3 clusters need attention"),
        ("ops", "cluster-cleanup: 1 cluster deleted, 7 notices to owners"),
    ],
    &[
        // Before it goes: without a snapshot there is nothing to write on that somebody is still to be told.
        ("dan", "1 cluster is being deleted now"),
        ("ana", "1 cluster was deleted"),
        ("ben", "1 cluster was deleted"),
        ("ops", "cluster-cleanup: 3 clusters deleted"),
    ],
    &[("ops", "cluster-cleanup: nothing changed")],
];

/// What the first table does not show.
pub(super) const TOLD_BEFORE: &str =
    "reports-dev is tagged nightshift:notified: ben was told of it the night before; of the others nobody was told yet";

/// What a reader of the plan may miss.
pub(super) const NOT_LISTED: &str =
    "fraud-graph (Neptune) and payments (no expiry tag) are not its business, and not listed";

/// Makes the account, with the same random names each time, on the first night; `webhook` is Slack's.
pub(super) async fn create(webhook: &str) -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    // No proxy of the caller's stands between this machine and itself.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
    seed.error_for_status().context("the stand-in takes no seed for its random names")?;
    it_is(&scene, NIGHT_ONE).await?;

    let tag = "auto-delete-after";
    for cluster in [
        owned("orders-dev", "ana").members(3),
        // Not over yet: its owner hears of it before.
        owned("billing-dev", "ben").engine("aurora-mysql").members(2).tag(tag, "2026-11-21"),
        // As the script wrote it that these tags began with: no zone, microseconds.
        owned("search-dev", EXTENDER).tag(tag, "2026-11-20T12:00:00.123456"),
        owned("reports-dev", "ben")
            .region("eu-north-1")
            .tag(tag, "2026-11-19T18:00:00+01:00")
            .notified("2026-11-20T02:00:00Z"),
        owned("loadtest-dev", "chloe").members(2).tag(tag, "2026-12-24T12:00:00Z"),
        owned("fixtures-dev", "ana").tag(tag, "never"),
        owned("trial-dev", "dan").tag(tag, "next friday"),
        owned("gold-dev", "ana"),
        owned("audit-dev", "dan").protected(),
        owned("catalog-dev", "dan").with("global_cluster_identifier", "catalog"),
        owned("fraud-graph", "chloe").engine("neptune"),
        owned("invoices", "ben").members(2).tag("env", "prod"),
        owned("payments", "dan").members(3).tag("env", "prod").tag(tag, ""),
    ] {
        cluster.create(&scene).await?;
    }
    clone(&scene, "payments", "payments-copy", "dan").await?;
    scene.mail_identity("nightshift@example.com").await?;
    scene.secret("nightshift/slack", webhook).await?;
    Ok(scene)
}

/// Sets the clock of the account.
pub(super) async fn it_is(scene: &Scene, moment: &str) -> anyhow::Result<()> {
    let moment: jiff::Timestamp = moment.parse()?;
    scene.control("clock", json!({ "offset_seconds": moment.duration_since(clock::now()).as_secs() })).await?;
    Ok(())
}

/// The policy at `moment`.
pub(super) fn policy_at(moment: &'static str) -> Vec<(&'static str, &'static str)> {
    POLICY.into_iter().chain([(CLOCK, moment)]).collect()
}

fn owned(id: &str, owner: &str) -> ClusterBuilder {
    expired(id).tag("owner", owner)
}

/// A copy-on-write clone with two members, which has expired.
async fn clone(scene: &Scene, source: &str, id: &str, owner: &str) -> anyhow::Result<()> {
    let tags = [("env", "dev"), ("owner", owner), ("auto-delete-after", "2026-11-20"), ("nightshift:source", source)]
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    let rds = scene.rds(nightshift_testkit::scene::REGION).await;
    rds.restore_db_cluster_to_point_in_time()
        .db_cluster_identifier(id)
        .source_db_cluster_identifier(source)
        .restore_type("copy-on-write")
        .use_latest_restorable_time(true)
        .set_tags(Some(tags.to_vec()))
        .send()
        .await?;
    for number in 1..=2 {
        rds.create_db_instance()
            .db_instance_identifier(format!("{id}-{number}"))
            .db_cluster_identifier(id)
            .db_instance_class("db.serverless")
            .engine("aurora-postgresql")
            .send()
            .await?;
    }
    scene.control("cluster", json!({ "id": id, "created": "2026-11-12T09:00:00Z" })).await?;
    Ok(())
}
