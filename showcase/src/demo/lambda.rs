//! The function under cargo-lambda: served by `cargo lambda watch`, called by `cargo lambda invoke`. What they say goes to
//! files in `demo-out/`; the answers are kept there too. A test has the function built already, and stands it before the
//! testkit's runtime API instead: it answers the same, and nothing is compiled a second time.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use nightshift::clock;
use nightshift::config::Environment;
use nightshift::report::Report;
use tokio::net::TcpStream;

use super::process_group::ProcessGroup;
use nightshift_testkit::function::{Answer, FunctionProcess};
use nightshift_testkit::port::Port;
use nightshift_testkit::repository;
use tokio::sync::Mutex;

/// The function that is shown.
pub(super) const FUNCTION: &str = "cluster-cleanup";
/// The folder of the checkout for reports and logs; git ignores it.
pub(super) const PLACE: &str = "demo-out";

/// Binding a port takes cargo-lambda a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// The call with the sample event `event`, as one types it; on a free port it also needs `--invoke-port`.
pub(super) fn invocation(event: &str) -> String {
    format!("cargo lambda invoke {FUNCTION} --data-file {}", sample(event))
}

fn sample(event: &str) -> String {
    format!("events/{FUNCTION}/{event}.json")
}

/// Fails readably where there is no cargo-lambda.
pub(super) async fn must_be_installed() -> anyhow::Result<()> {
    let mut version = cargo(&["lambda", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    let works = match ProcessGroup::start(&mut version) {
        Ok(mut version) => version.ended().await.success(),
        Err(_) => false,
    };
    ensure!(works, "`cargo lambda` is not there: run this as `cargo xtask demo`, which brings its own");
    Ok(())
}

/// Who compiles and serves the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// cargo-lambda, as a person has it.
    CargoLambda,
    /// Whoever runs this has built the workspace.
    Built,
}

/// The running function.
pub(super) enum LocalLambda {
    Watched(Watched),
    Built(Box<Mutex<FunctionProcess>>),
}

impl LocalLambda {
    /// As one types it.
    pub(super) const COMMAND: &str = "cargo lambda watch --package cluster-cleanup";

    /// Serves the function with `environment`; `name` is for its log.
    pub(super) async fn start(by: By, environment: &BTreeMap<String, String>, name: &str) -> anyhow::Result<Self> {
        match by {
            By::CargoLambda => Watched::start(environment, name).await.map(Self::Watched),
            By::Built => {
                let function = FunctionProcess::start(&repository::target().join("debug").join(FUNCTION), environment)?;
                Ok(Self::Built(Box::new(Mutex::new(function))))
            }
        }
    }

    /// Invokes the function with the sample event `event`; the report is kept as `demo-out/NAME.json`.
    pub(super) async fn invoke(&self, event: &str, name: &str) -> anyhow::Result<Report> {
        let answer = format!("{name}.json");
        match self {
            Self::Watched(watched) => watched.invoke(event, &answer).await?,
            Self::Built(function) => {
                let sample = std::fs::read_to_string(repository::root().join(sample(event)))?;
                match function.lock().await.invoke_text(&sample).await? {
                    Answer::Report(report) => std::fs::write(place(&answer), report.to_string())?,
                    Answer::Fault { kind, message } => bail!("`{}` failed: {kind}: {message}", invocation(event)),
                }
            }
        }
        serde_json::from_str(&read(&answer)).with_context(|| format!("{PLACE}/{answer} is no report"))
    }
}

/// A server of cargo-lambda.
pub(super) struct Watched {
    watch: ProcessGroup,
    port: Port,
    log: String,
}

impl Watched {
    const COMPLAINT: &str = "invoke.log";

    /// `environment` comes on top of what a build needs.
    async fn start(environment: &BTreeMap<String, String>, name: &str) -> anyhow::Result<Self> {
        let (port, log) = (Port::take()?, format!("{name}.log"));
        let file = File::create(place(&log))?;
        let mut watch = cargo(&["lambda", "watch", "--package", FUNCTION, "--locked", "--ignore-changes"]);
        watch.args(address(&port)).envs(environment).stdout(file.try_clone()?).stderr(file);
        let watch = ProcessGroup::start(&mut watch).context("could not start cargo lambda watch")?;
        let mut server = Self { watch, port, log };
        let ready = tokio::time::timeout(PATIENCE, server.ready()).await;
        ready.with_context(|| {
            format!(
                "cargo lambda watch did not open port {} in {} s; see {PLACE}/{}",
                server.port.number(),
                PATIENCE.as_secs(),
                server.log
            )
        })??;
        Ok(server)
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port.number()))).await.is_err() {
            if let Some(status) = self.watch.status() {
                bail!("cargo lambda watch ended ({status}):\n{}", read(&self.log));
            }
            clock::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn invoke(&self, event: &str, answer: &str) -> anyhow::Result<()> {
        let mut invoke = cargo(&["lambda", "invoke", FUNCTION, "--data-file", &sample(event)]);
        invoke
            .args(address(&self.port))
            .stdout(File::create(place(answer))?)
            .stderr(File::create(place(Self::COMPLAINT))?);
        let status = ProcessGroup::start(&mut invoke).context("could not start cargo lambda invoke")?.ended().await;
        ensure!(
            status.success(),
            "`{}` failed; the function's log is {PLACE}/{}\n{}",
            invocation(event),
            self.log,
            read(Self::COMPLAINT)
        );
        Ok(())
    }
}

fn address(port: &Port) -> [String; 4] {
    [
        "--invoke-address".to_owned(),
        Ipv4Addr::LOCALHOST.to_string(),
        "--invoke-port".to_owned(),
        port.number().to_string(),
    ]
}

pub(super) fn place(file: &str) -> PathBuf {
    repository::root().join(PLACE).join(file)
}

pub(super) fn read(file: &str) -> String {
    std::fs::read_to_string(place(file)).unwrap_or_default()
}

/// Cargo, as [`command`].
pub(super) fn cargo(args: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(args);
    cargo
}

/// `program` in the root of the checkout, without what would lead it to a real account or give it another policy, and
/// without what `cargo run` said about this very package: build scripts watch that and would run again.
pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
    const NOT_PASSED_ON: [&str; 5] = ["AWS_", "NIGHTSHIFT_", "CARGO_LAMBDA_", "CARGO_MANIFEST_", "CARGO_PKG_"];
    let mut command = Command::new(program);
    for name in Environment::of_process().names().filter(|name| NOT_PASSED_ON.iter().any(|own| name.starts_with(own))) {
        command.env_remove(name);
    }
    command
        .current_dir(repository::root())
        // Not even a profile of the caller is read.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("NO_PROXY", Ipv4Addr::LOCALHOST.to_string())
        .stdin(Stdio::null());
    command
}
