//! Whoever owns a user when a key of it is taken was told of that in time, whoever owned it before.

use super::simulated::{Letter, Life};
use super::*;
use crate::domains::keys::tags::Whose;

impl Life {
    /// Whether whoever owns the user by now could read so many days ago what `step` rests on.
    pub(super) fn was_read(&self, step: &Step, policy: &Policy) -> bool {
        let (owner, ages) = (self.user.tags.get("mail").unwrap_or_default(), policy.ages);
        let read = |kind: KeyNotice, key: &str, days: u32| {
            let is_it = |letter: &&Letter| letter.to == owner && letter.kind == kind && letter.key == key;
            let mut letters = self.letters.iter().filter(is_it);
            letters.any(|letter| self.now.duration_since(letter.at) >= state::days(days))
        };
        let of_the_new = |old: &str| {
            let mut others = self.keys().iter().filter(|one| one.id != old);
            others.any(|new| read(KeyNotice::Rotated, &new.id, ages.overlap))
        };
        match step {
            Step::Deactivate { key, because } => match because {
                SwitchOffReason::Quiet => of_the_new(key),
                SwitchOffReason::HardEnd => of_the_new(key) && read(KeyNotice::Held, key, 7),
                SwitchOffReason::HoldLimit => of_the_new(key) && read(KeyNotice::NotTakenOver, key, 7),
                SwitchOffReason::Idle | SwitchOffReason::NeverUsed => read(KeyNotice::Unused, key, 1),
                SwitchOffReason::Unclaimed => read(KeyNotice::Unclaimed, key, 1),
            },
            Step::Delete { key, .. } => read(KeyNotice::Deactivated, key, ages.recovery),
            _ => true,
        }
    }
}

/// As a tag remembers that `name` was told.
fn who(name: &str) -> String {
    Whose::of(&[vec![format!("{name}@example.com")]], "").mark(1).to_owned()
}

/// The notice of `kind` about `key` as it is remembered, and what is done about a user of ana's: where she was told as the
/// tag says, where only ben was, where he was after her, and where an earlier version wrote it.
fn by_owner(user: &User, policy: &Policy, tag: &str, told: &str) -> [String; 4] {
    let (ana, ben) = (who("ana"), who("ben"));
    let (key, rest) = told.split_once(' ').unwrap();
    let (at, dates) = rest.split_once(' ').unwrap_or((rest, ""));
    let yesterday = format!("{key} {}{}{dates}", ago(1), if dates.is_empty() { "" } else { " " });
    let values = [
        format!("{told} who={ana}"),
        format!("{told} who={ben}"),
        format!("{yesterday} had={ana}@{at} who={ben}"),
        told.to_owned(),
    ];
    values.map(|value| verdict_by(tagged(user.clone(), &[(tag, value)]), policy, &Request::default()))
}

/// Nothing is taken from anybody by what another was told; what is said anew begins anew; and whoever is named again knows.
#[test]
fn what_another_owner_was_told_takes_no_key_from_whoever_owns_it_by_now() {
    let told = |key: &str, days: u32| format!("{key} {}", ago(days));
    let until = |key: &str, days: u32, named: Timestamp| format!("{key} {} {named}", ago(days));
    let by_now = |kind: &str| format!("nightshift:told:{kind}");
    let to_ana = |key: &str, days: u32| format!("{} who={}", told(key, days), who("ana"));

    let quiet = rotated(7, used(2));
    let held = tagged(rotated(30, used(0)), &[("nightshift:told:rotated", to_ana("NEW", 30))]);
    let mut untaken = tagged(rotated(30, used(0)), &[("nightshift:told:rotated", to_ana("NEW", 30))]);
    if let Read::Known(keys) = &mut untaken.keys {
        keys[0].last_used = LastUsed::Never;
    }
    let unused = with(&[key("ONE", 95, LastUsed::Never)]);
    let idle = with(&[key("B", 95, used(1)), key("A", 200, used(100))]);
    let made = Key { created_at: ago(2), ..key("NEW", 0, LastUsed::Never) };
    let unclaimed = stored(with(&[made, key("OLD", 95, used(1))]), &[]);
    let unclaimed = tagged(unclaimed, &[(tags::INTENT, format!("{} OLD", ago(2)))]);
    let mut gone = tagged(rotated(20, used(15)), &[("nightshift:told:rotated", to_ana("NEW", 20))]);
    gone.keys = Read::Known(vec![key("NEW", 20, used(0)), off(key("OLD", 110, used(15)))]);
    gone.tags.set("nightshift:off:OLD", Off::Done(ago(7)).value());
    let alone = with(&[off(key("ONE", 400, used(1)))]);
    let alone = tagged(alone, &[("nightshift:off:ONE", Off::Done(ago(7)).value())]);

    let limit = [("NIGHTSHIFT_HOLD_LIMIT_DAYS", "20")];
    for (user, variables, kind, told, goes, anew) in [
        (&quiet, &[][..], "rotated", told("NEW", 7), "R7 deactivate OLD Quiet", "R7 tell rotated NEW"),
        (&held, &[], "held", until("OLD", 20, ago(0)), "R7 deactivate OLD HardEnd", "R7 tell held OLD"),
        (
            &untaken,
            &limit,
            "not-taken-over",
            until("OLD", 20, ago(1)),
            "R7 deactivate OLD HoldLimit",
            "R7 tell not-taken-over OLD",
        ),
        (
            &unused,
            &[("NIGHTSHIFT_UNUSED_KEYS", "deactivate")],
            "unused",
            until("ONE", 7, ago(0)),
            "R5 deactivate ONE NeverUsed",
            "R5 tell unused ONE",
        ),
        (&idle, &[], "unused", until("A", 7, ago(0)), "R9 deactivate A Idle", "R9 tell unused A"),
        (
            &unclaimed,
            &[("NIGHTSHIFT_ORPHANS", "switch-off")],
            "unclaimed",
            until("NEW", 2, ago(0)),
            "R2 deactivate NEW Unclaimed",
            "R2 tell unclaimed NEW",
        ),
        (&gone, &[], "deactivated", told("OLD", 7), "R8 delete OLD", "R8 tell deactivated OLD"),
        (
            &alone,
            &[("NIGHTSHIFT_INACTIVE_KEYS", "delete")],
            "deactivated",
            told("ONE", 7),
            "R6 delete ONE",
            "R6 tell deactivated ONE",
        ),
    ] {
        let found = by_owner(user, &policy(variables), &by_now(kind), &told);
        assert_eq!(found, [goes, anew, goes, goes], "{kind}");
    }
}

