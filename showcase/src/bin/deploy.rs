//! `cargo xtask deploy`, and with `--show` `cargo xtask demo --deploy`: see `nightshift_showcase::deploy`. This file only prints, and sees to it that a Ctrl-C ends it
//! with nothing left running.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use nightshift_showcase::deploy;
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
    let mut arguments = std::env::args_os().skip(1);
    let packages = arguments.next().map(PathBuf::from);
    let packages = packages.context("name the folder of packages; `cargo xtask deploy` does")?;
    let out = &mut std::io::stdout();
    match arguments.next() {
        None => Box::pin(deploy::run(out, &packages)).await,
        Some(argument) if argument == "--show" => Box::pin(deploy::show(out, &packages)).await,
        Some(other) => bail!("what is {}? there is only --show", other.display()),
    }
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
