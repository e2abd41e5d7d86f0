//! A tag value is an instant that says the same when it is printed and read again, or it is refused.

use jiff::tz::TimeZone;
use nightshift::domains::clusters::expiry::{Expiry, read};

pub(crate) fn holds(value: &str) {
    for zone in ["UTC", "Europe/Madrid", "Pacific/Apia"] {
        let zone = TimeZone::get(zone).expect("a zone");
        if let Ok(Expiry::At(at)) = read(value, &zone) {
            assert_eq!(read(&at.to_string(), &zone), Ok(Expiry::At(at)));
        }
    }
}
