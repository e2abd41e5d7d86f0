//! The driver with a job of its own that forgets what it can: what holds then holds for every job.

use std::borrow::Cow;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::super::caps::{Cap, Counted, DELETIONS, PURGES};
use super::super::ledger::{Line, Sink};
use super::super::plan::{Act, Details, Plan, Refusal, Scope, Subject};
use super::super::{Allowed, Done, PlanOf, Purse, Stop};
use super::*;
use crate::clock::Deadline;
use crate::report::{Code, Outcome};

/// Where STS says whose credentials these are, and a clock that is `apart` from ours.
pub(crate) async fn sts(apart: SignedDuration) -> String {
    const ANSWER: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>AIDAANA</UserId>\
        <Account>111122223333</Account></GetCallerIdentityResult>\
        <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut request, mut part) = (Vec::new(), [0; 4_096]);
            // As far as the end of its body.
            let is_whole = |request: &str| request.contains("Version=2011-06-15") || request.contains("]}");
            while !is_whole(&String::from_utf8_lossy(&request)) {
                match stream.read(&mut part).await {
                    Ok(read) if read > 0 => request.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            let date = clock::now().checked_add(apart).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT");
            let head = format!("HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-type: text/xml\r\nconnection: close");
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    url
}

/// A job of steps that an event names by letters: `d`eletions, `p`urges and what no cap counts. `CALLED` or not, it says of
/// nobody that he waits; asked to `forget`, it says nothing of its last step.
#[derive(Debug)]
pub(crate) struct Fourth<const CALLED: bool>;

#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    id: usize,
    letter: char,
}

#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Whole;

#[derive(Debug)]
pub(crate) struct Wish {
    steps: String,
    forget: bool,
}

impl Scope for Whole {
    const FUNCTION: &'static str = "fourth";
}

