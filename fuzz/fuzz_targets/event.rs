//! An event is taken or refused, and never widens a run.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightshift::clusters::{Policy, Request};
use nightshift::config::{Environment, Settings};
use nightshift::run::event::Fields;

fuzz_target!(|text: &str| {
    let Ok(event) = serde_json::from_str(text) else { return };
    let environment = Environment::default();
    let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
    let Ok(mut fields) = Fields::of(event) else { return };
    let request = Request::read(&mut fields, &policy);
    if fields.finish().is_ok() {
        assert!(request.regions(&policy).iter().all(|region| *region == "eu-west-1"));
    }
});
