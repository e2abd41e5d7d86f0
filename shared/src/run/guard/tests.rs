//! The guard on its own: what it lets through, and that nothing is lost between.

use std::borrow::Cow;

use proptest::prelude::*;
use serde::Serialize;

use super::*;
use crate::run::caps::Counted;
use crate::run::plan::{Details, Subject};

const DELETIONS: Counted = Counted::new("deletions");
const PURGES: Counted = Counted::new("purges");

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Step {
    id: usize,
    #[serde(skip)]
    kind: Option<Counted>,
}

impl Subject<()> for Step {
    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(format!("step-{}", self.id))
    }

    fn region<'a>(&'a self, (): &'a ()) -> &'a str {
        "eu-west-1"
    }

    fn owner(&self) -> Option<&str> {
        None
    }

    fn details(&self, (): &(), _: Outcome) -> Details {
        Details::new()
    }
}

impl Act<()> for Step {
    fn steps(&self) -> Vec<String> {
        vec![format!("do {}", self.id)]
    }

    fn capped(&self) -> Option<Counted> {
        self.kind
    }
}

fn steps(kinds: &[Option<Counted>]) -> Vec<Step> {
    kinds.iter().enumerate().map(|(id, kind)| Step { id, kind: *kind }).collect()
}

fn caps(deletions: usize, purges: usize, actions: &[Step]) -> Vec<Cap> {
    let wanted = |kind| actions.iter().filter(|step| step.kind == Some(kind)).count();
    vec![
        Cap::count(DELETIONS, "max_deletions", "NIGHTSHIFT_MAX_DELETIONS", deletions, wanted(DELETIONS)),
        Cap::share(PURGES, "NIGHTSHIFT_MAX_DELETIONS", purges, wanted(PURGES)),
    ]
}

#[test]
fn nobody_may_write_in_plan_mode() {
    assert!(leave_to_write(Mode::Plan).is_none());
}

fn nobody() -> Consent {
    Consent::default()
}

fn digest(text: &str) -> PlanDigest {
    PlanDigest::of("f", "1", &[text])
}

#[test]
fn a_digest_is_consent_to_one_plan_and_lifts_caps_only_where_allowed() {
    let actions = steps(&[Some(DELETIONS), Some(DELETIONS), None]);
    let verdict = |expect: Option<&str>, lifts_caps, cap| {
        let consent = Consent { expect_plan: expect.map(digest), lifts_caps, ..Consent::default() };
        let verdict = consent.judge(&digest("a"), caps(cap, 1, &actions), &actions);
        let goes = verdict.rulings.iter().filter(|ruling| **ruling == Ruling::Goes).count();
        (verdict.tripped.map(|tripped| tripped.guard.into_owned()), goes)
    };
    let tripped = |guard: &str, goes| (Some(guard.to_owned()), goes);
    assert_eq!(verdict(None, true, 2), (None, 3));
    assert_eq!(verdict(None, true, 1), tripped("max_deletions", 1), "without a digest nothing lifts a cap");
    assert_eq!(verdict(Some("a"), false, 1), tripped("max_deletions", 1));
    assert_eq!(verdict(Some("a"), true, 1), (None, 3));
    assert_eq!(verdict(Some("b"), true, 2), tripped("expect_plan", 0), "not even what no cap counts");
    assert_eq!(verdict(Some("b"), true, 1), tripped("expect_plan", 0));
}

