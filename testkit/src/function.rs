//! A real function binary behind the Lambda runtime API: started, invoked, killed. What it answers and what it logs is
//! what Lambda would see.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};

use crate::child::ChildProcess;
use crate::proxy::PATIENCE;
use crate::said;

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The handler's value.
    Report(Value),
    /// The runtime's error.
    Fault {
        /// `errorType`.
        kind: String,
        /// `errorMessage`.
        message: String,
    },
}

impl Answer {
    /// The report, or a readable panic: for tests that expect one.
    pub fn report(self) -> Value {
        match self {
            Self::Report(report) => report,
            Self::Fault { kind, message } => panic!("expected a report, the function answered {kind}: {message}"),
        }
    }

    /// Kind and message of the fault, or a readable panic.
    pub fn fault(self) -> (String, String) {
        match self {
            Self::Fault { kind, message } => (kind, message),
            Self::Report(report) => panic!("expected a fault, the function answered {report}"),
        }
    }
}

/// A running function.
#[derive(Debug)]
pub struct FunctionProcess {
    name: String,
    child: ChildProcess,
    events: mpsc::Sender<String>,
    answers: mpsc::Receiver<Answer>,
    polls: watch::Receiver<usize>,
    /// How long the platform says an invocation may take.
    pub timeout: Duration,
    timeout_ms: Arc<std::sync::atomic::AtomicU64>,
    output: Option<std::thread::JoinHandle<String>>,
    errors: Option<std::thread::JoinHandle<String>>,
    runtime: Option<tokio::runtime::Runtime>,
}

/// The runtime API's state: one invocation at a time, as Lambda has it.
struct Api {
    events: Mutex<mpsc::Receiver<String>>,
    answers: mpsc::Sender<Answer>,
    polls: watch::Sender<usize>,
    timeout_ms: Arc<std::sync::atomic::AtomicU64>,
}

/// The longest Lambda allows.
const TIMEOUT: Duration = Duration::from_mins(15);

impl FunctionProcess {
    /// Starts `binary` with exactly `environment` and what every Lambda process has. What it prints is kept.
    pub fn start(binary: &Path, environment: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        Self::start_with(binary, &[], environment)
    }

