//! The user between the plan and the apply: each fact an action rests on is changed by itself, and nothing is done.

use super::*;
use crate::domains::keys::tags;
use crate::domains::keys::tags::Off;
use crate::jobs::key_rotation::model::{Compromised, KeySecret};
use crate::jobs::key_rotation::plan::tests::{
    ago, key, plan_of, policy, rotated, secret_of, stored, tagged, terms, used, with,
};
use crate::jobs::key_rotation::policy::Policy;
use crate::jobs::key_rotation::request::Request;
use crate::services::Read;
use crate::services::iam::{Key, LastUsed, Status};
use crate::services::secrets::{CURRENT, PENDING};

/// What was planned about `before`, and how it is judged once the user is what `since` makes of it: the step, or the code.
fn judged(before: &User, policy: &Policy, request: &Request, since: impl FnOnce(User) -> Option<User>) -> String {
    let terms = terms(policy, request);
    let planned = plan_of(before.clone(), terms).actions.remove(0);
    match judge(&planned, before, Ok(since(before.clone())), terms) {
        Ok((user, action)) => {
            assert_eq!(action.user_id, planned.user_id, "{user:?}");
            "goes".to_owned()
        }
        Err(done) => done.reason.map(|reason| reason.code.into_owned()).unwrap_or_default(),
    }
}

type Change = fn(&mut User);

/// What of a user holds for every step.
const EVERY: [(&str, Change); 3] = [
    ("goes", |_| ()),
    ("goes", |user| user.tags.set("team", "billing")),
    ("changed-since-plan", |user| user.id = "AIDANAMESAKE".to_owned()),
];

#[track_caller]
fn table(before: &dyn Fn() -> User, policy: &Policy, request: &Request, rows: &[(&str, Change)]) {
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for (place, (code, change)) in EVERY.iter().chain(rows).enumerate() {
        expected.push(format!("{place} {code}"));
        let judged = judged(&before(), policy, request, |mut user| {
            change(&mut user);
            Some(user)
        });
        found.push(format!("{place} {judged}"));
    }
    assert_eq!(found, expected);
    assert_eq!(judged(&before(), policy, request, |_| None), "gone");
}

fn keys(user: &mut User) -> &mut Vec<Key> {
    match &mut user.keys {
        Read::Known(keys) => keys,
        other => panic!("{other:?}"),
    }
}

fn unread(user: &mut User) {
    user.keys = Read::unknown("iam:ListAccessKeys", "AccessDenied");
}

fn everything() -> Request {
    Request::default()
}

#[test]
fn a_rotation_is_of_the_very_key_that_was_due_and_into_the_same_secret() {
    table(
        &|| with(&[key("OLD", 100, used(1))]),
        &policy(&[]),
        &everything(),
        &[
            ("preflight-unknown", unread),
            ("changed-since-plan", |user| keys(user)[0].id = "OTHER".to_owned()),
            ("not-due", |user| keys(user)[0].created_at = ago(1)),
            ("only-inactive", |user| keys(user)[0].status = Status::Inactive),
            ("changed-since-plan", |user| keys(user).push(key("MADE", 0, LastUsed::Never))),
            ("secret-not-ours", |user| user.secret = Read::Known(Some(secret_of(None)))),
            ("secret-of-another", |user| user.secret = Read::Known(Some(secret_of(Some("AIDABEN"))))),
            ("changed-since-plan", |user| {
                user.secret = Read::Known(Some(KeySecret { deleted: true, ..secret_of(Some("AIDAANA")) }));
            }),
        ],
    );
}

#[test]
fn a_stored_key_is_gone_on_with_while_it_is_what_is_pending() {
    let before = || {
        let user = with(&[key("NEW", 0, LastUsed::Never), key("OLD", 100, used(1))]);
        stored(user, &[("NEW", &[PENDING]), ("OLD", &[CURRENT])])
    };
    table(
        &before,
        &policy(&[]),
        &everything(),
        &[
            ("preflight-unknown", unread),
            ("changed-since-plan", |user| _ = keys(user).remove(0)),
            ("pending-inactive", |user| keys(user)[0].status = Status::Inactive),
            ("changed-since-plan", |user| *user = stored(user.clone(), &[("NEW", &[CURRENT])])),
            ("changed-since-plan", |user| *user = stored(user.clone(), &[("OLD", &[CURRENT])])),
        ],
    );
}

