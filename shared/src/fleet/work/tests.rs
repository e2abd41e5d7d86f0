//! What a run that did not take place comes to: the account's own matter, or a fault that another try can mend.

use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::run::event::EventFault;
use crate::services::aws::wire::Wire;

fn item() -> Item {
    Item {
        account: "111122223333".to_owned(),
        name: "web".to_owned(),
        path: "Root".to_owned(),
        policy: None,
        regions: vec!["eu-west-1".to_owned()],
        budget: Some([("deletions".to_owned(), 1)].into()),
        judged_at: Some(Timestamp::UNIX_EPOCH),
        expect_plan: None,
    }
}

/// How the account ended and why, or the type of the fault.
fn comes_to(fault: RunFault) -> String {
    let item = item();
    let visiting = Visiting { item: &item, phase: Phase::Rest, failures: &Failures::default(), regional: true };
    match kept_out(fault, visiting) {
        Ok(visit) => format!("{} {}", visit.ended.as_str(), visit.reason.map(|reason| reason.code).unwrap_or_default()),
        Err(fault) => format!("raises {}", fault.error_type()),
    }
}

/// What AWS says, as an SDK reads it.
async fn said(status: u16, code: &str) -> AwsError {
    let wire = Wire::of(&[(status, json!({ "__type": code, "message": "m" }))]).await;
    let read = crate::services::secrets::SecretsReader::new(&wire.aws, "eu-west-1").describe("x").await;
    read.unwrap_err()
}

#[tokio::test]
async fn what_another_try_can_mend_is_raised_and_all_else_is_told_of_the_account() {
    let observe = async |status, code| RunFault::Observe { attempt: "a".to_owned(), source: said(status, code).await };
    for (status, code, expected) in [
        (400, "ThrottlingException", "raises ObservationFailed"),
        (500, "InternalServiceError", "raises ObservationFailed"),
        (400, "AccessDeniedException", "failed access-denied"),
        (400, "UnrecognizedClientException", "skipped region-off"),
        (400, "InvalidParameterException", "failed refused"),
    ] {
        assert_eq!(comes_to(observe(status, code).await), expected, "{code}");
    }
    let other = RunFault::OtherAccount { meant: "1".to_owned(), found: "2".to_owned() };
    assert_eq!(comes_to(other), "failed other-account");
    assert_eq!(comes_to(RunFault::NotCarriedOut("x".to_owned())), "failed not-carried-out");
    let clock = RunFault::Clock { problem: "p".to_owned(), fix: "f" };
    assert_eq!(comes_to(clock), "raises ConfigurationFault", "another machine may be right");
    assert_eq!(comes_to(EventFault::one("x").into()), "raises EventRefused");
}

#[test]
fn a_digest_that_a_person_agreed_to_counts_before_a_budget_and_a_plan_has_neither() {
    let digest = PlanDigest::of("f", "a", &());
    let agreed = Item { expect_plan: Some(digest.to_string()), ..item() };
    let place = Place { bucket: "runs".to_owned(), job: "cluster-cleanup".into() };
    let task = |item: &Item, mode| task(item, mode, place.of("night"));
    assert_eq!(task(&agreed, Mode::Plan).unwrap(), Task::Look);
    let Task::Agreed(one, budget, purse) = task(&agreed, Mode::Apply).unwrap() else { panic!("no digest") };
    assert_eq!((one, budget), (digest, item().budget), "where it lifts no cap, no more than was judged");
    assert_eq!(purse, place.of("night").purse_of("111122223333"), "the same for all of its maps");
    let Task::Within(budget, purse) = task(&item(), Mode::Apply).unwrap() else { panic!("no budget") };
    assert_eq!(budget, [("deletions".to_owned(), 1)].into());
    assert_eq!(purse.key, "fleet/cluster-cleanup/night/spent/111122223333.json", "the same for all of its maps");
    assert!(task(&Item { budget: None, ..item() }, Mode::Apply).is_err());
}

#[test]
fn what_was_judged_keeps_for_a_day_be_it_a_budget_or_a_digest() {
    let after = |hours| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
    assert_eq!(stale(&item(), Mode::Apply, after(24)), None);
    let why = stale(&item(), Mode::Apply, after(25)).unwrap();
    assert_eq!(why.code, "judged-long-ago");
    insta::assert_snapshot!(why.message, @"what may be done in it was judged in a run of 1970-01-01T00:00:00Z, more than a day ago; nothing was begun");
    assert_eq!(stale(&item(), Mode::Plan, after(25)), None, "looking takes no word");
    let agreed = Item { expect_plan: Some("sha256:1".to_owned()), ..item() };
    assert_eq!(stale(&agreed, Mode::Apply, after(24)), None);
    assert!(stale(&agreed, Mode::Apply, after(25)).is_some(), "who is meant may have changed since");
}
