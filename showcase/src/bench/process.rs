//! One invocation of a fresh process behind the Lambda runtime API, by the clock: when it first asked for an event, when
//! it answered, and how much memory it had needed by then. `nightshift_testkit::function` looks at what is answered; this at how fast.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use nightshift_testkit::child::ChildProcess;

/// A process that answers events.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// What is executed.
    pub(super) file: OsString,
    /// With what arguments.
    pub(super) arguments: Vec<OsString>,
    /// All of its variables but those of the platform.
    pub(super) environment: BTreeMap<String, String>,
}

/// What one invocation took.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    /// From the start of the process to its first question for an event.
    pub(super) start: Duration,
    /// From the start of the process to its answer.
    pub(super) first_answer: Duration,
    /// From the event to the answer.
    pub(super) run: Duration,
    /// The most memory it held at any moment (`VmHWM`), in KiB.
    pub(super) peak_kib: u32,
    /// The answer.
    pub(super) answer: Value,
}

/// The slowest of what is measured takes half a minute.
const PATIENCE: Duration = Duration::from_mins(10);
/// What a function is told it has left: so much that nothing is deferred.
const LIFETIME_MS: i64 = 900_000;
/// The platform's own variables.
const PLATFORM: [(&str, &str); 5] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "log-group"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "log-stream"),
];

/// What the process did on the runtime API.
enum Moment {
    Polled(Instant),
    Answered(Instant, Bytes),
    Failed(Bytes),
}

/// Starts `program`, hands it `event`, and ends it after its answer.
pub(super) async fn invoke(program: &Program, event: &Value) -> anyhow::Result<Invocation> {
    let name = program.file.display();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut command = Command::new(&program.file);
    command
        .args(&program.arguments)
        .env_clear()
        .envs(&program.environment)
        .envs(PLATFORM)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let (moments, mut seen) = mpsc::unbounded_channel();
    let server = tokio::spawn(serve(listener, Arc::new(Api { event: Mutex::new(Some(event.to_string())), moments })));
    let started = now();
    let mut child = ChildProcess::start(&mut command).with_context(|| format!("could not start {name}"))?;
    let Moment::Polled(polled) = next(&mut seen, &mut child).await? else { bail!("{name} answered unasked") };
    let Moment::Answered(answered, answer) = next(&mut seen, &mut child).await? else { bail!("{name} lost an event") };
    // Asking for the next event, it is at rest: its memory has been as high as one event takes it.
    next(&mut seen, &mut child).await?;
    let peak_kib = peak_kib(child.get().id())?;
    server.abort();
    Ok(Invocation {
        start: polled - started,
        first_answer: answered - started,
        run: answered - polled,
        peak_kib,
        answer: serde_json::from_slice(&answer).context("the answer is no JSON")?,
    })
}

/// Looks after the process meanwhile: one that died does nothing more.
#[expect(clippy::disallowed_methods, reason = "a process is watched by the real clock")]
async fn next(seen: &mut UnboundedReceiver<Moment>, child: &mut ChildProcess) -> anyhow::Result<Moment> {
    let end = now() + PATIENCE;
    while now() < end {
        tokio::select! {
            moment = seen.recv() => match moment.context("the runtime API has ended")? {
                Moment::Failed(body) => bail!("the invocation failed: {}", String::from_utf8_lossy(&body)),
                moment => return Ok(moment),
            },
            () = tokio::time::sleep(Duration::from_millis(500)) => {
                if let Some(status) = child.ended() {
                    bail!("the process ended by itself: {status}");
                }
            }
        }
    }
    bail!("no answer in {} s", PATIENCE.as_secs())
}

fn peak_kib(process: u32) -> anyhow::Result<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM in /proc/PID/status")?;
    line.trim().trim_end_matches(" kB").parse().with_context(|| format!("VmHWM is '{line}'"))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark goes by the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// The runtime API of a process that lives for one event.
struct Api {
    event: Mutex<Option<String>>,
    moments: UnboundedSender<Moment>,
}

async fn serve(listener: TcpListener, api: Arc<Api>) {
    while let Ok((stream, _)) = listener.accept().await {
        let api = Arc::clone(&api);
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &api));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, api: &Api) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let at = now();
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        let event = api.event.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = api.moments.send(Moment::Polled(at));
        return match event {
            Some(event) => Ok(invocation(event)),
            // There is one event; who asks again waits until it is ended.
            None => std::future::pending().await,
        };
    }
    let body = request.into_body().collect().await?.to_bytes();
    let moment = if path.ends_with("/response") { Moment::Answered(at, body) } else { Moment::Failed(body) };
    let _ = api.moments.send(moment);
    let mut accepted = Response::new(Full::new(Bytes::from_static(b"{}")));
    *accepted.status_mut() = StatusCode::ACCEPTED;
    Ok(accepted)
}

#[expect(clippy::disallowed_methods, reason = "the platform's deadline is by the real clock")]
fn invocation(event: String) -> Response<Full<Bytes>> {
    let deadline = jiff::Timestamp::now().as_millisecond() + LIFETIME_MS;
    let mut response = Response::new(Full::new(Bytes::from(event)));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:111122223333:function:bench".to_owned()),
        ("content-type", "application/json".to_owned()),
    ] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