    /// The same for a program that takes arguments.
    pub fn start_with(
        binary: &Path,
        arguments: &[std::ffi::OsString],
        environment: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (events, receiver) = mpsc::channel(1);
        let (sender, answers) = mpsc::channel(1);
        let (poll_sender, polls) = watch::channel(0);
        let timeout_ms = Arc::new(std::sync::atomic::AtomicU64::new(u64::try_from(TIMEOUT.as_millis())?));
        let api = Arc::new(Api {
            events: Mutex::new(receiver),
            answers: sender,
            polls: poll_sender,
            timeout_ms: Arc::clone(&timeout_ms),
        });
        let (listener, address) = bind(&runtime)?;
        runtime.spawn(serve(listener, api));
        let name = binary.file_stem().and_then(|stem| stem.to_str()).unwrap_or("function").to_owned();
        let mut child = ChildProcess::start(
            Command::new(binary)
                .args(arguments)
                .env_clear()
                .envs(environment)
                .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
                .env("AWS_LAMBDA_FUNCTION_NAME", &name)
                .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
                .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
                .env("AWS_LAMBDA_LOG_GROUP_NAME", "log-group")
                .env("AWS_LAMBDA_LOG_STREAM_NAME", "log-stream")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped()),
        )
        .with_context(|| format!("could not start {}", binary.display()))?;
        let stdout = child.get().stdout.take().context("its output is not piped")?;
        // Read as it comes: a full pipe would stop the function.
        let output = Some(std::thread::spawn(move || std::io::read_to_string(stdout).unwrap_or_default()));
        let stderr = child.get().stderr.take().context("its errors are not piped")?;
        let errors = Some(std::thread::spawn(move || std::io::read_to_string(stderr).unwrap_or_default()));
        let runtime = Some(runtime);
        Ok(Self { name, child, events, answers, polls, timeout: TIMEOUT, timeout_ms, output, errors, runtime })
    }

    /// Invokes it and waits for what it answers.
    pub async fn invoke(&mut self, event: &Value) -> anyhow::Result<Answer> {
        self.send(event).await?;
        self.answer().await
    }

    /// Invokes it with this text to the letter: what no value can say.
    pub async fn invoke_text(&mut self, event: &str) -> anyhow::Result<Answer> {
        self.send_text(event.to_owned()).await?;
        self.answer().await
    }

    /// Hands it an event and does not wait.
    pub async fn send(&mut self, event: &Value) -> anyhow::Result<()> {
        self.send_text(event.to_string()).await
    }

    async fn send_text(&mut self, event: String) -> anyhow::Result<()> {
        let millis = u64::try_from(self.timeout.as_millis())?;
        self.timeout_ms.store(millis, std::sync::atomic::Ordering::Relaxed);
        self.events.send(event).await.context("the runtime API has ended")
    }

    /// What it answers to the event it was sent. Looks after the process meanwhile: one that died never answers.
    pub async fn answer(&mut self) -> anyhow::Result<Answer> {
        tokio::time::timeout(PATIENCE, self.answer_or_end()).await.context("the function did not answer in time")?
    }

    #[expect(clippy::disallowed_methods, reason = "a process is watched by the real clock")]
    async fn answer_or_end(&mut self) -> anyhow::Result<Answer> {
        loop {
            tokio::select! {
                answer = self.answers.recv() => {
                    let answer = answer.context("the runtime API has ended")?;
                    if let Answer::Report(report) = &answer {
                        crate::calls::record(report).context("could not keep the calls of a run")?;
                    }
                    return Ok(answer);
                }
                () = tokio::time::sleep(Duration::from_millis(100)) => {
                    if let Some(status) = self.child.ended() {
                        bail!("the function's process ended by itself: {status}");
                    }
                }
            }
        }
    }

    /// Waits until it asks for its next event: it has started, or is done with the last one.
    pub async fn polled(&mut self, times: usize) -> anyhow::Result<()> {
        self.polls.wait_for(|polls| *polls >= times).await.map(|_| ()).context("the runtime API has ended")
    }

    /// The process's id, for those who look at its memory.
    pub fn id(&mut self) -> u32 {
        self.child.get().id()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// What it printed. Ends it first.
    pub fn into_output(mut self) -> String {
        self.end()
    }

    /// Ends it and keeps what it said. What it complained of is shown with a test that fails. Lambda writes both of its outputs to the same log.
    #[expect(clippy::print_stderr, reason = "a test's own output")]
    fn end(&mut self) -> String {
        self.kill();
        let read = |output: Option<std::thread::JoinHandle<String>>| output.and_then(|output| output.join().ok());
        let (output, errors) =
            (read(self.output.take()).unwrap_or_default(), read(self.errors.take()).unwrap_or_default());
        eprint!("{errors}");
        if let Err(error) = crate::calls::record_log(&self.name, &output) {
            eprintln!("could not keep the calls of a run: {error}");
        }
        said::words(output.as_bytes());
        said::words(errors.as_bytes());
        output
    }
}

impl Drop for FunctionProcess {
    fn drop(&mut self) {
        self.end();
        // A runtime must not be dropped where another one is running.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn bind(runtime: &tokio::runtime::Runtime) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = StdListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let _inside = runtime.enter();
    Ok((TcpListener::from_std(listener)?, address))
}

async fn serve(listener: TcpListener, api: Arc<Api>) {
    while let Ok((stream, _)) = listener.accept().await {
        let api = Arc::clone(&api);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &api));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The four calls of the runtime API (Lambda Developer Guide, "Using the Lambda runtime API").
async fn answer(request: Request<Incoming>, api: &Api) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        api.polls.send_modify(|polls| *polls += 1);
        let event = api.events.lock().await.recv().await;
        return Ok(next(event, api.timeout_ms.load(std::sync::atomic::Ordering::Relaxed)));
    }
    let body = request.into_body().collect().await?.to_bytes();
    said::words(&body);
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let answer = if path.ends_with("/response") {
        Answer::Report(value)
    } else {
        Answer::Fault { kind: text("errorType"), message: text("errorMessage") }
    };
    let _ = api.answers.send(answer).await;
    let mut accepted = Response::new(Full::new(Bytes::from_static(b"{}")));
    *accepted.status_mut() = StatusCode::ACCEPTED;
    Ok(accepted)
}

#[expect(clippy::disallowed_methods, reason = "the platform's deadline is by the real clock")]
fn next(event: Option<String>, timeout_ms: u64) -> Response<Full<Bytes>> {
    let now = jiff::Timestamp::now().as_millisecond();
    let deadline = u64::try_from(now).unwrap_or_default() + timeout_ms;
    let mut response = Response::new(Full::new(Bytes::from(event.unwrap_or_else(|| "null".to_owned()))));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:111122223333:function:test".to_owned()),
        ("content-type", "application/json".to_owned()),
    ] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
