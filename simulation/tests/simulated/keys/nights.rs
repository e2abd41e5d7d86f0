//! Single lives of a key, by hand.

use jiff::Timestamp;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift_simulation::acts::{Act, keys};
use nightshift_simulation::history::{Fault, History, Kind, Run, Timed};
use nightshift_simulation::iam::Deed;
use nightshift_simulation::journal::{End, Journal, What};
use nightshift_simulation::play::{play, policy};
use nightshift_simulation::subject::Subject as _;
use nightshift_simulation::trial::trial;

const SECRET: &str = "/aws/iam/credentials/ana";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(crate) fn act(when: &str, act: keys::Act) -> Timed {
    Timed { at: at(when), act: Act::Keys(act) }
}

/// Ana has a key of ten days; she fetches the new one the day after she was told, and uses it.
pub(crate) fn history() -> History {
    let tags = [("owner".to_owned(), "ana".to_owned())].into();
    let user = || "ana".to_owned();
    let acts = vec![
        act("2026-01-01T10:00:00Z", keys::Act::MakeUser { user: user(), path: "/".to_owned(), tags, terraform: false }),
        act("2026-01-01T10:01:00Z", keys::Act::MakeKey { user: user() }),
        act("2026-01-09T10:00:00Z", keys::Act::Use { user: user(), key: keys::Which::Oldest }),
        act("2026-01-13T10:00:00Z", keys::Act::Fetch { user: user() }),
        act("2026-01-13T10:01:00Z", keys::Act::Use { user: user(), key: keys::Which::Newest }),
    ];
    History {
        seed: 1,
        healed: at("2026-01-09T00:00:00Z"),
        policy: policy([
            ("NIGHTSHIFT_ROTATE_AFTER_DAYS", "10"),
            ("NIGHTSHIFT_WARN_DAYS", "2"),
            ("NIGHTSHIFT_OVERLAP_DAYS", "2"),
            ("NIGHTSHIFT_QUIET_DAYS", "1"),
            ("NIGHTSHIFT_RECOVERY_DAYS", "2"),
        ]),
        acts,
        runs: (9..=19).map(|day| Run::scheduled(at(&format!("2026-01-{day:02}T12:00:00Z")))).collect(),
        faults: Vec::new(),
        rates: None,
    }
}

fn told(journal: &Journal) -> Vec<String> {
    let entries = journal.entries.iter().filter_map(|entry| {
        let day = entry.at.strftime("%d");
        match &entry.what {
            What::Mail(mail) if mail.subject.contains("key-rotation:") => None,
            What::Mail(mail) => Some(format!("{day} mail to {}: {}", mail.to.join(","), mail.subject)),
            What::Iam { effect, .. } => match &effect.deed {
                Deed::Tagged { .. } | Deed::Untagged { .. } => None,
                deed => Some(format!("{day} {deed:?}")),
            },
            What::Ended { end: End::Fault(fault), .. } => Some(format!("{day} fault {fault}")),
            _ => None,
        }
    });
    entries.collect()
}

#[test]
fn a_key_is_warned_of_replaced_fetched_switched_off_and_deleted() {
    let journal = play::<KeyRotation>(&history()).unwrap();
    assert_eq!(
        told(&journal),
        [
            "09 mail to ana@example.com: [111122223333] ana: access key \u{2026}0002 will be rotated soon",
            "11 Minted { key: \"AKIABJPGEJQFMBNZ0003\" }",
            "11 mail to ana@example.com: [111122223333] ana: new access key \u{2026}0003 is ready to fetch",
            "14 Switched { key: \"AKIAOIDSK4K733NX0002\", on: false }",
            "14 mail to ana@example.com: [111122223333] ana: access key \u{2026}0002 was switched off",
            "16 Deleted { key: \"AKIAOIDSK4K733NX0002\" }",
            "16 mail to ana@example.com: [111122223333] ana: access key \u{2026}0002 was deleted",
        ]
    );
    // Tags are left of nothing, and the last nights make the fewest calls: who it is, users, keys, the summary.
    let calls = |day: &str| {
        let of_day = journal.entries.iter().filter(|entry| entry.at.strftime("%d").to_string() == day);
        of_day.filter(|entry| matches!(entry.what, What::Call(_))).count()
    };
    assert_eq!((calls("18"), calls("19")), (4, 4));
    assert_eq!(KeyRotation::judge(&history(), &journal), []);
}

