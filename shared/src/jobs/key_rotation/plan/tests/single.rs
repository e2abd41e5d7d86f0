//! Users with one key or none, and what keeps this tool's hands off anybody.

use super::*;

#[test]
fn a_key_is_warned_of_once_and_rotated_when_its_time_has_come() {
    for (age, expected) in [
        (10, "R5 not-due"),
        (82, "R5 not-due"),
        (83, "R5 tell warning ONE"),
        (89, "R5 tell warning ONE"),
        (90, "R5 rotate ONE"),
        (400, "R5 rotate ONE"),
    ] {
        assert_eq!(verdict(with(&[key("ONE", age, used(1))])), expected, "{age}");
    }
    let warned = tagged(with(&[key("ONE", 85, used(1))]), &[("nightshift:told:warning", format!("ONE {NOW}"))]);
    assert_eq!(verdict(warned.clone()), "R5 not-due");
    let another = tagged(warned, &[("nightshift:told:warning", format!("OTHER {NOW}"))]);
    assert_eq!(verdict(another), "R5 tell warning ONE", "a warning is about one key");
}

#[test]
fn durations_are_whole_days_in_utc() {
    let second = |age: u32| {
        let mut one = key("ONE", age, used(1));
        one.created_at = one.created_at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        verdict(with(&[one]))
    };
    assert_eq!(second(90), "R5 tell warning ONE", "a second short of 90 days");
    assert_eq!(second(83), "R5 not-due", "a second short of the warning");
}

#[test]
fn a_key_never_used_is_rotated_like_any_other_unless_the_policy_says_otherwise() {
    let unused = || with(&[key("ONE", 95, LastUsed::Never)]);
    assert_eq!(verdict(unused()), "R5 rotate ONE");
    let strict = policy(&[("NIGHTSHIFT_UNUSED_KEYS", "deactivate")]);
    let by = |user| verdict_by(user, &strict, &Request::default());
    assert_eq!(by(unused()), "R5 tell unused ONE", "not without a word");
    let told = |days| {
        let named = state::after(ago(days), 7);
        tagged(unused(), &[("nightshift:told:unused", format!("ONE {} {named}", ago(days)))])
    };
    assert_eq!(by(told(6)), "R5 unused");
    assert_eq!(by(told(7)), "R5 deactivate ONE NeverUsed");
    let rotation = tagged(unused(), &[("nightshift:told:warning", format!("ONE {}", ago(12)))]);
    assert_eq!(by(rotation), "R5 tell unused ONE", "a warning of something else is none of this");
    let undated = tagged(unused(), &[("nightshift:told:unused", format!("ONE {}", ago(12)))]);
    assert_eq!(by(undated), "R5 tell unused ONE", "nor is one that named no day");
    assert_eq!(by(with(&[key("ONE", 95, used(80))])), "R5 rotate ONE");
    assert_eq!(by(with(&[key("ONE", 95, LastUsed::Unknown("throttled".to_owned()))])), "R5 preflight-unknown");
    assert_eq!(mute_verdict(unused(), &strict), "R5 not-told");
}

#[test]
fn a_key_that_is_off_is_never_rotated_into_one_that_works() {
    assert_eq!(verdict(with(&[off(key("ONE", 400, used(1)))])), "R6 only-inactive");
    assert_eq!(verdict(with(&[off(key("ONE", 400, used(1))), off(key("TWO", 95, used(1)))])), "R10 only-inactive");
    let deleting = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    let by = |user| verdict_by(user, &deleting, &Request::default());
    let alone = || with(&[off(key("ONE", 400, used(1)))]);
    assert_eq!(by(alone()), "R6 note-off ONE", "its recovery begins now, however old it is");
    let noted = |days| {
        let told = ("nightshift:told:deactivated", format!("ONE {}", ago(days)));
        tagged(alone(), &[("nightshift:off:ONE", Off::Done(ago(days)).value()), told])
    };
    assert_eq!(by(noted(6)), "R6 recovering");
    assert_eq!(by(noted(7)), "R6 delete ONE");
    let untold = tagged(alone(), &[("nightshift:off:ONE", Off::Done(ago(30)).value())]);
    assert_eq!(by(untold), "R6 tell deactivated ONE", "not without a word");
    assert_eq!(by(tagged(noted(7), &[(tags::LEAKED, "ONE".to_owned())])), "R6 only-inactive", "a leaked one is kept");
}

