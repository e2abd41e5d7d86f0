//! What a run that died left of a plan that somebody agreed to.

use serde_json::{Value, json};

use super::*;
use crate::run::plan::Act as _;

fn rotate() -> Step {
    Step::Rotate(Rotate { replaces: Some("OLD".to_owned()), secret: "s".to_owned(), restore: false })
}

fn tell(kind: KeyNotice, key: &str, other: Option<&str>) -> Step {
    Step::Tell { kind, key: key.to_owned(), other: other.map(str::to_owned), came_back: false }
}

/// An action about ana, whatever it does.
fn about(step: Step) -> Action {
    let mut plan = plan_of(with(&[key("OLD", 120, used(0))]), terms(&policy(&[]), &Request::default()));
    Action { step, ..plan.actions.remove(0) }
}

fn agreed(step: Step) -> Value {
    json!(about(step))
}

#[test]
fn a_key_that_is_stored_is_handed_out_and_told_of_by_the_word_for_its_rotation() {
    let agreed = agreed(rotate());
    let is_left = |step| about(step).is_left_of(&agreed);
    let resume = |replaces: Option<&str>| Step::Resume { key: "NEW".to_owned(), replaces: replaces.map(str::to_owned) };
    assert!(is_left(resume(Some("OLD"))) && is_left(tell(KeyNotice::Rotated, "NEW", Some("OLD"))));
    assert!(!is_left(resume(Some("ANOTHER"))) && !is_left(resume(None)));
    assert!(!is_left(tell(KeyNotice::Rotated, "NEW", None)) && !is_left(tell(KeyNotice::Deleted, "OLD", None)));
    assert!(!is_left(Step::DeleteOrphan { key: "NEW".to_owned() }), "nobody agreed to delete a key");
    assert!(!is_left(Step::Delete { key: "OLD".to_owned(), replaced_by: None }));
    assert!(!is_left(Step::Deactivate { key: "OLD".to_owned(), because: SwitchOffReason::Quiet }));
    let namesake = Action { user_id: "AIDAOTHER".to_owned(), ..about(resume(Some("OLD"))) };
    assert!(!namesake.is_left_of(&agreed), "a user of the same name");
}

#[test]
fn what_is_switched_off_or_deleted_is_written_down_and_told_by_the_word_for_it() {
    let key = |key: &str| key.to_owned();
    let off = agreed(Step::Deactivate { key: key("OLD"), because: SwitchOffReason::Quiet });
    let gone = agreed(Step::Delete { key: key("OLD"), replaced_by: None });
    let is_left = |step, agreed: &Value| about(step).is_left_of(agreed);
    assert!(is_left(Step::NoteOff { key: key("OLD"), since: None }, &off));
    assert!(is_left(tell(KeyNotice::Deactivated, "OLD", None), &off));
    assert!(is_left(tell(KeyNotice::Deleted, "OLD", None), &gone));
    assert!(!is_left(Step::NoteOff { key: key("NEW"), since: None }, &off));
    assert!(!is_left(Step::Delete { key: key("OLD"), replaced_by: None }, &off), "off is not gone");
    assert!(!is_left(Step::Deactivate { key: key("OLD"), because: SwitchOffReason::Idle }, &off), "for another reason");
    assert!(!is_left(tell(KeyNotice::Rotated, "OLD", None), &gone));
}
