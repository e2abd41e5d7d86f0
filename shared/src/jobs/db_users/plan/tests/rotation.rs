//! How a secret is rotated, as the event and its tag have it, and what becomes of a rotation that is to end.

use super::secrets::judged_as;
use super::*;
use crate::domains::databases::{Strategy, token_of};

const FUNCTION: &str = "arn:rotate";
const SCHEDULE: &str = "rate(30 days)";

fn rotated(strategy: Strategy) -> UserRequest {
    let rotation = Rotation::On {
        strategy,
        function: Some(FUNCTION.to_owned()),
        schedule: SCHEDULE.to_owned(),
        immediately: false,
    };
    UserRequest { rotation, ..user("app") }
}

fn no_more() -> UserRequest {
    UserRequest { rotation: Rotation::Off, ..user("app") }
}

fn on(found: &mut Present) {
    found.rotation =
        RotationFacts { enabled: true, function: Some(FUNCTION.to_owned()), schedule: Some(SCHEDULE.to_owned()) };
}

/// A version on its way that somebody else wrote.
fn on_its_way(found: &mut Present, trial: &Trial) {
    let version = found.current.clone().expect("it has one");
    found.pending = Some(Version { id: "v2".to_owned(), trial: trial.clone(), ..version });
}

#[test]
fn the_tag_says_what_the_event_says_and_what_drifted_is_mended() {
    let tag = |user: UserRequest, tag: Option<&str>| {
        let plan = judged_as(user, Some(true), &|found| {
            on(found);
            found.strategy = tag.map(str::to_owned);
        });
        plan.map(|plan| (plan.tag, plan.rotation == RotationStep::AsIs))
    };
    for (strategy, name) in [
        (Strategy::Single, "single-user"),
        (Strategy::Alternating, "alternating-users"),
        (Strategy::Dual, "dual-password"),
    ] {
        assert_eq!(tag(rotated(strategy), Some(name)), Ok((TagStep::AsIs, true)), "{name}");
        for other in [None, Some("single"), Some("by-hand")] {
            assert_eq!(tag(rotated(strategy), other), Ok((TagStep::Say(strategy), true)), "{name}, tagged {other:?}");
        }
    }
    assert_eq!(tag(user("app"), Some("by-hand")), Ok((TagStep::AsIs, true)), "an event that says nothing of it");
    assert_eq!(tag(no_more(), Some("single-user")), Ok((TagStep::Nothing, false)));
    assert_eq!(tag(no_more(), None), Ok((TagStep::AsIs, false)));
}

#[test]
fn a_secret_says_how_it_is_rotated_before_it_is() {
    let request = request(vec![rotated(Strategy::Alternating)]);
    let made = steps(&plan(&world(16, &request), &request), "app");
    let end = [
        "log in as app",
        "tag secret app-secret with nightshift:rotation-strategy=alternating-users",
        "rotate secret app-secret by arn:rotate, rate(30 days)",
    ];
    assert_eq!(made[made.len() - 3..], end);
}

/// Consent to one way is none to another.
#[test]
fn how_it_is_rotated_is_part_of_what_was_reviewed() {
    let digest = |strategy| {
        let request = request(vec![rotated(strategy)]);
        plan(&world(16, &request), &request).digest()
    };
    assert_ne!(digest(Strategy::Single), digest(Strategy::Alternating));
}

