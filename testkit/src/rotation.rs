//! The part of Secrets Manager in a rotation, as it documents it: the version is there with `AWSPENDING` and without a value
//! before the first step; the steps come in their order, each once the one before succeeded; and after an error the whole
//! sequence comes again, with the same token.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::database::world::{REGION, World};
use crate::function::{Answer, FunctionProcess};

/// The steps, in their order.
pub const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// One rotation of one secret.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The secret's ARN.
    pub secret: String,
    /// The id of the version it makes.
    pub token: String,
}

/// The step that failed, and what the function said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The step.
    pub step: &'static str,
    /// `errorType`.
    pub kind: String,
    /// `errorMessage`.
    pub message: String,
}

/// A token of its own for each rotation, as Secrets Manager makes them.
fn token() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:08x}-0000-4000-8000-{next:012x}", std::process::id())
}

impl Rotation {
    /// Announces a new version of the secret `name`, and has it rotated from now on.
    pub async fn begin<S>(world: &World<S>, name: &str) -> anyhow::Result<Self> {
        Self::begin_as(world, name, &token()).await
    }

    /// The same with a token that is known beforehand.
    pub async fn begin_as<S>(world: &World<S>, name: &str, token: &str) -> anyhow::Result<Self> {
        let described = world.secrets.describe_secret().secret_id(name).send().await?;
        let rotation = Self { secret: described.arn().unwrap_or_default().to_owned(), token: token.to_owned() };
        let body = json!({"secret": name, "version": rotation.token, "region": REGION});
        world.scene.control("rotation", body).await?;
        Ok(rotation)
    }

    /// What Secrets Manager sends for `step`.
    pub fn event(&self, step: &str) -> Value {
        json!({
            "Step": step, "SecretId": self.secret, "ClientRequestToken": self.token,
            "RotationToken": format!("behalf-{}", self.token),
        })
    }

    /// Asks for one step.
    pub async fn step(&self, function: &mut FunctionProcess, step: &str) -> anyhow::Result<Answer> {
        function.invoke(&self.event(step)).await
    }

    /// Asks for each step until one fails.
    pub async fn whole(&self, function: &mut FunctionProcess) -> anyhow::Result<Result<(), Failed>> {
        for step in STEPS {
            if let Answer::Fault { kind, message } = self.step(function, step).await? {
                return Ok(Err(Failed { step, kind, message }));
            }
        }
        Ok(Ok(()))
    }
}
