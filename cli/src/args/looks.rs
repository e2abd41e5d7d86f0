//! What is typed behind `reports`, `policy` and `doctor`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::common::{AccountArgs, Format, JobName, PolicyArgs, ShownArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// The reports there are, the newest first.
    List(ReportListArgs),
    /// One report, as it was printed then.
    Show(ReportShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ReportListArgs {
    #[command(flatten)]
    pub place: ReportPlaceArgs,
    /// Only of this job.
    #[arg(long, value_name = "JOB")]
    pub job: Option<JobName>,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub limit: usize,
    /// How to print the list.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ReportShowArgs {
    /// Its id, as `reports list` has it; the newest of all for `latest`.
    pub id: String,
    #[command(flatten)]
    pub place: ReportPlaceArgs,
    #[command(flatten)]
    pub shown: ShownArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportPlaceArgs {
    /// Those of this bucket, as `NIGHTSHIFT_REPORT_BUCKET` names it, besides those of this machine.
    #[arg(long, value_name = "NAME")]
    pub bucket: Option<String>,
    #[command(flatten)]
    pub account: AccountArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Whether a job takes this file, with every fault by line and column. Asks nobody, not even AWS.
    Check {
        /// The policy file.
        file: PathBuf,
        /// The job it is of.
        #[arg(long, value_name = "JOB")]
        job: JobName,
    },
    /// What each variable comes to for a job, and where from.
    Show {
        /// The job.
        job: JobName,
        #[command(flatten)]
        policy: PolicyArgs,
        /// How to print it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}