#[test]
fn an_old_key_goes_off_while_it_is_quiet_and_the_new_one_is_in_its_place() {
    table(
        &|| rotated(8, used(5)),
        &policy(&[]),
        &everything(),
        &[
            ("preflight-unknown", unread),
            ("changed-since-plan", |user| keys(user)[1].last_used = used(0)),
            ("changed-since-plan", |user| keys(user)[1].status = Status::Inactive),
            ("current-off", |user| keys(user)[0].status = Status::Inactive),
            ("changed-since-plan", |user| keys(user)[0].id = "OTHER".to_owned()),
            ("changed-since-plan", |user| keys(user)[1].id = "OTHER".to_owned()),
            ("changed-since-plan", |user| user.tags.remove("nightshift:told:rotated")),
            ("changed-since-plan", |user| keys(user)[0].last_used = LastUsed::Never),
        ],
    );
}

#[test]
fn a_key_is_deleted_while_it_is_off_since_the_day_that_was_planned_for() {
    let before = || {
        let mut user = rotated(40, used(30));
        keys(&mut user)[1].status = Status::Inactive;
        let told = ("nightshift:told:deactivated", format!("OLD {}", ago(20)));
        tagged(user, &[("nightshift:off:OLD", Off::Done(ago(20)).value()), told])
    };
    table(
        &before,
        &policy(&[]),
        &everything(),
        &[
            ("preflight-unknown", unread),
            ("changed-since-plan", |user| keys(user)[1].status = Status::Active),
            ("changed-since-plan", |user| user.tags.set("nightshift:off:OLD", Off::Back(ago(1)).value())),
            ("recovering", |user| user.tags.set("nightshift:off:OLD", Off::Done(ago(1)).value())),
            ("changed-since-plan", |user| user.tags.remove("nightshift:off:OLD")),
            ("changed-since-plan", |user| keys(user)[1].id = "OTHER".to_owned()),
            ("leaked-kept", |user| user.tags.set(tags::LEAKED, "OLD")),
            ("only-inactive", |user| keys(user)[0].status = Status::Inactive),
            ("changed-since-plan", |user| _ = keys(user).remove(1)),
        ],
    );
}

#[test]
fn a_leaked_key_goes_off_whatever_else_was_done_meanwhile_but_not_a_namesakes() {
    let leak = Compromised { user: Some("ana".to_owned()), known: false, key: "ONE".to_owned() };
    let request = Request { compromised: vec![leak], ..Request::default() };
    let (policy, before) = (policy(&[]), || with(&[key("ONE", 100, used(1))]));
    let judged = |since: &dyn Fn(User) -> Option<User>| judged(&before(), &policy, &request, since);
    assert_eq!(judged(&|_| None), "goes", "AWS says so when it is to go off");
    let changed = |change: Change| {
        judged(&|mut user| {
            change(&mut user);
            Some(user)
        })
    };
    assert_eq!(changed(|user| user.secret = Read::Known(Some(secret_of(None)))), "goes");
    assert_eq!(changed(|user| keys(user).push(key("TWO", 0, LastUsed::Never))), "goes");
    assert_eq!(changed(|user| user.tags.set(tags::INTENT, tags::OWED)), "goes");
    assert_eq!(changed(|user| user.id = "AIDANAMESAKE".to_owned()), "changed-since-plan");
    let terms = terms(&policy, &request);
    let planned = plan_of(before(), terms).actions.remove(0);
    let refused = || AwsError::empty("iam:ListAccessKeys", "user ana", "AccessKeyMetadata");
    assert!(judge(&planned, &before(), Err(refused()), terms).is_ok(), "no read that fails keeps it on");
    let due = plan_of(before(), Terms { request: &everything(), ..terms }).actions.remove(0);
    assert!(judge(&due, &before(), Err(refused()), terms).is_err(), "and nothing else is done unread");
}