/// Whoever is named while an old key is held is told of all of it, and has the time that anybody has.
#[test]
fn an_owner_who_is_named_after_the_notice_is_told_before_the_old_key_goes() {
    let mut history = history();
    for timed in &mut history.acts {
        if let Act::Keys(keys::Act::MakeUser { tags, .. }) = &mut timed.act {
            tags.clear();
        }
    }
    history.acts.truncate(3);
    let (user, key, value) = ("ana".to_owned(), "owner".to_owned(), "ben".to_owned());
    history.acts.push(act("2026-01-12T20:00:00Z", keys::Act::Tag { user, key, value }));
    history.policy.insert("NIGHTSHIFT_HOLD_LIMIT_DAYS".to_owned(), "3".to_owned());
    history.runs.extend((20..=24).map(|day| Run::scheduled(at(&format!("2026-01-{day:02}T12:00:00Z")))));
    let journal = play::<KeyRotation>(&history).unwrap();
    assert_eq!(
        told(&journal),
        [
            "09 mail to operators@example.com: [111122223333] ana: access key \u{2026}0002 will be rotated soon",
            "11 Minted { key: \"AKIABJPGEJQFMBNZ0003\" }",
            "11 mail to operators@example.com: [111122223333] ana: new access key \u{2026}0003 is ready to fetch",
            "13 mail to ben@example.com: [111122223333] ana: new access key \u{2026}0003 is ready to fetch",
            "15 mail to operators@example.com: [111122223333] ana: nobody has taken over new access key \u{2026}0003",
            "15 mail to ben@example.com: [111122223333] ana: nobody has taken over new access key \u{2026}0003",
            "22 Switched { key: \"AKIAOIDSK4K733NX0002\", on: false }",
            "22 mail to ben@example.com: [111122223333] ana: access key \u{2026}0002 was switched off",
            "24 Deleted { key: \"AKIAOIDSK4K733NX0002\" }",
            "24 mail to ben@example.com: [111122223333] ana: access key \u{2026}0002 was deleted",
        ]
    );
    assert_eq!(KeyRotation::judge(&history, &journal), []);
}

/// What is lost at one call is found by the next run, wherever it is lost.
#[test]
fn what_goes_wrong_at_one_call_is_survived_by_the_next_nights() {
    let calls = [
        ("iam:CreateAccessKey", "ana", "2026-01-11T12:00:00Z", Kind::Lost),
        ("iam:CreateAccessKey", "ana", "2026-01-11T12:00:00Z", Kind::DiesAfter),
        ("secretsmanager:PutSecretValue", SECRET, "2026-01-11T12:00:00Z", Kind::DiesBefore),
        ("secretsmanager:PutSecretValue", SECRET, "2026-01-11T12:00:00Z", Kind::BrokenDone),
        ("iam:UpdateAccessKey", "ana", "2026-01-14T12:00:00Z", Kind::DiesAfter),
    ];
    for (action, thing, run, kind) in calls {
        let fault = Fault { run: at(run), action: action.to_owned(), thing: thing.to_owned(), nth: 1, kind };
        let history = History { faults: vec![fault.clone()], healed: at("2026-01-15T00:00:00Z"), ..history() };
        let trial = trial::<KeyRotation>(&history);
        assert_eq!(trial.broken, [], "{action} {kind:?}");
        assert_eq!(trial.journal.faults(), [fault]);
    }
}

#[test]
fn a_key_that_leaked_is_off_at_once_and_another_is_made_though_nothing_else_can_be_read() {
    let mut history = history();
    history.policy.insert("NIGHTSHIFT_ROTATE_AFTER_DAYS".to_owned(), "90".to_owned());
    history.runs[2].event = r#"{"compromised": {"access_key_id": "KEY:ana:oldest"}}"#.to_owned();
    let listed = "iam:GetAccountAuthorizationDetails";
    let fault = Fault {
        run: history.runs[2].at,
        action: listed.to_owned(),
        thing: "aws-global".to_owned(),
        nth: 1,
        kind: Kind::Denied,
    };
    history.faults = vec![fault];
    history.healed = at("2026-01-12T00:00:00Z");
    let trial = trial::<KeyRotation>(&history);
    assert_eq!(trial.broken, []);
    let told = told(&trial.journal);
    assert!(told.iter().any(|line| line == "11 Switched { key: \"AKIAOIDSK4K733NX0002\", on: false }"), "{told:#?}");
    assert!(told.iter().any(|line| line.starts_with("11 Minted")), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("Deleted")), "it is evidence: {told:#?}");
}

/// Nothing is left to be written of a leak that an earlier run noted and could tell nobody of.
#[test]
fn a_leak_that_is_noted_and_not_told_is_told_by_the_next_event_without_writing_nothing() {
    let mut history = history();
    history.policy.insert("NIGHTSHIFT_ROTATE_AFTER_DAYS".to_owned(), "90".to_owned());
    for run in &mut history.runs[2..=3] {
        run.event = r#"{"compromised": {"access_key_id": "KEY:ana:oldest"}}"#.to_owned();
    }
    let mail = |on| Act::Deny { action: "ses:SendEmail".to_owned(), on };
    history.acts.push(Timed { at: at("2026-01-11T11:00:00Z"), act: mail(true) });
    history.acts.push(Timed { at: at("2026-01-11T20:00:00Z"), act: mail(false) });
    history.healed = at("2026-01-13T00:00:00Z");
    let trial = trial::<KeyRotation>(&history);
    assert_eq!(trial.broken, []);
    let told = told(&trial.journal);
    assert!(told.iter().any(|line| line.starts_with("12 mail to ana@") && line.contains("leaked")), "{told:#?}");
}
