//! `fleet report`: what became of every account in one run.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Context as _;
use nightshift::domains::fleet::{Ended, FleetReport, Row, Unreported, page};
use nightshift::report::sheet::{self, Sheet, Tone};
use nightshift::report::{Counts, SCHEMA};
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
    let is_quiet = |row: &Row| row.ended == Ended::Nothing && row.attention.is_empty() && row.unreported.is_none();
    let is_shown = |row: &&Row| args.all || format != Format::Table || !is_quiet(row);
    if format == Format::Table {
        for line in head(&report) {
            output.say_wrapped(&line);
        }
    }
    let (sheet, full) = (listed(&report, is_shown), in_full(&report));
    if format == Format::Table && sheet.is_empty() {
        output.say("no account had anything to do");
    } else {
        output.sheets(&sheet, &full, &report, format);
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
    let object = format!("s3://{}/{key}", printable(&fleet.bucket));
    let report: FleetReport =
        serde_json::from_slice(&body).with_context(|| format!("{object} is no report of this version; {NOTHING}"))?;
    let is_meant = report.schema == SCHEMA && report.execution == execution && report.function == fleet.job;
    if !is_meant {
        let FleetReport { schema, function, execution, .. } = &report;
        return Err(Told::error(
            format!(
                "{object} says that it is of {} and the run {}, by schema {schema}; {NOTHING}",
                printable(function),
                printable(execution)
            ),
            "whoever may write to the bucket put it there, or a newer version did: see who, or update this command",
        ));
    }
    Ok(Some(report))
}

fn none_of(fleet: &Fleet, execution: &str) -> anyhow::Error {
    Told::error(
        format!("the run {} of {} left no report; {NOTHING}", printable(execution), fleet.job),
        "`nightshift fleet status` says which runs there were and how far they came",
    )
}

async fn latest(aws: &Aws, fleet: &Fleet) -> anyhow::Result<FleetReport> {
    let runs = ExecutionsReader::new(aws, &fleet.machine).latest(LATEST).await?;
    for execution in &runs {
        if let Some(report) = read(aws, fleet, &execution.name).await? {
            return Ok(report);
        }
    }
    if runs.is_empty() {
        return Err(Told::error(
            format!("state machine {} was never started, so there is no report; {NOTHING}", printable(fleet.name())),
            "`nightshift fleet plan` starts a run that changes nothing",
        ));
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
fn sorted(report: &FleetReport) -> Vec<&Row> {
    let mut rows: Vec<_> = report.accounts.iter().collect();
    rows.sort_by(|one, other| other.ended.cmp(&one.ended).then_with(|| one.account.cmp(&other.account)));
    rows
}

/// For people.
fn listed(report: &FleetReport, is_shown: impl Fn(&&Row) -> bool) -> Sheet {
    let mut sheet = Sheet::new(["ACCOUNT", "NAME", "UNIT", "ENDED", "ITEMS", "WHERE AND WHY"]);
    for row in sorted(report).into_iter().filter(is_shown) {
        let tone = match row.ended {
            Ended::Failed => Tone::Bad,
            Ended::Skipped => Tone::Odd,
            Ended::Planned | Ended::Done => Tone::Bold,
            Ended::Nothing => Tone::Quiet,
        };
        let lines: Vec<_> =
            regions(row).into_iter().chain(why(row)).chain(unreported(row)).chain(attention(row)).collect();
        let ended = row.ended.as_str().to_owned();
        let cells =
            [row.account.clone(), row.name.clone(), row.path.clone(), ended, items(row.counts), lines.join("\n")];
        sheet.push(sheet::Row::new(cells).toned(3, tone));
    }
    sheet
}

/// For spreadsheets, which have room for all of them.
fn in_full(report: &FleetReport) -> Sheet {
    let mut sheet = Sheet::new(["ACCOUNT", "NAME", "UNIT", "ENDED", "ITEMS", "REGIONS", "WHY"]);
    for row in sorted(report) {
        let (ended, regions) = (row.ended.as_str().to_owned(), regions(row).join("; "));
        let why = why(row).into_iter().chain(unreported(row)).chain(attention(row)).collect::<Vec<_>>().join("; ");
        let cells = [row.account.clone(), row.name.clone(), row.path.clone(), ended, items(row.counts), regions, why];
        sheet.push(sheet::Row::new(cells));
    }
    sheet
}

/// Where anything was: the Regions of each way to end and each reason, on a line of their own.
fn regions(row: &Row) -> Vec<String> {
    let mut alike = BTreeMap::<_, Vec<&str>>::new();
    for (region, how) in row.regions.iter().filter(|(_, how)| how.ended != Ended::Nothing) {
        alike.entry((Reverse(how.ended), how.code.as_deref())).or_default().push(region);
    }
    let line = |((Reverse(ended), code), regions): ((Reverse<Ended>, Option<&str>), Vec<&str>)| {
        // As the account itself, unless it says so.
        let own = if ended == row.ended { String::new() } else { format!(" {}", ended.as_str()) };
        let said = regions.iter().find_map(|region| row.regions.get(*region)?.message.as_deref());
        let said = said.map(|said| format!(" {said}")).unwrap_or_default();
        let code = code.map(|code| format!(" [{code}]")).unwrap_or_default();
        format!("{}{own}{code}{said}", regions.join(", "))
    };
    alike.into_iter().map(line).collect()
}

fn why(row: &Row) -> Option<String> {
    row.reason.as_ref().map(|why| format!("[{}] {}", why.code, why.said()))
}

/// What was begun in it and is in no report.
fn unreported(row: &Row) -> impl Iterator<Item = String> {
    let lines = row.unreported.iter().flat_map(|Unreported { reason, things }| {
        let why = format!("[{}] {}", reason.code, reason.said());
        things.iter().map(|thing| format!("in no report: {}", thing.said())).chain([why])
    });
    lines.collect::<Vec<_>>().into_iter()
}

/// What somebody has to see to in it.
fn attention(row: &Row) -> impl Iterator<Item = String> {
    let more = Some(row.attention.more()).filter(|more| *more > 0);
    let more = more.map(|more| format!("{more} more to see to: --in {} says what", row.account));
    row.attention.first.iter().map(|remark| format!("see to {}", remark.said())).chain(more)
}

/// What became of the things in an account, as far as anything did.
fn items(counts: Counts) -> String {
    let Counts { observed: _, planned, changed, already_right: _, deferred, skipped: _, failed } = counts;
    let all = [(failed, "failed"), (changed, "changed"), (planned, "planned"), (deferred, "deferred")];
    let some = all.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    some.collect::<Vec<_>>().join(", ")
}
