//! Users with two keys: overlap, hold, retirement, leaks and rollbacks.

use super::*;
use crate::jobs::key_rotation::plan::leak as leak_of;
use crate::jobs::key_rotation::request::{Compromised, Phase};

#[test]
fn an_old_key_goes_only_after_its_overlap_and_only_when_it_is_quiet() {
    for (days, last_used, expected) in [
        (0, used(0), "R7 overlap"),
        (6, used(6), "R7 overlap"),
        (7, used(2), "R7 deactivate OLD Quiet"),
        (7, LastUsed::Never, "R7 deactivate OLD Quiet"),
        (7, used(1), "R7 tell held OLD"),
        (7, LastUsed::Unknown("throttled".to_owned()), "R7 preflight-unknown"),
        (7, LastUsed::NotAsked, "R7 preflight-unknown"),
    ] {
        assert_eq!(verdict(rotated(days, last_used.clone())), expected, "{days} {last_used:?}");
    }
}

#[test]
fn a_key_in_use_is_held_until_the_operators_have_known_for_a_week() {
    let held = |days, told_days: u32| {
        // As the notice names it.
        let until = state::after(ago(days), 30).max(state::after(ago(told_days), 7));
        tagged(rotated(days, used(0)), &[("nightshift:told:held", format!("OLD {} {until}", ago(told_days)))])
    };
    assert_eq!(verdict(held(10, 3)), "R7 in-use");
    assert_eq!(verdict(held(29, 20)), "R7 in-use");
    assert_eq!(verdict(held(30, 20)), "R7 deactivate OLD HardEnd");
    assert_eq!(verdict(held(40, 6)), "R7 in-use", "told less than a week ago");
    assert_eq!(verdict(held(40, 7)), "R7 deactivate OLD HardEnd");
    assert_eq!(verdict(rotated(400, used(0))), "R7 tell held OLD", "never without a word");
    let undated = tagged(rotated(400, used(0)), &[("nightshift:told:held", format!("OLD {}", ago(100)))]);
    assert_eq!(verdict(undated), "R7 tell held OLD", "nor on a day that was not named");
}

#[test]
fn the_overlap_begins_when_the_owner_was_told() {
    let mut untold = rotated(60, used(40));
    untold.tags.remove("nightshift:told:rotated");
    assert_eq!(verdict(untold.clone()), "R7 tell rotated NEW");
    assert_eq!(mute_verdict(untold, &policy(&[])), "R7 untold", "no notice, no retirement");
    assert_eq!(mute_verdict(with(&[key("ONE", 95, used(1))]), &policy(&[])), "R5 rotate ONE");
}

#[test]
fn only_a_key_that_is_current_and_proven_is_a_reason_to_retire_another() {
    let two = || with(&[key("NEW", 20, used(1)), key("OLD", 110, used(50))]);
    let told = |user| tagged(user, &[("nightshift:told:rotated", format!("NEW {}", ago(20)))]);
    assert_eq!(verdict(told(stored(two(), &[("NEW", &[CURRENT])]))), "R7 deactivate OLD Quiet");
    assert_eq!(verdict(told(stored(two(), &[("NEW", &[CURRENT, PENDING])]))), "R3 resume NEW");
    assert_eq!(verdict(told(stored(two(), &[("NEW", &["AWSPREVIOUS"])]))), "R9 tell cannot OLD");
    assert_eq!(verdict(told(two())), "R9 tell cannot OLD", "a key nobody stored retires nothing");
}

#[test]
fn a_key_its_owner_made_after_ours_is_not_the_old_one() {
    let user = stored(with(&[key("SELF", 5, used(0)), key("OURS", 40, used(30))]), &[("OURS", &[CURRENT])]);
    let user = tagged(user, &[("nightshift:told:rotated", format!("OURS {}", ago(40)))]);
    assert_eq!(verdict(user), "R9 not-due");
}

