//! Users with two keys: overlap, hold, retirement, leaks and rollbacks.

use super::*;
use crate::jobs::key_rotation::request::Phase;

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
    assert_eq!(mute_verdict(untold, &policy(&[])), "R7 not-told", "no notice, no retirement");
    assert_eq!(mute_verdict(with(&[key("ONE", 95, used(1))]), &policy(&[])), "R5 rotate ONE");
}

#[test]
fn only_a_key_that_is_current_and_proven_is_a_reason_to_retire_another() {
    let two = || with(&[key("NEW", 20, used(1)), key("OLD", 110, used(50))]);
    let told = |user| tagged(user, &[("nightshift:told:rotated", format!("NEW {}", ago(20)))]);
    assert_eq!(verdict(told(stored(two(), &[("NEW", &[CURRENT])]))), "R7 deactivate OLD Quiet");
    assert_eq!(verdict(told(stored(two(), &[("NEW", &[CURRENT, PENDING])]))), "R3 resume NEW");
    assert_eq!(verdict(told(stored(two(), &[("NEW", &["AWSPREVIOUS"])]))), "R7 tell astray NEW");
    assert_eq!(verdict(told(two())), "R7 tell astray NEW", "a key nobody stored retires nothing");
    assert_eq!(verdict(two()), "R9 tell cannot OLD", "one of which nothing is known is somebody's own");
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
    assert_eq!(
        verdict(others),
        "R8 note-off OLD",
        "its owner switched it off, and ours replaced it: recovery begins now"
    );
    let unrelated = with(&[key("NEW", 20, used(0)), off(key("OLD", 110, used(15)))]);
    assert_eq!(verdict(unrelated.clone()), "R8 not-due", "somebody else switched it off");
    let deleting = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    assert_eq!(verdict_by(unrelated, &deleting, &Request::default()), "R8 note-off OLD", "recovery begins now");
    let mut alone = gone(30, true);
    alone.secret = Read::Known(None);
    assert_eq!(verdict(alone), "R8 no-current", "the key that took its place is not ours any more");
}

#[test]
fn recovery_counts_from_the_telling_and_no_policy_moves_a_date_that_was_named() {
    let gone = |off_days: u32, told: String| {
        let mut user = rotated(40, used(35));
        user.keys = Read::Known(vec![key("NEW", 40, used(0)), off(key("OLD", 130, used(35)))]);
        user.tags.set("nightshift:off:OLD", Off::Done(ago(off_days)).value());
        tagged(user, &[("nightshift:told:deactivated", told)])
    };
    let short = policy(&[("NIGHTSHIFT_RECOVERY_DAYS", "1"), ("NIGHTSHIFT_OVERLAP_DAYS", "1")]);
    let by = |user| verdict_by(user, &short, &Request::default());
    assert_eq!(verdict(gone(30, format!("OLD {}", ago(1)))), "R8 recovering", "off for long, told yesterday");
    assert_eq!(verdict(gone(30, format!("OLD {}", ago(7)))), "R8 delete OLD");
    let named = |at: Timestamp| format!("OLD {} {at}", ago(3));
    assert_eq!(by(gone(3, named(state::after(ago(3), 7)))), "R8 recovering", "seven days were named");
    assert_eq!(by(gone(3, format!("OLD {}", ago(3)))), "R8 delete OLD", "none were");
    let overlap = |days: &str| {
        let told = format!("NEW {} {}", ago(3), state::after(ago(3), 7));
        tagged(rotated(3, used(3)), &[("nightshift:told:rotated", told + days)])
    };
    assert_eq!(by(overlap("")), "R7 overlap", "the old key works until the day that was named");
    assert_eq!(by(rotated(3, used(3))), "R7 deactivate OLD Quiet", "where none was, the policy of today holds");
}

#[test]
fn nothing_is_handed_out_of_a_secret_that_is_being_deleted() {
    let leaving = |user: User| {
        let mut user = user;
        if let Read::Known(Some(secret)) = &mut user.secret {
            secret.deleted = true;
        }
        user
    };
    let untaken = || User {
        keys: Read::Known(vec![key("NEW", 20, LastUsed::Never), key("OLD", 110, used(15))]),
        ..rotated(20, used(15))
    };
    assert_eq!(verdict(leaving(untaken())), "R7 secret-leaving");
    let mut untold = untaken();
    untold.tags.remove("nightshift:told:rotated");
    assert_eq!(verdict(leaving(untold)), "R7 secret-leaving", "nobody is told to fetch what is going");
    assert_eq!(verdict(leaving(rotated(20, used(15)))), "R7 deactivate OLD Quiet", "somebody uses it already");
    let two = with(&[key("NEW", 1, LastUsed::Never), key("OLD", 95, used(1))]);
    assert_eq!(verdict(leaving(stored(two, &[("NEW", &[PENDING])]))), "R3 secret-leaving");
}

