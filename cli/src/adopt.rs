//! `adopt JOB`: what switching a job on would come to, on an account where it was not on before. It makes the plan of tonight,
//! and reads out of it what a person decides by.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::report::{Mode, Outcome, Report, SCHEMA, Tripped};
use nightshift::run::driver::{Caller, Finished, Word};
use nightshift::run::forecast::{self, Load};
use nightshift::text::count;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::args::{AdoptArgs, Format};
use crate::desk::Desk;
use crate::event::Event;
use crate::jobs::Offered;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record;

/// What `adopt --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Adoption {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The job.
    function: String,
    /// The AWS account.
    account: String,
    /// The digest of tonight's plan.
    plan_digest: String,
    /// What was looked at.
    observed: usize,
    /// What would be done, and what is left alone and why: the most first.
    backlog: Vec<Part>,
    /// What each night would do of tonight's plan by itself, under its caps, until nothing more is done; at most thirty.
    nights: Vec<NightOf>,
    /// How many of its steps no night begins by itself.
    stuck: usize,
    /// Every cap that tonight's plan breaks. Of what it counts, nothing is begun until a person says so.
    caps: Vec<Cap>,
    /// Whose things would be done something to: the most first.
    owners: Vec<Owner>,
    /// Things that nobody is named as the owner of.
    unowned: usize,
    /// Whether anybody is told: a channel is named in the policy.
    tells: bool,
    /// What to do, in this order.
    steps: Vec<String>,
}

/// Things that end the same way for the same reason.
#[derive(Debug, Serialize, JsonSchema)]
struct Part {
    /// How they would end tonight.
    outcome: Outcome,
    /// The reason's code, where there is one.
    code: Option<String>,
    /// How many.
    count: usize,
    /// One of them.
    example: String,
}

/// A cap that would trip.
#[derive(Debug, Serialize, JsonSchema)]
struct Cap {
    /// Its name.
    guard: String,
    /// What it allows a night.
    limit: Option<Value>,
    /// What tonight's plan wants.
    wanted: Option<Value>,
    /// What is said of it.
    message: String,
    /// How to go on.
    fix: String,
}

/// What one night would do.
#[derive(Debug, Serialize, JsonSchema)]
struct NightOf {
    /// Tonight is the first.
    night: usize,
    /// How many steps.
    done: usize,
    /// How many of each kind, by what a cap calls it; `other` is what no cap counts.
    of: BTreeMap<String, usize>,
    /// How many are left after it.
    left: usize,
}

/// Somebody whose things would be done something to.
#[derive(Debug, Serialize, JsonSchema)]
struct Owner {
    /// As the owner tag has it.
    name: String,
    /// Of how many.
    count: usize,
}

impl Adoption {
    fn of(report: &Report, loads: &[Load], tells: bool, needs_event: bool) -> Self {
        let mut parts: BTreeMap<(&str, Option<&str>), Part> = BTreeMap::new();
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        let mut unowned = 0;
        for item in &report.items {
            let code = item.reason.as_ref().map(|reason| &*reason.code);
            let part = parts.entry((item.outcome.as_str(), code)).or_insert_with(|| Part {
                outcome: item.outcome,
                code: code.map(str::to_owned),
                count: 0,
                example: item.id.clone(),
            });
            part.count += 1;
            if item.outcome == Outcome::Planned {
                match &item.owner {
                    Some(owner) => *owners.entry(owner).or_default() += 1,
                    None => unowned += 1,
                }
            }
        }
        let mut backlog: Vec<_> = parts.into_values().collect();
        backlog.sort_by_key(|part| (part.outcome != Outcome::Planned, std::cmp::Reverse(part.count)));
        let mut owners: Vec<_> =
            owners.into_iter().map(|(name, count)| Owner { name: name.to_owned(), count }).collect();
        owners.sort_by_key(|owner| std::cmp::Reverse(owner.count));
        let caps =
            report.tripped.iter().chain(&report.tripped_besides).map(|Tripped { guard, limit, wanted, fix }| Cap {
                guard: guard.clone().into_owned(),
                limit: Some(limit.clone()),
                wanted: Some(wanted.clone()),
                message: format!("{guard} allows {limit} a night, and tonight's plan wants {wanted}"),
                fix: fix.clone(),
            });
        let caps: Vec<_> = caps.collect();
        let steps = steps(report, &caps, unowned, tells, needs_event);
        let stuck = loads.iter().filter(|load| load.a_night == Some(0)).map(|load| load.wanted).sum();
        Self {
            schema: SCHEMA,
            function: report.function.clone().into_owned(),
            account: report.account.clone(),
            plan_digest: report.plan_digest.to_string(),
            observed: report.counts.observed,
            backlog,
            nights: nights(loads),
            stuck,
            caps,
            owners,
            unowned,
            tells,
            steps,
        }
    }

    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(["ABOUT", "HOW MANY", "WHAT"]);
        for Part { outcome, code, count, example } in &self.backlog {
            let code = code.as_ref().map_or_else(String::new, |code| format!("[{code}] "));
            let row = [outcome.as_str().to_owned(), count.to_string(), format!("{code}such as {example}")];
            sheet.push(Row::new(row).toned(0, (*outcome).into()));
        }
        for (first, last) in alike(&self.nights) {
            let about = if first.night == last.night {
                format!("night {}", first.night)
            } else {
                format!("nights {} to {}", first.night, last.night)
            };
            let said = |kind: &str| if kind == OTHER { "that no cap counts" } else { kind }.to_owned();
            let of: Vec<_> = first.of.iter().map(|(kind, count)| format!("{count} {}", said(kind))).collect();
            let left = if last.left == 0 { "nothing is left".to_owned() } else { format!("{} left", last.left) };
            sheet.push(Row::new([about, first.done.to_string(), format!("{}; {left}", of.join(", "))]));
        }
        if self.stuck > 0 {
            let what = "no night begins them by itself: see the caps";
            sheet.push(Row::new(["no night".to_owned(), self.stuck.to_string(), what.to_owned()]).toned(0, Tone::Bad));
        }
        for Cap { guard, message, fix, .. } in &self.caps {
            let row = [format!("cap {guard}"), String::new(), format!("{message}\n→ {fix}")];
            sheet.push(Row::new(row).toned(0, Tone::Bad));
        }
        for Owner { name, count } in &self.owners {
            let told = if self.tells { "would be told" } else { "would not be told: the policy names no channel" };
            sheet.push(Row::new([format!("owner {name}"), count.to_string(), told.to_owned()]));
        }
        if self.unowned > 0 {
            let what = "nobody is named as their owner, so only the operators would be told";
            sheet
                .push(Row::new(["no owner".to_owned(), self.unowned.to_string(), what.to_owned()]).toned(0, Tone::Odd));
        }
        for (number, step) in self.steps.iter().enumerate() {
            sheet.push(Row::new([format!("step {}", number + 1), String::new(), step.clone()]).toned(0, Tone::Bold));
        }
        sheet
    }
}

