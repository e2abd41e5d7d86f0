//! The AWS stand-in as a child process. One serves all tests of a process; it ends when its standard input does, so
//! that it cannot outlive whoever started it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, bail, ensure};
use nightshift::config::Environment;
use serde_json::Value;

use crate::child::ChildProcess;
use crate::repository;

/// Starts a server that says `listening URL` when it is ready and ends when its standard input does.
pub fn listening(command: &mut Command, title: &str) -> anyhow::Result<(ChildProcess, String)> {
    // Python's AWS library would look for the caller's profile, and not start where there is none of that name.
    for name in Environment::of_process().names().filter(|name| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    // A Ctrl-C in the terminal is for its starter, with which it ends; Python would print a traceback of its own.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = ChildProcess::start(command).with_context(|| format!("could not start {title}"))?;
    let stdout = child.get().stdout.take().with_context(|| format!("{title} has no standard output"))?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let Some(url) = line.trim().strip_prefix("listening ") else {
        bail!("{title} did not start (its complaint is above); try `cargo xtask setup`");
    };
    Ok((child, url.to_owned()))
}

/// A running stand-in.
#[derive(Debug)]
pub struct StandIn {
    url: String,
    // Held for its life; the pipe to its standard input is what keeps the server up.
    _child: ChildProcess,
}

impl StandIn {
    /// Starts one of its own.
    pub fn start() -> anyhow::Result<Self> {
        let root = repository::root();
        let python = root.join(".tools/stand-in/bin/python");
        ensure!(python.exists(), "the AWS stand-in is not set up in .tools/stand-in: run `cargo xtask setup`");
        let mut command = Command::new(python);
        command.arg(root.join("testkit/stand-in/stand_in.py")).args(["--port", "0"]);
        let (child, url) = listening(&mut command, "the AWS stand-in")?;
        Ok(Self { url, _child: child })
    }

    /// The one all tests of this process share, each in its own account.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<StandIn> = OnceLock::new();
        SHARED.get_or_init(|| match Self::start() {
            Ok(stand_in) => stand_in,
            Err(error) => panic!("{error:#}"),
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A control call: what no AWS API offers. The names and bodies are in `testkit/stand-in/README.md`.
    pub async fn control(&self, name: &str, body: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/_nightshift/{name}", self.url);
        // No proxy of the caller's stands between this machine and itself.
        let client = reqwest::Client::builder().no_proxy().build()?;
        let answer = client.post(url).json(body).send().await?;
        let (status, answer) = (answer.status(), answer.json::<Value>().await?);
        ensure!(status.is_success(), "control call {name} with {body} was refused: {answer}");
        Ok(answer)
    }
}
