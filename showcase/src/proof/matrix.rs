//! Runs a subject, broken at one call after the other.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::json;

use super::Subject;
use nightshift_testkit::function::FunctionProcess;
use nightshift_testkit::proxy::Fault;
use nightshift_testkit::scene::Scene;

/// What the matrix found.
#[derive(Debug)]
pub struct Matrix {
    /// The function.
    pub name: &'static str,
    /// The calls of an unbroken run.
    pub calls: Vec<String>,
    /// One for each call and fault.
    pub trials: Vec<Trial>,
}

/// One broken run and the one after it.
#[derive(Debug)]
pub struct Trial {
    /// Which call was broken, from zero.
    pub call: usize,
    /// How.
    pub fault: Fault,
    /// What was wrong in the end.
    pub wrong: Vec<String>,
}

/// Everything that did not converge, readably.
#[derive(Debug)]
pub struct Broken(String);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl Matrix {
    /// `Err` with every trial that went wrong.
    pub fn check(&self) -> Result<(), Broken> {
        let wrong: Vec<_> = self.trials.iter().filter(|trial| !trial.wrong.is_empty()).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let lines = wrong.iter().map(|trial| {
            let call = self.calls.get(trial.call).map_or("a call beyond the unbroken run's", String::as_str);
            format!("\n  call {} ({call}), {:?}: {}", trial.call, trial.fault, trial.wrong.join("; "))
        });
        Err(Broken(format!(
            "{}: {} of {} trials went wrong:{}",
            self.name,
            wrong.len(),
            self.trials.len(),
            lines.collect::<String>()
        )))
    }
}

/// Breaks every call of `subject`'s `binary` with each of `faults`.
pub async fn matrix<S: Subject>(subject: &S, binary: &Path, faults: &[Fault]) -> anyhow::Result<Matrix> {
    let calls = unbroken(subject, binary).await.context("the unbroken run")?;
    let trials = side_by_side(0..calls.len(), faults, async |call, fault| {
        let wrong = trial(subject, binary, call, fault).await.with_context(|| format!("call {call}, {fault:?}"))?;
        Ok(Trial { call, fault, wrong })
    });
    Ok(Matrix { name: S::NAME, trials: trials.await?, calls })
}

/// Each of `faults` at each of `places`, as many at once as there are processors: a trial has a world of its own, and waits for
/// servers more than it computes.
pub(super) async fn side_by_side(
    places: impl IntoIterator<Item = usize>,
    faults: &[Fault],
    trial: impl AsyncFn(usize, Fault) -> anyhow::Result<Trial>,
) -> anyhow::Result<Vec<Trial>> {
    let all: Vec<_> = places.into_iter().flat_map(|place| faults.iter().map(move |&fault| (place, fault))).collect();
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let (trial, count) = (&trial, all.len());
    let started = stream::iter(all.into_iter().enumerate()).map(async |(number, (place, fault))| {
        let done = trial(place, fault).await?;
        progress(number + 1, count, &done);
        anyhow::Ok(done)
    });
    started.buffered(at_once).try_collect().await
}

/// What went wrong, as soon as it is known, and now and then how far it is: a matrix may take an hour.
#[expect(clippy::print_stderr, reason = "a progress of an hour belongs on standard error")]
fn progress(number: usize, count: usize, trial: &Trial) {
    for wrong in &trial.wrong {
        eprintln!("call {}, {:?}: {wrong}", trial.call, trial.fault);
    }
    if number.is_multiple_of(100) {
        eprintln!("{number} of {count} trials");
    }
}

/// Two processes, the same event, the same moment; and what is wrong afterwards.
pub async fn at_once<S: Subject>(subject: &S, binary: &Path) -> anyhow::Result<Vec<String>> {
    let scene = Scene::new()?;
    subject.build(&scene).await?;
    let (mut one, mut other) = (start(subject, &scene, binary)?, start(subject, &scene, binary)?);
    let event = subject.event(&scene).await?;
    let (one, other) = tokio::join!(one.invoke(&event), other.invoke(&event));
    one?;
    other?;
    finish(subject, &scene, binary).await
}

async fn unbroken<S: Subject>(subject: &S, binary: &Path) -> anyhow::Result<Vec<String>> {
    let scene = Scene::new()?;
    subject.build(&scene).await?;
    start(subject, &scene, binary)?.invoke(&subject.event(&scene).await?).await?;
    let calls = scene.proxy.calls().into_iter().map(|call| call.action).collect();
    let wrong = finish(subject, &scene, binary).await?;
    anyhow::ensure!(wrong.is_empty(), "even without faults: {}", wrong.join("; "));
    Ok(calls)
}

async fn trial<S: Subject>(subject: &S, binary: &Path, call: usize, fault: Fault) -> anyhow::Result<Vec<String>> {
    let scene = Scene::new()?;
    subject.build(&scene).await?;
    let event = subject.event(&scene).await?;
    let mut function = start(subject, &scene, binary)?;
    scene.proxy.break_call(call, fault);
    if matches!(fault, Fault::HoldBefore | Fault::HoldAfter) {
        function.send(&event).await?;
        scene.proxy.reached().await?;
        function.kill();
    } else {
        // How the broken run ends is its own affair; where the world ends is what counts.
        function.invoke(&event).await?;
    }
    scene.proxy.reset();
    finish(subject, &scene, binary).await
}

/// The next runs, without faults, and the judgement.
async fn finish<S: Subject>(subject: &S, scene: &Scene, binary: &Path) -> anyhow::Result<Vec<String>> {
    subject.meanwhile(scene).await?;
    start(subject, scene, binary)?.invoke(&subject.event(scene).await?).await?;
    for now in subject.nights() {
        subject.dawn(scene, now).await?;
        let mut environment = environment(subject, scene);
        environment.insert("NIGHTSHIFT_NOW".to_owned(), (*now).to_owned());
        FunctionProcess::start(binary, &environment)?.invoke(&json!({})).await?;
    }
    subject.settle(scene).await?;
    subject.judge(scene).await
}

fn start<S: Subject>(subject: &S, scene: &Scene, binary: &Path) -> anyhow::Result<FunctionProcess> {
    FunctionProcess::start(binary, &environment(subject, scene))
}

fn environment<S: Subject>(subject: &S, scene: &Scene) -> BTreeMap<String, String> {
    let mut environment = scene.environment(&subject.policy());
    environment.extend(subject.of_scene(scene).into_iter().map(|(name, value)| (name.to_owned(), value)));
    environment
}
