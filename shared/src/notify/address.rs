//! A mail address that may stand in a header: checked once, so that no tag value can become a second recipient.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};

use crate::text::printable;

/// One plain mailbox, `local@domain`: no display name, no quoted part, ASCII as SES wants it (Amazon SES API v2,
/// "Destination": the local part may hold 7-bit ASCII only, a domain beyond that is written in Punycode).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        match EmailAddress::parse_with_options(text, options) {
            Ok(address) if address.as_str().is_ascii() && !text.contains('"') => Ok(Self(text.to_owned())),
            _ => Err(format!("'{}' is not a mail address such as ana@example.com", printable(text))),
        }
    }
}

impl Address {
    /// As it is written in a header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_mailbox_is_an_address_and_nothing_else_is() {
        for text in ["ana@example.com", "ana.b+dev@mail.example.co.uk", "o'neil@example.com"] {
            assert!(text.parse::<Address>().is_ok(), "{text}");
        }
        for text in [
            "",
            "ana",
            "ana@localhost",
            "ana@example.com,bob@example.com",
            "ana@example.com bob@example.com",
            "ana@example.com\nBcc: bob@example.com",
            "Ana <ana@example.com>",
            "\"ana b\"@example.com",
            "ana@[127.0.0.1]",
            "aña@example.com",
            "ana@exa\u{202e}mple.com",
            "@example.com",
            "ana@",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
    }
}
