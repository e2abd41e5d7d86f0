//! The way of the SDK to an organisation that is in this process: each call takes half the latency to arrive, is let through or
//! throttled at that moment, and half of it to come back, all of it by the bench's own time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use nightshift::clock::Timekeeper as _;
use nightshift::services::aws::{Aws, Roots};

use super::organization::Organization;
use super::throttles::Throttles;
use crate::bench::responder::{self, Asked};
use crate::bench::time::Time;
use crate::bench::{Account as _, Calls};
use nightshift_testkit::scene::REGION;

/// What a call to a near Region takes, give or take.
pub(super) const LATENCY: Duration = Duration::from_millis(20);
const REFUSED: &str = r#"{"__type":"TooManyRequestsException","message":"AWS Organizations can't complete your request because another request is already in progress. Try again later."}"#;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Transport(Arc<State>);

#[derive(Debug)]
struct State {
    organization: Organization,
    time: Time,
    throttles: Throttles,
    made: Mutex<Made>,
}

/// The calls that were made.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    /// Those that were answered.
    pub(super) calls: Calls,
    /// Those that were throttled.
    pub(super) throttled: u64,
    /// Those nobody has an answer to.
    pub(super) unknown: Vec<String>,
}

impl Transport {
    pub(super) fn new(organization: Organization, time: Time) -> Self {
        Self(Arc::new(State { organization, time, throttles: Throttles::default(), made: Mutex::default() }))
    }

    /// What leads there.
    pub(super) async fn aws(&self) -> Aws {
        let connector = SharedHttpConnector::new(self.clone());
        let credentials = aws_sdk_iam::config::Credentials::new("111122223333", "test", None, None, "bench");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .endpoint_url("http://organization.bench")
            .region(Region::new(REGION))
            .credentials_provider(credentials)
            .load()
            .await;
        Aws::of(config, Roots::System)
    }

    pub(super) fn made(&self) -> Made {
        self.0.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let state = Arc::clone(&self.0);
        let asked = responder::asked(request.headers().get("x-amz-target"), request.body().bytes().unwrap_or_default());
        HttpConnectorFuture::new(async move {
            state.time.sleep(LATENCY / 2).await;
            let (status, body) = state.answer(&asked);
            state.time.sleep(LATENCY / 2).await;
            let status = StatusCode::try_from(status).unwrap_or_else(|_| unreachable!("200 and 400 are statuses"));
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
            Ok(response)
        })
    }
}

impl State {
    fn answer(&self, asked: &Asked) -> (u16, String) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.throttles.admit(&asked.action, self.time.passed()) {
            made.throttled += 1;
            return (400, REFUSED.to_owned());
        }
        *made.calls.entry(asked.action.clone()).or_default() += 1;
        match self.organization.answer(asked) {
            Some(body) if body.contains("\"__type\":") => (400, body),
            Some(body) => (200, body),
            None => {
                made.unknown.push(asked.action.clone());
                (400, r#"{"__type":"ValidationException"}"#.to_owned())
            }
        }
    }
}

/// How many calls there are of each action, from a list in which an action may stand twice.
pub(super) fn counted(calls: &[(&str, usize)]) -> Calls {
    let mut counted = BTreeMap::new();
    for (action, times) in calls {
        *counted.entry((*action).to_owned()).or_default() += u64::try_from(*times).unwrap_or(u64::MAX);
    }
    counted
}