/// What nothing rests on is for the present owner to know as well.
#[test]
fn every_notice_is_told_anew_to_whoever_owns_the_user_by_now() {
    let young = with(&[key("ONE", 85, used(1))]);
    let two = with(&[key("B", 95, used(1)), key("A", 100, used(1))]);
    let astray = tagged(
        stored(with(&[key("NEW", 20, used(1)), key("OLD", 110, used(50))]), &[("NEW", &["AWSPREVIOUS"])]),
        &[("nightshift:proof", format!("NEW {}", ago(20)))],
    );
    let policies = vec!["AWSCompromisedKeyQuarantineV3".to_owned()];
    let quarantined = User { policies, ..with(&[key("ONE", 5, used(1))]) };
    let leaked_on = tagged(with(&[key("ONE", 5, used(1))]), &[("nightshift:leaked:ONE", ago(2).to_string())]);
    for (user, kind, key, known, anew) in [
        (&young, "warning", "ONE", "R5 not-due", "R5 tell warning ONE"),
        (&two, "cannot", "A", "R9 two-keys", "R9 tell cannot A"),
        (&astray, "astray", "NEW", "R7 secret-astray", "R7 tell astray NEW"),
        (
            &quarantined,
            "quarantined",
            "AWSCompromisedKeyQuarantineV3",
            "R5 not-due",
            "Sign tell quarantined AWSCompromisedKeyQuarantineV3",
        ),
        (&leaked_on, "held", "ONE", "R7 leaked-active", "R7 tell held ONE"),
    ] {
        let told = format!("{key} {}", ago(7));
        let found = by_owner(user, &policy(&[]), &format!("nightshift:told:{kind}"), &told);
        assert_eq!(found, [known, anew, known, known], "{kind}");
    }
}

#[test]
fn a_leak_is_told_anew_to_another_owner_and_is_off_for_everybody() {
    let user = tagged(
        with(&[off(key("ONE", 5, used(1))), key("TWO", 5, used(1))]),
        &[("nightshift:leaked:ONE", ago(2).to_string()), ("nightshift:off:ONE", Off::Done(ago(2)).value())],
    );
    let leak = crate::jobs::key_rotation::model::Compromised {
        user: Some("ana".to_owned()),
        known: true,
        key: "ONE".to_owned(),
    };
    let request = Request { compromised: vec![leak], ..Request::default() };
    let by = |name: &str| {
        let told = format!("ONE {} who={}", ago(2), who(name));
        verdict_by(tagged(user.clone(), &[("nightshift:told:leaked:ONE", told)]), &policy(&[]), &request)
    };
    assert_eq!((by("ana").as_str(), by("ben").as_str()), ("R11 leaked-kept", "R11 leaked ONE off already"));
}