/// What no cap counts.
const OTHER: &str = "other";
/// How many nights are said.
const MOST_NIGHTS: usize = 30;

fn nights(loads: &[Load]) -> Vec<NightOf> {
    let nights = forecast::nights(loads, MOST_NIGHTS).into_iter().enumerate();
    let of = |(kind, count): (Option<&str>, usize)| (kind.unwrap_or(OTHER).to_owned(), count);
    nights
        .map(|(place, night)| NightOf {
            night: place + 1,
            done: night.done.values().sum(),
            of: night.done.iter().map(|(kind, count)| of((*kind, *count))).collect(),
            left: night.left,
        })
        .collect()
}

/// Nights that do the same are one line.
fn alike(nights: &[NightOf]) -> Vec<(&NightOf, &NightOf)> {
    nights.chunk_by(|one, next| one.of == next.of).filter_map(|same| Some((same.first()?, same.last()?))).collect()
}

/// What to do, in order: what is missing first, the schedule last.
fn steps(report: &Report, caps: &[Cap], unowned: usize, tells: bool, needs_event: bool) -> Vec<String> {
    let event = if needs_event { " --event FILE" } else { "" };
    let job = format!("{}{event}", report.function);
    let mut steps = Vec::new();
    if report.counts.failed > 0 {
        let failed = count(report.counts.failed, "thing");
        steps.push(format!("{failed} could not be read: nightshift plan {job} --only failed says why; allow it first"));
    }
    if !tells {
        steps.push("name a channel (NIGHTSHIFT_MAIL_FROM, NIGHTSHIFT_SNS_TOPIC_ARN or NIGHTSHIFT_SLACK_SECRET_ID), or nobody is told before or after".to_owned());
    }
    if unowned > 0 {
        steps.push(format!("tag an owner on the {} that has none", count(unowned, "thing")));
    }
    steps.push(format!("read the plan whole: nightshift plan {job}, with the same policy; protect what should live"));
    if caps.is_empty() {
        steps.push(format!("apply it once by hand and look at what came of it: nightshift apply {job}"));
    } else {
        let digest = &report.plan_digest;
        steps.push(format!(
            "work the backlog off once, as reviewed, over the caps: nightshift apply {job} --expect-plan {digest}; a night by itself would begin none of it"
        ));
    }
    steps.push("deploy it with mode plan for some nights, and read its reports".to_owned());
    steps.push(
        "then set its mode to apply in Terraform, one account after the other, the least important first".to_owned(),
    );
    steps
}

/// Looks, and says it.
pub(crate) async fn run<J: Offered>(args: AdoptArgs, event: Option<PathBuf>, desk: &Desk) -> anyhow::Result<Ending> {
    let event = Event::read(event.as_deref())?.value()?;
    let source = Source::of(&args.policy)?;
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let driver = source.driver::<J>(aws, desk).await?;
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let Finished { report, loads, .. } = Box::pin(driver.run(event, &record::reading(), caller)).await?;
    drop(progress);
    let adoption = Adoption::of(&report, &loads, driver.tells(), J::NEEDS_EVENT);
    let output = Output::new(Words::CanBeHadAgain, desk);
    if args.output == Format::Table {
        let Adoption { function, account, observed, .. } = &adoption;
        output.say_wrapped(&format!(
            "{function} · account {account} · {observed} observed · if it were switched on tonight"
        ));
    }
    output.sheet(&adoption.sheet(), &adoption, args.output);
    Ok(output.end(Ending::Done))
}