impl Subject<Whole> for Step {
    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}{}", self.letter, self.id))
    }

    fn region<'a>(&'a self, _: &'a Whole) -> &'a str {
        "eu-west-1"
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, _: &Whole, _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<Whole> for Step {
    fn steps(&self) -> Vec<String> {
        vec![format!("do {}", self.id)]
    }

    fn capped(&self) -> Option<Counted> {
        match self.letter {
            'd' => Some(DELETIONS),
            'p' => Some(PURGES),
            _ => None,
        }
    }
}

impl<const CALLED: bool> Job for Fourth<CALLED> {
    const NAME: &'static str = "fourth";
    const IS_CALLED: bool = CALLED;
    const CODES: &'static [&'static [&'static Code]] = &[];
    type Policy = ();
    type Request = Wish;
    type World = ();
    type Action = Step;
    type Left = Refusal;
    type Scope = Whole;

    fn policy(_: &mut Settings<'_>, _: Option<&str>) {}

    fn request(fields: &mut Fields, (): &()) -> Wish {
        let steps = fields.text("steps").unwrap_or_default();
        Wish { steps, forget: fields.choice("forget", &[("yes", true)]).unwrap_or(false) }
    }

    async fn observe(_: Sight<'_>, _: Given<'_, Self>) -> Result<(), RunFault> {
        Ok(())
    }

    fn plan((): &(), given: Given<'_, Self>) -> PlanOf<Self> {
        let mut plan = Plan::empty(&given.caller.account, Whole, 0);
        plan.actions = given.request.steps.chars().enumerate().map(|(id, letter)| Step { id, letter }).collect();
        plan
    }

    fn caps(plan: &PlanOf<Self>, (): &()) -> Vec<Cap> {
        let cap = |kind, guard| Cap::count(kind, guard, "NIGHTSHIFT_MAX", 1, plan.count(kind));
        vec![cap(DELETIONS, "max_deletions"), cap(PURGES, "max_purges")]
    }

    async fn apply(
        allowed: &Allowed<'_, Step>,
        _: &[Refusal],
        (): &mut (),
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        let mut all = Vec::new();
        for (step, turn) in allowed.iter() {
            let work = async |_: &crate::services::Permit| Done::changed(step.steps());
            all.push(hands.ledger.item(turn, std::time::Duration::ZERO, work).await);
        }
        all.truncate(all.len() - usize::from(given.request.forget));
        all
    }

    fn sum_up(_: &PlanOf<Self>, (): &(), _: Given<'_, Self>, _: &[Done]) -> Sums {
        Sums::default()
    }

    fn is_awaited(_: &Wish) -> bool {
        false
    }

    fn answer(report: &Report) -> Result<(), RunFault> {
        let is_last = report.items.iter().any(|item| item.id.starts_with('x'));
        if is_last { Err(RunFault::Refused("x was not to be done".to_owned())) } else { Ok(()) }
    }
}

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<String>>);

impl Sink for Kept {
    fn write(&self, line: Line<'_>) {
        self.0.lock().unwrap().extend(match line {
            Line::Begun(entry) => Some(format!("begun {}", entry.id)),
            Line::Listed(item) => Some(format!("listed {}", item.id)),
            _ => None,
        });
    }
}

/// One run of the fourth job: its end, and the record of it.
struct Ran {
    ended: Result<Finished, RunFault>,
    lines: Vec<String>,
}

impl Ran {
    fn ends(&self) -> Vec<&str> {
        self.ended.as_ref().unwrap().report.items.iter().map(|item| item.outcome.as_str()).collect()
    }

    fn tripped(&self) -> Option<&str> {
        self.ended.as_ref().unwrap().report.tripped.as_ref().map(|tripped| &*tripped.guard)
    }

    fn fault(self) -> String {
        self.ended.map(|finished| finished.report.plan_digest).unwrap_err().to_string()
    }
}

async fn run_at<const CALLED: bool>(
    aws: Aws,
    variables: &[(&str, &str)],
    event: serde_json::Value,
    caller: Caller,
) -> Ran {
    let environment: Environment = variables.iter().copied().collect();
    let driver = Driver::<Fourth<CALLED>>::new(&environment, aws).unwrap();
    let (kept, stop) = (Kept::default(), Stop::new());
    let ledger = Ledger::new(Deadline::NONE, &stop, &kept);
    let ended = driver.run(event, &ledger, caller).await;
    Ran { ended, lines: kept.0.into_inner().unwrap() }
}

async fn run(event: serde_json::Value, caller: Caller) -> Ran {
    run_at::<false>(Aws::at(&sts(SignedDuration::ZERO).await), &[], event, caller).await
}

fn operator(mode: Mode, word: Word) -> Caller {
    Caller::Operator { mode, word }
}

#[tokio::test]
async fn a_plan_begins_nothing_and_an_apply_what_the_guard_lets_through() {
    let event = |mode| json!({ "steps": "dtp", "mode": mode });
    let planned = run(event("plan"), Caller::Platform).await;
    assert_eq!(planned.ends(), ["planned", "planned", "planned"]);
    assert_eq!(planned.lines, ["listed d0", "listed t1", "listed p2"]);
    let applied = run(event("apply"), Caller::Platform).await;
    assert_eq!(applied.ends(), ["changed", "changed", "changed"]);
    assert_eq!(applied.lines, ["begun d0", "begun t1", "begun p2"]);
    // The command's mode stands, but what was sent to plan is not applied.
    let event = json!({ "steps": "t", "mode": "apply" });
    assert!(run(event, operator(Mode::Plan, Word::Any)).await.lines.iter().all(|line| line.starts_with("listed")));
    let refused = run(json!({ "steps": "t", "mode": "plan" }), operator(Mode::Apply, Word::Any)).await;
    assert!(refused.lines.is_empty());
    assert!(refused.fault().contains("take 'mode' out of the event"));
}

#[tokio::test]
async fn each_cap_that_breaks_is_said_and_stops_its_own_kind_alone() {
    let ran = run(json!({ "steps": "ddtppd", "mode": "apply" }), Caller::Platform).await;
    assert_eq!(ran.lines, ["begun t2", "listed d0", "listed d1", "listed p3", "listed p4", "listed d5"]);
    assert_eq!(ran.tripped(), Some("max_deletions"));
    let report = ran.ended.unwrap().report;
    let said: Vec<_> =
        report.warnings.iter().filter(|reason| reason.is(&codes::CAP)).map(|one| &*one.message).collect();
    assert_eq!(said, ["max_purges is 1 and the plan wants 2; nothing of its kind was begun"]);
}

#[tokio::test]
async fn a_digest_is_the_word_for_one_plan() {
    let over = || json!({ "steps": "dd" });
    let digest = run(over(), operator(Mode::Plan, Word::Any)).await.ended.unwrap().report.plan_digest;
    let by = async |word| run(over(), operator(Mode::Apply, word)).await;
    assert_eq!(by(Word::Reviewed(digest.to_string())).await.ends(), ["changed", "changed"], "it lifts the cap");
    assert_eq!(by(Word::Shown(digest.clone())).await.tripped(), Some("max_deletions"), "what was shown does not");
    let other = PlanDigest::of("fourth", "111122223333", &"another");
    for word in [Word::Shown(other.clone()), Word::Reviewed(other.to_string())] {
        let ran = run(json!({ "steps": "dt" }), operator(Mode::Apply, word)).await;
        assert_eq!((ran.tripped(), ran.ends()), (Some("expect_plan"), vec!["planned", "planned"]));
    }
    let event = json!({ "steps": "t", "mode": "apply", "expect_plan": other.to_string() });
    assert_eq!(run(event, Caller::Platform).await.tripped(), Some("expect_plan"));
}

#[tokio::test]
async fn what_the_job_says_nothing_of_has_failed_and_whoever_calls_one_is_waiting() {
    let event = || json!({ "steps": "tt", "forget": "yes" });
    let ran = run_at::<true>(Aws::at(&sts(SignedDuration::ZERO).await), &[], event(), Caller::Platform).await;
    assert_eq!(ran.ends(), ["changed", "failed"]);
    let finished = ran.ended.unwrap();
    assert!(finished.report.items[1].reason.as_ref().unwrap().is(&codes::UNACCOUNTED));
    assert!(finished.awaited, "whatever the job says of it");
    assert!(!run(event(), Caller::Platform).await.ended.unwrap().awaited);
}

#[tokio::test]
async fn nothing_is_applied_by_a_clock_that_is_wrong_or_set_by_hand() {
    let hand = [("NIGHTSHIFT_NOW", "2026-11-21T02:00:00Z")];
    let event = |mode| json!({ "steps": "t", "mode": mode });
    let at = async |stand_in, apart, variables: &[(&str, &str)], mode| {
        let aws = Aws::at(&sts(apart).await);
        let aws = if stand_in { aws.into_stand_in() } else { aws };
        run_at::<false>(aws, variables, event(mode), Caller::Platform).await
    };
    let (right, wrong) = (SignedDuration::ZERO, SignedDuration::from_hours(-72));
    assert!(matches!(at(false, right, &hand, "apply").await.ended, Err(RunFault::ClockSetByHand)));
    assert_eq!(at(false, right, &hand, "plan").await.ends(), ["planned"]);
    let ran = at(true, right, &hand, "apply").await;
    assert_eq!(ran.ends(), ["changed"]);
    assert_eq!(ran.ended.unwrap().report.started_at, "2026-11-21T02:00:00Z".parse::<Timestamp>().unwrap());
    let refused = at(false, wrong, &[], "apply").await;
    assert!(refused.lines.is_empty());
    assert!(matches!(refused.ended, Err(RunFault::Clock { .. })));
    let warned = at(false, wrong, &[], "plan").await.ended.unwrap().report.warnings;
    assert!(warned.iter().any(|reason| reason.is(&codes::CLOCK_APART)));
}

#[test]
fn who_is_asked_for_one_step_applies_and_nobody_else_does_unasked() {
    let operator = |mode| Caller::Operator { mode, word: Word::Any };
    let mode = |caller, asked, setting, called| mode(&caller, asked, setting, called).ok();
    for setting in [ModeSetting::Unset, ModeSetting::PlanCeiling, ModeSetting::Apply] {
        assert_eq!(mode(Caller::Platform, None, setting, true), Some(Mode::Apply));
        assert_eq!(mode(Caller::Platform, Some(Mode::Plan), setting, true), Some(Mode::Plan));
        assert_eq!(mode(operator(Mode::Apply), None, setting, false), Some(Mode::Apply));
        assert_eq!(mode(operator(Mode::Plan), Some(Mode::Apply), setting, true), Some(Mode::Plan));
    }
    assert_eq!(mode(Caller::Platform, None, ModeSetting::Unset, false), Some(Mode::Plan));
    assert_eq!(mode(Caller::Platform, Some(Mode::Apply), ModeSetting::PlanCeiling, false), None);
}

#[test]
fn only_a_digest_that_was_given_lifts_caps_and_one_that_was_shown_never() {
    let digest = PlanDigest::of("f", "a", &());
    let lifts = |word, setting| lifts_caps(&Caller::Operator { mode: Mode::Apply, word }, setting);
    for setting in [false, true] {
        assert!(lifts(Word::Reviewed(digest.to_string()), setting));
        assert!(!lifts(Word::Shown(digest.clone()), setting));
        assert_eq!(lifts(Word::Any, setting), setting, "the digest of an event, where the policy says so");
        assert_eq!(lifts_caps(&Caller::Platform, setting), setting);
    }
}

fn errand(account: &str, task: Task) -> Caller {
    Caller::Fleet(Errand { account: account.to_owned(), task })
}

fn within(deletions: usize, purges: usize) -> Task {
    let budget = [(DELETIONS.name().to_owned(), deletions), (PURGES.name().to_owned(), purges)].into();
    Task::Within(budget, Purse { bucket: "runs".to_owned(), key: "spent".to_owned() })
}

/// In the account that STS is of here, with `NIGHTSHIFT_MODE=apply`.
async fn sent(steps: &str, task: Task, variables: &[(&str, &str)]) -> Ran {
    let variables: Vec<_> = [("NIGHTSHIFT_MODE", "apply")].iter().chain(variables).copied().collect();
    let aws = Aws::at(&sts(SignedDuration::ZERO).await);
    run_at::<false>(aws, &variables, json!({ "steps": steps }), errand("111122223333", task)).await
}

#[tokio::test]
async fn an_errand_is_done_within_its_budget_and_never_over_the_accounts_own_caps() {
    assert_eq!(sent("dtp", Task::Look, &[]).await.lines, ["listed d0", "listed t1", "listed p2"]);
    let all = sent("dtp", within(1, 1), &[]).await;
    assert_eq!(all.lines, ["begun d0", "begun t1", "begun p2"]);
    let goes = [("deletions".to_owned(), 1), ("purges".to_owned(), 1)].into();
    assert_eq!(all.ended.unwrap().stakes, Stakes { goes, destructive: 2, wanted: 2, marked: 0 });
    let over = sent("dtp", within(0, 2), &[]).await;
    assert_eq!((over.tripped(), over.ends()), (Some("budget"), vec!["planned", "changed", "changed"]));
    let capped = sent("ddt", within(9, 0), &[]).await;
    assert_eq!((capped.tripped(), capped.ends()), (Some("max_deletions"), vec!["planned", "planned", "changed"]));
}

#[tokio::test]
async fn no_event_brings_an_errand_and_none_goes_above_the_ceiling() {
    let aws = async || Aws::at(&sts(SignedDuration::ZERO).await);
    for key in ["budget", "errand", "account", "task"] {
        let event = json!({ "steps": "t", "mode": "apply", key: 1 });
        let refused = run_at::<false>(aws().await, &[], event, Caller::Platform).await;
        assert!(refused.fault().contains(&format!("unknown key '{key}'")));
    }
    let ceiling = [("NIGHTSHIFT_MODE", "plan")];
    let event = || json!({ "steps": "t" });
    let refused = run_at::<false>(aws().await, &ceiling, event(), errand("111122223333", within(9, 9))).await;
    assert!(matches!(refused.ended, Err(RunFault::Ceiling(_))) && refused.lines.is_empty());
    let looked = run_at::<false>(aws().await, &ceiling, event(), errand("111122223333", Task::Look)).await;
    assert_eq!(looked.ends(), ["planned"]);
}

#[tokio::test]
async fn in_another_account_than_the_one_that_is_meant_nothing_is_read() {
    let aws = Aws::at(&sts(SignedDuration::ZERO).await);
    let ran = run_at::<false>(aws, &[], json!({ "steps": "t" }), errand("444455556666", Task::Look)).await;
    assert!(matches!(&ran.ended, Err(RunFault::OtherAccount { .. })) && ran.lines.is_empty());
    insta::assert_snapshot!(ran.fault(), @"the credentials are of account 111122223333 and 444455556666 was meant, so nothing was read or done; see which account the role belongs to");
}

#[tokio::test]
async fn a_digest_that_an_errand_brings_is_for_one_plan_and_lifts_caps_only_where_the_policy_says_so() {
    let lifts = [("NIGHTSHIFT_DIGEST_LIFTS_CAPS", "true")];
    let digest = sent("dd", Task::Look, &[]).await.ended.unwrap().report.plan_digest;
    let purse = Purse { bucket: "runs".to_owned(), key: "spent".to_owned() };
    let agreed = || Task::Agreed(digest.clone(), None, purse.clone());
    assert_eq!(sent("dd", agreed(), &lifts).await.ends(), ["changed", "changed"]);
    assert_eq!(sent("dd", agreed(), &[]).await.tripped(), Some("max_deletions"));
    let other = sent("dt", agreed(), &lifts).await;
    assert_eq!((other.tripped(), other.ends()), (Some("expect_plan"), vec!["planned", "planned"]));
}
