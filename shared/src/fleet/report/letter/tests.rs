//! What the operators read.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::config::{Environment, Settings};
use crate::domains::fleet::{Attention, Item, LeftOut, Maps, Regional, Remark, Run, Unreported, codes, fold};
use crate::report::{Begun, Counts, Mode, Tripped};

fn policy(language: &str) -> NotifyPolicy {
    let environment: Environment = [("NIGHTSHIFT_LANGUAGE", language)].into_iter().collect();
    NotifyPolicy::read(&mut Settings::of(&environment))
}

fn row(account: &str, ended: Ended, reason: Option<Reason>) -> Row {
    let item = Item::of(account, format!("n{account}"), "Root/Prod");
    let mut row = fold(&[item], &Maps::default()).remove(0);
    (row.ended, row.reason) = (ended, reason);
    row.counts = Counts { changed: usize::from(ended == Ended::Done), ..Counts::default() };
    row
}

fn report(rows: Vec<Row>) -> FleetReport {
    let at = |text: &str| text.parse().unwrap();
    let run = Run {
        organization: Some("o-1".to_owned()),
        ..Run::of("cluster-cleanup", Mode::Apply, "night", (at("2026-11-21T02:00:00Z"), at("2026-11-21T02:05:00Z")))
    };
    FleetReport::of(run, &[], rows, Vec::new())
}

#[test]
fn what_went_wrong_is_told_account_by_account_and_what_was_well_as_a_number() {
    let mut denied = row("3", Ended::Skipped, None);
    let message = Some("its clusters could not be listed; change the policy".to_owned());
    let barred = Regional { ended: Ended::Skipped, code: Some("denied-by-scp".to_owned()), message };
    denied.regions = BTreeMap::from([("eu-north-1".to_owned(), barred)]);
    let failed = Reason::new(&codes::WORKER_FAILED, "its worker ended with X", "redrive it");
    let rows = vec![
        row("1", Ended::Done, None),
        row("2", Ended::Failed, Some(failed)),
        denied,
        row("4", Ended::Nothing, None),
    ];
    let night = report(rows);
    let letter = letter(&night, "s3://b/k", &policy("en"));
    assert_eq!(letter.tone, Tone::Alarm);
    insta::assert_snapshot!(letter.subject, @"[o-1] cluster-cleanup: 1 of 4 accounts FAILED, 1 changed in 1 account");
    insta::assert_snapshot!(letter.lead.join("\n"), @"Run of Sat 21 Nov 2026, 02:00 UTC through 4 accounts: 1 changed, 1 with nothing to do, 0 with something left to do, 1 left alone, 1 failed. Not part of it by the selection: 0.");
    let told: Vec<_> =
        letter.sections.iter().map(|section| (section.heading.as_str(), section.entries.len())).collect();
    assert_eq!(told, [("Accounts that failed", 1), ("Accounts left alone", 1)]);
    assert_eq!(letter.sections[0].entries[0].notes, ["its worker ended with X → redrive it"]);
    let denied = &letter.sections[1].entries[0];
    assert_eq!(denied.facts, [("eu-north-1".to_owned(), "denied-by-scp".to_owned())]);
    assert_eq!(
        denied.notes,
        ["eu-north-1: its clusters could not be listed; change the policy"],
        "a code says nothing to who does not know it"
    );
    let quiet = super::letter(&report(vec![row("1", Ended::Nothing, None)]), "s3://b/k", &policy("en"));
    assert_eq!((quiet.tone, quiet.sections.len()), (Tone::Calm, 0), "silence means that nothing ran");
    assert_eq!(quiet.subject, "[o-1] cluster-cleanup: nothing changed in 1 account");
    assert_eq!(quiet.footer[1], "The same on a command line: nightshift fleet report night --job cluster-cleanup");
}

#[test]
fn a_run_that_no_account_let_in_is_not_told_as_a_quiet_one() {
    let missing = || Some(Reason::new(&codes::ROLE_MISSING, "STS does not give the role", "roll the roles out"));
    let blind = report(vec![row("1", Ended::Skipped, missing()), row("2", Ended::Skipped, missing())]);
    let told = letter(&blind, "s3://b/k", &policy("en"));
    insta::assert_snapshot!(told.subject, @"[o-1] cluster-cleanup: NONE of 2 accounts looked at");
    let spanish = letter(&blind, "s3://b/k", &policy("es"));
    insta::assert_snapshot!(spanish.subject, @"[o-1] cluster-cleanup: NINGUNA de 2 cuentas examinada");
    let one_was = report(vec![row("1", Ended::Skipped, missing()), row("2", Ended::Nothing, None)]);
    let told = letter(&one_was, "s3://b/k", &policy("en"));
    insta::assert_snapshot!(told.subject, @"[o-1] cluster-cleanup: nothing changed in 2 accounts");
}

