//! Caps at their edges, over all accounts.

use std::collections::BTreeMap;

use super::*;
use crate::domains::fleet::Phase;
use crate::report::Counts;

fn done(account: &str) -> Row {
    Row { ended: Ended::Done, ..row(account, 1, 1) }
}

/// A run that is judged an hour after it began.
const SOON: (Timestamp, Timestamp) = (Timestamp::UNIX_EPOCH, Timestamp::constant(3_600, 0));
const CAPS: FleetCaps = FleetCaps { count: 10, percent: 50, canary_failures: 1 };

fn item(account: &str) -> Item {
    Item { regions: vec!["eu-west-1".to_owned()], ..Item::of(account, "n", "Root") }
}

/// Whose plan has `destructive` steps of `marked` things, and one step that no cap counts.
fn row(account: &str, destructive: usize, marked: usize) -> Row {
    Row {
        account: account.to_owned(),
        name: "n".to_owned(),
        path: "Root".to_owned(),
        policy: None,
        phase: Phase::Plan,
        ended: Ended::Planned,
        reason: None,
        regions: BTreeMap::new(),
        counts: Counts { planned: destructive + 1, ..Counts::default() },
        budget: [("deletions".to_owned(), destructive), ("purges".to_owned(), 9)].into(),
        destructive,
        wanted: destructive,
        marked,
        attention: crate::domains::fleet::Attention::default(),
        unreported: None,
        plan_digest: Some(format!("sha256:{account}")),
        report_keys: BTreeMap::new(),
        estimate: None,
        oldest_key_days: None,
    }
}

fn idle(account: &str, marked: usize) -> Row {
    Row { ended: Ended::Nothing, counts: Counts::default(), ..row(account, 0, marked) }
}

fn judged(rows: &[Row], consent: Option<&Consent>) -> Verdict {
    let items: Vec<_> = rows.iter().map(|row| item(&row.account)).collect();
    plan("cluster-cleanup", (&items, rows), &["1".to_owned()].into(), CAPS, consent, SOON)
}

fn guards(rows: &[Row]) -> Vec<String> {
    let Verdict { tripped, besides, .. } = judged(rows, None);
    tripped.into_iter().chain(besides).map(|tripped| tripped.guard.into_owned()).collect()
}

#[test]
fn caps_are_of_all_accounts_together() {
    assert_eq!(guards(&[row("1", 5, 50), row("2", 5, 50)]), [""; 0]);
    assert_eq!(guards(&[row("1", 5, 50), row("2", 6, 50)]), ["fleet_max_deletions"]);
    assert_eq!(guards(&[row("1", 5, 5), row("2", 0, 5)]), [""; 0], "half of ten");
    assert_eq!(guards(&[row("1", 6, 6), row("2", 0, 4)]), ["fleet_max_deletion_percent"]);
    assert_eq!(guards(&[row("1", 6, 6), idle("2", 6)]), [""; 0], "what is marked counts wherever it is");
    assert_eq!(guards(&[row("1", 9, 9)]), [""; 0], "a percentage of fewer than ten says nothing");
    assert_eq!(guards(&[row("1", 8, 8), row("2", 8, 8)]), ["fleet_max_deletions", "fleet_max_deletion_percent"]);
}

#[test]
fn a_broken_cap_begins_nothing_in_any_account() {
    let verdict = judged(&[row("1", 1, 50), row("2", 10, 50)], None);
    assert!(!verdict.goes() && verdict.canary.is_empty() && verdict.rest.is_empty());
    let why = verdict.stopped().unwrap();
    assert!(why.is(&codes::FLEET_CAP));
    insta::assert_snapshot!(why.message, @"fleet_max_deletions is 10 and the plan of all accounts wants 11; nothing was begun in any");
    let mut rows = [row("1", 1, 50), idle("2", 1), Row { phase: Phase::Rest, ..row("3", 1, 1) }];
    held(&mut rows, &why);
    assert_eq!(rows.map(|row| row.reason.is_some()), [true, false, false], "who has work that was not begun");
    insta::assert_snapshot!(verdict.tripped.unwrap().fix, @"11 things in 2 accounts would go; review this plan and apply exactly it by its digest (nightshift fleet apply --expect-plan DIGEST), or raise NIGHTSHIFT_FLEET_MAX_DELETIONS");
}

