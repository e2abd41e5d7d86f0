//! An event about access keys is taken or refused, and one that names somebody never reaches anybody else.
#![no_main]

#[path = "../laws/keys.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
