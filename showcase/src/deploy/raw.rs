//! Calls to services whose SDK crates nothing else here needs, by hand. Both stand-ins take a twelve-digit access key
//! for the account itself and check no signature of it.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use reqwest::{Method, Response};
use serde_json::Value;

use nightshift_testkit::scene::REGION;

/// One account of one stand-in.
#[derive(Debug, Clone)]
pub(super) struct Aws {
    pub(super) url: String,
    pub(super) account: String,
}

/// What an invocation came to.
#[derive(Debug)]
pub(super) struct Invoked {
    /// A report, or the runtime's error.
    pub(super) answer: Value,
    /// The last 4 KiB of what it logged.
    pub(super) log: String,
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

impl Aws {
    /// A call of the query protocol.
    pub(super) async fn query(
        &self,
        service: &str,
        version: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<String> {
        self.query_in(REGION, service, version, parameters).await
    }

    /// The same in another Region.
    pub(super) async fn query_in(
        &self,
        region: &str,
        service: &str,
        version: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<String> {
        let pairs = [("Version", version)].into_iter().chain(parameters.iter().copied());
        let body: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        text(self.send_in(region, service, Method::POST, "/", &[("content-type", FORM)], body.join("&")).await?).await
    }

    /// A call of the JSON protocol.
    pub(super) async fn json(&self, service: &str, target: &str, body: &str) -> anyhow::Result<String> {
        self.json_in(REGION, service, target, body).await
    }

    /// The same in another Region.
    pub(super) async fn json_in(
        &self,
        region: &str,
        service: &str,
        target: &str,
        body: &str,
    ) -> anyhow::Result<String> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        text(self.send_in(region, service, Method::POST, "/", &headers, body.to_owned()).await?).await
    }

    /// Reads by a REST protocol.
    pub(super) async fn get(&self, service: &str, path: &str) -> anyhow::Result<String> {
        text(self.send(service, Method::GET, path, &[], String::new()).await?).await
    }

    /// Writes by a REST protocol.
    pub(super) async fn put(&self, service: &str, path: &str, body: &str) -> anyhow::Result<()> {
        self.send(service, Method::PUT, path, &[("content-type", JSON)], body.to_owned()).await.map(drop)
    }

    /// Invokes a function and waits for its answer.
    pub(super) async fn invoke(&self, function: &str, event: &str) -> anyhow::Result<Invoked> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let headers = [("content-type", JSON), ("x-amz-log-type", "Tail")];
        let response = self.send("lambda", Method::POST, &path, &headers, event.to_owned()).await?;
        let log = response.headers().get("x-amz-log-result").map(|log| log.as_bytes().to_vec()).unwrap_or_default();
        let log = base64::engine::general_purpose::STANDARD.decode(log).context("the log is not base64")?;
        let answer = serde_json::from_str(&text(response).await?).context("the answer is no JSON")?;
        Ok(Invoked { answer, log: String::from_utf8_lossy(&log).into_owned() })
    }

    /// The id of the organisation that the account is in.
    pub(super) async fn organization(&self) -> anyhow::Result<String> {
        let target = "AWSOrganizationsV20161128.DescribeOrganization";
        let told: Value = serde_json::from_str(&self.json_in("us-east-1", "organizations", target, "{}").await?)?;
        told["Organization"]["Id"].as_str().map(str::to_owned).context("there is no organisation")
    }

    async fn send(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> anyhow::Result<Response> {
        self.send_in(REGION, service, method, path, headers, body).await
    }

    /// Any call; an answer that is no success is an error with its text.
    async fn send_in(
        &self,
        region: &str,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> anyhow::Result<Response> {
        let scope = format!("{}/20261121/{region}/{service}/aws4_request", self.account);
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .request(method, format!("{}{path}", self.url))
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let said = answer.text().await?;
        bail!("{service} answered {path} with {status}: {said}")
    }
}

async fn text(answer: Response) -> anyhow::Result<String> {
    Ok(answer.text().await?)
}

/// Percent encoding, as forms have it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
