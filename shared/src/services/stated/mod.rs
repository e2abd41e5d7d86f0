//! Who somebody is, by their own word and AWS's: a request `sts:GetCallerIdentity` that they signed and did not send. A Lambda
//! function cannot see who invoked it; AWS says who signed. The request goes to this function's own endpoint of STS and
//! nowhere else, whatever an event says, and it has to have been signed for this function, moments ago.

mod sign;

use jiff::{SignedDuration, Timestamp};

use crate::secret::Secret;
use crate::services::aws::Aws;
use crate::services::aws::web::{WebClient, WebFault};

pub use sign::{SignFault, sign};

/// The header that says which function a request was signed for.
pub const HEADER: &str = "x-nightshift-function";
/// For so long after it was signed a request is taken.
pub const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// As far as a signer's clock may be ahead, as AWS allows.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// What a request consists of, each exactly once, but for the token, which only a session has.
const PARTS: [&str; 9] = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    TOKEN,
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];
const TOKEN: &str = "X-Amz-Security-Token";

/// A signed request, as the query of its URL. It is as good as its signer's name while it lasts, so nothing shows it.
#[derive(Debug)]
pub struct Stated(Secret);

/// Who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Twelve digits.
    pub account: String,
    /// `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/…/…`.
    pub arn: String,
    /// `UserId`: of a session `ROLE-ID:SESSION`.
    pub user_id: String,
}

/// Why nobody can say who it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatedFault {
    /// It is not such a request.
    #[error("it is no query of a signed sts:GetCallerIdentity request: {0}")]
    Malformed(String),
    /// It was signed too long ago, or later than now.
    #[error("it was signed at {signed}, and it is {now}")]
    Stale {
        /// As it says.
        signed: Timestamp,
        /// The moment.
        now: Timestamp,
    },
    /// AWS does not take it.
    #[error("STS answered {status}: {said}")]
    Refused {
        /// Of HTTP.
        status: u16,
        /// Its own words.
        said: String,
    },
    /// STS said nothing, or something unreadable.
    #[error("STS could not be asked: {0}")]
    NoAnswer(String),
}

impl Stated {
    /// Takes `query` over.
    pub fn new(query: String) -> Self {
        Self(Secret::new(query))
    }

    /// Who signed it for `function`, as AWS says at `now`.
    pub async fn signer(&self, aws: &Aws, function: &str, now: Timestamp) -> Result<Signer, StatedFault> {
        let query = check(self.0.expose(), now)?;
        let url = endpoint(aws).ok_or_else(|| StatedFault::NoAnswer("no Region is known".to_owned()))?;
        let lost = |fault: WebFault| StatedFault::NoAnswer(crate::text::chain(&fault));
        let client = WebClient::new(aws.roots()).map_err(lost)?;
        let answer = client.get(&format!("{url}/?{query}"), (HEADER, function.to_owned())).await.map_err(lost)?;
        match answer.status {
            200 => read(&answer.text()).ok_or_else(|| StatedFault::NoAnswer("its answer names nobody".to_owned())),
            status if status >= 500 => Err(StatedFault::NoAnswer(format!("it answered {status}: {}", answer.said()))),
            status => Err(StatedFault::Refused { status, said: answer.said() }),
        }
    }
}

/// The endpoint of STS this process itself uses.
fn endpoint(aws: &Aws) -> Option<String> {
    aws.region().map(|region| endpoint_in(aws.sdk_config(), region))
}

fn endpoint_in(config: &aws_config::SdkConfig, region: &str) -> String {
    if let Some(url) = config.endpoint_url() {
        return url.trim_end_matches('/').to_owned();
    }
    format!("https://sts.{region}.{}", crate::services::aws::suffix_of(region))
}

/// `query`, where it is a request for the one thing it may ask, signed for somebody by name and just now.
fn check(query: &str, now: Timestamp) -> Result<&str, StatedFault> {
    let no = |why: String| Err(StatedFault::Malformed(why));
    if query.contains("://") || query.contains('?') {
        return no("it is a URL; send what stands behind its '?' alone".to_owned());
    }
    let mut parts = std::collections::BTreeMap::new();
    for part in query.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let Some(known) = PARTS.into_iter().find(|known| *known == name) else {
            return no("it has a part that such a request does not have".to_owned());
        };
        if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)) {
            return no(format!("{known} has a sign that no URL has"));
        }
        if parts.insert(known, value).is_some() {
            return no(format!("{known} stands twice"));
        }
    }
    if let Some(missing) = PARTS.into_iter().find(|known| *known != TOKEN && !parts.contains_key(known)) {
        return no(format!("{missing} is missing"));
    }
    for (name, value) in
        [("Action", "GetCallerIdentity"), ("Version", "2011-06-15"), ("X-Amz-Algorithm", "AWS4-HMAC-SHA256")]
    {
        if parts[name] != value {
            return no(format!("{name} is not {value}"));
        }
    }
    if parts["X-Amz-SignedHeaders"].replace("%3B", ";").replace("%3b", ";") != format!("host;{HEADER}") {
        return no(format!("its signed headers are not host and {HEADER}"));
    }
    let Some(signed) = moment(parts["X-Amz-Date"]) else { return no("X-Amz-Date is no time".to_owned()) };
    let age = now.duration_since(signed);
    if age > LONGEST || age < -AHEAD { Err(StatedFault::Stale { signed, now }) } else { Ok(query) }
}

