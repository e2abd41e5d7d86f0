//! `secret-rotation`, broken at every call to AWS and at every burst to the database, with Secrets Manager's own rule: after
//! an error the whole sequence comes again, with the same token. At no moment is a password lost: one that stands in the secret
//! opens the door. In the end it is the one that is handed out.

mod servers;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::Tag;
use serde_json::{Value, json};

use super::{Matrix, Trial};
use nightshift_testkit::database::Cutter;
use nightshift_testkit::database::world::HOST;
use nightshift_testkit::function::{Answer, FunctionProcess};
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::rotation::{Rotation, STEPS};
use nightshift_testkit::scene::Scene;
pub use servers::{RotatedAccounts, RotatedDual, RotatedMysql, RotatedPair, RotatedPostgres};

const NAME: &str = "secret-rotation";

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Aws,
    Database,
}

/// A server that holds one login for each trial, its account, and what lies between both and the function.
pub trait Rotated: Sized {
    /// What it is made of.
    type Server;
    /// As a secret has it.
    fn engine(&self) -> &'static str;
    /// The master's secret, where two logins take turns.
    fn master(&self) -> Option<&'static str> {
        None
    }
    /// The tag of the secret that says how, where nothing else does.
    fn strategy(&self) -> Option<&'static str> {
        None
    }
    /// Whether what is handed out has to work at every moment.
    fn has_no_gap(&self) -> bool {
        self.master().is_some() || self.strategy().is_some()
    }
    /// A new one.
    fn new(server: &Self::Server) -> impl Future<Output = anyhow::Result<Self>>;
    /// Its account.
    fn scene(&self) -> &Scene;
    /// Its secrets.
    fn secrets(&self) -> &Client;
    /// Before its server.
    fn cutter(&self) -> &Cutter;
    /// What leads a function there.
    fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String>;
    /// Makes a login.
    fn add(&self, user: &str, password: &str) -> impl Future<Output = anyhow::Result<()>>;
    /// Whether the server takes it.
    fn takes(&self, user: &str, password: &str) -> impl Future<Output = bool>;
    /// Announces a rotation of the secret.
    fn begin(&self, secret: &str) -> impl Future<Output = anyhow::Result<Rotation>>;
}

/// One login, its secret and the rotation of it.
struct Case<'a, R> {
    world: &'a R,
    secret: String,
    rotation: Rotation,
}

/// Breaks every call to AWS of a rotation, or each of so many.
pub async fn secret_rotation_by_call<R: Rotated>(
    binary: &Path,
    server: &R::Server,
    faults: &[Fault],
    each: usize,
) -> anyhow::Result<Matrix> {
    let world = R::new(server).await?;
    let case = Case::new(&world, "unbroken").await?;
    case.unbroken(binary).await?;
    let calls: Vec<_> = world.scene().proxy.calls().into_iter().map(|call| call.action).collect();
    let places = (0..calls.len()).step_by(each).collect();
    broken(&world, binary, faults, Where::Aws, places, calls).await
}

/// Breaks every burst a rotation sends to the database, or each of so many.
pub async fn secret_rotation_by_burst<R: Rotated>(
    binary: &Path,
    server: &R::Server,
    faults: &[Fault],
    each: usize,
) -> anyhow::Result<Matrix> {
    let world = R::new(server).await?;
    let case = Case::new(&world, "unbroken").await?;
    world.cutter().reset();
    case.unbroken(binary).await?;
    let all = world.cutter().seen();
    let bursts = (0..all).map(|number| format!("burst {number} of {all}")).collect();
    broken(&world, binary, faults, Where::Database, (0..all).step_by(each).collect(), bursts).await
}

async fn broken<R: Rotated>(
    world: &R,
    binary: &Path,
    faults: &[Fault],
    place: Where,
    numbers: Vec<usize>,
    calls: Vec<String>,
) -> anyhow::Result<Matrix> {
    let mut trials = Vec::new();
    for number in numbers {
        for &fault in faults {
            let case = Case::new(world, &format!("t{}", trials.len())).await?;
            world.scene().proxy.reset();
            world.cutter().reset();
            match place {
                Where::Aws => world.scene().proxy.break_call(number, fault),
                Where::Database => world.cutter().break_burst(number, fault),
            }
            let broken = case.run(binary, matches!(fault, Fault::HoldBefore | Fault::HoldAfter).then_some(place)).await;
            broken.with_context(|| format!("{place:?} {number} {fault:?}"))?;
            world.scene().proxy.reset();
            world.cutter().reset();
            let mut wrong = case.lost().await?;
            // Whatever came of it, the sequence comes again.
            wrong.extend(case.run(binary, None).await?);
            wrong.extend(case.judge().await?);
            trials.push(Trial { call: number, fault, wrong });
        }
    }
    Ok(Matrix { name: NAME, calls, trials })
}