#[test]
fn a_run_that_a_guard_stopped_says_so_first_in_either_language() {
    let mut report = report(vec![row("1", Ended::Planned, None)]);
    let (limit, wanted) = (json!(50), json!(70));
    report.tripped = Some(Tripped { guard: "fleet_max_deletions".into(), limit, wanted, fix: "review it".to_owned() });
    let letter = letter(&report, "s3://b/k", &policy("en"));
    assert_eq!(letter.tone, Tone::Alarm);
    insta::assert_snapshot!(letter.subject, @"[o-1] cluster-cleanup STOPPED by fleet_max_deletions: nothing was changed in any account");
    let waiting: Vec<_> = letter.sections.iter().map(|section| section.heading.as_str()).collect();
    assert_eq!(waiting, ["Accounts with something left to do"]);
    assert_eq!(letter.lead[1], "The guard fleet_max_deletions stopped it: allowed 50, wanted 70.");
    let spanish = super::letter(&report, "s3://b/k", &policy("es"));
    insta::assert_snapshot!(spanish.subject, @"[o-1] cluster-cleanup DETENIDA por fleet_max_deletions: no se ha cambiado nada en ninguna cuenta");
}

#[test]
fn an_account_that_waits_is_told_with_what_waits_there_and_why_unless_the_whole_run_does() {
    let cap = Reason::new(&crate::report::codes::CAP, "max_deletions is 1 and the plan wants 3", "raise it");
    let stopped = Reason::new(&codes::FLEET_CAP, "fleet_max_deletions is 1", "raise it");
    let mut rows = vec![row("1", Ended::Planned, Some(cap)), row("2", Ended::Planned, Some(stopped.clone()))];
    rows[0].counts = Counts { planned: 3, failed: 1, ..Counts::default() };
    let mut report = report(rows);
    report.warnings = vec![stopped];
    let letter = letter(&report, "s3://b/k", &policy("en"));
    let [section] = letter.sections.as_slice() else { panic!("{:?}", letter.sections) };
    assert_eq!(section.entries[0].facts, [("items".to_owned(), "1 failed, 3 to be changed".to_owned())]);
    assert_eq!(section.entries[0].notes, ["max_deletions is 1 and the plan wants 3 → raise it"]);
    assert_eq!(section.entries[1].notes, Vec::<String>::new(), "said once, above");
}

#[test]
fn owners_of_things_in_several_accounts_are_told_of_with_all_that_is_theirs() {
    let mut night = report(vec![row("1", Ended::Done, None), row("2", Ended::Done, None)]);
    assert!(letter(&night, "s3://b/k", &policy("en")).sections.is_empty());
    let share = |changed, failed| Share { changed, waiting: 0, failed };
    let of = |accounts: &[&str]| accounts.iter().map(|account| ((*account).to_owned(), share(1, 0))).collect();
    night.owners = [
        ("eva".to_owned(), of(&["1"])),
        ("ben".to_owned(), [("1".to_owned(), share(2, 0)), ("2".to_owned(), share(0, 1))].into()),
        ("ana".to_owned(), of(&["1", "2"])),
    ]
    .into();
    let told = letter(&night, "s3://b/k", &policy("en"));
    let section = told.sections.last().unwrap();
    let lines = section.entries.iter().map(|entry| format!("{} ({}): {:?}", entry.title, entry.place, entry.facts));
    insta::assert_snapshot!(
        format!("{}\n{}", section.heading, lines.collect::<Vec<_>>().join("\n")),
        @r#"
    Owners of things in several accounts
    ana (2 accounts): [("accounts", "1, 2"), ("changed", "2")]
    ben (2 accounts): [("accounts", "1, 2"), ("changed", "2"), ("failed", "1")]
    "#
    );
    assert_eq!(told.tone, Tone::Calm, "it is nobody's alarm");
    let many: Vec<_> = (0..60).map(|number| format!("o{number:02}")).collect();
    night.owners = many.iter().map(|owner| (owner.clone(), of(&["1", "2"]))).collect();
    let section = letter(&night, "s3://b/k", &policy("es")).sections.pop().unwrap();
    assert_eq!(
        (section.entries.len(), section.heading.as_str()),
        (40, "Dueños de cosas en varias cuentas: los primeros 40, y 20 más en report.json")
    );
}