#[test]
fn a_broken_cap_stops_its_own_kind_and_a_backlog_is_worked_off_from_its_front() {
    let actions = steps(&[None, Some(DELETIONS), Some(PURGES), Some(DELETIONS), Some(PURGES), Some(PURGES), None]);
    let verdict = nobody().judge(&digest("a"), caps(1, 2, &actions), &actions);
    let permit = leave_to_write(Mode::Apply).unwrap();
    let (allowed, waits) = verdict.split(&permit, actions.clone(), &());
    let ids = |steps: &[Step]| steps.iter().map(|step| step.id).collect::<Vec<_>>();
    assert_eq!(ids(allowed.actions()), [0, 2, 4, 6]);
    assert_eq!(ids(&waits), [1, 3, 5]);
    assert_eq!(allowed.withheld().iter().map(String::as_str).collect::<Vec<_>>(), ["step-1", "step-3", "step-5"]);
    let done = allowed.actions().iter().map(|_| Done::changed(Vec::new())).collect();
    let (all, done) = verdict.join(allowed.into_actions(), done, waits);
    assert_eq!(all, actions);
    let ends: Vec<_> = done.iter().map(|done| done.outcome.as_str()).collect();
    assert_eq!(ends, ["changed", "planned", "changed", "planned", "changed", "deferred", "changed"]);
    let why = done[5].reason.as_ref().unwrap();
    insta::assert_snapshot!(
        format!("[{}] {}; {}", why.code, why.message, why.fix.as_deref().unwrap_or_default()),
        @"[backlog] 3 purges are due, and a run does 2, oldest first; a later run does it; or raise NIGHTSHIFT_MAX_DELETIONS"
    );
    let planned: Vec<_> = verdict.planned(&actions).iter().map(|done| done.outcome.as_str()).collect();
    assert_eq!(planned, ["planned", "planned", "planned", "planned", "planned", "deferred", "planned"]);
}

#[test]
fn what_nothing_is_said_of_has_failed_and_is_in_the_report() {
    let actions = steps(&[None, Some(DELETIONS), None, None]);
    let verdict = nobody().judge(&digest("a"), caps(0, 1, &actions), &actions);
    let permit = leave_to_write(Mode::Apply).unwrap();
    for said in 0..5 {
        let (allowed, waits) = verdict.split(&permit, actions.clone(), &());
        let done = (0..said).map(|_| Done::changed(Vec::new())).collect();
        let (all, done) = verdict.join(allowed.into_actions(), done, waits);
        assert_eq!(all, actions);
        let ends = done.iter().filter(|done| done.outcome == Outcome::Changed).count();
        assert_eq!((ends, done[1].outcome), (said.min(3), Outcome::Planned));
        let lost = |done: &&Done| done.reason.as_ref().is_some_and(|reason| reason.is(&codes::UNACCOUNTED));
        assert_eq!(done.iter().filter(lost).filter(|done| done.outcome == Outcome::Failed).count(), 3 - ends);
    }
}

fn within(deletions: usize, purges: usize) -> Consent {
    let budget = [(DELETIONS, deletions), (PURGES, purges)].map(|(kind, judged)| (kind.name().to_owned(), judged));
    Consent { budget: Some(budget.into()), ..Consent::default() }
}

#[test]
fn of_each_kind_goes_no_more_than_was_judged_of_it() {
    let actions = steps(&[None, Some(DELETIONS), Some(PURGES), Some(DELETIONS), Some(PURGES), None]);
    let said = |(deletions, purges), cap| {
        let verdict = within(deletions, purges).judge(&digest("a"), caps(cap, 9, &actions), &actions);
        let guards = verdict.tripped.iter().chain(&verdict.besides).map(|tripped| tripped.guard.to_string());
        let goes = verdict.lets_through().iter().map(|goes| if *goes { 'g' } else { '-' }).collect::<String>();
        format!("{goes} {} {}", verdict.stakes(&actions, 0).destructive, guards.collect::<Vec<_>>().join("+"))
    };
    assert_eq!(said((2, 2), 2), "gggggg 2 ");
    assert_eq!(said((2, 1), 2), "gggg-g 2 ", "the newest of the backlog waits");
    assert_eq!(said((9, 0), 2), "gg-g-g 2 ", "what was judged of deletions pays for no purge");
    assert_eq!(said((1, 9), 2), "g-g-gg 0 budget", "nor the other way round");
    assert_eq!(said((0, 0), 2), "g----g 0 budget");
    assert_eq!(said((9, 9), 1), "g-g-gg 0 max_deletions", "a budget is never above the account's own caps");
    let verdict = within(1, 1).judge(&digest("a"), caps(2, 9, &actions), &actions);
    let tripped = verdict.tripped.unwrap();
    insta::assert_snapshot!(
        format!("{} of {}: {}", tripped.wanted, tripped.limit, tripped.fix),
        @"2 of 1: more deletions are due in this account than when the run through the organisation was judged: the next run judges anew"
    );
    let Ruling::Later(why) = &verdict.rulings[4] else { panic!("{:?}", verdict.rulings) };
    assert_eq!(why.message, "2 purges are due, and 1 were judged for this account");
}

