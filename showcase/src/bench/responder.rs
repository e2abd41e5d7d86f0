//! AWS from memory: a server fast enough that what is measured is the function and not the stand-in. It answers each call
//! after the same wait, counts them by action, and remembers nothing else, so that every run finds the same world.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a call asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `DescribeDBClusters`.
    pub action: String,
    /// The parameters of the query protocol, or the texts of a JSON call.
    pub parameters: BTreeMap<String, String>,
    /// The access key it was signed with.
    pub key: String,
}

impl Asked {
    /// A parameter's value, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// The world behind the server.
pub trait Account: Send + Sync + 'static {
    /// The body of an answer: XML, or JSON where the call was JSON; one with a `__type`, or a `Code` that begins with `NoSuch`, is a refusal. `None` if it has none
    /// for this call.
    fn answer(&self, asked: &Asked) -> Option<String>;
}

/// How often each action was called.
pub type Calls = BTreeMap<String, u64>;

/// A running server. It ends when it is dropped.
pub struct Responder {
    address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<()>,
}

struct State {
    account: Arc<dyn Account>,
    latency: Duration,
    calls: Mutex<Calls>,
    unanswered: Mutex<Vec<String>>,
}

impl Responder {
    /// Serves `account` on a free port; every answer takes `latency`.
    pub async fn start(account: Arc<dyn Account>, latency: Duration) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { account, latency, calls: Mutex::default(), unanswered: Mutex::default() });
        let server = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { address, state, server })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls since the last time this was asked. A call it had no answer to would make every figure worthless.
    pub fn take_calls(&self) -> anyhow::Result<Calls> {
        let unanswered = std::mem::take(&mut *self.state.unanswered.lock().unwrap_or_else(PoisonError::into_inner));
        ensure!(unanswered.is_empty(), "the responder has no answer to {}", unanswered.join(", "));
        Ok(std::mem::take(&mut *self.state.calls.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        // Without this, a small answer waits for the acknowledgement of the one before it.
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &state));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: &State) -> Result<Response<Full<Bytes>>, hyper::Error> {
    // What it takes to find the answer is part of the wait, not added to it.
    let wait = wait(state.latency);
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let signature = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = signature.split("Credential=").nth(1).and_then(|scope| scope.split('/').next()).unwrap_or_default();
    let key = key.to_owned();
    // S3 speaks neither protocol: its calls are named by their method.
    let plain = (target.is_none() && request.method() != hyper::Method::POST).then(|| request.method().to_string());
    let body = request.into_body().collect().await?.to_bytes();
    let asked = match plain {
        Some(action) => Asked { action, parameters: BTreeMap::new(), key },
        None => Asked { key, ..asked(target.as_deref(), &body) },
    };
    let found = state.account.answer(&asked);
    if found.is_none() {
        state.unanswered.lock().unwrap_or_else(PoisonError::into_inner).push(asked.action.clone());
    }
    *state.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(asked.action).or_default() += 1;
    if let Some(wait) = wait {
        wait.await;
    }
    let mut response = Response::new(Full::new(Bytes::from(found.clone().unwrap_or_default())));
    if found.as_ref().is_some_and(|body| body.contains("<Code>NoSuch")) {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else if found.is_none_or(|body| body.contains("\"__type\":")) {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    let content_type = if target.is_some() { "application/x-amz-json-1.1" } else { "text/xml" };
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(content_type));
    Ok(response)
}

/// Begins now, whenever it is waited for.
#[expect(clippy::disallowed_methods, reason = "latency is real here")]
fn wait(latency: Duration) -> Option<tokio::time::Sleep> {
    (!latency.is_zero()).then(|| tokio::time::sleep(latency))
}

/// What a call of the query protocol, or of a JSON one, asks for.
pub(super) fn asked(target: Option<&str>, body: &[u8]) -> Asked {
    if let Some(name) = target.and_then(|target| target.rsplit('.').next()) {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).unwrap_or_default();
        let texts = fields.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
        return Asked { action: name.to_owned(), parameters: texts.collect(), key: String::new() };
    }
    let form = reqwest::Url::parse(&format!("form:?{}", String::from_utf8_lossy(body)));
    let mut parameters: BTreeMap<_, _> =
        form.iter().flat_map(reqwest::Url::query_pairs).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    Asked { action: parameters.remove("Action").unwrap_or_default(), parameters, key: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_named_by_its_form_or_its_header() {
        let form = asked(None, b"Action=DescribeDBClusters&Marker=a%2Fb+c");
        assert_eq!((form.action.as_str(), form.text("Marker"), form.text("None")), ("DescribeDBClusters", "a/b c", ""));
        assert_eq!(asked(Some("secretsmanager.PutSecretValue"), b"{}").action, "PutSecretValue");
    }
}
