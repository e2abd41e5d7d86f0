//! Keys that leaked, and signs that one may have.

use super::*;
use crate::jobs::key_rotation::model::{Compromised, EVERY_KEY};
use crate::jobs::key_rotation::plan::leak as leak_of;
use crate::jobs::key_rotation::request::Phase;

fn leak(user: User, policy: &Policy, id: &str) -> String {
    let leak = Compromised { user: Some("ana".to_owned()), known: false, key: id.to_owned() };
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
    let strange = secret_of(None);
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
        &[("nightshift:leaked:ONE", NOW.to_owned()), ("nightshift:told:leaked:ONE", format!("ONE {NOW}"))],
    );
    assert_eq!(leak(done, &normal, "ONE"), "R11 leaked-kept", "an event may come twice");
}

#[test]
fn every_leaked_key_goes_off_in_one_step_and_what_is_missing_is_named() {
    let leaks = |ids: &[&str]| {
        let leak = |id: &&str| Compromised { user: Some("ana".to_owned()), known: false, key: (*id).to_owned() };
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
        let unknown = plan.left.iter().filter(|left| left.why.code().name == "no-such-key").count();
        assert_eq!((plan.actions.len(), unknown), (step, missing), "{plan}");
        assert_eq!(leak_of(&two(), &request), Some(Leak::Open));
    }
    assert_eq!(leak_of(&two(), &Request::default()), None);
}

#[test]
fn what_cannot_be_read_keeps_no_leaked_key_on() {
    let normal = policy(&[]);
    let unread = || User { keys: Read::unknown("iam:ListAccessKeys", "Throttling"), ..someone() };
    assert_eq!(leak(unread(), &normal, "ONE"), "R11 leaked ONE");
    // AWS says that it is hers, and its list does not show it yet.
    let leak = Compromised { user: Some("ana".to_owned()), known: true, key: "C".to_owned() };
    let request = Request { compromised: vec![leak], ..Request::default() };
    let two = with(&[key("B", 10, used(1)), key("A", 200, used(1))]);
    assert_eq!(leak_of(&two, &request), Some(Leak::Open));
    assert_eq!(verdict_by(two, &normal, &request), "R11 leaked C");
}

#[test]
fn for_somebody_known_by_name_alone_a_key_goes_off_and_none_is_minted() {
    let unknown = User { id: String::new(), arn: String::new(), ..with(&[key("ONE", 10, used(1))]) };
    assert_eq!(leak(unknown, &policy(&[]), "ONE"), "R11 leaked ONE", "whose secret it would be nobody could say");
}

#[test]
fn a_leak_that_only_the_secret_remembers_is_finished_and_never_deleted() {
    let deleting = policy(&[("NIGHTSHIFT_INACTIVE_KEYS", "delete")]);
    let marked = |user: User| {
        let mut user = stored(user, &[]);
        let id = naming::leak_version_of(ACCOUNT, &user.id, "ONE");
        if let Read::Known(Some(secret)) = &mut user.secret {
            secret.versions.push(Version {
                id,
                labels: [naming::leak_label("ONE")].into(),
                created_at: None,
                last_accessed: None,
            });
        }
        user
    };
    let by = |user| verdict_by(user, &deleting, &Request::default());
    let noted = |user| {
        tagged(
            user,
            &[
                ("nightshift:off:ONE", Off::Done(ago(30)).value()),
                ("nightshift:told:deactivated", format!("ONE {}", ago(30))),
            ],
        )
    };
    assert_eq!(by(marked(with(&[off(key("ONE", 10, used(1)))]))), "R11 leaked ONE off already, rotate");
    let pair = || with(&[key("B", 10, used(1)), off(key("ONE", 200, used(1)))]);
    assert_eq!(by(marked(noted(pair()))), "R11 leaked ONE off already", "not deleted");
    assert_eq!(by(marked(with(&[key("ONE", 10, used(1))]))), "R11 leaked ONE, rotate", "switched on again meanwhile");
}

#[test]
fn where_both_leaked_another_is_owed_until_one_of_them_is_gone() {
    let leaked = |id: &str| off(key(id, 200, used(1)));
    let owed = |user: User| {
        let tags = ["A", "B"].map(|id| (format!("nightshift:leaked:{id}"), NOW.to_owned()));
        let user = tags.iter().fold(user, |user, (tag, value)| tagged(user, &[(tag, value.clone())]));
        tagged(user, &[(tags::INTENT, tags::OWED.to_owned())])
    };
    assert_eq!(
        verdict(owed(with(&[leaked("A"), leaked("B")]))),
        "R10 only-inactive",
        "there is no slot, and it stays owed"
    );
    assert_eq!(verdict(owed(with(&[leaked("B")]))), "R11 leaked B off already, rotate", "a person deleted the other");
    let works = owed(with(&[leaked("A"), key("C", 5, used(0))]));
    assert_eq!(
        verdict(works),
        "R2 tidy nightshift:intent nightshift:leaked:B",
        "somebody made one by hand: nothing is owed"
    );
}