#[test]
fn each_account_gets_what_was_judged_of_it_and_no_more() {
    let verdict = judged(&[row("1", 2, 50), row("2", 3, 50), idle("3", 5), row("4", 0, 5)], None);
    let deletions = |item: &Item| item.budget.as_ref().map(|budget| (budget["deletions"], budget["purges"]));
    let budgets = |items: &[Item]| items.iter().map(|item| (item.account.clone(), deletions(item))).collect::<Vec<_>>();
    assert_eq!(budgets(&verdict.canary), [("1".to_owned(), Some((2, 9)))]);
    assert_eq!(budgets(&verdict.rest), [("2".to_owned(), Some((3, 9))), ("4".to_owned(), Some((0, 9)))]);
    assert!(verdict.rest.iter().all(|item| item.judged_at == Some(Timestamp::UNIX_EPOCH)), "as old as the run");
    assert!(verdict.rest.iter().all(|item| item.expect_plan.is_none()), "nobody agreed to a plan");
    assert!(!judged(&[idle("3", 5)], None).goes(), "nothing to do");
}

#[test]
fn a_digest_is_asked_for_first_and_goes_on_to_each_account() {
    let rows = [row("1", 8, 8), row("2", 8, 8)];
    let digest = judged(&rows, None).digest;
    let consent = |digest: &PlanDigest, lifts_caps| Consent { digest: digest.clone(), lifts_caps };
    let verdict = judged(&rows, Some(&consent(&digest, true)));
    let plans: Vec<_> = verdict.canary.iter().chain(&verdict.rest).map(|item| item.expect_plan.clone()).collect();
    assert!(verdict.goes());
    assert_eq!(plans, [Some("sha256:1".to_owned()), Some("sha256:2".to_owned())]);
    assert!(!judged(&rows, Some(&consent(&digest, false))).goes(), "caps hold unless it lifts them");
    let other = judged(&[row("1", 8, 8), row("2", 7, 8)], Some(&consent(&PlanDigest::of("f", "a", &["s"]), true)));
    let why = other.stopped().unwrap();
    assert!(why.is(&codes::PLAN_MOVED) && other.tripped.unwrap().guard == "expect_plan", "{why:?}");
    // What an account's own caps hold back goes by a digest that lifts them there.
    let held = [Row { wanted: 500, ..row("1", 0, 500) }, row("2", 1, 500)];
    let digest = judged(&held, None).digest;
    assert!(judged(&held, None).goes());
    let tripped = judged(&held, Some(&consent(&digest, false))).tripped.unwrap();
    assert_eq!((&*tripped.guard, tripped.wanted), ("fleet_max_deletions", json!(501)));
}

#[test]
fn who_goes_first_and_cannot_be_planned_keeps_the_others_back() {
    let failed = Row { ended: Ended::Failed, counts: Counts::default(), ..row("1", 0, 1) };
    let rows = [failed, row("2", 1, 50), idle("3", 1)];
    let items: Vec<_> = rows.iter().map(|row| item(&row.account)).collect();
    let judged = |canary_failures| {
        let caps = FleetCaps { canary_failures, ..CAPS };
        let first = ["1".to_owned(), "3".to_owned()].into();
        plan("cluster-cleanup", (&items, &rows), &first, caps, None, SOON)
    };
    let verdict = judged(0);
    assert!(!verdict.goes() && verdict.rest.is_empty() && verdict.tripped.is_none());
    let why = verdict.stopped().unwrap();
    assert!(why.is(&codes::CANARY_FAILED));
    insta::assert_snapshot!(why.message, @"1 of the 2 accounts that go first could not be planned, and 0 may: 1");
    assert!(judged(1).goes(), "so many may");
}

