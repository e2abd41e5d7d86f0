//! Sends letters and remembers what became of each, for the report. Made in apply mode alone.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::channel::slack::{SlackFault, Webhook};
use super::channel::{mail, topic};
use super::owner::Recipient;
use super::{Address, Language, Letter, NotifyPolicy, slack};
use crate::aws::{Aws, AwsError};
use crate::clock::{self, Deadline};
use crate::run::{Delivery, Notice, Reason};

/// What sending one letter takes where a channel is slow.
const LETTER_BUDGET: Duration = Duration::from_secs(10);

/// The channels of one run.
#[derive(Debug)]
pub struct Notifier<'a> {
    aws: &'a Aws,
    policy: &'a NotifyPolicy,
    deadline: Deadline,
    /// One for all letters, so that its pacing after a throttle is remembered.
    ses: OnceLock<aws_sdk_sesv2::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    slack: OnceCell<Result<Webhook, Reason>>,
    notices: Mutex<Vec<Notice>>,
}

impl<'a> Notifier<'a> {
    /// For one run. Makes no call.
    pub fn new(aws: &'a Aws, policy: &'a NotifyPolicy, deadline: Deadline) -> Self {
        Self {
            aws,
            policy,
            deadline,
            ses: OnceLock::new(),
            sns: OnceLock::new(),
            slack: OnceCell::new(),
            notices: Mutex::default(),
        }
    }

    /// What messages look like, and how owners are found.
    pub fn policy(&self) -> &'a NotifyPolicy {
        self.policy
    }

    /// What was sent and what was not, since the last time this was asked.
    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells an owner about `about`: by mail to the first address that takes it, then to the operators. Where there is no
    /// mail, the topic and Slack carry it, and one of them is enough. Says who was told.
    pub async fn tell_owner(&self, letter: &Letter, to: &[Recipient], about: &[String]) -> Result<String, Reason> {
        if !self.deadline.leaves(LETTER_BUDGET, clock::now()) {
            let fix = "the next run tells them first; raise the function's timeout if this repeats";
            return Err(Reason::new("deadline", "there was no time left to tell its owner", fix));
        }
        let Some(mail) = &self.policy.mail else {
            let (told, failed): (Vec<_>, Vec<_>) =
                self.broadcast("owner", letter, about).await.into_iter().partition(Result::is_ok);
            let told: Vec<_> = told.into_iter().flatten().collect();
            return match failed.into_iter().find_map(Result::err) {
                Some(Reason { message, fix, .. }) if told.is_empty() => {
                    Err(Reason::new("notice-not-sent", format!("its owner could not be told: {message}"), fix))
                }
                _ => Ok(told.join(" and ")),
            };
        };
        let mut refused: Vec<String> = Vec::new();
        let operators = mail.operators.clone();
        for addresses in to.iter().map(|one| vec![one.address.clone()]).chain([operators]) {
            let letter = in_the_place_of(letter, &refused, self.policy.language);
            match self.mail("owner", &letter, &addresses, about).await {
                Ok(()) => return Ok(format!("{} by mail", joined(&addresses))),
                Err(error) if mail::is_refused_address(&error) => {
                    refused.push(format!("{} ({})", joined(&addresses), error.said()));
                }
                Err(error) => return Err(not_told(&error)),
            }
        }
        let message = format!("its owner could not be told: no address takes mail: {}", refused.join("; "));
        Err(Reason::new("notice-not-sent", message, "verify the sender and, in the SES sandbox, the recipients"))
    }

    /// Tells the operators, on every channel there is.
    pub async fn tell_operators(&self, letter: &Letter) {
        if let Some(mail) = &self.policy.mail {
            let _ = self.mail("summary", letter, &mail.operators, &[]).await;
        }
        self.broadcast("summary", letter, &[]).await;
    }

    async fn mail(
        &self,
        kind: &'static str,
        letter: &Letter,
        to: &[Address],
        about: &[String],
    ) -> Result<(), AwsError> {
        let Some(policy) = &self.policy.mail else { return Ok(()) };
        let sent = mail::send(self.ses.get_or_init(|| self.aws.ses()), &policy.from, to, letter).await;
        let reason =
            sent.as_ref().err().map(|error| Reason::new("not-sent", crate::diagnostic::chain(error), error.fix()));
        self.note(kind, "mail", joined(to), about, reason);
        sent
    }

    /// To all who listen: the topic and Slack.
    async fn broadcast(&self, kind: &'static str, letter: &Letter, about: &[String]) -> Vec<Result<String, Reason>> {
        let mut told = Vec::new();
        if let Some(arn) = &self.policy.topic {
            let sent = topic::publish(self.sns.get_or_init(|| self.aws.sns(arn)), arn, letter).await;
            let sent = sent.map_err(|error| Reason::new("not-sent", crate::diagnostic::chain(&error), error.fix()));
            self.note(kind, "sns", arn.clone(), about, sent.as_ref().err().cloned());
            told.push(sent.map(|()| "the SNS topic".to_owned()));
        }
        if let Some(id) = &self.policy.slack_secret {
            let sent = self.post(id, letter).await;
            self.note(kind, "slack", format!("secret {id}"), about, sent.as_ref().err().cloned());
            told.push(sent.map(|()| "Slack".to_owned()));
        }
        told
    }

    async fn post(&self, id: &str, letter: &Letter) -> Result<(), Reason> {
        let reason = |fault: SlackFault| fault.reason();
        let webhook = self.slack.get_or_init(|| async { Webhook::open(self.aws, id).await.map_err(reason) }).await;
        let webhook = webhook.as_ref().map_err(Clone::clone)?;
        webhook.post(&slack(letter), self.deadline).await.map_err(reason)
    }

    fn note(&self, kind: &'static str, channel: &'static str, to: String, about: &[String], reason: Option<Reason>) {
        let outcome = if reason.is_none() { Delivery::Sent } else { Delivery::Failed };
        let notice = Notice {
            kind: Cow::Borrowed(kind),
            channel: Cow::Borrowed(channel),
            to,
            about: about.to_vec(),
            outcome,
            reason,
        };
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

fn joined(addresses: &[Address]) -> String {
    addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

fn not_told(error: &AwsError) -> Reason {
    let message = format!("its owner could not be told: {}", crate::diagnostic::chain(error));
    Reason::new("notice-not-sent", message, error.fix())
}

/// What the next in line is told besides.
fn in_the_place_of(letter: &Letter, refused: &[String], language: Language) -> Letter {
    let mut letter = letter.clone();
    if !refused.is_empty() {
        let refused = refused.join("; ");
        letter.lead.push(language.pick(
            format!("This could not be delivered to {refused}; you get it in their place."),
            format!("No se pudo entregar a {refused}; lo recibe usted en su lugar."),
        ));
    }
    letter
}