/// `YYYYMMDDTHHMMSSZ`.
fn moment(text: &str) -> Option<Timestamp> {
    let at = |range: std::ops::Range<usize>| text.get(range);
    if text.len() != 16 {
        return None;
    }
    let (date, time) = text.split_once('T').filter(|(date, _)| date.len() == 8)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(date) || !digits(time.strip_suffix('Z')?) {
        return None;
    }
    let spelt = format!("{}-{}-{}T{}:{}:{}Z", at(0..4)?, at(4..6)?, at(6..8)?, at(9..11)?, at(11..13)?, at(13..15)?);
    spelt.parse().ok()
}

/// The answer of STS.
fn read(answer: &str) -> Option<Signer> {
    let field = |name: &str| {
        let (_, rest) = answer.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once(&format!("</{name}>"))?;
        (!value.trim().is_empty() && !value.contains(['<', '&'])).then(|| value.trim().to_owned())
    };
    Some(Signer { account: field("Account")?, arn: field("Arn")?, user_id: field("UserId")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&\
        X-Amz-Credential=AKIA%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261121T020000Z&X-Amz-Expires=900&\
        X-Amz-SignedHeaders=host%3Bx-nightshift-function&X-Amz-Signature=00ff";

    fn said(query: &str, now: &str) -> String {
        check(query, now.parse().unwrap()).map_or_else(|fault| fault.to_string(), |_| "taken".to_owned())
    }

    #[test]
    fn only_the_one_request_signed_for_us_just_now_is_taken() {
        let now = "2026-11-21T02:01:00Z";
        assert_eq!(said(GOOD, now), "taken");
        assert_eq!(said(&format!("{GOOD}&X-Amz-Security-Token=abc%2B"), now), "taken");
        let with = |from: &str, to: &str| said(&GOOD.replace(from, to), now);
        for (answer, why) in [
            (with("GetCallerIdentity", "GetSessionToken"), "Action is not"),
            (with("2011-06-15", "2010-01-01"), "Version is not"),
            (with("host%3Bx-nightshift-function", "host"), "its signed headers are not"),
            (with("host%3Bx", "host%3Bx-other%3Bx"), "its signed headers are not"),
            (with("X-Amz-Signature=00ff", "X-Amz-Signature=00ff&Action=GetCallerIdentity"), "Action stands twice"),
            (with("&X-Amz-Signature=00ff", ""), "X-Amz-Signature is missing"),
            (with("&X-Amz-Expires=900", "&Host=evil"), "has a part that"),
            (with("X-Amz-Signature=00ff", "X-Amz-Signature=00 HTTP"), "a sign that no URL has"),
            (with("X-Amz-Signature=00ff", "X-Amz-Signature=00#"), "a sign that no URL has"),
            (with("20261121T020000Z", "20261121T0200"), "X-Amz-Date is no time"),
            (with("20261121T020000Z", "2026112\u{e9}T02000Z"), "a sign that no URL has"),
            (said(&format!("https://evil.example/?{GOOD}"), now), "it is a URL"),
            (said("", now), "has a part that"),
        ] {
            assert!(answer.contains(why), "{why}: {answer}");
        }
    }

    #[test]
    fn fifteen_minutes_are_the_most_whatever_the_request_says_of_itself() {
        let long = GOOD.replace("Expires=900", "Expires=604800");
        for (now, taken) in [
            ("2026-11-21T02:15:00Z", true),
            ("2026-11-21T02:15:01Z", false),
            ("2026-11-21T01:55:00Z", true),
            ("2026-11-21T01:54:59Z", false),
        ] {
            assert_eq!(said(&long, now) == "taken", taken, "{now}");
        }
    }

    #[test]
    fn an_answer_without_a_name_names_nobody() {
        let whole =
            "<R><Arn>arn:aws:iam::111122223333:user/ana</Arn><UserId>AIDA</UserId><Account>111122223333</Account></R>";
        assert_eq!(read(whole).unwrap().arn, "arn:aws:iam::111122223333:user/ana");
        for broken in ["", "<Arn>x</Arn>", &whole.replace("AIDA", ""), &whole.replace("user/ana", "user/<b>")] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
