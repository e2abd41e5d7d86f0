//! When an old key may go because somebody has the new one, and when not.

use super::*;
use crate::domains::keys::tags::{PROOF, Proof};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Ana, told of her new key on the 1st of November at two in the morning; the old one is quiet. The new one was last used and
/// fetched as given.
fn told(last_used: LastUsed, fetched: Option<&str>) -> User {
    let mut user = stored(with(&[key("NEW", 20, last_used), key("OLD", 110, used(50))]), &[("NEW", &[CURRENT])]);
    if let Read::Known(Some(secret)) = &mut user.secret {
        secret.versions[0].last_accessed = fetched.map(at);
    }
    tagged(user, &[("nightshift:told:rotated", "NEW 2026-11-01T02:00:00Z".to_owned())])
}

fn proven(user: User, proof: &str, read: bool) -> User {
    tagged(user, &[(PROOF, Proof { at: at(proof), read }.value("NEW"))])
}

fn used_at(moment: &str, service: &str) -> LastUsed {
    LastUsed::At(Use { at: at(moment), service: service.to_owned(), region: "us-east-1".to_owned() })
}

const GOES: &str = "R7 deactivate OLD Quiet";
const STAYS: &str = "R7 tell not-taken-over OLD";

#[test]
fn a_use_counts_from_an_hour_after_our_own_on_whatever_the_service() {
    let by = |last_used| verdict(proven(told(last_used, None), "2026-11-01T01:59:00Z", false));
    assert_eq!(by(LastUsed::Never), STAYS);
    assert_eq!(by(used_at("2026-11-01T01:58:00Z", "sts")), STAYS, "our proof");
    assert_eq!(by(used_at("2026-11-01T02:59:00Z", "s3")), STAYS, "within the hour: it may be ours, noted late");
    assert_eq!(by(used_at("2026-11-01T02:59:01Z", "sts")), GOES, "a user may do nothing but assume roles");
    assert_eq!(by(LastUsed::Unknown("throttled".to_owned())), "R7 preflight-unknown");
    assert_eq!(by(LastUsed::NotAsked), "R7 preflight-unknown");
}

#[test]
fn a_fetch_counts_on_a_day_after_our_own_reading_and_on_any_if_there_was_none() {
    let by = |fetched, proof, read| verdict(proven(told(LastUsed::Never, fetched), proof, read));
    let (first, second, third) =
        (Some("2026-11-01T00:00:00Z"), Some("2026-11-02T00:00:00Z"), Some("2026-11-03T00:00:00Z"));
    let night = "2026-11-01T02:00:00Z";
    assert_eq!(by(None, night, false), STAYS);
    assert_eq!(by(first, night, false), GOES, "we did not read it, so somebody did");
    assert_eq!((by(first, night, true).as_str(), by(second, night, true).as_str()), (STAYS, GOES));
    let midnight = "2026-11-01T23:59:30Z";
    assert_eq!((by(second, midnight, true).as_str(), by(third, midnight, true).as_str()), (STAYS, GOES));
    // What could not be read of its use is no matter where it was fetched.
    let unknown = told(LastUsed::Unknown("throttled".to_owned()), second);
    assert_eq!(verdict(proven(unknown, night, false)), GOES);
}

#[test]
fn where_our_proof_is_not_written_down_the_notice_stands_for_it_and_we_may_have_read() {
    assert_eq!(verdict(told(used_at("2026-11-01T03:00:00Z", "s3"), None)), STAYS);
    assert_eq!(verdict(told(used_at("2026-11-01T03:00:01Z", "s3"), None)), GOES);
    assert_eq!(verdict(told(LastUsed::Never, Some("2026-11-01T00:00:00Z"))), STAYS);
    assert_eq!(verdict(told(LastUsed::Never, Some("2026-11-02T00:00:00Z"))), GOES);
    let another = tagged(told(LastUsed::Never, None), &[(PROOF, "OTHER 2026-10-01T02:00:00Z".to_owned())]);
    assert_eq!(verdict(another), STAYS, "a proof of another key is none");
    // Proven again later than the notice: the later moment is the one that counts.
    let again = proven(told(used_at("2026-11-10T02:00:00Z", "sts"), None), "2026-11-10T02:00:00Z", true);
    assert_eq!(verdict(again), STAYS);
}

