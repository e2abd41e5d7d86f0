//! Amazon SES, API v2.

use std::time::Duration;

use aws_sdk_sesv2::error::{BuildError, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::aws::{AwsError, Kind, within};
use crate::notify::render::{html, text};
use crate::notify::{Address, Letter};

const ACTION: &str = "ses:SendEmail";

/// Gmail clips a message whose HTML is longer than 102 KB; SES takes far more.
const MOST_BYTES: usize = 100_000;

/// `letter` in as many messages as it takes.
pub(in crate::notify) fn parts(letter: &Letter) -> Vec<Letter> {
    letter.parts(|part| html(part).len() <= MOST_BYTES)
}

/// Hands `part` of a letter over for `to`, as text and HTML. Handed over is not delivered: a bounce, or an address on the
/// account's suppression list, shows in SES only.
pub(in crate::notify) async fn send(
    client: &aws_sdk_sesv2::Client,
    from: &Address,
    to: &[Address],
    part: &Letter,
    time: Duration,
) -> Result<(), AwsError> {
    let object = to.iter().map(Address::as_str).collect::<Vec<_>>().join(", ");
    let content = content(part)
        .map_err(|error| AwsError::of(ACTION, &*object, SdkError::<SendEmailError>::construction_failure(error)))?;
    client
        .send_email()
        .from_email_address(from.as_str())
        .destination(Destination::builder().set_to_addresses(Some(strings(to))).build())
        .content(content)
        .customize()
        .config_override(aws_sdk_sesv2::config::Builder::new().timeout_config(within(time)))
        .send()
        .await
        .map(|_| ())
        .map_err(|error| AwsError::of(ACTION, object, error))
}

/// Whether it was this address that SES did not take, so that another may fare better.
pub(in crate::notify) fn is_refused_address(error: &AwsError) -> bool {
    !error.may_have_happened() && matches!(error.code(), Some("MessageRejected" | "BadRequestException"))
}

/// Whether SES takes no more from this account for now: another message would fare no better.
pub(in crate::notify) fn takes_no_more(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Throttled | Kind::Quota)
        || matches!(error.code(), Some("SendingPausedException" | "AccountSuspendedException"))
}

fn content(letter: &Letter) -> Result<EmailContent, BuildError> {
    let part = |data: String| Content::builder().charset("UTF-8").data(data).build();
    let body = Body::builder().text(part(text(letter))?).html(part(html(letter))?).build();
    let message = Message::builder().subject(part(letter.subject.clone())?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

fn strings(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}
