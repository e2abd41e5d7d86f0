//! A client for the one kind of host that is not AWS: webhooks. It stands on the same HTTP and TLS crates as the SDK's,
//! but believes what browsers believe, follows no redirect and never waits long.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::error::deepest;
use super::http::Roots;
use crate::text::printable;

/// For one request, its answer included.
const PATIENCE: Duration = Duration::from_secs(5);
/// As much of an answer as is read.
const MOST_BYTES: usize = 16 * 1024;

/// See the module.
pub struct WebClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl fmt::Debug for WebClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebClient")
    }
}

/// An answer.
#[derive(Debug)]
pub struct WebAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Bytes,
}

impl WebAnswer {
    /// The beginning of its body, printable.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        printable(&text.chars().take(200).collect::<String>())
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
    pub fn new(roots: &Roots) -> Result<Self, WebFault> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| WebFault::Roots(error.to_string()))?
            .with_root_certificates(store(roots)?)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Posts `body` to `url`.
    pub async fn post_json(&self, url: &str, body: String) -> Result<WebAnswer, WebFault> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Full::from(body))
            .map_err(|_| WebFault::Url)?;
        tokio::time::timeout(PATIENCE, self.send(request)).await.map_err(|_| WebFault::Slow)?
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<WebAnswer, WebFault> {
        let answer = self.0.request(request).await;
        let (head, body) = answer.map_err(|error| WebFault::Lost(printable(&deepest(&error))))?.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map(http_body_util::Collected::to_bytes);
        // The status says it all; a body too long or broken off says nothing more.
        Ok(WebAnswer { status: head.status, headers: head.headers, body: body.unwrap_or_default() })
    }
}

fn store(roots: &Roots) -> Result<RootCertStore, WebFault> {
    let fault = |what: String| WebFault::Roots(what);
    let mut store = RootCertStore::empty();
    match roots {
        Roots::CompiledIn | Roots::Mozilla => {
            store.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        }
        Roots::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Roots::File(path) => {
            let found = CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))?;
            store.add_parsable_certificates(found.filter_map(Result::ok));
        }
    }
    if store.is_empty() { Err(fault("it has no certificate".to_owned())) } else { Ok(store) }
}