/// As a call that died wrote it down.
fn taken(kind: Counted, thing: &str) -> Begun {
    let (id, thing) = (thing.to_owned(), thing.to_owned());
    let (region, kind) = ("eu-west-1".to_owned(), Some(kind.name().to_owned()));
    Begun { id, region, owner: None, thing, kind, steps: Vec::new() }
}

#[test]
fn what_an_earlier_call_took_is_off_the_budget_and_is_not_counted_twice() {
    let actions = steps(&[Some(DELETIONS), Some(PURGES), Some(DELETIONS), Some(PURGES)]);
    let said = |before: &[(Counted, &str)], (deletions, purges)| {
        let mut spent = Spent::default();
        for (kind, thing) in before {
            spent.take(taken(*kind, thing));
        }
        let consent = Consent { spent: spent.clone(), ..within(deletions, purges) };
        let verdict = consent.judge(&digest("a"), caps(9, 9, &actions), &actions);
        let goes: String = verdict.lets_through().iter().map(|goes| if *goes { 'g' } else { '-' }).collect();
        let after = verdict.spending(&spent, &actions, &());
        (
            format!("{goes} {} {}", after.count(DELETIONS), after.count(PURGES)),
            verdict.tripped.map(|tripped| tripped.fix),
        )
    };
    let counts = |before: &[(Counted, &str)], judged| said(before, judged).0;
    assert_eq!(counts(&[], (2, 2)), "gggg 2 2");
    assert_eq!(counts(&[(DELETIONS, "step-0")], (2, 2)), "gggg 2 2", "it is gone on with");
    assert_eq!(counts(&[(DELETIONS, "gone")], (2, 2)), "-g-g 1 2", "three are more than two");
    assert_eq!(counts(&[(PURGES, "gone")], (2, 2)), "ggg- 2 2", "of a backlog the oldest that is left");
    assert_eq!(counts(&[(PURGES, "step-3")], (2, 1)), "g-gg 2 1", "what was taken, before what is older");
    assert_eq!(counts(&[(DELETIONS, "gone")], (3, 2)), "gggg 3 2");
    let (_, fix) = said(&[(DELETIONS, "gone")], (2, 2));
    insta::assert_snapshot!(
        fix.unwrap(),
        @"more deletions are due in this account than when the run through the organisation was judged, with the 1 that an earlier call of it took: the next run judges anew"
    );
}

#[test]
fn what_a_cap_of_the_account_holds_back_is_at_stake_all_the_same() {
    let actions = steps(&[Some(DELETIONS), Some(PURGES), Some(DELETIONS)]);
    let stakes = nobody().judge(&digest("a"), caps(1, 9, &actions), &actions).stakes(&actions, 7);
    let goes = [(PURGES.name().to_owned(), 1)].into();
    assert_eq!(stakes, Stakes { goes, destructive: 0, wanted: 2, marked: 7 }, "a backlog is nobody's alarm");
}

#[test]
fn a_plan_that_a_person_agreed_to_needs_no_budget_and_another_gets_none() {
    let actions = steps(&[Some(DELETIONS), None]);
    let goes = |expect: &str, lifts_caps| {
        let expect_plan = Some(digest(expect));
        let consent = Consent { expect_plan, lifts_caps, budget: Some(Budget::new()), ..Consent::default() };
        consent.judge(&digest("a"), caps(9, 9, &actions), &actions).lets_through()
    };
    assert_eq!(goes("a", true), [true, true]);
    assert_eq!(goes("a", false), [false, true], "what lifts no cap lifts no budget");
    assert_eq!(goes("b", true), [false, false]);
}

/// A consent to `steps`, of which a run that died wrote down that it began them.
fn begun(steps: &[Step], lifts_caps: bool) -> (PlanDigest, Consent) {
    let text = PlanDigest::text("f", "1", &((), steps));
    let digest = PlanDigest::of_text(&text);
    let mut spent = Spent::default();
    spent.agree(|| text);
    (digest.clone(), Consent { expect_plan: Some(digest), lifts_caps, spent, ..Consent::default() })
}