#[test]
fn a_key_that_is_off_is_deleted_after_recovery_and_not_before_its_owner_knows() {
    let gone = |days: u32, told: bool| {
        let mut user = rotated(20, used(15));
        user.keys = Read::Known(vec![key("NEW", 20, used(0)), off(key("OLD", 110, used(15)))]);
        user.tags.set("nightshift:off:OLD", Off::Done(ago(days)).value());
        if told {
            user.tags.set("nightshift:told:deactivated", format!("OLD {}", ago(days)));
        }
        user
    };
    assert_eq!(verdict(gone(3, false)), "R8 tell deactivated OLD");
    assert_eq!(verdict(gone(30, false)), "R8 tell deactivated OLD");
    assert_eq!(verdict(gone(6, true)), "R8 recovering");
    assert_eq!(verdict(gone(7, true)), "R8 delete OLD");
    let leaked = tagged(gone(30, true), &[(tags::LEAKED, "OLD".to_owned())]);
    assert_eq!(verdict(leaked), "R8 leaked-kept");
    let mut asked = gone(7, true);
    asked.tags.set("nightshift:off:OLD", Off::Todo(ago(7)).value());
    assert_eq!(verdict(asked), "R8 note-off OLD since", "an interrupted run switched it off");
    let mut others = gone(7, true);
    others.tags.remove("nightshift:off:OLD");
    assert_eq!(verdict(others.clone()), "R8 not-due", "somebody else switched it off");
    let deleting = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    assert_eq!(verdict_by(others, &deleting, &Request::default()), "R8 note-off OLD", "recovery begins now");
    let mut alone = gone(30, true);
    alone.secret = Read::Known(None);
    assert_eq!(verdict(alone), "R8 no-current", "the key that took its place is not ours any more");
}

#[test]
fn an_owner_who_switched_it_on_again_is_not_fought() {
    let back = tagged(rotated(20, used(15)), &[("nightshift:off:OLD", Off::Done(ago(3)).value())]);
    assert_eq!(verdict(back), "R7 tell held OLD came back");
    let noted = tagged(rotated(20, used(15)), &[("nightshift:off:OLD", Off::Back(ago(3)).value())]);
    assert_eq!(verdict(noted.clone()), "R7 tell held OLD");
    let told = tagged(noted, &[("nightshift:told:held", format!("OLD {}", ago(2)))]);
    assert_eq!(verdict(told), "R7 rolled-back");
    let asked = tagged(rotated(20, used(15)), &[("nightshift:off:OLD", Off::Todo(ago(3)).value())]);
    assert_eq!(verdict(asked), "R7 deactivate OLD Quiet", "asked for and never done: decided anew");
}

#[test]
fn of_two_strangers_only_one_nobody_needs_goes() {
    let two = |a: LastUsed, b: LastUsed| verdict(with(&[key("B", 95, b), key("A", 200, a)]));
    assert_eq!(two(used(100), used(1)), "R9 deactivate A Idle");
    assert_eq!(two(used(1), used(94)), "R9 deactivate B Idle");
    assert_eq!(two(LastUsed::Never, used(1)), "R9 deactivate A Idle");
    assert_eq!(two(used(1), used(2)), "R9 tell cannot A");
    assert_eq!(two(used(100), used(92)), "R9 tell cannot A", "nobody uses either: not ours to choose");
    assert_eq!(two(used(1), LastUsed::Unknown("x".to_owned())), "R9 preflight-unknown");
    let proven = tagged(
        with(&[key("B", 95, used(60)), key("A", 200, used(100))]),
        &[("nightshift:proof", format!("B {}", ago(60)))],
    );
    assert_eq!(verdict(proven), "R9 tell cannot A", "our own proof is nobody's use");
    let young = with(&[key("B", 10, used(1)), key("A", 200, LastUsed::Never)]);
    assert_eq!(verdict(young.clone()), "R9 tell cannot A", "one is not due");
    assert_eq!(verdict(tagged(young, &[("nightshift:told:cannot", format!("A {NOW}"))])), "R9 two-keys");
    assert_eq!(verdict(with(&[key("B", 10, used(1)), key("A", 20, LastUsed::Never)])), "R9 not-due");
}

fn leak(user: User, policy: &Policy, id: &str) -> String {
    let leak = Compromised { user: Some("ana".to_owned()), key: id.to_owned() };
    verdict_by(user, policy, &Request { compromised: vec![leak], ..Request::default() })
}

#[test]
fn a_replacement_that_a_leak_began_is_finished_by_any_night_for_excluded_users_too() {
    for intent in [tags::OWED.to_owned(), format!("{} ONE", ago(1))] {
        a_replacement_is_finished(&intent);
    }
}

