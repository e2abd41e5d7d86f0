//! Amazon SES, API v2: one message.

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use super::Permit;
use super::aws::{Aws, AwsError, Kind, done, within};

const ACTION: &str = "ses:SendEmail";

/// What SES lets this account send, in one Region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Whether it is out of the sandbox: in it, mail goes to verified addresses only.
    pub production: bool,
    /// Whether sending is switched on.
    pub sending: bool,
    /// Mails in 24 hours.
    pub a_day: f64,
}

/// Asks for it, in the Region the process runs in.
pub async fn standing(aws: &Aws) -> Result<Standing, AwsError> {
    const GET: &str = "ses:GetAccount";
    let answer = aws.ses().get_account().send().await.map_err(|error| AwsError::of(GET, "the account", error))?;
    Ok(Standing {
        production: answer.production_access_enabled,
        sending: answer.sending_enabled,
        a_day: answer.send_quota.map_or(0.0, |quota| quota.max24_hour_send),
    })
}

/// A mail as it is handed over.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// Whom it is from.
    pub from: &'a str,
    /// Whom it is for.
    pub to: &'a [&'a str],
    /// Its subject.
    pub subject: &'a str,
    /// Its words for readers without HTML.
    pub text: &'a str,
    /// Its words with HTML.
    pub html: &'a str,
}

/// The way to SES. One for all mails of a run, so that its pacing after a throttle is remembered.
///
/// ```compile_fail,E0061
/// # use nightshift::services::mail::{Mail, Mailer};
/// # async fn without_leave(mailer: &Mailer, mail: Mail<'_>, time: std::time::Duration) {
/// mailer.send(mail, time).await;
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Mailer(Client);

impl Mailer {
    /// In the Region the process runs in. Makes no call.
    pub fn new(aws: &Aws) -> Self {
        Self(aws.ses())
    }

    /// Hands `mail` over within `time`, retries included. Handed over is not delivered: a bounce, or an address on the
    /// account's suppression list, shows in SES only.
    pub async fn send(&self, _leave: &Permit, mail: Mail<'_>, time: Duration) -> Result<(), AwsError> {
        let object = mail.to.join(", ");
        let content = content(mail)
            .map_err(|error| AwsError::of(ACTION, &*object, SdkError::<SendEmailError>::construction_failure(error)))?;
        let to = mail.to.iter().map(ToString::to_string).collect();
        let call = self
            .0
            .send_email()
            .from_email_address(mail.from)
            .destination(Destination::builder().set_to_addresses(Some(to)).build())
            .content(content);
        let soon = aws_sdk_sesv2::config::Builder::new().timeout_config(within(time));
        done(call.customize().config_override(soon).send().await, ACTION, object)
    }
}

/// Whether it was this address that SES did not take, so that another may fare better.
pub fn is_refused_address(error: &AwsError) -> bool {
    !error.may_have_happened() && matches!(error.code(), Some("MessageRejected" | "BadRequestException"))
}

/// Whether the service takes no more from this account for now: another message would fare no better.
pub fn takes_no_more(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Throttled | Kind::Quota)
        || matches!(error.code(), Some("SendingPausedException" | "AccountSuspendedException"))
}

fn content(mail: Mail<'_>) -> Result<EmailContent, BuildError> {
    let part = |data: &str| Content::builder().charset("UTF-8").data(data).build();
    let body = Body::builder().text(part(mail.text)?).html(part(mail.html)?).build();
    let message = Message::builder().subject(part(mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