#[test]
fn nobody_is_touched_who_is_excluded_unreadable_or_out_of_the_ordinary() {
    let due = || with(&[key("ONE", 95, used(1))]);
    for (variables, expected) in [
        ([("NIGHTSHIFT_EXCLUDE", "an*")], "R1 excluded"),
        ([("NIGHTSHIFT_EXCLUDE", "tag:mail=ana@*")], "R1 excluded"),
        ([("NIGHTSHIFT_EXCLUDE", "path:/robots/*")], "R5 rotate ONE"),
        ([("NIGHTSHIFT_INCLUDE", "ana")], "R5 rotate ONE"),
        ([("NIGHTSHIFT_INCLUDE", "bob")], "out of scope"),
    ] {
        assert_eq!(verdict_by(due(), &policy(&variables), &Request::default()), expected, "{variables:?}");
    }
    let both = policy(&[("NIGHTSHIFT_INCLUDE", "ana"), ("NIGHTSHIFT_EXCLUDE", "ana")]);
    assert_eq!(verdict_by(due(), &both, &Request::default()), "R1 excluded", "exclude wins");

    let keys = User { keys: Read::unknown("iam:ListAccessKeys", "AccessDenied"), ..due() };
    assert_eq!(verdict(keys), "R1 preflight-unknown");
    let secret = User { secret: Read::unknown("secretsmanager:DescribeSecret", "AccessDenied"), ..due() };
    assert_eq!(verdict(secret), "R1 preflight-unknown");
    assert_eq!(verdict(User { secret: Read::NotAsked, ..due() }), "R1 preflight-unknown", "a due key takes a look");
    assert_eq!(verdict(User { keys: Read::NotAsked, ..due() }), "out of scope");
    let three = with(&[key("A", 95, used(1)), key("B", 95, used(1)), key("C", 95, used(1))]);
    assert_eq!(verdict(three), "R1 too-many-keys");
    assert_eq!(verdict(with(&[])), "out of scope", "somebody who only uses the console");
}

#[test]
fn a_secret_that_is_not_this_users_is_never_written() {
    let due = || with(&[key("ONE", 95, used(1))]);
    let secret = |user_id: Option<&str>, deleted| {
        let secret = KeySecret { deleted, ..secret_of(user_id) };
        verdict(User { secret: Read::Known(Some(secret)), ..due() })
    };
    assert_eq!(secret(Some("AIDAANA"), false), "R5 rotate ONE");
    assert_eq!(secret(Some("AIDAANA"), true), "R5 rotate ONE", "restored first");
    assert_eq!(secret(None, false), "R5 secret-not-ours");
    assert_eq!(secret(Some("AIDAOLDANA"), false), "R5 secret-of-another", "an earlier user of that name");
    let with_tags = |number: u32, prefix: &str| {
        (0..number).fold(due(), |user, n| tagged(user, &[(&format!("{prefix}{n}"), String::new())]))
    };
    assert_eq!(verdict(with_tags(45, "t")), "R5 tag-limit", "45 and the one for mail, and five are needed");
    assert_eq!(verdict(with_tags(44, "t")), "R5 rotate ONE");
    let readers = |number| tagged(with_tags(number, "t"), &[(tags::READERS, "role/laptop".to_owned())]);
    assert_eq!(verdict(readers(43)), "R5 tag-limit", "what its readers are is noted, too");
    assert_eq!(verdict(readers(42)), "R5 rotate ONE");
    assert_eq!(verdict(with_tags(60, "aws:t")), "R5 rotate ONE", "AWS's own do not count");
    let ours = [tags::INTENT, tags::SECRET, tags::PROOF, "nightshift:told:rotated"];
    let again = ours.iter().fold(with_tags(44, "t"), |user, tag| tagged(user, &[(*tag, "x".to_owned())]));
    assert_eq!(verdict(again), "R5 rotate ONE", "what is there already takes no room");
}

#[test]
fn nobody_is_told_what_cannot_be_written_down() {
    let near =
        (0..49).fold(with(&[key("ONE", 85, used(1))]), |user, n| tagged(user, &[(&format!("t{n}"), String::new())]));
    assert_eq!(near.tags.len(), 50);
    assert_eq!(verdict(near.clone()), "R5 tag-limit", "it would be told again each night");
    let quiet =
        |number| (0..number).fold(rotated(8, used(5)), |user, n| tagged(user, &[(&format!("t{n}"), String::new())]));
    assert_eq!(verdict(quiet(46)), "R7 deactivate OLD Quiet");
    assert_eq!(verdict(quiet(47)), "R7 tag-limit", "that it is off, and that its owner knows");
    let mut told = near;
    told.tags.remove("t0");
    let told = tagged(told, &[("nightshift:told:warning", "OTHER 2026-01-01T00:00:00Z".to_owned())]);
    assert_eq!(verdict(told), "R5 tell warning ONE", "over a tag that is there");
}

