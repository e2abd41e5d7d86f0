//! What the demo runs, being compiled while its account is made: the function, by the command with which `cargo lambda
//! watch` will then find nothing left to compile, and the command line. Each by itself: together, Cargo would give their
//! common parts the features of both.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::lambda::{FUNCTION, cargo, place, read};
use super::process_group::ProcessGroup;

/// A build that takes longer than this is worth a word.
const SHORT: Duration = Duration::from_secs(3);

/// The running compilers; one waits for the other.
pub(super) struct Build([(&'static str, ProcessGroup); 2]);

impl Build {
    pub(super) fn start() -> anyhow::Result<Self> {
        Ok(Self([compile(FUNCTION, FUNCTION)?, compile("nightshift-cli", "nightshift")?]))
    }

    /// Waits for them, with a word to the person who waits if it is long.
    pub(super) async fn finish(mut self) -> anyhow::Result<()> {
        if let Ok(result) = tokio::time::timeout(SHORT, self.ended()).await {
            return result;
        }
        let _ = writeln!(std::io::stderr(), "compiling; the first time takes a few minutes …");
        self.ended().await
    }

    async fn ended(&mut self) -> anyhow::Result<()> {
        for (binary, compiler) in &mut self.0 {
            ensure!(compiler.ended().await.success(), "{binary} does not build:\n{}", read(&log(binary)));
        }
        Ok(())
    }
}

fn compile(package: &str, binary: &'static str) -> anyhow::Result<(&'static str, ProcessGroup)> {
    let mut build = cargo(&["build", "--locked", "--package", package, "--bin", binary]);
    build.stdout(Stdio::null()).stderr(File::create(place(&log(binary)))?);
    Ok((binary, ProcessGroup::start(&mut build).context("could not start cargo")?))
}

fn log(binary: &str) -> String {
    format!("build-{binary}.log")
}
