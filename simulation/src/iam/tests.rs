//! What AWS refuses, and what a read shows that is old.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::aged::Tags;
use crate::time::later;
use crate::wire::Headers;

fn now() -> Timestamp {
    "2026-01-01T02:07:09.5Z".parse().expect("a moment")
}

fn iam() -> Iam {
    let mut iam = Iam::new("111122223333", 1);
    for name in ["ana", "ben", "eva"] {
        iam.make_user(name, "/people/", &Tags::new(), now()).expect("a free name");
    }
    iam
}

fn ask(iam: &mut Iam, body: &str, lag: u64) -> Result<String, String> {
    let body = format!("Version=2010-05-08&{body}");
    let mut request = Request::read("POST", "https://iam.amazonaws.com/", Headers::default(), body.as_bytes()).unwrap();
    let at = later(now(), Duration::from_secs(100));
    match iam.answer(&mut request, at, SignedDuration::from_secs(lag.cast_signed())) {
        Ok(outcome) => Ok(outcome.body),
        Err(Refusal::Aws { code, .. }) => Err(code.to_owned()),
        Err(Refusal::OfSimulation(said)) => Err(format!("simulation: {said}")),
    }
}

#[test]
fn a_user_has_two_keys_at_the_most_whether_they_work_or_not() {
    let mut iam = iam();
    let made = ask(&mut iam, "Action=CreateAccessKey&UserName=ana", 0).unwrap();
    let key = made.split("<AccessKeyId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(key.starts_with("AKIA") && key.len() == 20, "{key}");
    ask(&mut iam, &format!("Action=UpdateAccessKey&UserName=ana&AccessKeyId={key}&Status=Inactive"), 0).unwrap();
    ask(&mut iam, "Action=CreateAccessKey&UserName=ana", 0).unwrap();
    assert_eq!(ask(&mut iam, "Action=CreateAccessKey&UserName=ana", 0).unwrap_err(), "LimitExceeded");
    ask(&mut iam, &format!("Action=DeleteAccessKey&UserName=ana&AccessKeyId={key}"), 0).unwrap();
    for gone in ["DeleteAccessKey", "UpdateAccessKey&Status=Active"] {
        let said = ask(&mut iam, &format!("Action={gone}&UserName=ana&AccessKeyId={key}"), 0).unwrap_err();
        assert_eq!(said, "NoSuchEntity");
    }
    assert_eq!(
        ask(&mut iam, &format!("Action=GetAccessKeyLastUsed&AccessKeyId={key}"), 0).unwrap_err(),
        "AccessDenied"
    );
    // What was there half a minute ago is shown by a read that is old.
    let shown =
        |iam: &mut Iam, lag| ask(iam, "Action=ListAccessKeys&UserName=ana", lag).unwrap().matches("AKIA").count();
    assert_eq!((shown(&mut iam, 0), shown(&mut iam, 30)), (1, 0));
}

#[test]
fn users_come_in_pages_and_a_user_is_another_one_by_its_id() {
    let mut iam = iam();
    let page = |iam: &mut Iam, more: &str| {
        ask(iam, &format!("Action=GetAccountAuthorizationDetails&Filter.member.1=User&MaxItems=2{more}"), 0).unwrap()
    };
    let first = page(&mut iam, "");
    assert_eq!((first.matches("<UserName>").count(), first.contains("<IsTruncated>true")), (2, true));
    let marker = first.split("<Marker>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let second = page(&mut iam, &format!("&Marker={marker}"));
    assert_eq!((second.matches("<UserName>").count(), second.contains("<IsTruncated>false")), (1, true));
    assert!(second.contains("<CreateDate>2026-01-01T02:07:09Z</CreateDate>"), "{second}");
    let before = iam.named("ana").unwrap().id.clone();
    iam.users.remove(&before);
    let after = iam.make_user("ANA", "/", &Tags::new(), later(now(), Duration::from_secs(9))).unwrap().id.clone();
    assert_ne!(before, after);
    assert!(iam.make_user("ana", "/", &Tags::new(), now()).is_none(), "names are the same in any case");
}

#[test]
fn tags_are_the_same_in_any_case_and_not_too_many() {
    let mut iam = iam();
    let tag = |iam: &mut Iam, key: &str, value: &str| {
        ask(iam, &format!("Action=TagUser&UserName=ana&Tags.member.1.Key={key}&Tags.member.1.Value={value}"), 0)
    };
    tag(&mut iam, "Owner", "ana").unwrap();
    tag(&mut iam, "owner", "ben").unwrap();
    assert_eq!(
        iam.named("ana").unwrap().tags.get().iter().collect::<Vec<_>>(),
        [(&"owner".to_owned(), &"ben".to_owned())]
    );
    for number in 1..50 {
        tag(&mut iam, &format!("cost-{number}"), "x").unwrap();
    }
    assert_eq!(tag(&mut iam, "one-more", "x").unwrap_err(), "LimitExceeded");
    assert_eq!(tag(&mut iam, "mail", "o'neil").unwrap_err(), "ValidationError");
    ask(&mut iam, "Action=UntagUser&UserName=ana&TagKeys.member.1=OWNER", 0).unwrap();
    assert!(!iam.named("ana").unwrap().tags.get().contains_key("owner"));
    assert!(ask(&mut iam, "Action=GetUser&UserName=ana&Unread=1", 0).unwrap_err().starts_with("simulation: "));
    assert!(ask(&mut iam, "Action=ListUsers", 0).unwrap_err().starts_with("simulation: "));
}

#[test]
fn a_use_is_noted_by_the_quarter_of_an_hour_and_only_where_the_key_works() {
    let mut iam = iam();
    let id = iam.named("ana").unwrap().id.clone();
    let key = iam.add_key(&id, now(), false).unwrap();
    let used = |iam: &Iam| iam.of_key(&key.id).unwrap().1.used;
    assert!(!iam.use_key("AKIAOFNOBODY", "s3", now(), true));
    let later_on = later(now(), Duration::from_mins(20));
    assert!(iam.use_key(&key.id, "s3", later_on, true));
    assert_eq!(used(&iam).unwrap().0.to_string(), "2026-01-01T02:15:00Z");
    ask(&mut iam, &format!("Action=UpdateAccessKey&UserName=ana&AccessKeyId={}&Status=Inactive", key.id), 0).unwrap();
    assert!(!iam.use_key(&key.id, "s3", later(later_on, Duration::from_hours(1)), true));
}
