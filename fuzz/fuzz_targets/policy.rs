//! Variables are a policy or faults; a policy always asks for a second mark.
#![no_main]

#[path = "../laws/policy.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
