//! `org dump`: all of it, in the form that is wanted, to standard output or a file; or what that would take.

use std::path::Path;

use nightshift::domains::organization::{self, Snapshot};
use nightshift::report::sheet::{Row, Sheet};
use nightshift::services::organizations::{CallPlan, How, Part, Share, Wanted};
use nightshift::text::count;

use super::source;
use crate::args::{DumpArgs, DumpFormat, EffectiveChoice, Format};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::told::Told;

/// Reads it, or plans to.
pub(super) async fn run(args: DumpArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let wanted = wanted(&args);
    if args.flatten && !matches!(args.format, DumpFormat::Json | DumpFormat::Yaml) {
        return Err(Told::error(
            "--flatten is of json and yaml; nothing was read",
            "leave it out, or choose one of them",
        ));
    }
    if args.no_accounts && (args.flatten || args.format == DumpFormat::Csv) {
        return Err(Told::error("without accounts there are no rows; nothing was read", "leave --no-accounts out"));
    }
    if args.plan {
        return plan(&args, wanted, desk);
    }
    let snapshot = narrowed(Box::pin(source::snapshot(&args.source, wanted, desk)).await?, &args);
    if args.flatten || args.format == DumpFormat::Csv {
        source::needs(&snapshot, Part::Accounts, "accounts")?;
    }
    let text = written(&snapshot, &args)?;
    let ending = source::ending(&snapshot, wanted);
    let Some(file) = &args.out_file else {
        let output = Output::new(Words::CanBeHadAgain, desk);
        output.show(&text);
        return Ok(output.end(ending));
    };
    keep(file, &text)?;
    let accounts =
        snapshot.accounts.as_ref().map_or_else(String::new, |list| format!("{}, ", count(list.len(), "account")));
    complain(&format!("{accounts}{} in {}", count(snapshot.units.len(), "unit"), file.display()));
    Ok(ending)
}

fn wanted(args: &DumpArgs) -> Wanted {
    let effective = match args.effective {
        EffectiveChoice::Shared => Some(How::Shared),
        EffectiveChoice::Exact => Some(How::Exact),
        EffectiveChoice::None => None,
    };
    Wanted {
        accounts: !args.no_accounts,
        policies: !args.no_policies,
        effective: effective.filter(|_| !args.no_accounts && !args.no_policies),
        ..Wanted::ALL
    }
}

/// A file may hold more than is wanted now.
fn narrowed(mut snapshot: Snapshot, args: &DumpArgs) -> Snapshot {
    if args.no_accounts {
        snapshot = snapshot.without_accounts();
    }
    if args.no_policies {
        snapshot = snapshot.without_policies();
    }
    if args.effective == EffectiveChoice::None {
        snapshot = snapshot.without_effective_policies();
    }
    snapshot
}

fn written(snapshot: &Snapshot, args: &DumpArgs) -> anyhow::Result<String> {
    let value = || {
        if args.flatten { serde_json::to_value(organization::flat(snapshot)) } else { serde_json::to_value(snapshot) }
    };
    Ok(match args.format {
        DumpFormat::Json if args.flatten => format!("{}\n", serde_json::to_string_pretty(&value()?)?),
        DumpFormat::Json => format!("{}\n", serde_json::to_string_pretty(snapshot)?),
        DumpFormat::Yaml => organization::yaml(&value()?),
        DumpFormat::Csv => organization::csv(snapshot)?,
        DumpFormat::Dot => organization::dot(snapshot),
        DumpFormat::Html => organization::page(snapshot)?,
    })
}

/// Whole or not at all: what is written beside the file takes its place once it is there.
fn keep(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let kept = std::fs::write(beside, text).and_then(|()| std::fs::rename(beside, file));
    kept.map_err(|error| {
        let _ = std::fs::remove_file(beside);
        Told::error(
            format!("what was read cannot be written to {}: {error}", file.display()),
            "name another file with --out-file, or leave it out",
        )
    })
}

/// How many calls it takes and how long, without making one.
fn plan(args: &DumpArgs, wanted: Wanted, desk: &Desk) -> anyhow::Result<Ending> {
    let sizes = match (&args.planning.sizes, &args.planning.like, &args.source.snapshot) {
        (Some(sizes), ..) => *sizes,
        (None, Some(file), _) | (None, None, Some(file)) => source::read(file)?.sizes(),
        (None, None, None) => {
            return Err(Told::error(
                "how large the organisation is cannot be known without a call; nothing was planned",
                "--sizes accounts=200,units=50,policies=5, or --like with an earlier snapshot",
            ));
        }
    };
    let share = Share::of(args.source.share).unwrap_or(Share::NEIGHBOUR);
    let plan = CallPlan::of(sizes, &wanted, share, !args.planning.delegated_administrator);
    let output = Output::new(Words::CanBeHadAgain, desk);
    let mut sheet = Sheet::new(["calls", "a second", "action"]);
    for one in &plan.calls {
        let rate =
            if one.published { one.per_second.to_string() } else { format!("{} (not published)", one.per_second) };
        sheet.push(Row::new([one.calls.to_string(), rate, one.action.to_owned()]));
    }
    output.sheet(&sheet, &plan, args.planning.output);
    if args.planning.output == Format::Table {
        output.say(&format!(
            "{} in at least {} s, at {} % of the published rates",
            count(usize::try_from(plan.total).unwrap_or(usize::MAX), "call"),
            plan.at_least_seconds,
            plan.share_percent
        ));
    }
    Ok(output.end(Ending::Done))
}