#[test]
fn what_needs_a_hand_is_told_account_by_account_though_there_was_nothing_to_do_and_a_warning_once() {
    let remark = |thing: Option<&str>, code: &str| Remark {
        thing: thing.map(str::to_owned),
        region: thing.map(|_| "eu-west-1".to_owned()),
        code: Some(code.to_owned()),
        message: "why; what to do".to_owned(),
    };
    let warning = || remark(None, "pattern-matches-nobody");
    let mut rows: Vec<_> = ["1", "2", "3"].map(|account| row(account, Ended::Nothing, None)).into();
    let first = vec![remark(Some("orders"), "protection-unknown"), warning()];
    rows[0].attention = Attention { things: 4, warnings: 1, first };
    rows[1].attention = Attention { things: 0, warnings: 2, first: vec![warning(), warning()] };
    let told = letter(&report(rows), "s3://b/k", &policy("en"));
    assert_eq!(told.tone, Tone::Warning);
    let said = |section: &Section| {
        let line = |entry: &Entry| format!("{} ({}): {:?} {:?}", entry.title, entry.place, entry.facts, entry.notes);
        format!("{}\n{}", section.heading, section.entries.iter().map(line).collect::<Vec<_>>().join("\n"))
    };
    insta::assert_snapshot!(told.sections.iter().map(said).collect::<Vec<_>>().join("\n"), @r#"
    Accounts with things that need attention
    n1 (1) (Root/Prod): [("things", "4")] ["orders (eu-west-1): [protection-unknown] why; what to do"]
    Warnings
    pattern-matches-nobody (2 accounts): [("accounts", "1, 2")] ["why; what to do"]
    "#);
}

#[test]
fn what_was_begun_and_is_in_no_report_is_named_first_of_all() {
    let thing = |number: usize| Begun {
        id: format!("c{number}"),
        region: "eu-west-1".to_owned(),
        owner: None,
        thing: format!("cluster-{number}"),
        kind: None,
        steps: vec!["delete it".to_owned()],
    };
    let mut night = report(vec![row("1", Ended::Done, None), row("2", Ended::Nothing, None)]);
    night.accounts[1].unreported = Unreported::of((1..=12).map(thing).collect(), "night");
    let told = letter(&night, "s3://b/k", &policy("en"));
    assert_eq!(told.tone, Tone::Alarm);
    assert_eq!(told.subject, "[o-1] cluster-cleanup: 12 begun and in NO REPORT, 1 changed in 1 account");
    let section = &told.sections[0];
    assert_eq!((section.heading.as_str(), section.entries.len()), ("Begun, and in no report", 1));
    let notes = &section.entries[0].notes;
    insta::assert_snapshot!(notes[0], @"no report says what came of 12 things that a worker began here: it ended before it could leave one, or it is still at work → look whether each is still there; the worker's log of the run night has every step it took");
    assert_eq!((notes.len(), notes[1].as_str()), (12, "c1 (eu-west-1): delete it"));
    assert_eq!(notes[11], "and 2 more in report.json");
}

#[test]
fn an_account_that_the_selection_names_and_that_is_not_there_is_named_and_one_that_is_meant_to_be_left_is_not() {
    let out = |account: &str, name: &str, code| LeftOut {
        account: account.to_owned(),
        name: name.to_owned(),
        path: "Root".to_owned(),
        reason: Reason::new(code, "why", "what to do"),
    };
    let mut night = report(vec![row("1", Ended::Nothing, None)]);
    night.left_out = vec![
        out("2", "", &codes::NO_SUCH_ACCOUNT),
        out("3", "tagged", &codes::TAGS_UNKNOWN),
        out("4", "out", &codes::EXCLUDED),
        out("5", "gone", &codes::NOT_ACTIVE),
        out("6", "payer", &codes::MANAGEMENT),
        out("7", "other", &codes::NOT_SELECTED),
    ];
    let told = letter(&night, "s3://b/k", &policy("en"));
    let [section] = told.sections.as_slice() else { panic!("{:?}", told.sections) };
    let lines = section.entries.iter().map(|entry| format!("{} ({}): {:?}", entry.title, entry.place, entry.notes));
    insta::assert_snapshot!(
        format!("{}\n{}", section.heading, lines.collect::<Vec<_>>().join("\n")),
        @r#"
    Accounts that the selection does not fit
    2 (Root): ["why → what to do"]
    tagged (3) (Root): ["why → what to do"]
    "#
    );
}
