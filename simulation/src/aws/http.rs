//! The HTTP client of the SDKs, ending in the account: no socket, and each way takes its time. It reads the body of a request to
//! its end first: the SDK takes a slow answer for a stalled upload otherwise.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use jiff::Timestamp;

use super::{Account, Fate};
use crate::time::Time;
use crate::wire::{Headers, Request};

/// A process that calls, until it dies.
#[derive(Debug)]
pub struct Process {
    /// Its run, by the moment that began.
    pub run: Timestamp,
    dead: AtomicBool,
}

impl Process {
    /// Alive.
    pub fn new(run: Timestamp) -> Self {
        Self { run, dead: AtomicBool::new(false) }
    }

    /// Whether it is over with it.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }
}

/// See the module.
#[derive(Clone)]
pub struct Http {
    account: Arc<Mutex<Account>>,
    process: Arc<Process>,
    time: Time,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Http {
    /// Of `process`, to `account`.
    pub fn new(account: &Arc<Mutex<Account>>, process: &Arc<Process>, time: &Time) -> Self {
        Self { account: Arc::clone(account), process: Arc::clone(process), time: time.clone() }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
        let header = |name: &str| request.headers().get(name).map(str::to_owned);
        let (authorization, target) = (header("authorization"), header("x-amz-target"));
        let body = request.into_body().collect().await.map_err(|error| ConnectorError::other(error, None))?.to_bytes();
        let headers = Headers { authorization: authorization.as_deref(), target: target.as_deref() };
        let request = match Request::read(&method, &uri, headers, &body) {
            Ok(request) => request,
            Err(said) => {
                self.account().broken.get_or_insert(said);
                return self.die().await;
            }
        };
        let (there, back) = self.account().latency(self.process.run, &request);
        self.time.pass(Duration::from_millis(there)).await;
        let fate = self.account().call(self.process.run, request, self.time.now());
        let (status, body) = match fate {
            Fate::Answered { status, body } => (status, body),
            Fate::Lost => {
                self.time.pass(Duration::from_millis(back)).await;
                return Err(ConnectorError::io(Box::new(std::io::Error::other("connection reset"))));
            }
            Fate::Hangs => return std::future::pending().await,
            Fate::Dead => return self.die().await,
        };
        self.time.pass(Duration::from_millis(back)).await;
        let status = status.try_into().map_err(|_| ConnectorError::user("no status".into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        let date = self.time.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert("date", date);
        Ok(response)
    }

    /// Nobody waits for the answer any more.
    async fn die(&self) -> Result<HttpResponse, ConnectorError> {
        self.process.dead.store(true, Ordering::SeqCst);
        std::future::pending().await
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().answer(request))
    }
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
