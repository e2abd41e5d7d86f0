//! What owners and operators read.

mod leaks;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::config::{Environment, Settings};
use crate::jobs::key_rotation::Policy;
use crate::jobs::key_rotation::plan::{KeyFacts, someone};
use crate::notify::{Language, text};
use crate::services::iam::Status;
use crate::services::tags::Tags;

const OLD: &str = "AKIAOLDOLDOLDOLDO1D2";
/// Never used.
const NEW: &str = "AKIANEWNEWNEWNEWN4W7";

fn facts() -> Standing {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let key = |id: &str, age_days, created: &str, last_used, fetched| KeyFacts {
        id: id.to_owned(),
        status: Status::Active,
        class: None,
        created_at: at(created),
        age_days,
        last_used,
        fetched,
        use_unknown: false,
    };
    let used = serde_json::json!({"at": "2026-11-20T09:15:00Z", "service": "s3", "region": "eu-west-1"});
    let keys = vec![
        key(NEW, 0, "2026-11-21T02:00:00Z", Some("never".into()), Some(at("2026-11-20T00:00:00Z"))),
        key(OLD, 95, "2026-08-18T02:00:00Z", Some(used), None),
    ];
    Standing { keys, next: None }
}

fn written(kind: KeyNotice, language: Language) -> String {
    let user = User { name: "ana, the <b>boss".to_owned(), ..someone() };
    let (key, other) = if kind == KeyNotice::Rotated { (NEW, Some(OLD)) } else { (OLD, Some(NEW)) };
    let notice = Notice { kind, user: &user, key, other, dates: &dates(), facts: &facts() };
    written_under(notice, language, false)
}

fn dates() -> [Timestamp; 1] {
    ["2026-11-28T02:00:00Z".parse().unwrap()]
}

fn written_under(notice: Notice<'_>, language: Language, deactivate_unused: bool) -> String {
    written_where(notice, language, deactivate_unused, &[])
}

fn written_where(notice: Notice<'_>, language: Language, deactivate_unused: bool, named: &[String]) -> String {
    let environment: Environment = [("PATH", "/bin")].into_iter().collect();
    let ages = Policy::read(&mut Settings::of(&environment), Some("eu-west-1")).ages;
    let clock = Clock { zone: &TimeZone::UTC, language };
    let now = "2026-11-21T02:00:00Z".parse().unwrap();
    let (account, region, secret, function) =
        ("111122223333", "eu-west-1", "/aws/iam/credentials/ana", "nightshift-dev-key-rotation");
    let operators = ["ops@example.com".to_owned()];
    let setting = Setting {
        account,
        region,
        secret,
        ages,
        deactivate_unused,
        function,
        readers: &[],
        operators: &operators,
        sign: Some("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"),
        named,
        keeps_inactive: true,
        now,
        clock,
    };
    text(&letter(notice, setting))
}

