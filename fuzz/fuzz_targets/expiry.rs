//! A tag value is an instant that says the same when it is printed and read again, or it is refused.
#![no_main]

#[path = "../laws/expiry.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
