//! The commands of this repository, started as `cargo xtask <task>`. This file only reads the command line and hands
//! over; each task is a file of its own, and a task that needs an AWS client is a binary of the showcase crate which
//! xtask starts, so that `cargo xtask check` never waits for an SDK to compile.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "telling a person what happens is what xtask is for")]

mod archive;
mod binaries;
mod browser;
mod check;
mod command;
mod deploy;
mod digest;
mod environment;
mod missing;
mod mutants;
mod new_function;
mod node;
mod package;
mod picture;
mod provider;
mod release;
mod secrets;
mod setup;
mod showcase;
mod side_by_side;
mod simulate;
mod steps;
mod suite;
mod teeth;
mod terraform;
mod test;
mod tidy;
mod workflows;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The commands of this repository")]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

// The first line of each comment is what `cargo xtask` prints beside the name.
#[derive(Subcommand)]
enum Task {
    /// Show the whole fleet at work on this machine, no AWS account needed
    Demo {
        /// Instead, deploy it with Terraform to a stand-in that enforces IAM, and wait for its schedule
        #[arg(long)]
        deploy: bool,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run every test, and say what was skipped
    Test {
        /// As CI does: install what a step needs and the machine has not, and take a skipped step for a failed one
        #[arg(long)]
        whole: bool,
    },
    /// Run the quick part of `test`: format, lints, house rules
    Check,
    /// Show what a function would do about an event, where the AWS environment points
    Invoke {
        /// A folder name of functions/
        function: String,
        /// A JSON file, for example of `events/<function>/`
        event: PathBuf,
        /// Carry the plan out; without it, the plan is only shown
        #[arg(long)]
        apply: bool,
    },
    /// Build the functions as they are deployed: `target/lambda/<architecture>/<function>/bootstrap.zip`
    Package {
        #[arg(long, value_enum, default_value_t)]
        arch: package::Arch,
        /// Folder names of functions/; all of them if none is given
        functions: Vec<String>,
    },
    /// Build what a release publishes, reproducibly, from the commit: `target/dist/`
    Release(release::Wanted),
    /// Start every binary of a release
    Smoke {
        /// Its folder, if it is not the one `release` writes
        folder: Option<PathBuf>,
    },
    /// Ask for known vulnerabilities of every crate in the lock file
    Advisories,
    /// Draw the plan on the README's first screen, of what the demo prints
    Picture,
    /// Apply every environment of terraform/ to the stand-ins, and destroy it again
    Deploy,
    /// Ask an evaluator of IAM what the roles of terraform/ may do, and compare them with AWS's reference
    Policies {
        /// Take today's reference for the one that was looked at
        #[arg(long)]
        accept: bool,
    },
    /// Ask a validator whether the state machine of terraform/ is one in the Amazon States Language
    Machine,
    /// Measure the functions against the stand-in
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run the long proofs: kills, overlaps and faults at every call
    Proof {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Simulate years of nights in one process, until a law breaks: cluster-cleanup, key-rotation
    Simulate {
        /// As the suite builds it, not optimised: nothing is compiled a second time
        #[arg(long)]
        plain: bool,
        /// Instead, plant each fault of `simulation/teeth/` into a copy of the code, and see that it is found; some of them, if named
        #[arg(long)]
        teeth: bool,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Change the rules one at a time, and see whether a unit test notices
    Mutants(mutants::Wanted),
    /// Copy the shape of a function under a new name and list what to edit
    NewFunction {
        /// Lower case words joined by dashes
        name: String,
    },
    /// Write the tables of inputs and outputs into the READMEs of the Terraform modules
    TerraformDocs,
    /// Install what the other tasks need into .tools/ (they do it themselves)
    Setup,
}

fn main() -> ExitCode {
    run(Cli::parse().task).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(task: Option<Task>) -> anyhow::Result<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    match task {
        None => {
            list_tasks();
            Ok(ExitCode::SUCCESS)
        }
        Some(Task::Demo { deploy: true, .. }) => deploy::show().map(done),
        Some(Task::Demo { args, .. }) => showcase::demo(args),
        Some(Task::Test { whole }) => Ok(test::run(whole)),
        Some(Task::Check) => Ok(check::run()),
        Some(Task::Invoke { function, event, apply }) => showcase::invoke(&function, &event, apply),
        Some(Task::Package { arch, functions }) => package::run(arch, functions).map(done),
        Some(Task::Release(wanted)) => release::run(&wanted).map(done),
        Some(Task::Smoke { folder }) => release::smoke(folder).map(done),
        Some(Task::Advisories) => test::advisories().map(done),
        Some(Task::Picture) => picture::run(),
        Some(Task::Deploy) => deploy::run().map(done),
        Some(Task::Policies { accept }) => terraform::policies::run(accept).map(done),
        Some(Task::Machine) => terraform::machine::run().map(done),
        Some(Task::Bench { args }) => setup::for_bench().and_then(|()| showcase::run("bench", args)),
        Some(Task::Proof { args }) => showcase::run("proof", args),
        Some(Task::Simulate { teeth: true, args, .. }) => {
            teeth::run(&args.iter().map(|name| name.to_string_lossy().into_owned()).collect::<Vec<_>>())
        }
        Some(Task::Simulate { plain, args, .. }) => simulate::run(plain, args),
        Some(Task::Mutants(wanted)) => mutants::run(&wanted).map(done),
        Some(Task::NewFunction { name }) => new_function::run(&name).map(done),
        Some(Task::TerraformDocs) => terraform::tables::write().map(done),
        Some(Task::Setup) => setup::run().map(done),
    }
}

fn list_tasks() {
    println!("cargo xtask <task>, one of:");
    for task in Cli::command().get_subcommands() {
        println!("  {:<16}{}", task.get_name(), task.get_about().cloned().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_task_has_its_line_in_the_list() {
        for task in Cli::command().get_subcommands() {
            assert!(task.get_about().is_some(), "{} has no line", task.get_name());
        }
    }
}
