//! An event is taken or refused, and never widens a run: not by a value that is null, a key given twice or a key out of
//! its place.

use nightshift::config::{Environment, Settings};
use nightshift::jobs::cluster_cleanup::{Policy, Request};
use nightshift::run::Payload;
use nightshift::run::event::Fields;

pub(crate) fn holds(text: &str) {
    let Ok(payload) = Payload::parse(text) else { return };
    let Ok(event) = payload.once() else { return };
    let environment = Environment::default();
    let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
    let asks = |key: &str| event.get(key).is_some();
    let enveloped = asks("source") && asks("detail-type");
    let narrows = ["regions", "clusters", "owners"].iter().any(|key| asks(key));
    let Ok(mut fields) = Fields::of(event) else { return };
    let request = Request::read(&mut fields, &policy);
    if fields.finish().is_ok() {
        assert!(request.regions(&policy).iter().all(|region| *region == "eu-west-1"));
        assert!(!narrows || request != Request::default(), "{text} is the whole account");
        assert!(!narrows || !enveloped, "{text} is narrowed where nothing reads it");
    }
}
