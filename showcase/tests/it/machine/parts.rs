//! The parts of a run, answering by their contract over accounts that lie in memory: what is shown here is the machine around them. Judging and folding
//! are those of the function.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use nightshift::domains::fleet::{Ended, Item, Manifest, Maps, Phase, Regional, Results, Row, Visit, fold};
use nightshift::fleet::judge::{self, FleetCaps};
use nightshift::report::{Counts, PlanDigest};
use nightshift_testkit::scene::REGION;
use nightshift_testkit::{Answer, Called, Scene};
use serde_json::{Value, json};

const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const ACCOUNTS: usize = 30;

/// What there is in the accounts, and what goes wrong there.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// What is due, by account and Region.
    due: BTreeMap<(String, &'static str), usize>,
    /// Another run goes on.
    pub(crate) busy: bool,
    /// Cannot be asked: the worker raises.
    pub(crate) raises: BTreeSet<String>,
    /// The same, but only where it is changed.
    pub(crate) raises_later: BTreeSet<String>,
    /// Answers that it failed, where it is changed.
    pub(crate) fails_later: BTreeSet<String>,
    /// Its worker is killed.
    pub(crate) killed: BTreeSet<String>,
    /// A service control policy is in the way.
    pub(crate) denied: BTreeSet<String>,
    /// Who was called, by map.
    pub(crate) calls: Vec<(String, String)>,
}

impl World {
    /// The accounts of a map, sorted.
    pub(crate) fn calls(&self, phase: &str) -> Vec<String> {
        let mut of: Vec<_> = self.calls.iter().filter(|(of, _)| of == phase).map(|(_, whose)| whose.clone()).collect();
        of.sort();
        of
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Parts {
    store: Store,
    _called: Vec<Called>,
}

#[derive(Debug, Clone)]
struct Store {
    bucket: String,
    s3: Client,
    world: Arc<Mutex<World>>,
}

impl Parts {
    /// Every second account has something due, in one Region or another; the first two go first.
    pub(crate) async fn deployed(scene: &Scene, bucket: &str, prefix: &str) -> anyhow::Result<Self> {
        let config = scene.sdk_config("us-east-1").await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let s3 = Client::from_conf(config);
        s3.create_bucket().bucket(bucket).send().await?;
        let due = (1..=ACCOUNTS).step_by(2).map(|number| ((id(number), REGIONS[number % 4]), 1)).collect();
        let world = Arc::new(Mutex::new(World { due, ..World::default() }));
        let store = Store { bucket: bucket.to_owned(), s3, world };
        let mut called = Vec::new();
        for part in ["list", "plan", "judge", "apply", "report"] {
            let store = store.clone();
            let work = move |event| {
                let store = store.clone();
                Box::pin(async move { store.answer(part, &event).await }) as _
            };
            called.push(scene.answers(&format!("{prefix}{part}"), work).await?);
        }
        debug_assert_eq!(REGION, "eu-west-1");
        Ok(Self { store, _called: called })
    }

    pub(crate) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        self.store.world(look)
    }

    pub(crate) fn account(&self, number: usize) -> String {
        let _ = self;
        id(number)
    }

    /// Those with something due that go first.
    pub(crate) fn canary(&self) -> Vec<String> {
        [1, 3].map(|number| self.account(number)).to_vec()
    }
}

fn id(number: usize) -> String {
    format!("5000000000{number:02}")
}

fn items() -> Vec<Item> {
    let item = |number| Item {
        account: id(number),
        name: format!("account-{number}"),
        path: "Root/Workloads".to_owned(),
        policy: None,
        regions: REGIONS.map(str::to_owned).to_vec(),
        budget: None,
        expect_plan: None,
    };
    (1..=ACCOUNTS).map(item).collect()
}

fn fault(kind: &str, message: &str) -> Answer {
    Answer::Fault { kind: kind.to_owned(), message: message.to_owned() }
}

impl Store {
    fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn put(&self, key: &str, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let body = ByteStream::from(serde_json::to_vec(value)?);
        self.s3.put_object().bucket(&self.bucket).key(key).body(body).send().await?;
        Ok(())
    }

    async fn text(&self, key: &str) -> anyhow::Result<String> {
        let got = self.s3.get_object().bucket(&self.bucket).key(key).send().await?;
        Ok(String::from_utf8(got.body.collect().await?.to_vec())?)
    }

    async fn answer(&self, part: &str, event: &Value) -> anyhow::Result<Answer> {
        let run = event["execution"].as_str().context("no execution")?;
        let at = |name: &str| format!("fleet/cluster-cleanup/{run}/{name}");
        match part {
            "list" => {
                if self.world(|world| world.busy) {
                    return Ok(fault("FleetBusy", "another run goes on"));
                }
                self.put(&at("items.json"), &items()).await?;
                let mode = event["input"]["mode"].as_str().unwrap_or("plan");
                Ok(Answer::Report(json!({
                    "bucket": self.bucket, "items_key": at("items.json"), "accounts": ACCOUNTS, "mode": mode,
                    "expect_plan": null, "redrive_of": null,
                })))
            }
            "judge" => self.judge(event, at).await.map(Answer::Report),
            "report" => {
                let rows = self.rows(run).await?;
                Ok(Answer::Report(json!({ "accounts": rows })))
            }
            worker => self.work(worker, event),
        }
    }

