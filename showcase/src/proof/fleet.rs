//! A worker of `fleet` as a subject: a cluster to delete in an account of the organisation, by a role there, while the fleet's own
//! account has one of the same name that nobody means.

use aws_sdk_s3::Client as Buckets;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::world::{clusters, expired, snapshots};
use serde_json::{Value, json};

use super::Subject;

/// One account within the budget of one deletion, broken at every call.
#[derive(Debug, Clone, Copy)]
pub struct Fleet {
    /// Another cluster comes due before the worker is called again. Then all that is asked is that no more goes than was judged.
    pub another_comes_due: bool,
}

const TOLD: &str = "2026-11-20T02:00:00Z";
const EXECUTION: &str = "2026-11-21-night";

impl Subject for Fleet {
    const NAME: &'static str = "fleet-run";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_FLEET_PART", "work"),
            ("NIGHTSHIFT_FLEET_JOB", "cluster-cleanup"),
            ("NIGHTSHIFT_FLEET_ROLE", "nightshift/nightshift-cluster-cleanup-apply"),
            ("NIGHTSHIFT_FLEET_EXTERNAL_ID", "an-external-id"),
            ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
            ("NIGHTSHIFT_OPERATORS_MAIL", "operators@example.com"),
            ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
            ("NIGHTSHIFT_CONCURRENCY", "1"),
        ]
    }

    fn of_scene(&self, scene: &Scene) -> Vec<(&'static str, String)> {
        vec![("NIGHTSHIFT_FLEET_BUCKET", bucket(scene))]
    }

    async fn event(&self, scene: &Scene) -> anyhow::Result<Value> {
        let item = json!({
            "account": account(scene), "name": "web", "path": "Root/Prod", "policy": null, "regions": [REGION],
            "budget": { "deletions": 1 }, "judged_at": nightshift::clock::now(),
        });
        Ok(json!({ "execution": EXECUTION, "phase": "rest", "item": item }))
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
        buckets(scene).await.create_bucket().bucket(bucket(scene)).create_bucket_configuration(place).send().await?;
        scene.mail_identity("nightshift@example.com").await?;
        let member = Scene::of(&account(scene))?;
        expired("orders-dev").members(2).notified(TOLD).create(&member).await?;
        expired("kept-dev").tag("auto-delete-after", "never").create(&member).await?;
        expired("orders-dev").notified(TOLD).create(scene).await?;
        // A cluster that is made later is there at once only where nothing takes its time.
        if !self.another_comes_due {
            member.control("lifecycle", json!({ "mode": "held" })).await?;
        }
        Ok(())
    }

    async fn meanwhile(&self, scene: &Scene) -> anyhow::Result<()> {
        if self.another_comes_due {
            expired("late-dev").notified(TOLD).create(&Scene::of(&account(scene))?).await?;
        }
        Ok(())
    }

    async fn settle(&self, scene: &Scene) -> anyhow::Result<()> {
        Scene::of(&account(scene))?.control("settle", json!({})).await.map(|_| ())
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let (member, mut wrong) = (Scene::of(&account(scene))?, Vec::new());
        let (there, here) = (clusters(&member, REGION).await?, clusters(scene, REGION).await?);
        if self.another_comes_due {
            let gone = ["orders-dev", "late-dev"].iter().filter(|id| !there.iter().any(|one| one == *id)).count();
            let more = (gone > 1).then(|| format!("{gone} went and one was judged; these stand: {}", there.join(", ")));
            return Ok(more.into_iter().collect());
        }
        if there != ["kept-dev"] {
            wrong.push(format!("in the account these stand: {}", there.join(", ")));
        }
        if here != ["orders-dev"] {
            wrong.push(format!("in the fleet's own account these stand: {}", here.join(", ")));
        }
        match snapshots(&member, REGION).await?.into_iter().collect::<Vec<_>>().as_slice() {
            [(_, tags)] if tags.contains_key("nightshift:purge-after") => {}
            others => wrong.push(format!("the snapshots are {others:?}")),
        }
        let key = format!("fleet/cluster-cleanup/{EXECUTION}/rest/{}.json", account(scene));
        let report = buckets(scene).await.get_object().bucket(bucket(scene)).key(key).send().await;
        match report {
            Ok(report) => {
                let report: Value = serde_json::from_slice(&report.body.collect().await?.to_vec())?;
                if report["account"] != account(scene) {
                    wrong.push(format!("the report is of account {}", report["account"]));
                }
            }
            Err(error) => wrong.push(format!("there is no report: {error}")),
        }
        let mail = scene.control("mail", json!({})).await?["mail"].as_array().cloned().unwrap_or_default();
        if !mail.iter().any(|one| one["to"][0] == "ana@example.com") {
            wrong.push("the owner was not told".to_owned());
        }
        if mail.iter().any(|one| one["to"][0] == "operators@example.com") {
            wrong.push("the operators were told of one account".to_owned());
        }
        Ok(wrong)
    }
}

/// The account that is gone through: no scene of its own has it.
fn account(scene: &Scene) -> String {
    format!("8{}", &scene.account[1..])
}

/// Names of buckets are everybody's.
fn bucket(scene: &Scene) -> String {
    format!("proof-fleet-{}", scene.account)
}

async fn buckets(scene: &Scene) -> Buckets {
    let config = scene.sdk_config(REGION).await;
    Buckets::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}