#[test]
fn a_hold_ends_by_policy_only_and_on_no_day_that_was_not_named() {
    let user = |tag: &str| tagged(told(LastUsed::Never, None), &[("nightshift:told:not-taken-over", tag.to_owned())]);
    let by = |user, days: &str| {
        let limit = [("NIGHTSHIFT_HOLD_LIMIT_DAYS", days)];
        verdict_by(user, &policy(if days.is_empty() { &[] } else { &limit }), &Request::default())
    };
    let undated = || user("OLD 2026-11-08T02:00:00Z");
    assert_eq!(by(undated(), ""), "R7 not-taken-over");
    assert_eq!(by(undated(), "10"), STAYS, "a policy of today: its date is named first");
    let dated = || user("OLD 2026-11-08T02:00:00Z 2026-11-15T02:00:00Z");
    assert_eq!(by(dated(), "10"), "R7 deactivate OLD HoldLimit");
    assert_eq!(by(dated(), "40"), "R7 not-taken-over", "a longer limit holds");
    assert_eq!(by(dated(), ""), "R7 not-taken-over", "and so does none");
    let later = user("OLD 2026-11-20T02:00:00Z 2026-11-27T02:00:00Z");
    assert_eq!(by(later, "10"), "R7 not-taken-over", "a shorter limit does not move a date that was named");
}

#[test]
fn the_hold_of_a_key_in_use_begins_when_the_new_one_was_taken_over() {
    // Held for weeks because nobody had the new key; fetched today, while the old one is in use.
    let user = told(LastUsed::Never, Some("2026-11-20T00:00:00Z"));
    let user = tagged(user, &[("nightshift:told:not-taken-over", "OLD 2026-09-08T02:00:00Z".to_owned())]);
    let mut user = tagged(user, &[("nightshift:told:rotated", "NEW 2026-09-01T02:00:00Z".to_owned())]);
    user.keys = Read::Known(vec![key("NEW", 80, LastUsed::Never), key("OLD", 170, used(0))]);
    assert_eq!(verdict(user), "R7 tell held OLD", "not off on the very day");
}

#[test]
fn what_is_off_is_not_deleted_before_somebody_has_the_new_key() {
    let gone = |last_used| {
        let mut user = told(last_used, None);
        user.keys = Read::Known(match user.keys {
            Read::Known(keys) => vec![keys[0].clone(), off(keys[1].clone())],
            _ => Vec::new(),
        });
        user.tags.set("nightshift:off:OLD", Off::Done(ago(10)).value());
        tagged(user, &[("nightshift:told:deactivated", format!("OLD {}", ago(10)))])
    };
    assert_eq!(verdict(gone(LastUsed::Never)), "R8 not-taken-over", "an earlier version switched it off");
    assert_eq!(verdict(gone(used(3))), "R8 delete OLD");
    assert_eq!(verdict(gone(LastUsed::Unknown("throttled".to_owned()))), "R8 preflight-unknown");
    let named = [("nightshift:told:not-taken-over", "OLD 2026-11-02T02:00:00Z 2026-11-11T02:00:00Z".to_owned())];
    let limit = policy(&[("NIGHTSHIFT_HOLD_LIMIT_DAYS", "10")]);
    let ended = tagged(gone(LastUsed::Never), &named);
    assert_eq!(verdict_by(ended, &limit, &Request::default()), "R8 delete OLD", "the hold had its end");
}

#[test]
fn while_its_secret_is_leaving_nothing_that_can_be_had_back_is_deleted() {
    let mut user = told(LastUsed::Never, None);
    user.keys = Read::Known(vec![key("NEW", 20, LastUsed::Never), off(key("OLD", 110, used(50)))]);
    let user = tagged(
        user,
        &[
            ("nightshift:off:OLD", Off::Done(ago(10)).value()),
            ("nightshift:told:deactivated", format!("OLD {}", ago(10))),
            ("nightshift:told:not-taken-over", format!("OLD {} {}", ago(19), ago(11))),
        ],
    );
    let limit = policy(&[("NIGHTSHIFT_HOLD_LIMIT_DAYS", "7")]);
    let by = |user| verdict_by(user, &limit, &Request::default());
    assert_eq!(by(user.clone()), "R8 delete OLD", "its end was named and has come");
    let mut leaving = user;
    if let Read::Known(Some(secret)) = &mut leaving.secret {
        secret.deleted = true;
    }
    assert_eq!(by(leaving), "R8 secret-leaving");
}

#[test]
fn no_policy_moves_the_end_of_a_hold_before_a_date_that_any_notice_named() {
    let user = told(LastUsed::Never, None);
    let named = |rotated: &str, held: Timestamp| {
        let first = "NEW 2026-11-01T02:00:00Z 2026-11-08T02:00:00Z";
        tagged(
            user.clone(),
            &[
                ("nightshift:told:rotated", format!("{first} {rotated}")),
                ("nightshift:told:not-taken-over", format!("OLD {} {held}", ago(9))),
            ],
        )
    };
    let limit = policy(&[("NIGHTSHIFT_HOLD_LIMIT_DAYS", "7")]);
    let by = |user| verdict_by(user, &limit, &Request::default());
    assert_eq!(by(named("2026-11-20T02:00:00Z", ago(2))), "R7 deactivate OLD HoldLimit");
    assert_eq!(by(named("2026-12-11T02:00:00Z", ago(2))), "R7 not-taken-over", "the first notice named a later one");
    assert_eq!(by(named("2026-11-20T02:00:00Z", at("2026-11-22T02:00:00Z"))), "R7 not-taken-over", "or the second");
}
