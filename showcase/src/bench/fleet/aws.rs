//! The services that a run asks, in this process: STS, RDS of every account in every Region, Organizations, Step Functions' list and the
//! run's bucket. Each call takes half its latency to arrive, is let through, throttled or broken there, and half of it to come back, by
//! the bench's own time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{AsyncSleep, Credentials, Sleep};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use nightshift::clock::Timekeeper as _;
use nightshift_testkit::scene::REGION;

use super::limits::{Bucket, Dice, FAR, IAM, NEAR, RDS, S3, STS};
use super::store::Store;
use crate::bench::iam::Users;
use crate::bench::org_inventory::organization::Organization;
use crate::bench::time::Time;
use crate::bench::{Account as _, Asked, Clusters, responder};

/// The account of the fleet, which `Organization` calls its management account.
pub(super) const HOME: &str = "100000000000";
pub(super) const BUCKET: &str = "runs";
/// Tries of a call, as the function makes them.
const ATTEMPTS: u32 = 6;
/// The account and Region that `Clusters` are of.
const OF_CLUSTERS: (&str, &str) = ("111122223333", "eu-west-1");

/// See the module. Copies are of the same.
#[derive(Debug, Clone)]
pub(super) struct Services(Arc<State>);

#[derive(Debug)]
struct State {
    time: Time,
    store: Store,
    organization: Organization,
    quiet: Clusters,
    busy: Clusters,
    users: Users,
    /// How many calls of a hundred fail.
    failing: f64,
    /// Whether each account has something that is due, in one Region.
    with_work: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    dice: Dice,
    buckets: BTreeMap<String, Bucket>,
    seen: Seen,
}

/// What was called.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// By service and action.
    pub(super) calls: BTreeMap<String, u64>,
    pub(super) throttled: u64,
    pub(super) broken: u64,
    pub(super) denied: u64,
    pub(super) unknown: Vec<String>,
}

/// Where a call goes, by its signature.
struct Call {
    key: String,
    region: String,
    service: String,
    asked: Asked,
    /// Of S3: the method, the key and the query.
    object: (String, String, String),
    body: Vec<u8>,
}

impl Services {
    pub(super) fn new(time: &Time, store: &Store, organization: Organization, failing: f64, with_work: bool) -> Self {
        let inner = Inner { dice: Dice::new(26), buckets: BTreeMap::new(), seen: Seen::default() };
        Self(Arc::new(State {
            time: time.clone(),
            store: store.clone(),
            organization,
            quiet: Clusters::new(4, false),
            busy: Clusters::new(4, true),
            users: Users::new(10, false),
            failing,
            with_work,
            inner: Mutex::new(inner),
        }))
    }

    /// What leads there.
    pub(super) async fn config(&self) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .endpoint_url("http://fleet.bench")
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new(HOME, "test", None, None, "bench"))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .sleep_impl(Sleeper(self.0.time.clone()))
            .load()
            .await
    }

    pub(super) fn seen(&self) -> Seen {
        self.with(|inner| inner.seen.clone())
    }

    pub(super) fn roll(&self) -> f64 {
        self.with(|inner| inner.dice.roll())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.0.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, call: &Call) -> (u16, String) {
        let now = self.0.time.passed();
        let (rate, whose) = match call.service.as_str() {
            "sts" => (STS, format!("sts {} {}", call.key, call.region)),
            "rds" => (RDS, format!("rds {} {}", call.key, call.region)),
            "iam" | "secretsmanager" => (IAM, format!("{} {}", call.service, call.key)),
            "s3" => (S3, format!("s3 {}", call.object.0)),
            // What reading an organisation takes is measured by itself.
            _ => return (200, self.of_home(call)),
        };
        let (admitted, roll) = self.with(|inner| {
            let admitted = inner.buckets.entry(whose).or_insert_with(|| Bucket::new(rate)).admits(now);
            (admitted, inner.dice.roll())
        });
        if !admitted {
            self.with(|inner| inner.seen.throttled += 1);
            return (if call.service == "s3" { 503 } else { 400 }, error("Throttling", "Rate exceeded"));
        }
        if roll < self.0.failing {
            self.with(|inner| inner.seen.broken += 1);
            return (500, error("InternalFailure", "An internal error occurred"));
        }
        match call.service.as_str() {
            "sts" => self.of_sts(call),
            "rds" => self.of_rds(call),
            "iam" | "secretsmanager" => self.of_iam(call),
            _ => self.of_s3(call),
        }
    }

    fn of_sts(&self, call: &Call) -> (u16, String) {
        let account = account_of(&call.key);
        if call.asked.action == "GetCallerIdentity" {
            let arn = format!("arn:aws:sts::{account}:assumed-role/r/s");
            let said = format!("<Arn>{arn}</Arn><UserId>AROA:s</UserId><Account>{account}</Account>");
            return (200, result("GetCallerIdentity", &said));
        }
        let role = call.asked.text("RoleArn");
        let account = role.split(':').nth(4).unwrap_or_default();
        if denies(account) {
            self.with(|inner| inner.seen.denied += 1);
            let said = format!(
                "User: arn:aws:sts::{HOME}:assumed-role/r/s is not authorized to perform: sts:AssumeRole on resource: {role} \
                 with an explicit deny in a service control policy"
            );
            return (403, error("AccessDenied", &said));
        }
        let ends = nightshift::clock::now() + jiff::SignedDuration::from_mins(20);
        let said = format!(
            "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>{ends:.0}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::{account}:assumed-role/r/s</Arn>\
             <AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>"
        );
        (200, result("AssumeRole", &said))
    }

    fn of_rds(&self, call: &Call) -> (u16, String) {
        let busy = self.0.with_work && call.region == REGION;
        let clusters = if busy { &self.0.busy } else { &self.0.quiet };
        match clusters.answer(&call.asked) {
            Some(body) => {
                (200, body.replace(OF_CLUSTERS.0, account_of(&call.key)).replace(OF_CLUSTERS.1, &call.region))
            }
            None => self.unknown(call),
        }
    }

    fn of_iam(&self, call: &Call) -> (u16, String) {
        match self.0.users.answer(&call.asked) {
            Some(body) => (200, body.replace(OF_CLUSTERS.0, account_of(&call.key))),
            None => self.unknown(call),
        }
    }

    fn of_s3(&self, call: &Call) -> (u16, String) {
        let (method, key, query) = &call.object;
        match (method.as_str(), query.contains("list-type=2")) {
            ("PUT", _) => {
                self.0.store.put(key, call.body.clone());
                (200, String::new())
            }
            ("GET", true) => {
                let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default();
                let keys = self.0.store.keys(&prefix.replace("%2F", "/"));
                let keys: Vec<_> =
                    keys.iter().flat_map(|key| ["<Contents><Key>", key.as_str(), "</Key></Contents>"]).collect();
                let keys = keys.concat();
                (200, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{keys}</ListBucketResult>"))
            }
            ("GET", false) => match self.0.store.get(key) {
                Some(body) => (200, String::from_utf8_lossy(&body).into_owned()),
                None => (404, "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>".to_owned()),
            },
            _ => self.unknown(call),
        }
    }

    /// Organizations and Step Functions.
    fn of_home(&self, call: &Call) -> String {
        if call.asked.action == "ListExecutions" {
            return r#"{"executions":[]}"#.to_owned();
        }
        self.0.organization.answer(&call.asked).unwrap_or_else(|| self.unknown(call).1)
    }

    fn unknown(&self, call: &Call) -> (u16, String) {
        let what = format!("{}:{} {} {}", call.service, call.asked.action, call.object.0, call.object.1);
        self.with(|inner| inner.seen.unknown.push(what));
        (400, error("ValidationError", "nobody has an answer to that"))
    }
}