/// The old key is off, and whoever owns the user by now has never heard of the new one.
#[test]
fn a_new_owner_hears_of_the_new_key_though_the_old_one_is_off() {
    let mut user = rotated(20, used(15));
    user.keys = Read::Known(vec![key("NEW", 20, used(0)), off(key("OLD", 110, used(15)))]);
    user.tags.set("nightshift:off:OLD", Off::Done(ago(1)).value());
    user.tags.set("nightshift:told:deactivated", format!("OLD {}", ago(1)));
    let by =
        |told: &str| verdict(tagged(user.clone(), &[("nightshift:told:rotated", format!("NEW {} {told}", ago(20)))]));
    assert_eq!(by(&format!("who={}", who("ana"))), "R8 recovering");
    assert_eq!(by(&format!("who={}", who("ben"))), "R8 tell rotated NEW");
    assert_eq!(by(&format!("who={} operators", who("ana"))), "R8 recovering", "their mailbox takes none");
}

/// The dates that another was told are no nearer for whoever is told now.
#[test]
fn no_date_is_nearer_for_a_new_owner_than_it_was_for_the_one_before() {
    let short = policy(&[("NIGHTSHIFT_OVERLAP_DAYS", "1"), ("NIGHTSHIFT_HOLD_LIMIT_DAYS", "2")]);
    let request = Request::default();
    let of = |kind, key: &str, other: Option<&str>, user: &User| dates(user, kind, key, other, terms(&short, &request));
    let far = state::after(now(), 9);
    let told = tagged(
        rotated(3, used(1)),
        &[("nightshift:told:rotated", format!("NEW {} {far} {far} who={}", ago(3), who("ben")))],
    );
    assert_eq!(of(KeyNotice::Rotated, "NEW", Some("OLD"), &told), [far, far]);
    let off = tagged(told, &[("nightshift:told:deactivated", format!("OLD {} {far} who={}", ago(3), who("ben")))]);
    assert_eq!(of(KeyNotice::Deactivated, "OLD", None, &off), [far]);
}

/// Nights of one user whose owner another tool names anew each night, one of so many in turn; the new key is in use.
fn flips(owners: u32, nights: u32) -> (Life, Vec<&'static str>) {
    let (policy, mut reasons) = (policy(&[]), Vec::new());
    let mut life = Life::of(with(&[key("ONE", 90, used(0))]), true);
    for night in 0..nights {
        life.user.tags.set("mail", format!("owner-{}@example.com", night % owners));
        let said = life.night(&policy);
        if let Ok(step @ (Step::Deactivate { .. } | Step::Delete { .. })) = &said {
            assert!(life.was_read(step, &policy), "{step:?}");
        }
        reasons.extend(said.err());
        life.a_day_passes();
    }
    (life, reasons)
}

#[test]
fn an_owner_who_flips_each_night_is_told_once_and_holds_up_nothing_for_ever() {
    for owners in 1..=4 {
        let (life, _) = flips(owners, 40);
        assert_eq!(life.keys().len(), 1, "the old key is gone: {owners}");
        let of_the_new = life.letters.iter().filter(|letter| letter.kind == KeyNotice::Rotated).count();
        assert!(of_the_new <= usize::try_from(owners).unwrap(), "{owners}: {:?}", life.letters);
    }
}

#[test]
fn somebody_else_each_night_is_not_told_for_ever_and_the_operators_read_why() {
    let (life, reasons) = flips(1_000, 60);
    assert_eq!(life.keys().iter().filter(|key| key.works()).count(), 2, "nobody who owned it then was told in time");
    assert!(life.letters.len() <= 8, "four in thirty days: {:?}", life.letters);
    assert!(reasons.iter().filter(|code| **code == "owner-changes").count() > 45, "{reasons:?}");
    let why = Why::OwnerChanges { kind: KeyNotice::Rotated, key: "NEW".to_owned(), owners: 4, again: now() };
    assert!(why.is_a_blocker());
    insta::assert_snapshot!(why.message(), @"its owner was not told 'rotated' about key NEW: its tags name one owner after another, and 4 of them were told within 30 days; no key is taken before its owner knows; another owner is told from 2026-11-21T02:00:00Z on");
}

/// Two keys that are off, each with its own notice: neither is forgotten for the other's.
#[test]
fn each_of_two_keys_that_are_off_is_told_of_once_and_both_go() {
    let policy = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    let mut life = Life::of(with(&[off(key("B", 95, used(1))), off(key("A", 200, used(100)))]), true);
    for _ in 0..30 {
        let _ = life.night(&policy);
        life.a_day_passes();
    }
    assert_eq!(life.keys(), []);
    let of_going = life.letters.iter().filter(|letter| letter.kind == KeyNotice::Deactivated).count();
    assert_eq!(of_going, 2, "{:?}", life.letters);
}
