//! How a visit ends, by the report of its run.

use std::collections::BTreeMap as Map;

use super::*;
use crate::domains::fleet::Attention;
use crate::report::{Concerns, Mode, Tripped, sample};

fn place(regions: &[&str]) -> Item {
    Item {
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..Item::of("111122223333", "web", "Root/Prod")
    }
}

fn found(id: &str, region: &str, outcome: Outcome, code: Option<&'static report::Code>) -> report::Item {
    report::Item {
        id: id.to_owned(),
        region: region.to_owned(),
        owner: None,
        outcome,
        steps: Vec::new(),
        planned: Vec::new(),
        reason: code.map(|code| Reason::plain(code, "why")),
        domain: Map::new(),
    }
}

/// Account and Regions, as they ended.
fn told(visit: &Visit) -> String {
    let regions = visit.regions.iter().map(|(region, Regional { ended, code, .. })| {
        format!(" {region}={}{}", ended.as_str(), code.as_ref().map(|code| format!("/{code}")).unwrap_or_default())
    });
    format!("{}{}", visit.ended.as_str(), regions.collect::<String>())
}

fn of(items: Vec<report::Item>) -> String {
    let item = place(&["eu-north-1", "eu-west-1"]);
    let visiting = Visiting { item: &item, phase: Phase::Plan, failures: &Failures::default(), regional: true };
    told(&visiting.visit(&sample("cluster-cleanup", Mode::Plan, items), Stakes::default()))
}

#[test]
fn each_region_ends_as_the_worst_in_it_and_the_account_as_the_worst_of_them() {
    use Outcome::{AlreadyRight, Changed, Deferred, Failed, Planned, Skipped};
    let north = |outcome, code| found("a", "eu-north-1", outcome, code);
    assert_eq!(of(vec![]), "nothing eu-north-1=nothing eu-west-1=nothing");
    assert_eq!(
        of(vec![north(Skipped, Some(&codes::CAP)), north(AlreadyRight, None)]),
        "nothing eu-north-1=nothing eu-west-1=nothing"
    );
    assert_eq!(of(vec![north(Changed, None)]), "done eu-north-1=done eu-west-1=nothing");
    assert_eq!(of(vec![north(Changed, None), north(Planned, None)]), "planned eu-north-1=planned eu-west-1=nothing");
    assert_eq!(
        of(vec![north(Deferred, Some(&codes::DEADLINE)), found("b", "eu-west-1", Changed, None)]),
        "planned eu-north-1=planned/deadline eu-west-1=done"
    );
    assert_eq!(
        of(vec![north(Failed, Some(&codes::ACCESS_DENIED)), north(Failed, Some(&codes::REFUSED))]),
        "failed eu-north-1=failed/access-denied eu-west-1=nothing"
    );
    assert_eq!(of(vec![found("x", "elsewhere", Failed, None)]), "failed eu-north-1=nothing eu-west-1=nothing");
}

#[test]
fn what_keeps_a_run_out_of_a_region_is_skipped_there_and_an_item_that_says_so_has_failed() {
    let bar = |code| found("eu-north-1", "eu-north-1", Outcome::Failed, Some(code));
    assert_eq!(of(vec![bar(&codes::REGION_OFF)]), "nothing eu-north-1=skipped/region-off eu-west-1=nothing");
    let everywhere =
        ["eu-north-1", "eu-west-1"].map(|region| found(region, region, Outcome::Failed, Some(&codes::REGION_OFF)));
    assert!(of(everywhere.into()).starts_with("skipped "), "nothing of it was seen");
    let done = found("a", "eu-west-1", Outcome::Changed, None);
    assert!(of(vec![bar(&codes::REGION_OFF), done]).starts_with("done "), "what was done is not left alone");
    assert_eq!(of(vec![bar(&codes::DENIED_BY_SCP)]), "nothing eu-north-1=skipped/denied-by-scp eu-west-1=nothing");
    assert_eq!(of(vec![bar(&codes::REFUSED)]), "failed eu-north-1=failed/refused eu-west-1=nothing");
    let item = found("orders", "eu-north-1", Outcome::Failed, Some(&codes::DENIED_BY_SCP));
    assert_eq!(
        of(vec![item]),
        "failed eu-north-1=failed/denied-by-scp eu-west-1=nothing",
        "the Region itself was read"
    );
}

