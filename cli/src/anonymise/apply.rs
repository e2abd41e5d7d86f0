//! `clusters anonymise --apply`: carries a reviewed plan out on a copy, and says what came of each step.

use std::time::Duration;

use anyhow::Context as _;
use nightshift::domains::anonymise::mark::Place;
use nightshift::domains::anonymise::rules::Rules;
use nightshift::jobs::database_anonymise::{self as anonymise, Ended, Order, Ran};
use nightshift::report::sheet::{Row, Sheet};
use nightshift::report::{Outcome, PlanDigest, Reason, fingerprint};
use nightshift::services::sql::Session;

use super::key::Key;
use super::{shown, told};
use crate::args::{AnonymiseArgs, Format, PlanFormat};
use crate::desk::Desk;
use crate::output::{self, Ending, Output, Words};
use crate::record::{self, Record};
use crate::told::Told;

/// What was typed about carrying out.
#[derive(Debug)]
pub(super) struct Typed {
    place: Place,
    reviewed: PlanDigest,
    copy: String,
}

/// What is to be carried out, if anything is.
pub(super) fn order(args: &AnonymiseArgs) -> anyhow::Result<Option<Typed>> {
    let (Some(digest), Some(copy)) = (&args.expect_plan, &args.this_is_a_copy) else { return Ok(None) };
    if args.output == PlanFormat::Sql {
        let fix = "--plan --output sql has every statement; --apply takes text or json";
        return Err(Told::error("statements are for reading before they are sent; nothing was done", fix));
    }
    let reviewed = PlanDigest::parse(digest)?;
    let place = Place { database: args.database.database.clone(), host: args.database.host.clone() };
    Ok(Some(Typed { place, reviewed, copy: copy.clone() }))
}

impl Typed {
    /// With the rules, which have this text.
    pub(super) fn of(self, rules: Rules, text: &str) -> Order {
        let Self { place, reviewed, copy } = self;
        Order { place, rules, fingerprint: fingerprint(&text), reviewed, copy }
    }
}

/// See the module.
pub(super) async fn run(session: Session, order: Order, args: &AnonymiseArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let record = Record::default();
    let ledger = record::interruptible(&record).context("could not listen for signals; nothing was done")?;
    let wait = Duration::from_secs(args.wait);
    let seen = anonymise::observe(&session, &order, wait, &ledger).await.map_err(|error| told(&error))?;
    let output = Output::new(Words::AreARecord, desk);
    let sight = match seen {
        Ok(sight) => sight,
        Err(reasons) => return Ok(refused(&reasons)),
    };
    let key = Key::find(args.key_file.as_deref())?;
    let begins = sight.begun.is_none() && sight.refusals.is_empty() && sight.plan.blockers.is_empty();
    if begins && sight.plan.digest == order.reviewed {
        key.keep()?;
    }
    let ended = anonymise::apply(&session, &order, &sight, &key.of_run, &ledger).await.map_err(|error| told(&error))?;
    let ran = match ended {
        Ended::Blocked(plan) => {
            shown::complain_of(&plan);
            return Ok(Ending::Tripped);
        }
        Ended::Refused(reasons) => return Ok(refused(&reasons)),
        Ended::Tripped(tripped) => {
            let message =
                format!("the plan is {} now, and {} was reviewed; nothing was done", tripped.wanted, tripped.limit);
            output::complain(&message);
            output::to_standard_error("→ review it by --plan, and give its digest\n");
            return Ok(Ending::Tripped);
        }
        Ended::Ran(ran) => ran,
    };
    if ran.anonymised {
        key.forget();
    }
    match args.output {
        PlanFormat::Json => output.say(&serde_json::to_string_pretty(&ran)?),
        PlanFormat::Text | PlanFormat::Sql => show(&ran, &output),
    }
    let failed = ran.steps.iter().any(|step| step.outcome == Outcome::Failed);
    Ok(output.end(match (ran.anonymised, failed) {
        (true, _) => Ending::Done,
        (false, true) => Ending::Failed,
        (false, false) => Ending::Tripped,
    }))
}

fn refused(reasons: &[Reason]) -> Ending {
    for reason in reasons {
        output::complain(&format!("{}: {}; nothing was done", reason.code, reason.message));
        if let Some(fix) = &reason.fix {
            output::to_standard_error(&format!("→ {fix}\n"));
        }
    }
    Ending::Tripped
}

fn show(ran: &Ran, output: &Output) {
    let mut sheet = Sheet::new(["STEP", "OUTCOME", "WHY"]);
    let mut said = None;
    for step in &ran.steps {
        let why = step.reason.as_ref().map(|reason| {
            // Of steps that wait for one another, the first says what to do.
            let fix = reason.fix.as_ref().filter(|fix| said.replace(*fix) != Some(*fix));
            let fix = fix.map(|fix| format!("\n→ {fix}")).unwrap_or_default();
            format!("[{}] {}{fix}", reason.code, reason.message)
        });
        let why = why.unwrap_or_default();
        sheet.push(Row::new([step.step.clone(), step.outcome.as_str().to_owned(), why]).toned(1, step.outcome.into()));
    }
    output.sheet(&sheet, &(), Format::Table);
    for check in &ran.checks {
        let found = if check.found.is_empty() { "nothing found".to_owned() } else { check.found.join("; ") };
        output.say_item(&format!("{} ({}): {found}", check.check, check.looked_at));
    }
    let place = format!("{} on {}", ran.database, ran.host);
    if ran.steps.is_empty() {
        return output.say(&format!("no rule changes anything in {place}"));
    }
    output.say(&match ran.stopped() {
        None => format!("{place} is anonymised by plan {}", ran.plan),
        Some(step) => format!("{place} is not anonymised: '{}' did not come to its end", step.step),
    });
}
