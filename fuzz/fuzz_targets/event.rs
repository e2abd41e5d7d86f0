//! An event is taken or refused, and never widens a run: not by a value that is null, a key given twice or a key out of
//! its place.
#![no_main]

#[path = "../laws/event.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
