//! Calls to services whose SDK crates nothing else here needs, by hand. Both stand-ins take a twelve-digit access key
//! for the account itself and check no signature of it.

use anyhow::ensure;

use crate::scene::REGION;

/// One account of one stand-in.
#[derive(Debug, Clone)]
pub(super) struct Aws {
    pub(super) url: String,
    pub(super) account: String,
}

/// A request without its service: method, path, content type, `x-amz-target`, body.
pub(super) struct Ask<'a> {
    pub(super) method: reqwest::Method,
    pub(super) path: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: String,
}

impl Aws {
    /// A call of the query protocol.
    pub(super) async fn query(
        &self,
        service: &str,
        version: &str,
        parameters: &[(&str, &str)],
    ) -> anyhow::Result<String> {
        let pairs = [("Version", version)].into_iter().chain(parameters.iter().copied());
        let body: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let ask = Ask { method: reqwest::Method::POST, path: "/", headers: &headers, body: body.join("&") };
        self.send(service, ask).await
    }

    /// A call of the JSON protocol.
    pub(super) async fn json(&self, service: &str, target: &str, body: &str) -> anyhow::Result<String> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        let ask = Ask { method: reqwest::Method::POST, path: "/", headers: &headers, body: body.to_owned() };
        self.send(service, ask).await
    }

    /// A call of a REST protocol without a body.
    pub(super) async fn get(&self, service: &str, path: &str) -> anyhow::Result<String> {
        self.send(service, Ask { method: reqwest::Method::GET, path, headers: &[], body: String::new() }).await
    }

    /// Any call; an answer that is no success is an error with its text.
    pub(super) async fn send(&self, service: &str, ask: Ask<'_>) -> anyhow::Result<String> {
        let scope = format!("{}/20261121/{REGION}/{service}/aws4_request", self.account);
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .request(ask.method, format!("{}{}", self.url, ask.path))
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"))
            .body(ask.body);
        for (name, value) in ask.headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{service} answered {} with {status}: {text}", ask.path);
        Ok(text)
    }
}

/// Percent encoding, as forms have it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