#[test]
fn a_plan_of_a_run_that_was_begun_long_ago_begins_nothing_whoever_agreed_to_it() {
    let rows = [row("1", 1, 50)];
    let items = [item("1")];
    let after = |hours, consent: Option<&Consent>| {
        let times = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours));
        plan("cluster-cleanup", (&items, &rows), &BTreeSet::new(), CAPS, consent, times)
    };
    assert!(after(24, None).goes());
    let late = after(25, None);
    assert!(!late.goes() && late.canary.is_empty() && late.rest.is_empty());
    insta::assert_snapshot!(late.stopped().unwrap().message, @"this run was begun at 1970-01-01T00:00:00Z, and its plans may be more than a day old; nothing was begun in any account");
    let consent = Consent { digest: late.digest.clone(), lifts_caps: false };
    assert!(after(24, Some(&consent)).goes());
    let late = after(25, Some(&consent));
    assert!(
        !late.goes() && late.stopped().unwrap().is(&codes::PLANNED_LONG_AGO),
        "its accounts were chosen as long ago"
    );
}

#[test]
fn the_others_wait_for_those_that_go_first() {
    let failed = |account: &str| Row { ended: Ended::Failed, ..row(account, 1, 1) };
    let canary = |rows: &[Row], first: &BTreeSet<String>, caps| canary(rows, first, caps, 1);
    let first: BTreeSet<_> = ["1", "2", "3"].map(str::to_owned).into();
    assert_eq!(canary(&[failed("1"), done("2"), failed("9")], &first, CAPS), Ok(()), "9 does not go first");
    let why = canary(&[failed("1"), failed("2"), row("3", 1, 1)], &first, CAPS).unwrap_err();
    assert!(why.is(&codes::CANARY_FAILED));
    insta::assert_snapshot!(why.message, @"2 of the 3 accounts that go first failed or could not be entered, and 1 may: 1, 2");
    let skipped = |account: &str| Row { ended: Ended::Skipped, ..row(account, 1, 1) };
    assert!(
        canary(&[skipped("1"), skipped("2"), row("3", 1, 1)], &first, CAPS).is_err(),
        "who was left alone has shown nothing"
    );
}

#[test]
fn those_that_go_first_and_show_nothing_keep_the_others_back_however_many_may_fail() {
    let caps = FleetCaps { canary_failures: 9, ..CAPS };
    let first: BTreeSet<_> = ["1", "2"].map(str::to_owned).into();
    let ended = |account: &str, ended| Row { ended, counts: Counts::default(), ..row(account, 0, 1) };
    let planned = |one, other| {
        let rows = [ended("1", one), ended("2", other), row("3", 1, 50)];
        let items: Vec<_> = rows.iter().map(|row| item(&row.account)).collect();
        plan("cluster-cleanup", (&items, &rows), &first, caps, None, SOON)
    };
    let stopped = planned(Ended::Skipped, Ended::Failed);
    assert!(!stopped.goes() && stopped.rest.is_empty());
    let why = stopped.stopped().unwrap();
    assert!(why.is(&codes::CANARY_MUTE));
    insta::assert_snapshot!(why.said(), @"none of the 2 accounts that go first could be looked at, so nothing was begun in the others: 1 (skipped), 2 (failed); see why these were left as they are, or let other accounts go first; the next run begins anew");
    assert!(planned(Ended::Skipped, Ended::Nothing).goes(), "there was nothing to do, and that was seen");

    let after = |one: Ended, other: Row, rest| canary(&[ended("1", one), other], &first, caps, rest);
    let why = after(Ended::Planned, ended("2", Ended::Skipped), 1).unwrap_err();
    assert!(why.is(&codes::CANARY_MUTE));
    insta::assert_snapshot!(why.message, @"none of the 2 accounts that go first was changed, so nothing was begun in the others: 1 (planned), 2 (skipped)");
    assert_eq!(after(Ended::Planned, ended("2", Ended::Skipped), 0), Ok(()), "there are no others");
    let partly = Row { counts: Counts { changed: 2, deferred: 1, ..Counts::default() }, ..ended("2", Ended::Planned) };
    for shows in [done("2"), ended("2", Ended::Nothing), partly] {
        assert_eq!(after(Ended::Planned, shows, 1), Ok(()));
    }
}