impl<'a, R: Rotated> Case<'a, R> {
    async fn new(world: &'a R, user: &str) -> anyhow::Result<Self> {
        let secret = format!("{user}-secret");
        world.add(user, "the-first-password").await?;
        let mut value = json!({
            "engine": world.engine(), "host": HOST, "username": user, "password": "the-first-password",
            "dbname": "airflow",
        });
        if let Some(master) = world.master() {
            value["masterarn"] = json!(master);
        }
        let tag =
            world.strategy().map(|strategy| Tag::builder().key("nightshift:rotation-strategy").value(strategy).build());
        let call = world.secrets().create_secret().name(&secret).secret_string(value.to_string());
        call.set_tags(tag.map(|tag| vec![tag])).send().await?;
        let rotation = world.begin(&secret).await?;
        world.scene().proxy.reset();
        Ok(Self { world, secret, rotation })
    }

    async fn unbroken(&self, binary: &Path) -> anyhow::Result<()> {
        let mut wrong = self.run(binary, None).await?;
        wrong.extend(self.judge().await?);
        ensure!(wrong.is_empty(), "even without faults: {}", wrong.join("; "));
        Ok(())
    }

    /// The four steps until one fails, or is killed where it is held; what a step said.
    async fn run(&self, binary: &Path, held: Option<Where>) -> anyhow::Result<Vec<String>> {
        let address = self.world.cutter().address.to_string();
        let environment = self.world.environment(&[("NIGHTSHIFT_DB_ADDRESS", address.as_str())]);
        let mut function = FunctionProcess::start(binary, &environment)?;
        for step in STEPS {
            function.send(&self.rotation.event(step)).await?;
            let answer = match held {
                None => function.answer().await?,
                Some(place) => tokio::select! {
                    answer = function.answer() => answer?,
                    () = self.reached(place) => {
                        function.kill();
                        return Ok(Vec::new());
                    }
                },
            };
            if let Answer::Fault { kind, message } = answer {
                return Ok(vec![format!("{step} says {kind}: {message}")]);
            }
        }
        Ok(Vec::new())
    }

    async fn reached(&self, place: Where) {
        match place {
            Where::Aws => _ = self.world.scene().proxy.reached().await,
            Where::Database => self.world.cutter().reached().await,
        }
    }

    /// Whether, in the middle of it, nobody who has the secret could log in any more; or, where there is no gap, nobody who has
    /// what is handed out.
    async fn lost(&self) -> anyhow::Result<Vec<String>> {
        if self.world.has_no_gap() {
            let handed_out = self.world.secrets().get_secret_value().secret_id(&self.secret).send().await?;
            let opens = self.opens(&serde_json::from_str(handed_out.secret_string().unwrap_or_default())?).await;
            return Ok(if opens { Vec::new() } else { vec!["what is handed out was refused meanwhile".to_owned()] });
        }
        let labelled = self.world.secrets().describe_secret().secret_id(&self.secret).send().await?;
        for version in labelled.version_ids_to_stages.unwrap_or_default().into_keys() {
            if let Ok(value) = self.value(&version).await
                && self.opens(&value).await
            {
                return Ok(Vec::new());
            }
        }
        Ok(vec!["no version of the secret opens the door".to_owned()])
    }

    /// What is wrong in the end.
    async fn judge(&self) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let described = self.world.secrets().describe_secret().secret_id(&self.secret).send().await?;
        let stages = described.version_ids_to_stages.unwrap_or_default();
        let labels = stages.get(&self.rotation.token).cloned().unwrap_or_default();
        let pending = stages.values().flatten().any(|stage| stage == "AWSPENDING");
        if labels != ["AWSCURRENT"] || pending {
            wrong.push(format!("the versions are {stages:?}"));
        }
        if !self.opens(&self.value(&self.rotation.token).await?).await {
            wrong.push("what is handed out is refused".to_owned());
        }
        Ok(wrong)
    }

    async fn opens(&self, value: &Value) -> bool {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        self.world.takes(&text("username"), &text("password")).await
    }

    async fn value(&self, version: &str) -> anyhow::Result<Value> {
        let call = self.world.secrets().get_secret_value().secret_id(&self.secret).version_id(version);
        Ok(serde_json::from_str(call.send().await?.secret_string().unwrap_or_default())?)
    }
}