#[test]
fn the_words_of_a_code_are_said_once_in_the_first_region_that_has_it() {
    let regions = ["a", "b", "c", "d", "e"];
    let item = place(&regions);
    let visiting = Visiting { item: &item, phase: Phase::Plan, failures: &Failures::default(), regional: true };
    let all =
        [&codes::ACCESS_DENIED, &codes::ACCESS_DENIED, &codes::REFUSED, &codes::REGION_OFF, &codes::DENIED_BY_SCP];
    let bars = regions.iter().zip(all).map(|(region, code)| found(region, region, Outcome::Failed, Some(code)));
    let visit = visiting.visit(&sample("cluster-cleanup", Mode::Plan, bars.collect()), Stakes::default());
    let said: Vec<_> = visit.regions.values().map(|region| region.message.as_deref()).collect();
    assert_eq!(said, [Some("why"), None, Some("why"), Some("why"), None], "an answer is short");
    let item =
        vec![found("orders", "a", Outcome::Failed, Some(&codes::REFUSED)), found("b", "b", Outcome::Planned, None)];
    let visit = visiting.visit(&sample("cluster-cleanup", Mode::Plan, item), Stakes::default());
    assert_eq!((visit.regions["a"].message.as_deref(), &visit.regions["b"].message), (Some("orders: why"), &None));
}

#[test]
fn a_job_that_is_about_no_region_goes_through_an_account_once() {
    let item = place(&[]);
    let visiting = Visiting { item: &item, phase: Phase::Rest, failures: &Failures::default(), regional: false };
    let report = sample("key-rotation", Mode::Apply, vec![found("ana", "eu-west-1", Outcome::Changed, None)]);
    let visit = visiting.visit(&report, Stakes { destructive: 1, marked: 7, ..Stakes::default() });
    assert_eq!((told(&visit).as_str(), visit.destructive, visit.marked), ("done", 1, 7));
}

#[test]
fn what_failed_is_named_be_it_in_a_region_or_in_none() {
    let failed = |id: &str, region: &str| found(id, region, Outcome::Failed, Some(&codes::ACCESS_DENIED));
    let said = |ids: &[&str]| {
        let item = place(&[]);
        let visiting = Visiting { item: &item, phase: Phase::Rest, failures: &Failures::default(), regional: false };
        let items = ids.iter().map(|id| failed(id, "aws-global")).collect();
        let visit = visiting.visit(&sample("key-rotation", Mode::Apply, items), Stakes::default());
        let reason = visit.reason.map(|reason| format!("[{}] {}", reason.code, reason.message));
        format!("{} {}", visit.ended.as_str(), reason.unwrap_or_default())
    };
    assert_eq!(said(&[]), "nothing ");
    assert_eq!(said(&["ana"]), "failed [access-denied] ana: why");
    assert_eq!(said(&["ana", "ben"]), "failed [access-denied] ana, ben failed; ana: why");
    assert_eq!(
        said(&["a", "b", "c", "d", "e", "f", "g"]),
        "failed [access-denied] a, b, c, d, e and 2 more failed; a: why"
    );
    let item = place(&["eu-west-1"]);
    let visiting = Visiting { item: &item, phase: Phase::Rest, failures: &Failures::default(), regional: true };
    let items = vec![failed("orders", "eu-west-1"), failed("web", "eu-west-1")];
    let visit = visiting.visit(&sample("cluster-cleanup", Mode::Apply, items), Stakes::default());
    assert_eq!(visit.regions["eu-west-1"].message.as_deref(), Some("orders, web failed; orders: why"));
    assert_eq!(visit.reason, None, "the Region says it");
}