#[test]
fn a_sign_is_told_once_of_each_key_and_switches_nothing_off() {
    const CODE: &str = "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED";
    let sign = |keys: &[&str]| {
        let one = |key: &&str| Compromised { user: Some("ana".to_owned()), known: true, key: (*key).to_owned() };
        Request { suspected: keys.iter().map(one).collect(), sign: Some(CODE.to_owned()), ..Request::default() }
    };
    let user = || with(&[key("B", 10, used(1)), key("A", 200, used(1))]);
    let (normal, excluding) = (policy(&[]), policy(&[("NIGHTSHIFT_EXCLUDE", "ana")]));
    for policy in [&normal, &excluding] {
        assert_eq!(verdict_by(user(), policy, &sign(&["A", "B"])), "Sign suspected A and B");
    }
    let told =
        |key: &str| (format!("nightshift:told:suspected:{key}"), format!("{key} {NOW} sign={}", tags::mark(CODE)));
    let (tag, value) = told("A");
    let half = tagged(user(), &[(&tag, value)]);
    assert_eq!(verdict_by(half.clone(), &normal, &sign(&["A", "B"])), "Sign suspected B");
    assert_eq!(verdict_by(half, &normal, &sign(&["A"])), "Sign suspected", "the event comes twice");
    assert_eq!(verdict_by(user(), &normal, &sign(&[EVERY_KEY])), "Sign suspected every-key");
    // Another sign of the same key is news, and the same one a week later.
    let by =
        |told: String| verdict_by(tagged(user(), &[("nightshift:told:suspected:A", told)]), &normal, &sign(&["A"]));
    let marked = |days, marks: &[&str]| {
        let marks: Vec<_> = marks.iter().map(|code| format!(" sign={}", tags::mark(code))).collect();
        format!("A {}{}", ago(days), marks.concat())
    };
    assert_eq!(by(marked(0, &["AWS_RISK_IAM_QUARANTINE"])), "Sign suspected A");
    assert_eq!(by(marked(6, &[CODE, "AWS_RISK_IAM_QUARANTINE"])), "Sign suspected");
    assert_eq!(by(marked(7, &[CODE])), "Sign suspected A");
    assert_eq!(by(format!("{} operators", marked(0, &[CODE]))), "Sign suspected A", "its owner does not know");
    assert_eq!(by(marked(0, &[])), "Sign suspected A", "as earlier versions wrote it");
    let every = |days| {
        let told = format!("every-key {} sign={}", ago(days), tags::mark(CODE));
        tagged(with(&[key("B", 10, used(1))]), &[("nightshift:told:suspected:every-key", told)])
    };
    assert_eq!(verdict(every(6)), "R5 not-due", "remembered for as long as it is not told again");
    assert_eq!(verdict(every(7)), "R2 tidy nightshift:told:suspected:every-key");
    let request = sign(&["A"]);
    let mute = Terms { announces: false, ..terms(&normal, &request) };
    assert_eq!(verdict_on(user(), mute), "Sign not-told");
}

#[test]
fn a_quarantine_is_told_once_whoever_it_is_about_and_keeps_what_may_be_evidence() {
    let under = |policy: &str, user: User| User { policies: vec!["Developers".to_owned(), policy.to_owned()], ..user };
    let young = || with(&[key("ONE", 10, used(1))]);
    for version in ["AWSCompromisedKeyQuarantine", "AWSCompromisedKeyQuarantineV2", "AWSCompromisedKeyQuarantineV3"] {
        let expected = format!("Sign tell quarantined {version}");
        assert_eq!(verdict(under(version, young())), expected);
        for variable in [("NIGHTSHIFT_EXCLUDE", "ana"), ("NIGHTSHIFT_INCLUDE", "bob")] {
            assert_eq!(verdict_by(under(version, young()), &policy(&[variable]), &Request::default()), expected);
        }
    }
    let v3 = "AWSCompromisedKeyQuarantineV3";
    let told = |user: User| tagged(under(v3, user), &[("nightshift:told:quarantined", format!("{v3} {NOW}"))]);
    assert_eq!(verdict(told(young())), "R5 not-due", "once");
    let mut gone = rotated(40, used(35));
    gone.keys = Read::Known(vec![key("NEW", 40, used(0)), off(key("OLD", 130, used(35)))]);
    gone.tags.set("nightshift:off:OLD", Off::Done(ago(10)).value());
    gone.tags.set("nightshift:told:deactivated", format!("OLD {}", ago(10)));
    assert_eq!(verdict(told(gone.clone())), "R8 quarantined");
    let lifted = tagged(gone, &[("nightshift:told:quarantined", format!("{v3} {NOW}"))]);
    assert_eq!(verdict(lifted), "R8 delete OLD");
}

