//! A clone that is handed over anonymised, on a real server for each trial: the raw copy, its quarantine, the work on its data, the clone
//! of it, and the end of the raw copy.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::proof::Subject;
use anyhow::Context as _;
use nightshift_testkit::quarantine::{Source, Stage, production, wish, wrong};
use nightshift_testkit::scene::{REGION, Scene};
use nightshift_testkit::world::clusters;

/// One wish, broken at every call.
#[derive(Debug)]
pub struct AnonymisedClone {
    source: Source,
    /// By account.
    stages: Mutex<BTreeMap<String, Arc<Stage>>>,
}

impl AnonymisedClone {
    /// Of a source like this.
    pub fn of(source: Source) -> Self {
        Self { source, stages: Mutex::default() }
    }

    fn stage(&self, scene: &Scene) -> Option<Arc<Stage>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).get(&scene.account).cloned()
    }
}

impl Subject for AnonymisedClone {
    const NAME: &'static str = "cluster-clone";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z"),
            ("NIGHTSHIFT_MODE", "apply"),
            ("NIGHTSHIFT_INVOKERS", "trusted"),
        ]
    }

    fn of_scene(&self, scene: &Scene) -> Vec<(&'static str, String)> {
        self.stage(scene).map(|stage| stage.variables(scene)).unwrap_or_default()
    }

    async fn event(&self, _: &Scene) -> anyhow::Result<Value> {
        Ok(wish())
    }

    async fn build(&self, scene: &Scene) -> anyhow::Result<()> {
        production(scene, self.source).await?;
        let stage = Stage::new(self.source).await?;
        stage.filled().await?;
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.insert(scene.account.clone(), Arc::new(stage));
        Ok(())
    }

    async fn meanwhile(&self, scene: &Scene) -> anyhow::Result<()> {
        let stage = self.stage(scene).context("no server")?;
        // A statement goes on though its client died.
        stage.alone().await?;
        if clusters(scene, REGION).await? == ["orders"] {
            // What failed for good took its copy with it, and the next one has the data of production again.
            stage.filled().await?;
        }
        Ok(())
    }

    async fn judge(&self, scene: &Scene) -> anyhow::Result<Vec<String>> {
        let stage = self.stages.lock().unwrap_or_else(PoisonError::into_inner).remove(&scene.account);
        wrong(scene, &*stage.context("no server")?).await
    }
}