    fn work(&self, worker: &str, event: &Value) -> anyhow::Result<Answer> {
        let phase = event["phase"].as_str().context("no phase")?.to_owned();
        anyhow::ensure!((worker == "plan") == (phase == "plan"), "the worker {worker} was called by the map {phase}");
        let item: Item = serde_json::from_value(event["item"].clone())?;
        self.world(|world| {
            world.calls.push((phase.clone(), item.account.clone()));
            anyhow::ensure!(!world.killed.contains(&item.account), "killed");
            let changes = phase != "plan";
            if world.raises.contains(&item.account) || (changes && world.raises_later.contains(&item.account)) {
                return Ok(fault("ObservationFailed", "throttled"));
            }
            Ok(Answer::Report(serde_json::to_value(visit(world, &item, &phase))?))
        })
    }

    async fn judge(&self, event: &Value, at: impl Fn(&str) -> String) -> anyhow::Result<Value> {
        let run = event["execution"].as_str().context("no execution")?;
        anyhow::ensure!(event["result"]["Bucket"] == self.bucket.as_str(), "another bucket: {event}");
        let rows = self.rows(run).await?;
        let first: BTreeSet<_> = [1, 3].map(id).into();
        let caps = FleetCaps { count: 50, percent: 100, canary_failures: 0 };
        if event["phase"] == "canary" {
            let went = judge::canary(&rows, &first, caps).is_ok();
            return Ok(json!({ "go": went, "canary": 0, "canary_key": "", "rest": 0, "rest_key": "" }));
        }
        let verdict = judge::plan("cluster-cleanup", &items(), &rows, &first, caps, None);
        let goes = verdict.goes() && event["mode"] == "apply";
        self.put(&at("canary-items.json"), &verdict.canary).await?;
        self.put(&at("rest-items.json"), &verdict.rest).await?;
        Ok(json!({
            "go": goes, "canary": verdict.canary.len(), "canary_key": at("canary-items.json"),
            "rest": verdict.rest.len(), "rest_key": at("rest-items.json"),
        }))
    }

    /// Of each account the last that its maps say.
    async fn rows(&self, run: &str) -> anyhow::Result<Vec<Row>> {
        let of = async |phase: &str| {
            let prefix = format!("fleet/cluster-cleanup/{run}/results/{phase}/");
            let listed = self.s3.list_objects_v2().bucket(&self.bucket).prefix(&prefix).send().await?;
            let manifest =
                listed.contents().iter().filter_map(|object| object.key()).find(|key| key.ends_with("manifest.json"));
            let Some(key) = manifest else { return anyhow::Ok(None) };
            let mut results = Results::default();
            for key in Manifest::read(key, &self.text(key).await?)?.keys() {
                results.add(key, &self.text(key).await?)?;
            }
            Ok(Some(results))
        };
        let (plan, canary, rest) = (of("plan").await?, of("canary").await?, of("rest").await?);
        Ok(fold(&items(), &Maps { plan: plan.unwrap_or_default(), canary, rest }))
    }
}

/// What a worker says of its account; where it changes something, that is done.
fn visit(world: &mut World, item: &Item, phase: &str) -> Visit {
    let due: usize = world.due.iter().filter(|((whose, _), _)| *whose == item.account).map(|(_, due)| due).sum();
    let (phase, changes) = match phase {
        "plan" => (Phase::Plan, false),
        "canary" => (Phase::Canary, true),
        _ => (Phase::Rest, true),
    };
    let fails = changes && world.fails_later.contains(&item.account);
    let allowed = item.budget.unwrap_or_default().min(due);
    let ended = match due {
        _ if world.denied.contains(&item.account) => Ended::Skipped,
        _ if fails => Ended::Failed,
        0 => Ended::Nothing,
        _ if changes => Ended::Done,
        _ => Ended::Planned,
    };
    if ended == Ended::Done && allowed == due {
        world.due.retain(|(whose, _), _| *whose != item.account);
    }
    let planned = if ended == Ended::Planned { due } else { 0 };
    let done = if ended == Ended::Done { allowed } else { 0 };
    Visit {
        account: item.account.clone(),
        name: item.name.clone(),
        path: item.path.clone(),
        phase,
        policy: None,
        ended,
        reason: None,
        regions: item.regions.iter().map(|region| (region.clone(), Regional { ended, code: None })).collect(),
        counts: Counts { observed: due, planned, changed: done, ..Counts::default() },
        destructive: planned,
        marked: due,
        plan_digest: (planned > 0).then(|| PlanDigest::of("cluster-cleanup", &item.account, &due).as_str().to_owned()),
        report_key: None,
        estimate: None,
        oldest_key_days: None,
    }
}