impl HttpConnector for Services {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let services = self.clone();
        let call = Call::of(&request);
        HttpConnectorFuture::new(async move {
            let half = if call.region == REGION { NEAR } else { FAR } / 2;
            services.0.time.sleep(half).await;
            let action = if call.asked.action.is_empty() { call.object.0.as_str() } else { call.asked.action.as_str() };
            let name = format!("{}:{action}", call.service);
            services.with(|inner| *inner.seen.calls.entry(name).or_default() += 1);
            let (status, body) = services.answer(&call);
            services.0.time.sleep(half).await;
            let status = StatusCode::try_from(status).unwrap_or_else(|_| unreachable!("it is a status"));
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            let date = nightshift::clock::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            for (name, value) in [("etag", "\"1\"".to_owned()), ("date", date)] {
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        })
    }
}

impl Call {
    fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let scope = header("authorization").split("Credential=").nth(1).unwrap_or_default();
        let mut scope = scope.split(['/', ',']).map(str::to_owned);
        let (key, _, region, service) = (scope.next(), scope.next(), scope.next(), scope.next());
        let body = request.body().bytes().unwrap_or_default();
        let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
        let path = path.trim_start_matches("http://fleet.bench").trim_start_matches('/');
        let object = path.strip_prefix(BUCKET).unwrap_or(path).trim_start_matches('/').to_owned();
        let service = service.unwrap_or_default();
        let is_object = service == "s3";
        let asked = if is_object {
            Asked { action: String::new(), parameters: BTreeMap::new(), key: String::new() }
        } else {
            responder::asked(request.headers().get("x-amz-target"), body)
        };
        Self {
            key: key.unwrap_or_default(),
            region: region.unwrap_or_default(),
            service,
            asked,
            object: (request.method().to_owned(), object, query.to_owned()),
            body: if is_object { body.to_vec() } else { Vec::new() },
        }
    }
}

/// Whether `account` lets nobody in: three of a hundred do not, spread over all.
pub(super) fn denies(account: &str) -> bool {
    let number: u64 = account.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or_default();
    (number * 37 + 11) % 100 < 3
}

fn account_of(key: &str) -> &str {
    key.strip_prefix("ASIA").unwrap_or(key)
}

fn result(name: &str, said: &str) -> String {
    format!("<{name}Response><{name}Result>{said}</{name}Result></{name}Response>")
}

fn error(code: &str, said: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>{said}</Message></Error></ErrorResponse>")
}

/// The SDK waits by the bench's own time.
#[derive(Debug, Clone)]
struct Sleeper(Time);

impl AsyncSleep for Sleeper {
    fn sleep(&self, duration: Duration) -> Sleep {
        // The SDK wants what several threads may look at; only one ever does.
        let waiting = std::sync::Mutex::new(self.0.sleep(duration));
        Sleep::new(std::future::poll_fn(move |context| {
            waiting.lock().unwrap_or_else(PoisonError::into_inner).as_mut().poll(context)
        }))
    }
}
