//! A tag value is an instant that says the same when it is printed and read again, or it is refused.
#![no_main]

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use nightshift::domains::clusters::expiry::{Expiry, read};

fuzz_target!(|value: &str| {
    for zone in ["UTC", "Europe/Madrid", "Pacific/Apia"] {
        let zone = TimeZone::get(zone).unwrap();
        if let Ok(Expiry::At(at)) = read(value, &zone) {
            assert_eq!(read(&at.to_string(), &zone), Ok(Expiry::At(at)));
        }
    }
});
