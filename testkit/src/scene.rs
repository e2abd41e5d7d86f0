//! One test's corner of the world: an account of its own on the shared stand-in, a proxy before it, and the environment
//! that leads a function there.

use std::collections::BTreeMap;
use std::path::Path;

use aws_config::{BehaviorVersion, Region};
use serde_json::{Value, json};

use crate::account::fresh_account;
use crate::function::FunctionProcess;
use crate::proxy::Proxy;
use crate::stand_in::StandIn;

/// See the module.
#[derive(Debug)]
pub struct Scene {
    /// Twelve digits, this scene's alone.
    pub account: String,
    /// Between the function and the stand-in. What the scene itself does goes past it.
    pub proxy: Proxy,
    stand_in: &'static StandIn,
}

/// The region scenes play in unless they say otherwise.
pub const REGION: &str = "eu-west-1";

impl Scene {
    /// An empty account.
    pub fn new() -> anyhow::Result<Self> {
        Self::of(&fresh_account())
    }

    /// The account of this number: for what is to be the same each time, and has it to itself.
    pub fn of(account: &str) -> anyhow::Result<Self> {
        let stand_in = StandIn::shared();
        Ok(Self { account: account.to_owned(), proxy: Proxy::start(stand_in.url())?, stand_in })
    }

    /// A control call for this account; see [`StandIn::control`].
    pub async fn control(&self, name: &str, mut body: Value) -> anyhow::Result<Value> {
        body["account"] = json!(self.account);
        if body.get("region").is_none() {
            body["region"] = json!(REGION);
        }
        self.stand_in.control(name, &body).await
    }

    /// Where the stand-in itself listens.
    pub fn stand_in_url(&self) -> &str {
        self.stand_in.url()
    }

    /// RDS of this account, past the proxy.
    pub async fn rds(&self, region: &str) -> aws_sdk_rds::Client {
        aws_sdk_rds::Client::new(&self.sdk_config(region).await)
    }

    /// The SDK's configuration for this account, past the proxy.
    pub async fn sdk_config(&self, region: &str) -> aws_config::SdkConfig {
        let credentials = aws_sdk_rds::config::Credentials::new(&self.account, "test", None, None, "scene");
        aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(self.stand_in.url())
            .region(Region::new(region.to_owned()))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(credentials)
            .load()
            .await
    }

    /// What leads a process to this account through the proxy, with `policy` on top.
    pub fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        let url = self.proxy.url();
        let aws = [
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", &self.account),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            // One attempt a call, so that a fault is the function's to survive and not the SDK's.
            ("AWS_MAX_ATTEMPTS", "1"),
        ];
        aws.iter().chain(policy).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Starts `binary` in this scene.
    pub fn start(&self, binary: &str, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
        FunctionProcess::start(Path::new(binary), &self.environment(policy))
    }
}