#[test]
fn of_a_plan_that_was_begun_goes_what_is_left_of_it_and_nothing_that_is_new() {
    let agreed = steps(&[Some(DELETIONS), Some(DELETIONS), None]);
    let (_, consent) = begun(&agreed, true);
    let goes = |consent: &Consent, actions: &[Step]| {
        let verdict = consent.judge(&digest("another"), caps(9, 9, actions), actions);
        let goes: String = verdict.lets_through().iter().map(|goes| if *goes { 'g' } else { '-' }).collect();
        format!("{goes} {}", verdict.tripped.map(|tripped| tripped.guard).unwrap_or_default())
    };
    assert_eq!(goes(&consent, &agreed[1..]), "gg ", "the first is done");
    assert_eq!(goes(&consent, &[]), " ");
    let late = Step { id: 7, kind: Some(DELETIONS) };
    assert_eq!(goes(&consent, &[agreed[1].clone(), late.clone()]), "g- expect_plan");
    assert_eq!(goes(&consent, &[Step { id: 7, kind: None }]), "- expect_plan", "not even what no cap counts");
    // What was agreed to is what the digest says, not what somebody wrote down.
    let (_, mut forged) = begun(std::slice::from_ref(&late), true);
    forged.expect_plan.clone_from(&consent.expect_plan);
    assert_eq!(goes(&forged, &[late]), "- expect_plan");
    let none = Consent { spent: Spent::default(), ..consent.clone() };
    assert_eq!(goes(&none, &agreed[1..]), "-- expect_plan", "of what nobody began, the whole goes or nothing");
    let verdict = consent.judge(&digest("a"), caps(9, 9, &agreed), &steps(&[None, None, None, None]));
    let tripped = verdict.tripped.unwrap();
    insta::assert_snapshot!(tripped.fix, @"1 of the 4 things due by now is not part of the plan that was agreed to, and waited: `nightshift fleet redrive` plans the account anew, within the caps; or review a new plan and give its digest");
}

#[test]
fn where_a_digest_lifts_no_cap_what_is_left_stays_within_the_caps_and_what_was_judged() {
    let agreed = steps(&[Some(DELETIONS), Some(PURGES), Some(PURGES), Some(PURGES)]);
    let (_, consent) = begun(&agreed, false);
    let goes = |taken_before: &[&str], cap, purges| {
        let mut consent = Consent { budget: within(1, purges).budget, ..consent.clone() };
        for thing in taken_before {
            consent.spent.take(taken(PURGES, thing));
        }
        let verdict = consent.judge(&digest("another"), caps(cap, 9, &agreed), &agreed);
        verdict.lets_through().iter().map(|goes| if *goes { 'g' } else { '-' }).collect::<String>()
    };
    assert_eq!(goes(&[], 1, 3), "gggg");
    assert_eq!(goes(&[], 0, 3), "-ggg");
    assert_eq!(goes(&["gone"], 1, 2), "gg--", "one of two was taken by the call that died");
}

