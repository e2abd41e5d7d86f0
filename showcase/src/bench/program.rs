//! The programs that are compared: a function's release binary, the bare one, and the job in boto3.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::process::Program;
use nightshift_testkit::scene::REGION;
use nightshift_testkit::{cargo, repository};

/// The package and binary of the bare function.
pub(super) const HELLO: &str = "bench-hello";

/// Builds what is deployed of `functions`, and the bare function.
pub fn build(functions: &[&str]) -> anyhow::Result<()> {
    let packages = functions.iter().flat_map(|function| ["--package", *function]);
    let arguments: Vec<_> = ["--release", "--package", HELLO].into_iter().chain(packages).collect();
    cargo::run(&arguments)
}

/// Leaves the program's file to be read from disk by its next start, as in a fresh sandbox. A file that was just written
/// lies in the cache in larger pieces, and each piece touched counts for the process whole: up to two MiB more.
pub(super) fn forget(program: &Program) -> anyhow::Result<()> {
    let file = std::fs::File::open(&program.file)?;
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}

pub(super) fn binary(name: &str) -> PathBuf {
    repository::target().join("release").join(name)
}

/// The binary `name` before the AWS at `url`.
pub(super) fn function(name: &str, url: &str, policy: &[(&str, &str)]) -> Program {
    Program { file: binary(name).into(), arguments: Vec::new(), environment: environment(url, policy) }
}

/// The boto3 script of the function `name` before the AWS at `url`.
pub(super) fn boto3(name: &str, url: &str, policy: &[(&str, &str)]) -> Program {
    let root = repository::root();
    Program {
        file: root.join(".tools/stand-in/bin/python").into(),
        arguments: vec![root.join("showcase/bench/runtime.py").into(), name.replace('-', "_").into()],
        environment: environment(url, policy),
    }
}

fn environment(url: &str, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
    let aws = [
        ("AWS_ENDPOINT_URL", url),
        // As Lambda sets them: boto3 reads the second.
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "111122223333"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        // Lambda has no such files; this machine may.
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ];
    aws.iter().chain(policy).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
