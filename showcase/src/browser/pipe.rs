//! The debugging protocol over the browser's own pipes: JSON ended by a zero byte, commands with numbers, and events that
//! come when they come and are kept until somebody asks.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// For one answer or event. A busy machine starts a browser slowly; one that takes longer is held up by the page.
const PATIENCE: Duration = Duration::from_mins(1);

/// The browser reads from 3 and writes to 4; only a shell can put its own input and output there without unsafe code.
const ON_THREE_AND_FOUR: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

const FLAGS: [&str; 11] = [
    "--headless=new",
    "--remote-debugging-pipe",
    // The pages are our own, and a container, where this often runs, allows no sandbox.
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
];

#[derive(Debug)]
pub(super) struct Pipe {
    // Killed when this is dropped.
    _process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    said: u64,
    events: Vec<Value>,
}

impl Pipe {
    /// Starts `program` with its profile in `folder`, where what it complains of is also kept.
    pub(super) fn open(program: &OsStr, folder: &Path) -> anyhow::Result<Self> {
        let complaints = std::fs::File::create(folder.join("complaints"))?;
        let mut process = Command::new("sh")
            .args(["-c", ON_THREE_AND_FOUR])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints)
            .kill_on_drop(true)
            .spawn()
            .context("could not start a shell for the browser")?;
        let to = process.stdin.take().context("the browser has no input")?;
        let from = process.stdout.take().context("the browser has no output")?;
        Ok(Self { _process: process, to, from: BufReader::new(from), said: 0, events: Vec::new() })
    }

    /// One command and its answer. An alert is answered at once: it would hold up everything else.
    pub(super) async fn call(&mut self, session: &str, method: &str, params: Value) -> anyhow::Result<Value> {
        let id = self.send(session, method, &params).await?;
        let answer = async {
            loop {
                let message = self.next().await?;
                if message["id"] == id {
                    return Ok(message);
                }
                self.keep(message).await?;
            }
        };
        let mut answer = in_time(answer).await.with_context(|| format!("{method} was not answered"))?;
        match answer.get("error") {
            Some(error) => bail!("the browser refused {method}: {error}"),
            None => Ok(answer["result"].take()),
        }
    }

    /// Waits until an event of this name has come, from among those kept or those to come.
    pub(super) async fn wait_for(&mut self, event: &str) -> anyhow::Result<()> {
        let come = async {
            while !self.events.iter().any(|one| one["method"] == event) {
                let message = self.next().await?;
                self.keep(message).await?;
            }
            Ok(())
        };
        in_time(come).await.with_context(|| format!("{event} did not come"))
    }

    /// The events kept so far, which are then forgotten.
    pub(super) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    async fn keep(&mut self, message: Value) -> anyhow::Result<()> {
        if message["method"] == "Page.javascriptDialogOpening" {
            let session = message["sessionId"].as_str().unwrap_or_default().to_owned();
            self.send(&session, "Page.handleJavaScriptDialog", &json!({ "accept": true })).await?;
        }
        if message.get("method").is_some() {
            self.events.push(message);
        }
        Ok(())
    }

    async fn send(&mut self, session: &str, method: &str, params: &Value) -> anyhow::Result<u64> {
        self.said += 1;
        let mut message = json!({ "id": self.said, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut line = serde_json::to_vec(&message)?;
        line.push(0);
        self.to.write_all(&line).await.context("the browser takes no more commands")?;
        Ok(self.said)
    }

    async fn next(&mut self) -> anyhow::Result<Value> {
        let mut line = Vec::new();
        self.from.read_until(0, &mut line).await?;
        ensure!(line.pop() == Some(0), "the browser has ended");
        Ok(serde_json::from_slice(&line)?)
    }
}

async fn in_time<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.with_context(|| format!("nothing for {} s", PATIENCE.as_secs()))?
}
