//! An event about database users is taken or refused; one that is taken names each user and each secret once, none of the
//! server's own, and comes to no statement that a name breaks out of.
#![no_main]

#[path = "../laws/db_users.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|text: &str| law::holds(text));