#[test]
fn that_the_operators_know_is_not_that_the_owner_does() {
    for word in ["operators", "owner", "sending"] {
        let told = tagged(rotated(20, used(15)), &[("nightshift:told:rotated", format!("NEW {} {word}", ago(20)))]);
        assert_eq!(verdict(told), "R7 tell rotated NEW", "{word}");
        let until = state::after(ago(40), 30).max(state::after(ago(20), 7));
        let held = tagged(rotated(40, used(0)), &[("nightshift:told:held", format!("OLD {} {until} {word}", ago(20)))]);
        assert_eq!(verdict(held), "R7 tell held OLD", "no hard end for whom it was not named: {word}");
    }
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
    assert_eq!(
        two(used(100), used(1)),
        "R9 tell unused A",
        "a key for the quarter's end is 91 days idle: not without a word"
    );
    assert_eq!(two(used(1), used(94)), "R9 tell unused B");
    assert_eq!(two(LastUsed::Never, used(1)), "R9 tell unused A");
    let warned = |named: Timestamp| {
        let user = with(&[key("B", 95, used(1)), key("A", 200, used(100))]);
        verdict(tagged(user, &[("nightshift:told:unused", format!("A {} {named}", ago(7)))]))
    };
    assert_eq!(warned(state::after(now(), 1)), "R9 unused");
    assert_eq!(warned(now()), "R9 deactivate A Idle");
    assert_eq!(two(used(1), used(2)), "R9 tell cannot A");
    assert_eq!(two(used(100), used(92)), "R9 tell cannot A", "nobody uses either: not ours to choose");
    assert_eq!(two(used(1), LastUsed::Unknown("x".to_owned())), "R9 preflight-unknown");
    let proven = tagged(
        with(&[key("B", 95, used(60)), key("A", 200, used(100))]),
        &[("nightshift:proof", format!("B {}", ago(60)))],
    );
    assert_eq!(verdict(proven), "R7 tell astray B", "this tool proved it, and no secret shows it any more");
    let young = with(&[key("B", 10, used(1)), key("A", 200, LastUsed::Never)]);
    assert_eq!(verdict(young.clone()), "R9 tell cannot A", "one is not due");
    assert_eq!(verdict(tagged(young, &[("nightshift:told:cannot", format!("A {NOW}"))])), "R9 two-keys");
    assert_eq!(verdict(with(&[key("B", 10, used(1)), key("A", 20, LastUsed::Never)])), "R9 not-due");
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

#[test]
fn of_keys_that_are_off_neither_evidence_nor_what_is_handed_out_is_deleted() {
    let deleting = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    let by = |user| verdict_by(user, &deleting, &Request::default());
    let off_for_long = |user: User| {
        tagged(
            user,
            &[
                ("nightshift:off:ONE", Off::Done(ago(30)).value()),
                ("nightshift:told:deactivated", format!("ONE {}", ago(30))),
            ],
        )
    };
    let alone = || off_for_long(with(&[off(key("ONE", 200, used(100)))]));
    assert_eq!(by(alone()), "R6 delete ONE");
    let quarantine = "AWSCompromisedKeyQuarantineV3";
    let held = tagged(alone(), &[("nightshift:told:quarantined", format!("{quarantine} {NOW}"))]);
    assert_eq!(by(User { policies: vec![quarantine.to_owned()], ..held }), "R6 quarantined");
    assert_eq!(by(stored(alone(), &[("ONE", &[CURRENT])])), "R6 only-inactive");
}

#[test]
fn of_a_key_that_went_before_it_was_switched_off_nobody_is_told_that_this_tool_deleted_it() {
    let gone = |off: Off| tagged(with(&[key("NEW", 5, used(0))]), &[("nightshift:off:GONE", off.value())]);
    assert_eq!(verdict(gone(Off::Todo(ago(1)))), "R2 tidy nightshift:off:GONE");
    assert_eq!(verdict(gone(Off::Done(ago(1)))), "R2 tell deleted GONE");
}

#[test]
fn a_key_that_went_for_being_idle_is_not_deleted_while_anybody_has_used_it_since() {
    let idle = |last: u32| {
        let user = with(&[key("NEW", 150, used(0)), off(key("OLD", 200, used(last)))]);
        let off = Off::Done(ago(10)).because("idle");
        tagged(user, &[("nightshift:off:OLD", off), ("nightshift:told:deactivated", format!("OLD {}", ago(10)))])
    };
    assert_eq!(verdict(idle(120)), "R8 delete OLD");
    assert_eq!(verdict(idle(11)), "R8 no-current", "somebody came to need it");
}
