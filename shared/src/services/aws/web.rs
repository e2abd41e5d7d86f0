//! A client for what no SDK client sends: a message to a webhook, and the request that somebody else signed for us. It is the
//! SDKs' own, through the same proxy, but believes what browsers believe, follows no redirect and never waits long.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt as _, Limited};

use super::http::{self, Roots};
use super::unanswered::deepest;
use crate::text::printable;

/// For one request, its answer included.
const PATIENCE: Duration = Duration::from_secs(5);
/// As much of an answer as is read.
const MOST_BYTES: usize = 16 * 1024;

/// See the module.
#[derive(Debug)]
pub(in crate::services) struct WebClient(aws_smithy_http_client::Connector);

/// An answer.
#[derive(Debug)]
pub(in crate::services) struct WebAnswer {
    /// Its status.
    pub status: u16,
    /// How long it asks to be left alone: `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    body: Vec<u8>,
}

impl WebAnswer {
    /// The beginning of its body, printable.
    pub(in crate::services) fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        printable(&text.chars().take(200).collect::<String>())
    }

    /// Its body, as it came.
    pub(in crate::services) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there was no answer. None of these repeats the URL.
#[derive(Debug, thiserror::Error)]
pub enum WebFault {
    /// The URL cannot be one.
    #[error("the URL is not one")]
    Url,
    /// No root to trust.
    #[error("the TLS trust store cannot be built: {0}")]
    Roots(String),
    /// Nobody there, or the connection was lost.
    #[error("{0}")]
    Lost(String),
    /// It took too long.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Slow,
}

impl WebClient {
    /// Trusts what `roots` says; AWS's own roots are too few here, so all of Mozilla's take their place.
    pub(in crate::services) fn new(roots: &Roots) -> Result<Self, WebFault> {
        let roots = if matches!(roots, Roots::CompiledIn) { &Roots::Mozilla } else { roots };
        let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build();
        http::connector(roots, settings).map(Self).map_err(|fault| WebFault::Roots(crate::text::chain(&fault)))
    }

    /// Posts `body` to `url`. For a service that has leave to.
    pub(in crate::services) async fn post_json(&self, url: &str, body: String) -> Result<WebAnswer, WebFault> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|_| WebFault::Url)?;
        request.set_uri(url).map_err(|_| WebFault::Url)?;
        request.headers_mut().insert("content-type", "application/json; charset=utf-8");
        self.answer(request).await
    }

    /// Gets `url` with one more header.
    pub(in crate::services) async fn get(
        &self,
        url: &str,
        header: (&'static str, String),
    ) -> Result<WebAnswer, WebFault> {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url).map_err(|_| WebFault::Url)?;
        let _ = request.headers_mut().try_insert(header.0, header.1).map_err(|_| WebFault::Url)?;
        self.answer(request).await
    }

    async fn answer(&self, request: HttpRequest) -> Result<WebAnswer, WebFault> {
        let answer = async {
            let answer = self.0.call(request).await.map_err(|error| WebFault::Lost(printable(&deepest(&error))))?;
            Ok(read(answer).await)
        };
        tokio::time::timeout(PATIENCE, answer).await.map_err(|_| WebFault::Slow)?
    }
}

/// The status says it all; a body too long or broken off says nothing more.
async fn read(answer: HttpResponse) -> WebAnswer {
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.trim().parse().ok());
    let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
    WebAnswer { status, retry_after, body: body.map(|body| body.to_bytes().to_vec()).unwrap_or_default() }
}

#[cfg(test)]
mod tests;
