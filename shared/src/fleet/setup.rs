//! What a deployment is, from its variables. Those of a part that are not set, and those that it does not know, are faults: a
//! part that guesses what it is would be another one.

use super::failures::Failures;
use super::judge::FleetCaps;
use super::place::Place;
use super::work::{FleetJob as _, Policies, WorkPolicy};
use crate::config::{ConfigFaults, Environment, Settings};
use crate::domains::fleet::Selection;
use crate::jobs::cluster_cleanup::ClusterCleanup;
use crate::jobs::key_rotation::KeyRotation;
use crate::notify::NotifyPolicy;
use crate::run::{Job as _, RunPolicy};
use crate::text::printable;

const PART: &str = "NIGHTSHIFT_FLEET_PART";
const JOB: &str = "NIGHTSHIFT_FLEET_JOB";
const BUCKET: &str = "NIGHTSHIFT_FLEET_BUCKET";
const REGIONS: &str = "NIGHTSHIFT_FLEET_REGIONS";
const MACHINE: &str = "NIGHTSHIFT_FLEET_STATE_MACHINE";
const ROLE: &str = "NIGHTSHIFT_FLEET_ROLE";
const EXTERNAL_ID: &str = "NIGHTSHIFT_FLEET_EXTERNAL_ID";
/// The variables of a run through an organisation; the others are the job's.
const OURS: &str = "NIGHTSHIFT_FLEET_";

/// A job that goes through an account by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobName {
    ClusterCleanup,
    KeyRotation,
}

/// What a deployment is.
#[derive(Debug)]
pub(super) enum Part {
    List(ListPolicy),
    Work(WorkPolicy),
    Judge(JudgePolicy),
    Report(ReportPolicy),
}

/// What `list` goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListPolicy {
    /// How far a run may go.
    pub run: RunPolicy,
    /// Which accounts.
    pub selection: Selection,
    /// `NIGHTSHIFT_FLEET_REGIONS`: where to look in each of them; none of a job that is about no Region.
    pub regions: Vec<String>,
    /// `NIGHTSHIFT_FLEET_STATE_MACHINE`: whose executions keep each other out.
    pub machine: String,
}

/// What `judge` goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JudgePolicy {
    /// What holds a whole run back.
    pub caps: FleetCaps,
    /// How far a run may go, and whether the digest of its whole plan lifts caps.
    pub run: RunPolicy,
}

/// What `report` goes by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReportPolicy {
    /// Which channels there are.
    pub notify: NotifyPolicy,
}

/// The whole of it.
#[derive(Debug)]
pub(super) struct Setup {
    pub job: JobName,
    pub place: Place,
    pub part: Part,
}

impl JobName {
    const fn name(self) -> &'static str {
        match self {
            Self::ClusterCleanup => ClusterCleanup::NAME,
            Self::KeyRotation => KeyRotation::NAME,
        }
    }

    const fn is_regional(self) -> bool {
        match self {
            Self::ClusterCleanup => ClusterCleanup::REGIONAL,
            Self::KeyRotation => KeyRotation::REGIONAL,
        }
    }
}

/// Reads it; `home` is the Region the process runs in.
pub(super) fn read(environment: &Environment, home: Option<&str>) -> Result<Setup, ConfigFaults> {
    let whose = environment.get(PART).unwrap_or_default();
    // The job's own are read by the job, once for each policy that may hold.
    let own =
        if whose == "work" { environment.clone().without(|name| !name.starts_with(OURS)) } else { environment.clone() };
    let own = own.without(|name| name.starts_with(Policies::PREFIX));
    let mut settings = Settings::of(&own);
    let mut faults = Vec::new();
    let part = one_of(&mut settings, PART, &["list", "work", "judge", "report"].map(|part| (part, part)));
    let jobs = [JobName::ClusterCleanup, JobName::KeyRotation].map(|job| (job.name(), job));
    let job = one_of(&mut settings, JOB, &jobs);
    let bucket = needed(&mut settings, BUCKET, "the bucket where runs leave what their parts hand on");
    let part = part.zip(job).and_then(|(part, job)| match part {
        "list" => Some(Part::List(list(&mut settings, job))),
        "work" => {
            let failures = Failures::read(&mut settings);
            let role = role(&mut settings);
            let external_id =
                needed(&mut settings, EXTERNAL_ID, "what the role in each account asks of whoever takes it");
            let policies = match job {
                JobName::ClusterCleanup => Policies::read::<ClusterCleanup>(environment, OURS, home),
                JobName::KeyRotation => Policies::read::<KeyRotation>(environment, OURS, home),
            };
            match policies {
                Ok(policies) => Some(Part::Work(WorkPolicy { role, external_id, failures, policies })),
                Err(found) => {
                    faults.extend(found.all().iter().cloned());
                    None
                }
            }
        }
        "judge" => Some(Part::Judge(judge(&mut settings))),
        _ => {
            // Its mode is that of the run; it is told the deployment's as all parts are.
            RunPolicy::read(&mut settings);
            Some(Part::Report(ReportPolicy { notify: NotifyPolicy::read(&mut settings) }))
        }
    });
    if let Err(found) = settings.finish() {
        faults.extend(found.all().iter().cloned());
    }
    ConfigFaults::check(faults)?;
    let missing = || ConfigFaults::one(PART, "names no part that can be set up");
    let (part, job) = part.zip(job).ok_or_else(missing)?;
    Ok(Setup { job, place: Place { bucket, job: job.name().into() }, part })
}

fn list(settings: &mut Settings<'_>, job: JobName) -> ListPolicy {
    let run = RunPolicy::read(settings);
    let selection = Selection::read(settings);
    let regions = if job.is_regional() { settings.regions_to_work_in(REGIONS, None) } else { Vec::new() };
    ListPolicy {
        run,
        selection,
        regions,
        machine: needed(settings, MACHINE, "the ARN of the state machine this is part of"),
    }
}

fn judge(settings: &mut Settings<'_>) -> JudgePolicy {
    let run = RunPolicy::read(settings);
    let caps = FleetCaps {
        count: settings.number("NIGHTSHIFT_FLEET_MAX_DELETIONS", 50, 0..=1_000_000),
        percent: settings.number("NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT", 50, 0..=100),
        canary_failures: settings.number("NIGHTSHIFT_FLEET_CANARY_FAILURES", 0, 0..=10_000),
    };
    JudgePolicy { caps, run }
}

fn role(settings: &mut Settings<'_>) -> String {
    let role = needed(settings, ROLE, "the name of the role in each account, with its path");
    // IAM, "CreateRole": RoleName and Path.
    let is_name = |part: &str| {
        (1..=64).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
    };
    if !role.is_empty() && !role.split('/').all(is_name) {
        settings.fault(
            ROLE,
            format!("'{}' is no role's name with its path, such as nightshift/nightshift-read", printable(&role)),
        );
    }
    role
}

/// The text of `name`, which has to be there: it says `what`.
fn needed(settings: &mut Settings<'_>, name: &'static str, what: &str) -> String {
    if let Some(text) = settings.text(name) {
        return text.to_owned();
    }
    settings.fault(name, format!("is not set: {what}"));
    String::new()
}

/// One of `choices`, which has to be said.
fn one_of<T: Copy>(settings: &mut Settings<'_>, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
    let all = || choices.iter().map(|(choice, _)| *choice).collect::<Vec<_>>().join(", ");
    let Some(text) = settings.text(name) else {
        settings.fault(name, format!("is not set; it is one of: {}", all()));
        return None;
    };
    let found = choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value);
    if found.is_none() {
        settings.fault(name, format!("'{}' is not one of: {}", printable(text), all()));
    }
    found
}
