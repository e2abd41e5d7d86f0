//! An event about access keys is taken or refused, and one that names somebody never reaches anybody else.

use nightshift::jobs::key_rotation::policy::Signs;
use nightshift::jobs::key_rotation::{Request, trigger};
use nightshift::run::Payload;
use nightshift::run::event::Fields;

const NARROWS: [&str; 6] = ["users", "user_ids", "compromised", "sign", "rollback", "Records"];

pub(crate) fn holds(text: &str) {
    let Ok(payload) = Payload::parse(text) else { return };
    let Ok(event) = payload.once() else { return };
    let narrows = NARROWS.iter().any(|key| event.get(key).is_some())
        || matches!(event["source"].as_str(), Some("aws.config" | "aws.health" | "aws.guardduty"))
            && event["detail-type"].is_string();
    let Ok(plain) = trigger::plain(event) else { return };
    let Ok(mut fields) = Fields::of(plain) else { return };
    let request = Request::read(&mut fields, &Signs::default());
    if fields.finish().is_ok() && narrows {
        let names = request.users.is_some() || request.user_ids.is_some() || request.is_about_keys();
        assert!(names, "{text} is the whole account");
    }
}
