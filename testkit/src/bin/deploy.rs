//! `cargo xtask deploy`: see `nightshift_testkit::deploy`. This file only prints, and sees to it that a Ctrl-C ends it
//! with nothing left running.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "a complaint belongs on standard error")]
async fn main() -> ExitCode {
    // Whichever comes first: the other one is dropped, and with it every child.
    let result = tokio::select! {
        result = run() => result,
        result = stopped() => result,
    };
    if let Err(error) = result {
        eprintln!("deploy: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run() -> anyhow::Result<()> {
    let packages = std::env::args_os().nth(1).map(PathBuf::from);
    let packages = packages.context("name the folder of packages; `cargo xtask deploy` does")?;
    Box::pin(nightshift_testkit::deploy::run(&mut std::io::stdout(), &packages)).await
}

/// Comes back when a person or a system wants it to end.
async fn stopped() -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    bail!("stopped; nothing is left running")
}
