//! The organisation, what is due in its accounts, and the fleets that go through it. Random names are the same each time.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use nightshift_testkit::world::{clusters, expired, here, s3, snapshots};
use nightshift_testkit::{Scene, StandIn, repository};
use serde_json::{Value, json};

use crate::staged_fleet::Deployment;

/// The account of the fleets.
pub(super) const ACCOUNT: &str = "730000000009";
/// Which accounts are meant, as `fleet accounts` takes it.
pub(super) const POLICY: &str = "demo-out/fleet.env";
const BUCKET: &str = "runs-730000000009";
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];
const ALL_REGIONS: &str = "eu-central-1,eu-west-1,us-east-1";
/// Of the part that chooses.
const SELECTION: [(&str, &str); 3] = [
    ("NIGHTSHIFT_FLEET_UNITS", "Root"),
    ("NIGHTSHIFT_FLEET_EXCLUDED_UNITS", "Root/Security"),
    ("NIGHTSHIFT_FLEET_CANARY", "Root/Sandbox"),
];
/// By account: its unit, its expired clusters with their Regions, and how old its users' keys are.
type Member = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, i64)]);
const MEMBERS: [Member; 7] = [
    ("sandbox-ana", "Sandbox", &[("tryout-dev", "eu-west-1")], &[("ana", 12)]),
    ("shop-dev", "Shop", &[("orders-dev", "eu-west-1"), ("cart-dev", "us-east-1")], &[("shop-ci", 95)]),
    ("shop-test", "Shop", &[], &[("shop-test", 30)]),
    ("payments-dev", "Shop", &[("ledger-dev", "eu-central-1")], &[("bob", 200), ("eve", 91), ("dan", 10)]),
    ("data-dev", "Shop", &[("events-dev", "eu-west-1")], &[("etl", 400)]),
    ("audit", "Security", &[], &[]),
    ("old-lab", "Sandbox", &[], &[]),
];
const CLOSED: &str = "old-lab";
/// What lets nobody in.
const DENYING: &str = "data-dev";

/// See the module.
#[derive(Debug)]
pub(super) struct World {
    pub(super) scene: Arc<Scene>,
    ids: BTreeMap<String, String>,
    members: BTreeMap<String, Scene>,
}

impl World {
    /// As it is at `now`.
    pub(super) async fn make(now: &str) -> anyhow::Result<Self> {
        let scene = Arc::new(Scene::of(ACCOUNT)?);
        let client = reqwest::Client::builder().no_proxy().build()?;
        let seed = client.post(format!("{}/moto-api/seed?a=21", StandIn::shared().url())).send().await?;
        seed.error_for_status().context("the stand-in takes no seed for its random names")?;
        scene.mail_identity("nightshift@example.com").await?;
        s3(&scene).await.create_bucket().bucket(BUCKET).create_bucket_configuration(here()).send().await?;
        let units = ["Sandbox", "Security", "Shop"].map(|path| json!({ "path": path }));
        let accounts: Vec<_> = MEMBERS.iter().map(|(name, unit, ..)| json!({ "name": name, "unit": unit })).collect();
        let made = scene.control("organization", json!({ "units": units, "accounts": accounts })).await?;
        let ids: BTreeMap<String, String> = serde_json::from_value(made["accounts"].clone())?;
        let closed = json!({ "method": "close_account", "parameters": { "AccountId": ids[CLOSED] } });
        scene.control("organization-call", closed).await?;
        let mut members = BTreeMap::new();
        for (name, _, clusters, users) in MEMBERS {
            let member = Scene::of(&ids[name])?;
            member.set_clock(now).await?;
            for (id, region) in clusters {
                expired(id).region(region).create(&member).await?;
            }
            for (user, age) in users {
                let mail = format!("{user}@example.com");
                member.user(user, &[("mail", &mail)]).await?;
                member.key(user, now, *age, Some(1)).await?;
            }
            members.insert(name.to_owned(), member);
        }
        let lines = SELECTION.map(|(name, value)| format!("{name}='{value}'\n"));
        let path = repository::root().join(POLICY);
        std::fs::create_dir_all(path.parent().context("no folder")?)?;
        std::fs::write(&path, lines.concat()).with_context(|| format!("could not write {POLICY}"))?;
        Ok(Self { scene, ids, members })
    }

    /// The id of an account.
    pub(super) fn id(&self, name: &str) -> &str {
        &self.ids[name]
    }

    /// What goes through them for their clusters.
    pub(super) fn clusters(now: &'static str) -> Deployment<'static> {
        Deployment {
            job: super::CLUSTERS,
            name: "prod-clusters",
            mode: "apply",
            bucket: BUCKET,
            now,
            more: &[
                ("list", SELECTION[0].0, SELECTION[0].1),
                ("list", SELECTION[1].0, SELECTION[1].1),
                ("list", SELECTION[2].0, SELECTION[2].1),
                ("list", "NIGHTSHIFT_FLEET_REGIONS", ALL_REGIONS),
                ("report", "NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
                ("report", "NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
                ("work", "NIGHTSHIFT_MAIL_FROM", "nightshift@example.com"),
                ("work", "NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com"),
                ("work", "NIGHTSHIFT_OWNER_MAIL_DOMAIN", "example.com"),
                ("work", "NIGHTSHIFT_MIN_NOTICE_HOURS", "0"),
                ("work", "NIGHTSHIFT_REGIONS", ALL_REGIONS),
                ("work", "NIGHTSHIFT_REQUIRED_TAGS", "env=dev"),
            ],
        }
    }

    /// And for their access keys, which are of no Region.
    pub(super) fn keys(now: &'static str) -> Deployment<'static> {
        Deployment {
            job: super::KEYS,
            name: "prod-keys",
            mode: "apply",
            bucket: BUCKET,
            now,
            more: &[
                ("list", SELECTION[0].0, SELECTION[0].1),
                ("list", SELECTION[1].0, SELECTION[1].1),
                ("list", SELECTION[2].0, SELECTION[2].1),
            ],
        }
    }

    /// How many clusters stand in all accounts.
    pub(super) async fn clusters_left(&self) -> anyhow::Result<usize> {
        let mut left = 0;
        for member in self.members.values() {
            for region in REGIONS {
                left += clusters(member, region).await?.len();
            }
        }
        Ok(left)
    }

    /// To whom what was sent, sorted: workers run side by side.
    pub(super) async fn letters(&self) -> anyhow::Result<Vec<(String, String)>> {
        let received = self.scene.control("mail", json!({})).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = received["mail"].as_array().into_iter().flatten();
        let mut all: Vec<_> = all.map(|mail| (text(&mail["to"][0]), text(&mail["subject"]))).collect();
        all.sort();
        Ok(all)
    }

    /// An error naming what is not as it should be.
    pub(super) async fn judge(&self) -> anyhow::Result<()> {
        let mut kept = 0;
        for (name, _, _, users) in MEMBERS {
            let member = &self.members[name];
            for region in REGIONS {
                kept += snapshots(member, region).await?.len();
            }
            for (user, age) in users {
                let (found, is_due) = (member.keys(user).await?.len(), *age >= 90 && name != DENYING);
                ensure!(found == if is_due { 2 } else { 1 }, "{user} in {name} has {found} keys");
            }
        }
        ensure!(kept == 4, "{kept} snapshots are kept");
        let calls = self.scene.proxy.calls();
        let asked = calls.iter().find(|call| call.key == self.ids[DENYING]);
        ensure!(asked.is_none(), "{DENYING} was asked: {asked:?}");
        Ok(())
    }
}
