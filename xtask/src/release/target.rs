//! The machines a release is for. Where the standard library of one is not installed, that is said with the way to get
//! it; a machine that was asked for by name and cannot be had is an error.

use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::ValueEnum;

use super::elf::Glibc;
use crate::command::{at_root, quiet};
use crate::package::Arch;

/// The oldest glibc that everything runs on: that of Red Hat 8, Debian 10 and Amazon Linux 2023, which is newer.
pub(super) const OLDEST: Glibc = Glibc { major: 2, minor: 28 };

/// What the command is linked with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Libc {
    #[default]
    Gnu,
    Musl,
}

/// One machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) arch: Arch,
    pub(super) libc: Libc,
}

impl Target {
    /// As Rust names it. Functions run on Lambda's own Linux, which has glibc.
    pub(super) fn of_functions(self) -> String {
        triple(self.arch, Libc::Gnu)
    }

    pub(super) fn of_command(self) -> String {
        triple(self.arch, self.libc)
    }

    /// Whether the machine that builds can run what it builds.
    pub(super) fn runs_here(self) -> bool {
        std::env::consts::OS == "linux" && std::env::consts::ARCH == machine(self.arch)
    }
}

/// The same with the version of glibc to link against, as zig takes it.
pub(super) fn linked(triple: &str) -> String {
    if triple.ends_with("gnu") { format!("{triple}.{OLDEST}") } else { triple.to_owned() }
}

fn triple(arch: Arch, libc: Libc) -> String {
    let libc = match libc {
        Libc::Gnu => "gnu",
        Libc::Musl => "musl",
    };
    format!("{}-unknown-linux-{libc}", machine(arch))
}

fn machine(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x86_64",
        Arch::Arm64 => "aarch64",
    }
}

/// Those that are `wanted`; all that can be built if none is.
pub(super) fn those(wanted: &[Arch], libc: Libc) -> anyhow::Result<Vec<Target>> {
    let sysroot = String::from_utf8(quiet(&mut at_root("rustc", &["--print", "sysroot"]))?.stdout)?;
    let libraries = PathBuf::from(sysroot.trim()).join("lib/rustlib");
    chosen(wanted, libc, |triple| libraries.join(triple).join("lib").is_dir())
}

fn chosen(wanted: &[Arch], libc: Libc, is_there: impl Fn(&str) -> bool) -> anyhow::Result<Vec<Target>> {
    let all = if wanted.is_empty() { &[Arch::X86_64, Arch::Arm64][..] } else { wanted };
    let mut targets = Vec::new();
    for arch in all {
        let target = Target { arch: *arch, libc };
        let mut triples = vec![target.of_functions(), target.of_command()];
        triples.dedup();
        let missing = triples.into_iter().find(|triple| !is_there(triple));
        match missing.map(|triple| format!("{}: no standard library here: rustup target add {triple}", arch.name())) {
            None => targets.push(target),
            Some(said) if wanted.is_empty() => println!("not made for {said}"),
            Some(said) => bail!("{said}"),
        }
    }
    ensure!(!targets.is_empty(), "there is no machine that a release can be built for here");
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(targets: &[Target]) -> Vec<String> {
        targets.iter().map(|target| target.of_command()).collect()
    }

    #[test]
    fn what_cannot_be_built_is_left_out_unless_it_was_asked_for() {
        let only_here = |triple: &str| triple == "x86_64-unknown-linux-gnu";
        assert_eq!(names(&chosen(&[], Libc::Gnu, only_here).unwrap()), ["x86_64-unknown-linux-gnu"]);
        let said = chosen(&[Arch::Arm64], Libc::Gnu, only_here).unwrap_err().to_string();
        assert_eq!(said, "arm64: no standard library here: rustup target add aarch64-unknown-linux-gnu");
        let said = chosen(&[Arch::X86_64], Libc::Musl, only_here).unwrap_err().to_string();
        assert_eq!(said, "x86_64: no standard library here: rustup target add x86_64-unknown-linux-musl");
        assert!(chosen(&[], Libc::Gnu, |_| false).is_err(), "nothing is no release");
        let both = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];
        assert_eq!(names(&chosen(&[], Libc::Musl, |_| true).unwrap()), both);
    }

    #[test]
    fn glibc_is_linked_as_old_as_promised_and_musl_as_it_is() {
        assert_eq!(linked("x86_64-unknown-linux-gnu"), "x86_64-unknown-linux-gnu.2.28");
        assert_eq!(linked("x86_64-unknown-linux-musl"), "x86_64-unknown-linux-musl");
    }
}