fn a_replacement_is_finished(intent: &str) {
    let begun = |user: User| {
        let tags = [(tags::LEAKED, "ONE".to_owned()), (tags::INTENT, intent.to_owned())];
        tagged(user, &[tags.as_slice(), &[("nightshift:told:leaked", format!("ONE {}", ago(1)))]].concat())
    };
    let leaked = || off(key("ONE", 200, used(1)));
    let (normal, excluding) = (policy(&[]), policy(&[("NIGHTSHIFT_EXCLUDE", "ana")]));
    let other = policy(&[("NIGHTSHIFT_INCLUDE", "bob")]);
    let nightly = Request { phases: Some([Phase::Retire, Phase::Warn, Phase::Repair].into()), ..Request::default() };
    for policy in [&normal, &excluding, &other] {
        let by = |user| verdict_by(user, policy, &nightly);
        assert_eq!(by(begun(with(&[leaked()]))), "R11 leaked ONE off already, rotate");
        let stored = |label| stored(begun(with(&[key("TWO", 1, LastUsed::Never), leaked()])), &[("TWO", &[label])]);
        assert_eq!(by(stored(PENDING)), "R3 resume TWO");
        assert_eq!(by(stored(CURRENT)), "R8 tell rotated TWO");
    }
    let by = |user| verdict_by(user, &excluding, &nightly);
    assert_eq!(by(with(&[leaked()])), "R1 excluded", "nothing says that anything was begun");
    let strange = Secret { user_id: None, deleted: false, versions: Vec::new() };
    let blocked = User { secret: Read::Known(Some(strange)), ..begun(with(&[leaked()])) };
    assert_eq!(by(blocked), "R11 secret-not-ours", "and it is tried again each night");
    let due = begun(with(&[key("TWO", 95, used(1)), leaked()]));
    assert_eq!(by(due), "R2 tidy nightshift:intent", "and nothing else is done about somebody excluded");
    let alone = tagged(with(&[leaked()]), &[(tags::LEAKED, "ONE".to_owned())]);
    assert_eq!(verdict(alone), "R6 only-inactive", "somebody may have taken the other key away on purpose");
}

#[test]
fn a_leaked_key_goes_off_at_once_and_the_innocent_one_is_never_touched() {
    let normal = policy(&[]);
    assert_eq!(leak(with(&[key("ONE", 10, used(1))]), &normal, "ONE"), "R11 leaked ONE, rotate");
    let two = || with(&[key("B", 10, used(1)), key("A", 200, used(1))]);
    assert_eq!(leak(two(), &normal, "B"), "R11 leaked B");
    let excluding = policy(&[("NIGHTSHIFT_EXCLUDE", "ana")]);
    assert_eq!(leak(two(), &excluding, "A"), "R11 leaked A", "exclusion does not shield it");
    assert_eq!(leak(two(), &normal, "C"), "R11 no-such-key");
    let unreadable = User {
        secret: Read::unknown("secretsmanager:DescribeSecret", "AccessDenied"),
        ..with(&[key("ONE", 10, used(1))])
    };
    assert_eq!(leak(unreadable, &normal, "ONE"), "R11 leaked ONE", "first things first");
    let done = tagged(
        with(&[key("NEW", 0, used(0)), off(key("ONE", 10, used(1)))]),
        &[(tags::LEAKED, "ONE".to_owned()), ("nightshift:told:leaked", format!("ONE {NOW}"))],
    );
    assert_eq!(leak(done, &normal, "ONE"), "R11 leaked-kept", "an event may come twice");
}

