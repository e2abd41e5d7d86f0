//! Tags that claim to be facts are read or refused; what is read is written and read the same.
#![no_main]

#[path = "../laws/facts.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