#[test]
fn a_leaked_key_that_works_again_is_never_passed_by_handed_out_or_taken_for_an_orphan() {
    let leaked = |user: User, id: &str| tagged(user, &[(&*format!("nightshift:leaked:{id}"), NOW.to_owned())]);
    let told = |user: User, id: &str| tagged(user, &[("nightshift:told:held", format!("{id} {NOW}"))]);
    let alone = |age| leaked(with(&[key("ONE", age, used(1))]), "ONE");
    assert_eq!(verdict(alone(10)), "R7 tell held ONE", "the only key");
    assert_eq!(verdict(told(alone(10), "ONE")), "R7 leaked-active");
    assert_eq!(verdict(told(alone(95), "ONE")), "R5 rotate ONE");
    let beside_off = || leaked(with(&[off(key("NEW", 5, used(1))), key("ONE", 95, used(1))]), "ONE");
    assert_eq!(verdict(beside_off()), "R7 tell held ONE", "the other is off");
    assert_eq!(verdict(told(beside_off(), "ONE")), "R7 leaked-active");
    let pending = |new: Key| leaked(stored(with(&[new, key("OLD", 95, used(1))]), &[("NEW", &[PENDING])]), "NEW");
    let new = || key("NEW", 1, LastUsed::Never);
    assert_eq!(verdict(told(pending(new()), "NEW")), "R7 leaked-active", "what leaked is not handed out");
    assert_eq!(verdict(pending(off(new()))), "R3 drop-pending", "nor is anybody told to switch it on");
    let minted =
        tagged(with(&[off(new()), key("OLD", 95, used(1))]), &[(tags::INTENT, format!("{} OLD minted=NEW", ago(1)))]);
    assert_eq!(verdict(stored(minted.clone(), &[])), "R2 orphan NEW");
    assert_eq!(
        verdict(leaked(stored(minted, &[]), "NEW")),
        "R2 tidy nightshift:intent",
        "it is kept like any that leaked"
    );
}

#[test]
fn what_a_leak_needs_and_does_not_get_has_failed_and_what_a_night_leaves_has_not() {
    use crate::report::Outcome::{AlreadyRight, Changed, Deferred, Failed, Planned, Skipped};
    use crate::run::plan::Subject as _;
    let normal = policy(&[]);
    let settled = |request: &Request| {
        let plan = plan_of(with(&[key("ONE", 95, used(1))]), terms(&normal, request));
        let [action] = plan.actions.as_slice() else { panic!("{plan}") };
        [Deferred, Skipped, Failed, Planned, Changed, AlreadyRight].map(|outcome| action.settled(outcome))
    };
    let leak = Compromised { user: Some("ana".to_owned()), known: true, key: "ONE".to_owned() };
    let leaks = Request { compromised: vec![leak], ..Request::default() };
    assert_eq!(settled(&leaks), [Failed, Failed, Failed, Planned, Changed, AlreadyRight]);
    assert_eq!(settled(&Request::default()), [Deferred, Skipped, Failed, Planned, Changed, AlreadyRight]);
}

#[test]
fn what_an_event_names_and_is_not_there_has_failed_and_what_is_not_due_is_right() {
    use crate::report::Outcome::{AlreadyRight, Failed, Skipped};
    assert_eq!(Why::NoSuchUser.outcome(), Failed);
    assert_eq!(Why::NoSuchKey { key: "K".to_owned(), said: "gone".to_owned() }.outcome(), Failed);
    assert_eq!(Why::NotDue { at: now() }.outcome(), AlreadyRight);
    assert_eq!(Why::NoKeys.outcome(), Skipped);
}

#[test]
fn where_the_only_key_leaked_nothing_is_over_and_nothing_is_put_away() {
    let secret = || (tags::SECRET, "/aws/iam/credentials/ana".to_owned());
    let one = || with(&[off(key("ONE", 95, used(1)))]);
    assert_eq!(verdict(tagged(one(), &[secret()])), "R2 tidy nightshift:secret");
    let leaked = tagged(one(), &[secret(), ("nightshift:leaked:ONE", ago(9).to_string())]);
    assert!(!verdict(leaked.clone()).contains("tidy"), "{}", verdict(leaked));
}