#[test]
fn every_leaked_key_goes_off_in_one_step_and_what_is_missing_is_named() {
    let leaks = |ids: &[&str]| {
        let leak = |id: &&str| Compromised { user: Some("ana".to_owned()), key: (*id).to_owned() };
        Request { compromised: ids.iter().map(leak).collect(), ..Request::default() }
    };
    let (normal, both) = (policy(&[]), leaks(&["B", "A", "B"]));
    let two = || with(&[key("B", 10, used(1)), key("A", 200, used(1))]);
    assert_eq!(verdict_by(two(), &normal, &both), "R11 leaked A and B");
    assert_eq!(leak_of(&two(), &both), Some(Leak::Open));
    let one_off = with(&[key("B", 10, used(1)), off(key("A", 200, used(1)))]);
    let noted = tagged(one_off, &[(tags::LEAKED, "A".to_owned()), ("nightshift:told:leaked", format!("A {NOW}"))]);
    assert_eq!(verdict_by(noted, &normal, &both), "R11 leaked A off already and B");
    let done = tagged(
        with(&[off(key("B", 10, used(1))), off(key("A", 200, used(1)))]),
        &[(tags::LEAKED, "A B".to_owned()), ("nightshift:told:leaked", format!("B A {NOW}"))],
    );
    assert_eq!(verdict_by(done.clone(), &normal, &both), "R11 leaked-kept");
    assert_eq!(leak_of(&done, &both), Some(Leak::Off));
    let unnoted = tagged(done, &[(tags::LEAKED, "A".to_owned())]);
    assert_eq!(verdict_by(unnoted.clone(), &normal, &both), "R11 leaked A off already and B off already");
    assert_eq!(leak_of(&unnoted, &both), Some(Leak::Open), "off, and nothing says that it leaked");
    // Half wrong, and wholly.
    for (ids, step, missing) in [(&["A", "C"][..], 1, 1), (&["C", "D"], 0, 2)] {
        let request = leaks(ids);
        let plan = plan_of(two(), terms(&normal, &request));
        let unknown = plan.left.iter().filter(|left| left.why.code() == "no-such-key").count();
        assert_eq!((plan.actions.len(), unknown), (step, missing), "{plan}");
        assert_eq!(leak_of(&two(), &request), Some(Leak::Open));
    }
    assert_eq!(leak_of(&two(), &Request::default()), None);
}

#[test]
fn a_rollback_brings_back_what_this_tool_switched_off_last() {
    let ask = Request { rollback: Some("ana".to_owned()), ..Request::default() };
    let roll_back = |user| verdict_by(user, &policy(&[]), &ask);
    let user = with(&[off(key("B", 100, used(1))), off(key("A", 200, used(1)))]);
    assert_eq!(roll_back(user.clone()), "Rollback nothing-to-roll-back");
    let ours = |b: u32, a: u32| {
        [("nightshift:off:B", Off::Done(ago(b)).value()), ("nightshift:off:A", Off::Todo(ago(a)).value())]
    };
    assert_eq!(roll_back(tagged(user.clone(), &ours(3, 5))), "Rollback reactivate B");
    assert_eq!(roll_back(tagged(user.clone(), &ours(5, 3))), "Rollback reactivate A");
    let leaked = tagged(tagged(user, &ours(3, 5)), &[(tags::LEAKED, "B".to_owned())]);
    assert_eq!(roll_back(leaked), "Rollback reactivate A", "never a leaked one");
}

#[test]
fn naming_a_user_narrows_and_forces_nothing() {
    let named = |name: &str| Request { users: Some([name.to_owned()].into()), ..Request::default() };
    let by = |user, request: &Request| verdict_by(user, &policy(&[]), request);
    assert_eq!(by(with(&[key("ONE", 10, used(1))]), &named("ana")), "R5 not-due");
    assert_eq!(by(with(&[key("ONE", 95, used(1))]), &named("ana")), "R5 rotate ONE");
    assert_eq!(by(with(&[]), &named("ana")), "R4 no-keys");
    assert_eq!(by(with(&[key("ONE", 95, used(1))]), &named("anna")), "no-such-user", "and nobody else in its place");
    let nobody = Request { users: Some([].into()), ..Request::default() };
    assert_eq!(by(with(&[key("ONE", 95, used(1))]), &nobody), "out of scope");
}

#[test]
fn a_run_does_only_the_phases_it_was_asked_for() {
    let only = |phase| Request { phases: Some([phase].into()), ..Request::default() };
    let by = |user, phase| verdict_by(user, &policy(&[]), &only(phase));
    let due = || with(&[key("ONE", 95, used(1))]);
    assert_eq!(by(due(), Phase::Rotate), "R5 rotate ONE");
    assert_eq!(by(due(), Phase::Retire), "R5 not-this-phase");
    assert_eq!(by(rotated(7, used(3)), Phase::Rotate), "R7 not-this-phase");
    assert_eq!(by(rotated(7, used(3)), Phase::Retire), "R7 deactivate OLD Quiet");
}