#[test]
fn an_account_that_was_kept_out_says_why_and_a_cap_that_tripped_is_said() {
    let item = place(&["eu-west-1"]);
    let visiting = Visiting { item: &item, phase: Phase::Plan, failures: &Failures::default(), regional: true };
    let reason = || Reason::plain(&fleet_codes::ROLE_MISSING, "no role");
    let visit = visiting.kept_out(reason());
    assert_eq!((told(&visit).as_str(), visit.reason), ("skipped", Some(reason())));
    assert_eq!(
        told(&visiting.kept_out_everywhere(Reason::plain(&codes::REGION_OFF, "m"))),
        "skipped eu-west-1=skipped/region-off"
    );
    let mut report = sample("cluster-cleanup", Mode::Plan, Vec::new());
    let (limit, wanted) = (serde_json::json!(1), serde_json::json!(2));
    report.tripped = Some(Tripped { guard: "max_deletions".into(), limit, wanted, fix: "review".to_owned() });
    let visit = visiting.visit(&report, Stakes::default());
    let reason = visit.reason.unwrap();
    assert!(reason.is(&codes::CAP) && reason.message == "max_deletions is 1 and the plan wants 2");
    assert_eq!(visit.ended, Ended::Nothing);
    // What was agreed to and was not done is taken up by a redrive.
    report.tripped.iter_mut().for_each(|tripped| tripped.guard = EXPECT_PLAN.into());
    let visit = visiting.visit(&report, Stakes::default());
    assert_eq!((visit.ended, visit.reason.unwrap().code), (Ended::Failed, "account-plan-moved".into()));
}

/// More to see to than there is room for.
fn attention(regions: &[String], hostile: &str) -> Attention {
    let odd = || Reason::new(&codes::DENIED_BY_SCP, hostile.repeat(900), hostile.repeat(900));
    let odd_item = |region: &String| report::Item {
        reason: Some(odd()),
        ..found(&hostile.repeat(900), region, Outcome::Skipped, None)
    };
    let mut report = sample("cluster-cleanup", Mode::Apply, regions.iter().map(odd_item).collect());
    report.warnings = vec![odd(); 30];
    let needs_hand = (0..regions.len()).collect();
    crate::fleet::work::attention::of(&report, &Concerns { needs_hand, ..Concerns::default() })
}

#[test]
fn an_answer_stays_under_eight_kibibytes_whatever_names_and_words_there_are() {
    for hostile in ["\u{1}", "\"", "日", "\u{1f980}", "a"] {
        let names: Vec<_> = (0..30).map(|number| format!("ap-southeast-{number:02}")).collect();
        let item = Item {
            name: hostile.repeat(50),
            path: vec![hostile.repeat(128); 6].join("/"),
            policy: Some(hostile.repeat(500)),
            ..place(&names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let visiting = Visiting { item: &item, phase: Phase::Canary, failures: &Failures::default(), regional: true };
        let all = [&codes::DENIED_BY_SCP, &codes::ACCESS_DENIED, &codes::REFUSED, &codes::REGION_OFF];
        let barred = |(name, code): (&String, &'static report::Code)| report::Item {
            reason: Some(Reason::new(code, hostile.repeat(900), hostile.repeat(900))),
            ..found(name, name, Outcome::Failed, None)
        };
        let items = names.iter().zip(all.into_iter().cycle()).map(barred).collect();
        let mut visit = visiting.visit(&sample("cluster-cleanup", Mode::Apply, items), Stakes::default());
        visit.report_key = Some("k".repeat(200));
        visit.attention = attention(&names, hostile);
        fail(&mut visit, Reason::new(&fleet_codes::NOT_CARRIED_OUT, hostile.repeat(9_000), hostile.repeat(9_000)));
        let length = serde_json::to_vec(&short(visit)).unwrap().len();
        assert!(length < 8 * 1024, "{length} bytes with {hostile:?}");
    }
    assert_eq!(cut("abc", 2), "ab…");
    assert_eq!(cut("abc", 3), "abc");
}
