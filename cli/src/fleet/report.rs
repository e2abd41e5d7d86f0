//! `fleet report`: what became of every account in one run.

use anyhow::Context as _;
use nightshift::domains::fleet::{Ended, FleetReport, Row, page};
use nightshift::report::Counts;
use nightshift::report::sheet::{self, Sheet, Tone};
use nightshift::services::aws::Aws;
use nightshift::services::executions::ExecutionsReader;
use nightshift::services::s3::RecordReader;
use nightshift::text::{count, printable};

use super::deployed::Fleet;
use super::inside;
use crate::args::{FleetFormat, FleetReportArgs, Format, ShownArgs};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::told::Told;

const NOTHING: &str = "nothing was read";
/// How many runs are looked at for one that has a report.
const LATEST: usize = 20;

/// Says it.
pub(super) async fn report(args: FleetReportArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.connect(args.account.account.as_deref(), NOTHING).await?;
    let fleet = Fleet::find(&aws, &args.which, NOTHING).await?;
    let report = match &args.execution {
        Some(name) => read(&aws, &fleet, name).await?.ok_or_else(|| none_of(&fleet, name))?,
        None => latest(&aws, &fleet).await?,
    };
    let output = Output::new(Words::CanBeHadAgain, desk);
    let format = match args.output {
        FleetFormat::Html if args.inside.is_some() => {
            return Err(Told::error(
                format!("a page is of the whole run, and --in names one account of it; {NOTHING}"),
                "--output html without --in, or another --output",
            ));
        }
        FleetFormat::Html => {
            output.say(page(&report)?.trim_end());
            return Ok(output.end(ending(&report)));
        }
        FleetFormat::Table => Format::Table,
        FleetFormat::Json => Format::Json,
        FleetFormat::Csv => Format::Csv,
        FleetFormat::Markdown => Format::Markdown,
    };
    if let Some(wanted) = &args.inside {
        let row = inside::row(&report, wanted, NOTHING)?;
        let report = inside::read(&aws, &fleet, &report.execution, row, NOTHING).await?;
        output.report(&report, &ShownArgs { output: format, only: Vec::new(), code: Vec::new() });
        return Ok(output.end(Ending::of(&report)));
    }
    let is_shown = |row: &&Row| args.all || format != Format::Table || row.ended != Ended::Nothing;
    if format == Format::Table {
        for line in head(&report) {
            output.say_wrapped(&line);
        }
    }
    let sheet = listed(&report, is_shown);
    if format == Format::Table && sheet.is_empty() {
        output.say("no account had anything to do");
    } else {
        output.sheet(&sheet, &report, format);
    }
    let hidden = report.accounts.len() - report.accounts.iter().filter(is_shown).count();
    if hidden > 0 {
        complain(&format!("{} had nothing to do; --all lists them", count(hidden, "account")));
    }
    Ok(output.end(ending(&report)))
}

/// The report of the run called `execution`, where it has one.
pub(super) async fn read(aws: &Aws, fleet: &Fleet, execution: &str) -> anyhow::Result<Option<FleetReport>> {
    let key = fleet.place().of(execution).key("report.json");
    let Some((body, _)) = RecordReader::new(aws, &fleet.bucket).find(&key).await? else { return Ok(None) };
    let report = serde_json::from_slice(&body);
    report.map(Some).with_context(|| format!("s3://{}/{key} is no report of this version", printable(&fleet.bucket)))
}

fn none_of(fleet: &Fleet, execution: &str) -> anyhow::Error {
    Told::error(
        format!("the run {} of {} left no report; {NOTHING}", printable(execution), fleet.job),
        "`nightshift fleet status` says which runs there were and how far they came",
    )
}

async fn latest(aws: &Aws, fleet: &Fleet) -> anyhow::Result<FleetReport> {
    for execution in ExecutionsReader::new(aws, &fleet.machine).latest(LATEST).await? {
        if let Some(report) = read(aws, fleet, &execution.name).await? {
            return Ok(report);
        }
    }
    Err(Told::error(
        format!("none of the last {LATEST} runs of {} left a report; {NOTHING}", fleet.job),
        "`nightshift fleet status` says how far they came",
    ))
}

fn ending(report: &FleetReport) -> Ending {
    if report.tripped.is_some() {
        Ending::Tripped
    } else if report.failed().next().is_some() {
        Ending::Failed
    } else {
        Ending::Done
    }
}

fn head(report: &FleetReport) -> Vec<String> {
    let mut lines = vec![format!(
        "{} · {} · {} · {:.0} to {:.0}",
        printable(&report.function),
        report.mode,
        printable(&report.execution),
        report.started_at,
        report.finished_at
    )];
    let ended = report.ended.iter().rev().map(|(ended, number)| format!("{number} {}", ended.as_str()));
    let ended: Vec<_> = ended.chain([format!("{} left alone", report.left_out.len())]).collect();
    lines.push(format!("{}: {}", count(report.accounts.len(), "account"), ended.join(", ")));
    lines.push(format!("plan of all accounts: {}", report.plan_digest));
    lines.extend(report.estimate.as_ref().map(|sum| format!("saved a month (estimate): {}", sum.saved())));
    lines.extend(report.oldest_key_days().map(|days| format!("oldest active access key: {days} days")));
    lines.extend(report.tripped.iter().chain(&report.tripped_besides).map(|tripped| {
        format!(
            "STOPPED by {}: it is {} and the plan wants {}; {}",
            tripped.guard, tripped.limit, tripped.wanted, tripped.fix
        )
    }));
    lines.extend(report.warnings.iter().map(|why| format!("[{}] {}", why.code, why.said())));
    lines
}

/// Those that somebody has to look at first.
fn listed(report: &FleetReport, is_shown: impl Fn(&&Row) -> bool) -> Sheet {
    let mut sheet = Sheet::new(["ACCOUNT", "NAME", "UNIT", "ENDED", "ITEMS", "REGIONS", "WHY"]);
    let mut rows: Vec<_> = report.accounts.iter().filter(is_shown).collect();
    rows.sort_by(|one, other| other.ended.cmp(&one.ended).then_with(|| one.account.cmp(&other.account)));
    for row in rows {
        let tone = match row.ended {
            Ended::Failed => Tone::Bad,
            Ended::Skipped => Tone::Odd,
            Ended::Planned | Ended::Done => Tone::Bold,
            Ended::Nothing => Tone::Quiet,
        };
        let regions = row.regions.iter().filter(|(_, how)| how.ended != Ended::Nothing).map(|(region, how)| {
            let code = how.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
            // As the account itself, unless it says so.
            let own = if how.ended == row.ended { String::new() } else { format!(" {}", how.ended.as_str()) };
            format!("{region}{own}{code}")
        });
        let regions = regions.collect::<Vec<_>>().join(", ");
        let why = row.reason.as_ref().map(|why| format!("[{}] {}", why.code, why.said())).unwrap_or_default();
        let ended = row.ended.as_str().to_owned();
        let cells = [row.account.clone(), row.name.clone(), row.path.clone(), ended, items(row.counts), regions, why];
        sheet.push(sheet::Row::new(cells).toned(3, tone));
    }
    sheet
}

/// What became of the things in an account, as far as anything did.
fn items(counts: Counts) -> String {
    let Counts { observed: _, planned, changed, already_right: _, deferred, skipped: _, failed } = counts;
    let all = [(failed, "failed"), (changed, "changed"), (planned, "planned"), (deferred, "deferred")];
    let some = all.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    some.collect::<Vec<_>>().join(", ")
}
