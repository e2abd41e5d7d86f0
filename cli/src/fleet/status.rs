//! `fleet status`: the runs there were, or how far one is.

use jiff::Timestamp;
use nightshift::clock;
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::services::executions::{Described, Execution, ExecutionsReader, MapRun};
use nightshift::text::{one_line, printable};
use schemars::JsonSchema;
use serde::Serialize;

use super::deployed::Fleet;
use crate::args::{FleetStatusArgs, Format};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::told::Told;

const NOTHING: &str = "nothing was read";

/// What `fleet status --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FleetStatus {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The job that is done in every account.
    job: String,
    /// The ARN of the state machine.
    machine: String,
    /// The newest first; one that was named stands alone.
    runs: Vec<Entry>,
}

/// One run.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// The name of its execution.
    execution: String,
    /// AWS's word: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`.
    status: String,
    /// UTC.
    started_at: Timestamp,
    /// UTC; `null` while it runs.
    stopped_at: Option<Timestamp>,
    /// How often it was redriven.
    redrives: u32,
    /// What it was started with, as JSON, of a run that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    /// Why it failed, of a run that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// How far its maps are, of a run that was named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    maps: Vec<Map>,
}

/// One map of a run.
#[derive(Debug, Serialize, JsonSchema)]
struct Map {
    /// `PlanMap`, `CanaryMap` or `RestMap`.
    label: String,
    /// AWS's word for how it is.
    status: String,
    /// How many accounts it has.
    accounts: u64,
    /// How many of them wait.
    pending: u64,
    /// How many are being gone through.
    running: u64,
    /// Of how many the worker answered.
    succeeded: u64,
    /// Of how many the worker failed, took too long or was stopped.
    failed: u64,
}

/// Says it.
pub(super) async fn status(args: FleetStatusArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.connect(args.account.account.as_deref(), NOTHING).await?;
    let fleet = Fleet::find(&aws, &args.which, NOTHING).await?;
    let reader = ExecutionsReader::new(&aws, &fleet.machine);
    let output = Output::new(Words::CanBeHadAgain, desk);
    let runs = match &args.execution {
        Some(name) => {
            let described = found(&reader, &fleet, name, NOTHING).await?;
            let maps = reader.maps(&described.execution.arn).await?;
            vec![Entry::described(described, maps)]
        }
        None => reader.latest(args.limit).await?.into_iter().map(Entry::of).collect(),
    };
    let ending = args.execution.as_ref().and_then(|_| runs.first()).map_or(Ending::Done, |run| ending(&run.status));
    if args.output == Format::Table {
        output.say_wrapped(&format!("{} · state machine {}", fleet.job, printable(fleet.name())));
    }
    if runs.is_empty() {
        complain("it was never started");
    }
    let sheet = match (runs.first(), &args.execution) {
        (Some(run), Some(_)) => {
            if args.output == Format::Table {
                run.lines().iter().for_each(|line| output.say_wrapped(line));
            }
            of_maps(run)
        }
        _ => of_runs(&runs),
    };
    let document = FleetStatus { schema: SCHEMA, job: fleet.job, machine: fleet.machine, runs };
    // What there is to say of none was said.
    if args.output != Format::Table || !sheet.is_empty() {
        output.sheet(&sheet, &document, args.output);
    }
    Ok(output.end(ending))
}

/// The run called `name`, which has to be there.
pub(super) async fn found(
    reader: &ExecutionsReader,
    fleet: &Fleet,
    name: &str,
    nothing: &str,
) -> anyhow::Result<Described> {
    let said =
        || format!("state machine {} has no execution called {}; {nothing}", printable(fleet.name()), printable(name));
    let fix = "`nightshift fleet status` lists them; AWS forgets them 90 days after their end";
    reader.find(name).await?.ok_or_else(|| Told::error(said(), fix))
}

fn ending(status: &str) -> Ending {
    match status {
        "FAILED" | "TIMED_OUT" | "ABORTED" => Ending::Failed,
        _ => Ending::Done,
    }
}

impl Entry {
    fn of(execution: Execution) -> Self {
        let Execution { name, status, started_at, stopped_at, redrives, .. } = execution;
        Self { execution: name, status, started_at, stopped_at, redrives, input: None, error: None, maps: Vec::new() }
    }

    fn described(described: Described, maps: Vec<MapRun>) -> Self {
        let Described { execution, input, error, cause, .. } = described;
        let error = error.map(|error| match cause {
            Some(cause) => format!("{error}: {cause}"),
            None => error,
        });
        let map = |run: MapRun| Map {
            label: run.label,
            status: run.status,
            accounts: run.total,
            pending: run.pending,
            running: run.running,
            succeeded: run.succeeded,
            failed: run.failed,
        };
        Self { input, error, maps: maps.into_iter().map(map).collect(), ..Self::of(execution) }
    }

    /// What is said of one run before its maps.
    fn lines(&self) -> Vec<String> {
        let Self { execution, status, started_at, redrives, input, error, .. } = self;
        let again = match redrives {
            0 => String::new(),
            1 => ", redriven once".to_owned(),
            _ => format!(", redriven {redrives} times"),
        };
        let mut lines = vec![format!(
            "{} · {} · started {started_at:.0}, {}{again}",
            printable(execution),
            printable(status),
            self.took()
        )];
        lines.extend(input.as_ref().map(|input| format!("started with {}", one_line(input))));
        lines.extend(error.as_ref().map(|error| one_line(error)));
        lines
    }

    fn took(&self) -> String {
        let until = self.stopped_at.unwrap_or_else(clock::now);
        let seconds = until.duration_since(self.started_at).as_secs().max(0);
        let took = match seconds {
            0..60 => format!("{seconds} s"),
            60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
            _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        };
        if self.stopped_at.is_some() { took } else { format!("{took} so far") }
    }
}

fn tone(status: &str) -> Tone {
    match status {
        "SUCCEEDED" => Tone::Plain,
        "RUNNING" => Tone::Bold,
        _ => Tone::Bad,
    }
}

fn of_runs(runs: &[Entry]) -> Sheet {
    let mut sheet = Sheet::new(["EXECUTION", "STATUS", "STARTED", "TOOK", "REDRIVES"]);
    for run in runs {
        let row = [
            run.execution.clone(),
            run.status.clone(),
            run.started_at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            run.took(),
            run.redrives.to_string(),
        ];
        sheet.push(Row::new(row).toned(1, tone(&run.status)));
    }
    sheet
}

fn of_maps(run: &Entry) -> Sheet {
    let mut sheet = Sheet::new(["MAP", "STATUS", "ACCOUNTS", "WAITING", "RUNNING", "ANSWERED", "FAILED"]);
    for map in &run.maps {
        let numbers =
            [map.accounts, map.pending, map.running, map.succeeded, map.failed].map(|number| number.to_string());
        let [accounts, pending, running, succeeded, failed] = numbers;
        let row = [map.label.clone(), map.status.clone(), accounts, pending, running, succeeded, failed];
        let tone_of_failed = if map.failed > 0 { Tone::Bad } else { Tone::Plain };
        sheet.push(Row::new(row).toned(1, tone(&map.status)).toned(6, tone_of_failed));
    }
    sheet
}