#[test]
fn where_a_rotation_ends_what_is_on_its_way_becomes_what_the_server_says_it_is() {
    let unknown = || Trial::Unknown("no route".to_owned());
    let ends = |enabled: bool, pending: &Trial, current: &Trial| {
        let plan = judged_as(no_more(), Some(true), &|found| {
            on(found);
            found.rotation.enabled = enabled;
            on_its_way(found, pending);
            found.current.as_mut().expect("it has one").trial = current.clone();
        });
        plan.map(|plan| match (plan.step, plan.stale_pending) {
            (SecretStep::Promote { version, .. }, None) if !plan.sets_password => format!("{version} is current"),
            (SecretStep::Keep, Some(version)) if !plan.sets_password => format!("{version} is dropped"),
            other => format!("{other:?}"),
        })
    };
    for current in [Trial::Works, Trial::Refused, Trial::NotTried, Trial::Expired, unknown()] {
        for enabled in [true, false] {
            assert_eq!(ends(enabled, &Trial::Works, &current), Ok("v2 is current".to_owned()), "{current:?} {enabled}");
        }
    }
    for pending in [Trial::Refused, Trial::NotTried, Trial::Expired] {
        assert_eq!(ends(true, &pending, &Trial::Works), Ok("v2 is dropped".to_owned()), "{pending:?}");
        for current in [Trial::Refused, Trial::NotTried, Trial::Expired] {
            assert_eq!(ends(true, &pending, &current), Err("neither-works"), "{pending:?} {current:?}");
        }
        assert_eq!(ends(true, &pending, &unknown()), Err("login-unknown"), "{pending:?}");
    }
    for current in [Trial::Works, Trial::Refused, unknown()] {
        assert_eq!(ends(true, &unknown(), &current), Err("login-unknown"), "no answer is no verdict: {current:?}");
    }
}

#[test]
fn a_rotation_ends_before_what_it_left_is_dropped_and_that_is_tried_once_more_behind_it() {
    let request = request(vec![no_more()]);
    let steps_of = |pending: Trial| {
        let mut world = world(15, &request);
        catalog(&mut world).roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
        let mut found =
            Present { ours: true, strategy: Some("single-user".to_owned()), ..present("app", Trial::Works) };
        on(&mut found);
        on_its_way(&mut found, &pending);
        with_secret(&mut world, "app", found);
        let mut steps = steps(&plan(&world, &request), "app");
        steps.retain(|step| step.contains("secret") || step.contains("log in") || step.contains("make version"));
        steps
    };
    let end = "end the rotation of secret app-secret";
    let untag = "take the tag nightshift:rotation-strategy from secret app-secret";
    let dropped = "take AWSPENDING from version v2 of secret app-secret";
    assert_eq!(steps_of(Trial::Refused), [end, "log in as app", dropped, untag]);
    assert_eq!(steps_of(Trial::Works), [end, "log in as app", "make version v2 of app-secret AWSCURRENT", untag]);
}

#[test]
fn a_rotation_that_fails_by_its_tag_can_be_mended_while_it_is_under_way() {
    let under_way = |strategy, has_value: bool, login: Option<bool>| {
        judged_as(rotated(strategy), login, &|found| {
            on(found);
            found.strategy = Some("alternating-users".to_owned());
            on_its_way(found, &Trial::NotTried);
            let pending = found.pending.as_mut().expect("there is one");
            (pending.has_value, pending.has_password) = (has_value, has_value);
        })
    };
    let plan = under_way(Strategy::Single, false, Some(true)).expect("a change");
    assert_eq!(
        (plan.tag, plan.step, plan.rotation),
        (TagStep::Say(Strategy::Single), SecretStep::Keep, RotationStep::AsIs)
    );
    assert!(!plan.sets_password && plan.stale_pending.is_none());
    assert_eq!(under_way(Strategy::Alternating, false, Some(true)), Err("rotation-pending"));
    assert_eq!(under_way(Strategy::Single, true, Some(true)), Err("rotation-pending"), "its value is of that tag");
    assert_eq!(under_way(Strategy::Single, false, Some(false)), Err("rotation-pending"));
}

/// A run that died between writing a version and handing it out leaves one that no rotation goes on with.
#[test]
fn what_this_function_wrote_itself_it_goes_on_with_while_the_rotation_is_on() {
    let plan = judged_as(user("app"), Some(true), &|found| {
        on(found);
        on_its_way(found, &Trial::Refused);
        found.pending.as_mut().expect("there is one").id = token_of(&["arn:app", "v1", "stage"]);
    });
    assert!(plan.is_ok_and(|plan| matches!(plan.step, SecretStep::Promote { .. }) && plan.sets_password));
}