#[test]
fn a_secret_that_others_rule_is_left_alone_and_so_is_what_is_pending_in_it() {
    use crate::jobs::key_rotation::model::Ruler;
    for ruler in
        [Ruler::Rotation("f".to_owned()), Ruler::Service("rds".to_owned()), Ruler::Primary("us-east-1".to_owned())]
    {
        let ruled = |user: User, labels: &[(&str, &[&str])]| {
            let mut user = stored(user, labels);
            if let Read::Known(Some(secret)) = &mut user.secret {
                secret.ruled_by = Some(ruler.clone());
            }
            verdict(user)
        };
        assert_eq!(ruled(with(&[key("ONE", 95, used(1))]), &[]), "R5 secret-ruled", "{ruler:?}");
        let young = with(&[key("ONE", 20, used(1))]);
        assert_eq!(ruled(young, &[("GONE", &[PENDING])]), "R5 not-due", "another's AWSPENDING stays: {ruler:?}");
        let two = with(&[key("NEW", 1, LastUsed::Never), key("OLD", 95, used(1))]);
        assert_eq!(ruled(two, &[("NEW", &[PENDING])]), "R3 secret-ruled", "{ruler:?}");
    }
}

#[test]
fn what_an_earlier_run_left_half_done_is_finished_first() {
    let two = || with(&[key("NEW", 1, LastUsed::Never), key("OLD", 95, used(1))]);
    assert_eq!(verdict(stored(two(), &[("NEW", &[PENDING])])), "R3 resume NEW");
    assert_eq!(verdict(stored(two(), &[("NEW", &[PENDING, CURRENT])])), "R3 resume NEW", "current, and not proven");
    let gone = || with(&[key("OLD", 20, used(1))]);
    assert_eq!(verdict(stored(gone(), &[("GONE", &[PENDING])])), "R3 drop-pending");
    // What another tool has put there, by whatever way it rotates.
    let staged = |age: u32| {
        let mut user = stored(with(&[key("OLD", age, used(1))]), &[("GONE", &[PENDING])]);
        if let Read::Known(Some(secret)) = &mut user.secret {
            secret.versions[0].id = "6f2a1c3e-5b7d-4e8f-9a0b-1c2d3e4f5a6b".to_owned();
        }
        user
    };
    assert_eq!(verdict(staged(20)), "R5 not-due", "is not ours to take away");
    assert_eq!(verdict(staged(95)), "R5 secret-ruled", "nor to write over");
    let mut edited = staged(95);
    if let Read::Known(Some(secret)) = &mut edited.secret {
        secret.versions[1].id = "edited".to_owned();
    }
    assert_eq!(verdict(edited), "R5 secret-ruled", "that something else is handed out is not what is in the way");
    assert_eq!(verdict(stored(gone(), &[("GONE", &[CURRENT])])), "R5 secret-stale");
    let asleep = with(&[off(key("NEW", 1, LastUsed::Never)), key("OLD", 95, used(1))]);
    assert_eq!(verdict(stored(asleep, &[("NEW", &[PENDING])])), "R3 pending-inactive");
    let intent = tagged(gone(), &[(tags::INTENT, format!("{} OLD", ago(1)))]);
    assert_eq!(verdict(intent), "R2 tidy nightshift:intent");
}

#[test]
fn who_is_named_and_not_meant_by_the_policy_is_told_so() {
    let request = Request { users: Some(["ana".to_owned()].into()), ..Request::default() };
    let bobs = policy(&[("NIGHTSHIFT_INCLUDE", "bob")]);
    assert_eq!(verdict_by(with(&[key("ONE", 95, used(1))]), &bobs, &request), "R1 not-included");
}

#[test]
fn a_due_key_beside_one_that_must_stay_has_no_slot_for_another() {
    let beside = |age| {
        let user = with(&[key("ON", age, used(1)), off(key("KEPT", 300, used(200)))]);
        tagged(user, &[(tags::LEAKED, "KEPT".to_owned()), ("nightshift:told:leaked", format!("KEPT {}", ago(9)))])
    };
    assert_eq!(verdict(beside(95)), "R8 no-slot");
    assert_eq!(verdict(beside(20)), "R8 leaked-kept");
}

#[test]
fn who_has_no_keys_has_none_whatever_is_known_of_the_secret() {
    let unread = Read::unknown("secretsmanager:DescribeSecret", "denied");
    for secret in [Read::Known(None), Read::NotAsked, unread] {
        let rule = rules::ask(&User { secret, ..someone() }, terms(&policy(&[]), &Request::default()));
        assert!(matches!(rule, Some((_, Err(Why::NoKeys)))), "{rule:?}");
    }
}