#[test]
fn each_notice_says_what_when_and_what_to_do() {
    insta::assert_snapshot!(written(KeyNotice::Rotated, Language::English), @"
    [111122223333] ana, the <b>boss: new access key …N4W7 is ready to fetch


    new access key …N4W7 is ready to fetch
    --------------------------------------

    * ana, the <b>boss (account 111122223333)
      Key …N4W7: 0 days old, never used, fetched on 2026-11-20
      Key …O1D2: 95 days old, last used Fri 20 Nov 2026, 09:15 UTC for s3
      Old key …O1D2 goes on working until Sat 28 Nov 2026, 02:00 UTC at least, and as long as nobody has taken the new one over or the old one is in use.
      Run the command below as ana, the <b>boss: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id /aws/iam/credentials/ana --query SecretString --output text

    --
    key-rotation of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    Questions: ops@example.com
    ");
    insta::assert_snapshot!(written(KeyNotice::Deactivated, Language::English), @r#"
    [111122223333] ana, the <b>boss: access key …O1D2 was switched off


    access key …O1D2 was switched off
    ---------------------------------

    * ana, the <b>boss (account 111122223333)
      Key …N4W7: 0 days old, never used, fetched on 2026-11-20
      Key …O1D2: 95 days old, last used Fri 20 Nov 2026, 09:15 UTC for s3
      Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
        aws lambda invoke --function-name nightshift-dev-key-rotation --cli-binary-format raw-in-base64-out --payload '{"mode":"apply","rollback":{"user":"ana, the <b>boss"}}' /dev/stdout

    --
    key-rotation of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    Questions: ops@example.com
    "#);
    insta::assert_snapshot!(written(KeyNotice::Held, Language::Spanish), @"
    [111122223333] ana, the <b>boss: la clave antigua …O1D2 sigue en uso


    la clave antigua …O1D2 sigue en uso
    -----------------------------------

    * ana, the <b>boss (cuenta 111122223333)
      Clave …N4W7: 0 días, nunca usada, obtenida el 2026-11-20
      Clave …O1D2: 95 días, último uso vie 20 nov 2026, 09:15 UTC para s3
      La clave antigua se mantiene: funciona hasta que lleve 2 días sin usarse, o hasta el sáb 28 nov 2026, 02:00 UTC.
      Ejecute la orden siguiente como ana, the <b>boss: con la clave antigua mientras funcione, o en CloudShell.
      Para obtener la clave:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id /aws/iam/credentials/ana --query SecretString --output text

    --
    key-rotation de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 02:00 UTC.
    Preguntas: ops@example.com
    ");
}

/// The heading, and what stands between the keys and the signature.
fn said(notice: Notice<'_>, deactivate_unused: bool) -> String {
    said_where(notice, deactivate_unused, &[])
}

fn said_where(notice: Notice<'_>, deactivate_unused: bool, named: &[String]) -> String {
    let text = written_where(notice, Language::English, deactivate_unused, named);
    let heading = text.lines().next().unwrap_or_default().trim_start_matches("[111122223333] ana: ");
    let lines =
        text.lines().filter(|line| line.starts_with("  ") && !line.contains("  Key ") && !line.contains("aws "));
    [heading].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_key_that_is_on_against_the_plan_is_spoken_of_as_what_it_is() {
    let with = |key: &str, value: &str| {
        let mut user = someone();
        user.tags.set(key, value);
        user
    };
    let off = "nightshift:off:AKIAOLDOLDOLDOLDO1D2";
    let mut all = Vec::new();
    for user in [
        someone(),
        with(off, "todo 2026-11-14T02:00:00Z"),
        with(off, "done 2026-11-14T02:00:00Z"),
        with("nightshift:leaked", OLD),
    ] {
        let notice =
            Notice { kind: KeyNotice::Held, user: &user, key: OLD, other: Some(NEW), dates: &[], facts: &facts() };
        all.push(said(notice, false));
    }
    let leaked = with("nightshift:leaked", OLD);
    let notice =
        Notice { kind: KeyNotice::Rotated, user: &leaked, key: NEW, other: Some(OLD), dates: &[], facts: &facts() };
    all.push(said(notice, false));
    insta::assert_snapshot!(all.join("\n"), @"
    old access key …O1D2 is still in use
      The old key is held: it goes on working until nobody has used it for 2 days.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    old access key …O1D2 is still in use
      The old key is held: it goes on working until nobody has used it for 2 days.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    old access key …O1D2 was switched on again
      It stays on until somebody switches it off by hand. Find out what needs it; the new key is here.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    leaked access key …O1D2 was switched on again
      Whoever has the leak can use it. Switch it off at once, in the console or with an event 'compromised'.
    new access key …N4W7 is ready to fetch
      Old key …O1D2 leaked and does not work any more.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    ");
}

#[test]
fn a_hold_that_has_an_end_names_its_date() {
    let (user, facts, until) = (someone(), facts(), "2026-12-21T02:00:00Z".parse().unwrap());
    let mut all = Vec::new();
    for kind in [KeyNotice::NotTakenOver, KeyNotice::Held] {
        for dates in [&[][..], &[until]] {
            all.push(said(Notice { kind, user: &user, key: OLD, other: Some(NEW), dates, facts: &facts }, false));
        }
    }
    insta::assert_snapshot!(all.join("\n"), @"
    nobody has taken over new access key …N4W7
      Old key …O1D2 goes on working at least until somebody fetches the new one or uses it.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    nobody has taken over new access key …N4W7
      Old key …O1D2 goes on working at least until somebody fetches the new one or uses it. On Mon 21 Dec 2026, 02:00 UTC it is switched off even so.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    old access key …O1D2 is still in use
      The old key is held: it goes on working until nobody has used it for 2 days.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    old access key …O1D2 is still in use
      The old key is held: it goes on working until nobody has used it for 2 days, or until Mon 21 Dec 2026, 02:00 UTC.
      Run the command below as ana: with the old key while it works, or in the console's CloudShell.
      To fetch the key:
    ");
}

#[test]
fn a_warning_names_the_day_and_what_happens_then() {
    let (user, facts, dates) = (someone(), facts(), dates());
    let notice = |kind| Notice { kind, user: &user, key: OLD, other: None, dates: &dates, facts: &facts };
    let all = [
        said(notice(KeyNotice::Warning), false),
        said(notice(KeyNotice::Warning), true),
        said(notice(KeyNotice::Unused), true),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    access key …O1D2 will be rotated soon
      From Sat 28 Nov 2026, 02:00 UTC on a new key is made, and a message says where to fetch it. The old one then works for 7 more days at least. Nothing has to be done until then.
    access key …O1D2 will be rotated soon
      From Sat 28 Nov 2026, 02:00 UTC on a new key is made, and a message says where to fetch it. The old one then works for 7 more days at least. Nothing has to be done until then. If nobody has ever used it by then, you hear instead when it will be switched off.
    nobody uses access key …O1D2, and it will be switched off
      It is due and nobody uses it: in the first run after Sat 28 Nov 2026, 02:00 UTC it is switched off, unless somebody uses it before. It can then be had back for 7 days at least.
    ");
}

#[test]
fn a_monthly_schedule_is_not_promised_to_be_a_nightly_one() {
    let environment: Environment = [("NIGHTSHIFT_RUN_EVERY_DAYS", "31")].into_iter().collect();
    let ages = Policy::read(&mut Settings::of(&environment), Some("eu-west-1")).ages;
    let user = someone();
    let notice =
        Notice { kind: KeyNotice::Warning, user: &user, key: OLD, other: None, dates: &dates(), facts: &facts() };
    let setting = Setting {
        account: "111122223333",
        region: "eu-west-1",
        secret: "s",
        ages,
        deactivate_unused: false,
        function: "f",
        readers: &[],
        operators: &[],
        sign: None,
        named: &[],
        keeps_inactive: true,
        now: "2026-11-21T02:00:00Z".parse().unwrap(),
        clock: Clock { zone: &TimeZone::UTC, language: Language::English },
    };
    let text = text(&letter(notice, setting));
    assert!(text.contains("From Sat 28 Nov 2026, 02:00 UTC on (within 31 days of that)"), "{text}");
}

#[test]
fn why_a_key_is_off_is_said_where_it_is_known() {
    let facts = facts();
    let off = |why: &str| {
        let mut user = someone();
        user.tags.set(format!("nightshift:off:{OLD}"), format!("done 2026-11-21T02:00:00Z{why}"));
        let notice = Notice {
            kind: KeyNotice::Deactivated,
            user: &user,
            key: OLD,
            other: Some(NEW),
            dates: &dates(),
            facts: &facts,
        };
        said(notice, false)
    };
    let all: Vec<_> = ["", " quiet", " hard-end", " hold-limit", " idle", " by-others"].map(off).into();
    insta::assert_snapshot!(all.join("\n"), @"
    access key …O1D2 was switched off
      Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    access key …O1D2 was switched off
      The new key was taken over, and nobody used this one any more. Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    access key …O1D2 was switched off
      It was in use to the end of the time that was named. Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    access key …O1D2 was switched off
      Nobody took the new key over by the date that was named. Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    access key …O1D2 was switched off
      It was due, and nobody used it. Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    access key …O1D2 was switched off
      Somebody else switched it off, not Nightshift. Until Sat 28 Nov 2026, 02:00 UTC at least it can be brought back; then it is deleted.
      To bring it back, an operator runs:
    ");
}

#[test]
fn no_end_is_promised_that_does_not_come_and_nothing_that_has_ended() {
    let mut facts = facts();
    let user = someone();
    let alone =
        Notice { kind: KeyNotice::Deactivated, user: &user, key: OLD, other: None, dates: &dates(), facts: &facts };
    insta::assert_snapshot!(said(alone, true), @"
    access key …O1D2 was switched off
      It stays, and can be brought back until somebody deletes it by hand.
      To bring it back, an operator runs:
    ");
    // Its owner switched the old key off before he heard of the new one.
    facts.keys.iter_mut().filter(|key| key.id == OLD).for_each(|key| key.status = Status::Inactive);
    let rotated =
        Notice { kind: KeyNotice::Rotated, user: &user, key: NEW, other: Some(OLD), dates: &dates(), facts: &facts };
    let text = said(rotated, false);
    assert!(
        text.contains("Old key …O1D2 is off and does not work any more.") && !text.contains("goes on working"),
        "{text}"
    );
}

#[test]
fn of_what_nobody_asked_nothing_is_said() {
    let mut unasked = facts();
    for key in &mut unasked.keys {
        key.last_used = None;
    }
    let user = someone();
    let written = |facts: &Standing| {
        let notice = Notice { kind: KeyNotice::Warning, user: &user, key: OLD, other: None, dates: &dates(), facts };
        written_under(notice, Language::English, false)
    };
    let text = written(&unasked);
    assert!(text.contains("Key …O1D2: 95 days old\n"), "{text}");
    unasked.keys[1].use_unknown = true;
    let text = written(&unasked);
    assert!(text.contains("Key …O1D2: 95 days old, AWS did not say when it was last used"), "{text}");
}

#[test]
fn no_whole_key_id_leaves_in_a_message() {
    for kind in [
        KeyNotice::Warning,
        KeyNotice::Rotated,
        KeyNotice::Deactivated,
        KeyNotice::Deleted,
        KeyNotice::Held,
        KeyNotice::NotTakenOver,
        KeyNotice::Cannot,
        KeyNotice::Leaked,
        KeyNotice::Suspected,
        KeyNotice::Quarantined,
        KeyNotice::Unclaimed,
        KeyNotice::Astray,
        KeyNotice::Unused,
    ] {
        for language in [Language::English, Language::Spanish] {
            let text = written(kind, language);
            assert!(!text.contains("AKIA") && text.contains("…"), "{text}");
        }
    }
}
