//! What owners and operators read.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::config::{Environment, Settings};
use crate::keys::plan::{KeyFacts, someone};
use crate::keys::{Policy, model::Status};
use crate::notify::{Language, text};

fn facts() -> Facts {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let key = |id: &str, age_days, created: &str, last_used, fetched| KeyFacts {
        id: id.to_owned(),
        status: Status::Active,
        class: None,
        created_at: at(created),
        age_days,
        last_used,
        fetched,
    };
    let used = serde_json::json!({"at": "2026-11-20T09:15:00Z", "service": "s3", "region": "eu-west-1"});
    let keys = vec![
        key("AKIANEWNEWNEWNEWN4W7", 0, "2026-11-21T02:00:00Z", Some("never".into()), Some(at("2026-11-20T00:00:00Z"))),
        key("AKIAOLDOLDOLDOLDO1D2", 95, "2026-08-18T02:00:00Z", Some(used), None),
    ];
    Facts { keys, next: None }
}

fn written(kind: Kind, language: Language) -> String {
    let environment: Environment = [("PATH", "/bin")].into_iter().collect();
    let ages = Policy::read(&mut Settings::of(&environment), Some("eu-west-1")).ages;
    let user = User { name: "ana, the <b>boss".to_owned(), ..someone() };
    let clock = Clock { zone: &TimeZone::UTC, language };
    let now = "2026-11-21T02:00:00Z".parse().unwrap();
    let setting =
        Setting { account: "111122223333", region: "eu-west-1", secret: "/aws/iam/credentials/ana", ages, now, clock };
    let (key, other) = match kind {
        Kind::Rotated => ("AKIANEWNEWNEWNEWN4W7", Some("AKIAOLDOLDOLDOLDO1D2")),
        _ => ("AKIAOLDOLDOLDOLDO1D2", Some("AKIANEWNEWNEWNEWN4W7")),
    };
    text(&letter(Notice { kind, user: &user, key, other, facts: &facts() }, setting))
}

#[test]
fn each_notice_says_what_when_and_what_to_do() {
    insta::assert_snapshot!(written(Kind::Rotated, Language::English), @"
    [111122223333] ana, the <b>boss: new access key …N4W7 is ready to fetch


    new access key …N4W7 is ready to fetch
    --------------------------------------

    * ana, the <b>boss (account 111122223333)
      Key …N4W7: 0 days old, never used, fetched on 2026-11-20
      Key …O1D2: 95 days old, last used Fri 20 Nov 2026, 09:15 UTC for s3
      Old key …O1D2 goes on working until Sat 28 Nov 2026, 02:00 UTC, and longer while it is in use. Fetch the new one before.
      To fetch the key:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id /aws/iam/credentials/ana --query SecretString --output text

    --
    key-rotation of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    ");
    insta::assert_snapshot!(written(Kind::Deactivated, Language::English), @r#"
    [111122223333] ana, the <b>boss: access key …O1D2 was switched off


    access key …O1D2 was switched off
    ---------------------------------

    * ana, the <b>boss (account 111122223333)
      Key …N4W7: 0 days old, never used, fetched on 2026-11-20
      Key …O1D2: 95 days old, last used Fri 20 Nov 2026, 09:15 UTC for s3
      It is deleted after 7 days. Until then it can be brought back.
      To bring it back, an operator runs:
        aws lambda invoke --function-name key-rotation --cli-binary-format raw-in-base64-out --payload '{"mode":"apply","rollback":{"user":"ana, the <b>boss"}}' /dev/stdout

    --
    key-rotation of Nightshift in account 111122223333, Sat 21 Nov 2026, 02:00 UTC.
    "#);
    insta::assert_snapshot!(written(Kind::Held, Language::Spanish), @"
    [111122223333] ana, the <b>boss: la clave antigua …O1D2 sigue en uso


    la clave antigua …O1D2 sigue en uso
    -----------------------------------

    * ana, the <b>boss (cuenta 111122223333)
      Clave …N4W7: 0 días, nunca usada, obtenida el 2026-11-20
      Clave …O1D2: 95 días, último uso vie 20 nov 2026, 09:15 UTC para s3
      La clave antigua se mantiene: funciona hasta que deje de usarse, o hasta el final de la espera.
      Para obtener la clave:
        aws secretsmanager get-secret-value --region eu-west-1 --secret-id /aws/iam/credentials/ana --query SecretString --output text

    --
    key-rotation de Nightshift en la cuenta 111122223333, sáb 21 nov 2026, 02:00 UTC.
    ");
}

#[test]
fn no_whole_key_id_leaves_in_a_message() {
    for kind in [Kind::Warning, Kind::Rotated, Kind::Deactivated, Kind::Deleted, Kind::Held, Kind::Cannot, Kind::Leaked]
    {
        for language in [Language::English, Language::Spanish] {
            let text = written(kind, language);
            assert!(!text.contains("AKIA") && text.contains("…"), "{text}");
        }
    }
}

#[test]
fn the_owner_is_found_by_mail_or_email_in_any_case_then_by_the_chain() {
    let policy = OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: Some("corp.example".to_owned()) };
    let to = |tags: &[(&str, &str)]| -> Vec<String> {
        let user = User { tags: tags.iter().copied().collect(), ..someone() };
        recipients(&user, &policy).into_iter().map(|to| to.address.to_string()).collect()
    };
    assert_eq!(to(&[("Mail", "a@x.example b@x.example")]), ["a@x.example", "b@x.example"]);
    assert_eq!(to(&[("EMAIL", "a@x.example"), ("owner", "ana")]), ["a@x.example", "ana@corp.example"]);
    assert_eq!(to(&[("mail", "nonsense"), ("owner", "ana")]), ["ana@corp.example"]);
    assert_eq!(to(&[]), [] as [&str; 0]);
}
