//! `cargo xtask demo`, and with `anonymise`, `clone`, `fleet`, `keys`, `rotation`, `users` or `org` behind it: see
//! `nightshift_showcase::demo`, `demo_anonymise`, `demo_clone`, `demo_fleet`, `demo_keys`, `demo_rotation`, `demo_users` and
//! `demo_org`. This file only prints, and sees to it that a Ctrl-C ends the demo as its own end does, with nothing left running.

use std::process::ExitCode;

use anyhow::{Result, bail};
use nightshift_showcase::demo::By;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "a complaint belongs on standard error")]
async fn main() -> ExitCode {
    let mut stdout = std::io::stdout();
    // Whichever comes first: the other one is dropped, and with it every child.
    let result = tokio::select! {
        result = show(&mut stdout) => result,
        result = stopped() => result,
    };
    if let Err(error) = result {
        eprintln!("demo: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The demo that was asked for.
async fn show(out: &mut dyn std::io::Write) -> Result<()> {
    match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Box::pin(nightshift_showcase::demo::run(out, By::CargoLambda)).await,
        // For tests and pictures: whoever asks has built the workspace.
        [how] if how == "--built" => Box::pin(nightshift_showcase::demo::run(out, By::Built)).await,
        [part] if part == "anonymise" => Box::pin(nightshift_showcase::demo_anonymise::run(out)).await,
        [part] if part == "clone" => Box::pin(nightshift_showcase::demo_clone::run(out)).await,
        [part] if part == "fleet" => Box::pin(nightshift_showcase::demo_fleet::run(out)).await,
        [part] if part == "keys" => Box::pin(nightshift_showcase::demo_keys::run(out)).await,
        [part] if part == "rotation" => Box::pin(nightshift_showcase::demo_rotation::run(out)).await,
        [part] if part == "users" => Box::pin(nightshift_showcase::demo_users::run(out)).await,
        [part] if part == "org" => Box::pin(nightshift_showcase::demo_org::run(out)).await,
        _ => bail!("usage: cargo xtask demo [anonymise|clone|fleet|keys|rotation|users|org]"),
    }
}

/// Comes back when a person or a system wants the demo to end.
async fn stopped() -> Result<()> {
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