proptest! {
    /// Whatever was judged: no more goes that caps count, nothing goes that would not go without a budget, and all else does.
    #[test]
    fn a_budget_only_ever_takes_away(
        kinds in proptest::collection::vec(prop_oneof![Just(None), Just(Some(DELETIONS)), Just(Some(PURGES))], 0..60),
        deletions in 0usize..20,
        purges in 1usize..20,
        judged in (0usize..30, 0usize..30),
    ) {
        let actions = steps(&kinds);
        let judge = |consent: Consent| consent.judge(&digest("a"), caps(deletions, purges, &actions), &actions);
        let (free, bound) = (judge(nobody()), judge(within(judged.0, judged.1)));
        let of = |verdict: &Verdict, kind: Counted| {
            verdict.stakes(&actions, 0).goes.get(kind.name()).copied().unwrap_or_default()
        };
        prop_assert!(of(&bound, DELETIONS) <= judged.0 && of(&bound, PURGES) <= judged.1);
        for ((was, is), action) in free.lets_through().into_iter().zip(bound.lets_through()).zip(&actions) {
            prop_assert!(was || !is);
            prop_assert!(action.kind.is_some() || is);
        }
        if of(&free, DELETIONS) <= judged.0 && of(&free, PURGES) <= judged.1 {
            prop_assert_eq!(free, bound);
        }
    }

    /// However often a worker dies and is called again, whatever became due meanwhile, and whether or not what it takes could be written
    /// down: all calls together do no more of a kind than was judged of it.
    #[test]
    fn all_calls_within_one_budget_do_no_more_than_was_judged(
        calls in proptest::collection::vec(
            (proptest::collection::btree_map(0usize..14, any::<bool>(), 0..10), 0usize..10, any::<bool>()),
            1..6,
        ),
        judged in (0usize..8, 0usize..8),
    ) {
        let (mut spent, mut did) = (Spent::default(), std::collections::BTreeSet::new());
        for (due, dies_after, is_written) in calls {
            let kind = |is_purge| Some(if is_purge { PURGES } else { DELETIONS });
            let due = due.into_iter().map(|(id, is_purge)| Step { id, kind: kind(is_purge) });
            // What is done is not due again.
            let actions: Vec<_> = due.filter(|step| !did.contains(&(step.id, step.kind))).collect();
            let consent = Consent { spent: spent.clone(), ..within(judged.0, judged.1) };
            let verdict = consent.judge(&digest("a"), caps(99, 99, &actions), &actions);
            let after = verdict.spending(&spent, &actions, &());
            if !is_written {
                continue;
            }
            spent = after;
            let goes = actions.iter().zip(verdict.lets_through()).filter(|(_, goes)| *goes);
            did.extend(goes.take(dies_after).map(|(step, _)| (step.id, step.kind)));
            let of = |kind| did.iter().filter(|(_, of)| *of == Some(kind)).count();
            prop_assert!(of(DELETIONS) <= judged.0 && of(PURGES) <= judged.1, "{:?} of {:?}", did, judged);
        }
    }

    /// Whatever was begun, is due by now and was agreed to: nothing goes that is not of what was agreed to.
    #[test]
    fn nothing_goes_that_nobody_agreed_to(
        agreed in proptest::collection::btree_set(0usize..12, 0..10),
        due in proptest::collection::btree_set(0usize..12, 0..10),
        lifts_caps in any::<bool>(),
        is_kept in any::<bool>(),
    ) {
        let steps = |ids: &std::collections::BTreeSet<usize>| {
            ids.iter().map(|id| Step { id: *id, kind: (id % 2 == 0).then_some(DELETIONS) }).collect::<Vec<_>>()
        };
        let (now, (expected, mut consent)) = (steps(&due), begun(&steps(&agreed), lifts_caps));
        let actual = PlanDigest::of_text(&PlanDigest::text("f", "1", &((), &now)));
        if !is_kept {
            consent.spent = Spent::default();
        }
        let verdict = consent.judge(&actual, caps(99, 99, &now), &now);
        for (step, goes) in now.iter().zip(verdict.lets_through()) {
            let may = agreed.contains(&step.id) && (is_kept || actual == expected);
            prop_assert_eq!(goes, may, "{:?}", step);
        }
        prop_assert_eq!(verdict.tripped.is_some(), !due.is_subset(&agreed) || !is_kept && actual != expected);
    }

    /// However large a plan is: what no cap counts goes, a backlog shrinks, and all that is planned is reported.
    #[test]
    fn no_cap_stops_what_it_does_not_count_and_none_locks_itself(
        kinds in proptest::collection::vec(prop_oneof![Just(None), Just(Some(DELETIONS)), Just(Some(PURGES))], 0..60),
        deletions in 0usize..20,
        purges in 1usize..20,
    ) {
        let actions = steps(&kinds);
        let verdict = nobody().judge(&digest("a"), caps(deletions, purges, &actions), &actions);
        let permit = leave_to_write(Mode::Apply).unwrap();
        let (allowed, waits) = verdict.split(&permit, actions.clone(), &());
        let of = |steps: &[Step], kind| steps.iter().filter(|step| step.kind == kind).count();
        prop_assert_eq!(of(&waits, None), 0);
        let wanted = of(&actions, Some(DELETIONS));
        prop_assert_eq!(of(allowed.actions(), Some(DELETIONS)), if wanted > deletions { 0 } else { wanted });
        prop_assert_eq!(of(allowed.actions(), Some(PURGES)), purges.min(of(&actions, Some(PURGES))));
        prop_assert_eq!(verdict.tripped.is_some(), wanted > deletions, "a backlog trips nothing");
        let done = allowed.actions().iter().map(|_| Done::changed(Vec::new())).collect();
        let (all, done) = verdict.join(allowed.into_actions(), done, waits);
        prop_assert_eq!(&all, &actions);
        prop_assert_eq!(done.len(), actions.len());
    }
}
