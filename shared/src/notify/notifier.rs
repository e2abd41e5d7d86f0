//! Sends letters and remembers what became of each, for the report. Made in apply mode alone. No letter may cost the run
//! its end: each has its time, a channel that takes no more is given up for owners, and what comes after them is kept free.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::health::{Health, Sign};
use super::owner::Recipient;
use super::{Address, Language, Letter, NotifyPolicy, html, parts, slack, text};
use crate::clock::{self, Deadline};
use crate::report::{Delivery, Notice, Reason, codes};
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError, Kind};
use crate::services::mail::{self, Mail, Mailer};
use crate::services::slack::{SlackFault, Webhook};
use crate::services::topic::Topic;
use crate::text::printable;

/// The longest one letter is waited for on one channel, its retries included.
const LETTER_TIME: Duration = Duration::from_secs(10);
/// Kept free while owners are told: the summary on all channels at once, then the log, the metrics and the report's copy.
const KEPT_FOR_THE_END: Duration = Duration::from_secs(20);
/// Kept free of it while the summary is sent.
const KEPT_FOR_THE_LOG: Duration = Duration::from_secs(5);
/// With less there is no point in trying.
const LEAST_TIME: Duration = Duration::from_secs(1);

const OWNER: &str = "owner";
const SUMMARY: &str = "summary";
const MAIL: &str = "mail";
const TOPIC: &str = "sns";
const SLACK: &str = "slack";

/// The channels of one run.
#[derive(Debug)]
pub struct Notifier<'a> {
    aws: &'a Aws,
    permit: &'a Permit,
    policy: &'a NotifyPolicy,
    deadline: Deadline,
    /// One for all letters, so that its pacing after a throttle is remembered.
    mailer: OnceLock<Mailer>,
    topic: OnceLock<Topic>,
    slack: OnceCell<Result<Webhook, (Reason, Sign)>>,
    notices: Mutex<Vec<Notice>>,
    health: Health,
}

/// Who took a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// In words.
    pub whom: String,
    /// So many of the addresses it was for were tried; where one took it, it was the last of them.
    pub tried: usize,
    /// It was the operators, in the place of these.
    pub in_place_of: Option<String>,
}

impl<'a> Notifier<'a> {
    /// For one run. Makes no call.
    pub fn new(aws: &'a Aws, permit: &'a Permit, policy: &'a NotifyPolicy, deadline: Deadline) -> Self {
        Self {
            aws,
            permit,
            policy,
            deadline,
            mailer: OnceLock::new(),
            topic: OnceLock::new(),
            slack: OnceCell::new(),
            notices: Mutex::default(),
            health: Health::default(),
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
        let to: Vec<_> = to.iter().map(|one| vec![one.address.clone()]).collect();
        self.reach(letter, &to, true, about).await.map(|reached| reached.whom)
    }

    /// The same where several addresses get one mail, and where `operators` are not always told in an owner's place. Whether
    /// they were is part of the answer: that they know is not that the owner does.
    pub async fn reach(
        &self,
        letter: &Letter,
        to: &[Vec<Address>],
        operators: bool,
        about: &[String],
    ) -> Result<Reached, Reason> {
        let letter = &of_a_run(letter, self.policy);
        let Some(mail) = &self.policy.mail else {
            let (told, failed): (Vec<_>, Vec<_>) =
                self.broadcast(OWNER, letter, about).await.into_iter().partition(Result::is_ok);
            let told: Vec<_> = told.into_iter().flatten().collect();
            return match failed.into_iter().find_map(Result::err) {
                Some(reason) if told.is_empty() => Err(not_told(reason)),
                _ => Ok(Reached { whom: told.join(" and "), tried: 0, in_place_of: None }),
            };
        };
        let mut refused: Vec<String> = Vec::new();
        for addresses in to.iter().chain(operators.then_some(&mail.operators)) {
            let letter = in_the_place_of(letter, &refused, self.policy.language);
            match self.mail(OWNER, &letter, addresses, about).await {
                Ok(()) => {
                    let all_refused = refused.len() == to.len() && !to.is_empty();
                    let in_place_of = all_refused.then(|| refused.join("; "));
                    let tried = (refused.len() + 1).min(to.len());
                    return Ok(Reached { whom: format!("{} by mail", joined(addresses)), tried, in_place_of });
                }
                Err(Unsent::Refused(error)) => refused.push(format!("{} ({})", joined(addresses), error.said())),
                Err(Unsent::Reason(reason)) => return Err(not_told(reason)),
            }
        }
        let message = format!("its owner could not be told: no address takes mail: {}", refused.join("; "));
        Err(Reason::new(&codes::NOT_TOLD, message, "verify the sender and, in the SES sandbox, the recipients"))
    }

    /// Tells the operators, on every channel there is, on all at once: one that hangs takes no time from the others.
    pub async fn tell_operators(&self, letter: &Letter) {
        let mail = async {
            if let Some(mail) = &self.policy.mail {
                let _ = self.mail(SUMMARY, letter, &mail.operators, &[]).await;
            }
        };
        futures::join!(mail, self.broadcast(SUMMARY, letter, &[]));
        // Mail first, whichever was quicker.
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.sort_by_key(|notice| notice.channel != MAIL);
    }

    /// How long a letter of `kind` may take on `channel`, or why it is not tried.
    fn time(&self, kind: &str, channel: &'static str) -> Result<Duration, Reason> {
        if kind == OWNER
            && let Some(reason) = self.health.given_up(channel)
        {
            let why = &reason.message;
            let message = format!("nothing more is sent to owners by {channel} in this run, since {why}");
            return Err(Reason { message, ..reason }.under(&codes::NOT_SENT));
        }
        let (least, kept) =
            if kind == OWNER { (LETTER_TIME, KEPT_FOR_THE_END) } else { (LEAST_TIME, KEPT_FOR_THE_LOG) };
        let time = self.deadline.at_most(LETTER_TIME, kept, clock::now());
        if time < least {
            let fix = "the next run tells them first; raise the function's timeout if this repeats";
            return Err(Reason::new(&codes::DEADLINE, "there was no time left to tell anybody", fix));
        }
        Ok(time)
    }

    async fn mail(&self, kind: &'static str, letter: &Letter, to: &[Address], about: &[String]) -> Result<(), Unsent> {
        let Some(policy) = &self.policy.mail else { return Ok(()) };
        let sent = self.mail_whole(kind, letter, &policy.from, to).await;
        let reason = sent.as_ref().err().map(|unsent| match unsent {
            Unsent::Refused(error) => not_sent(error),
            Unsent::Reason(reason) => reason.clone(),
        });
        self.note(kind, MAIL, joined(to), about, reason);
        sent
    }

    /// Every part of `letter`, each with the time of a message: all of them were sent, or it was not told.
    async fn mail_whole(&self, kind: &str, letter: &Letter, from: &Address, to: &[Address]) -> Result<(), Unsent> {
        let mailer = self.mailer.get_or_init(|| Mailer::new(self.aws));
        let to: Vec<_> = to.iter().map(Address::as_str).collect();
        for part in parts::mails(letter) {
            let time = self.time(kind, MAIL).map_err(Unsent::Reason)?;
            let (text, html) = (text(&part), html(&part));
            let mail = Mail { from: from.as_str(), to: &to, subject: &part.subject, text: &text, html: &html };
            mailer.send(self.permit, mail, time).await.map_err(|error| {
                let reason = not_sent(&error);
                self.health.learn(MAIL, sign_of(&error), &reason);
                if mail::is_refused_address(&error) { Unsent::Refused(error) } else { Unsent::Reason(reason) }
            })?;
        }
        self.health.is_well(MAIL);
        Ok(())
    }

    /// To all who listen: the topic and Slack.
    async fn broadcast(&self, kind: &'static str, letter: &Letter, about: &[String]) -> Vec<Result<String, Reason>> {
        let topic = async {
            let arn = self.policy.topic.as_ref()?;
            Some((TOPIC, arn.clone(), self.publish(kind, arn, letter).await.map(|()| "the SNS topic".to_owned())))
        };
        let slack = async {
            let id = self.policy.slack_secret.as_ref()?;
            Some((SLACK, format!("secret {id}"), self.post(kind, id, letter).await.map(|()| "Slack".to_owned())))
        };
        let (topic, slack) = futures::join!(topic, slack);
        let told = topic.into_iter().chain(slack);
        told.map(|(channel, to, sent)| {
            self.note(kind, channel, to, about, sent.as_ref().err().cloned());
            sent
        })
        .collect()
    }

    async fn publish(&self, kind: &str, arn: &str, letter: &Letter) -> Result<(), Reason> {
        let topic = self.topic.get_or_init(|| Topic::new(self.aws, arn));
        for (subject, message) in parts::messages(letter) {
            let time = self.time(kind, TOPIC)?;
            topic.publish(self.permit, &subject, &message, time).await.map_err(|error| {
                let reason = not_sent(&error);
                self.health.learn(TOPIC, sign_of(&error), &reason);
                reason
            })?;
        }
        self.health.is_well(TOPIC);
        Ok(())
    }

    async fn post(&self, kind: &str, id: &str, letter: &Letter) -> Result<(), Reason> {
        for message in slack(letter) {
            let time = self.time(kind, SLACK)?;
            let sent = tokio::time::timeout(time, self.post_when_open(id, &message)).await;
            let sent = sent.unwrap_or(Err((SlackFault::Slow(time).reason(), Sign::Silence)));
            sent.map_err(|(reason, sign)| {
                self.health.learn(SLACK, sign, &reason);
                reason
            })?;
        }
        self.health.is_well(SLACK);
        Ok(())
    }

    async fn post_when_open(&self, id: &str, message: &Value) -> Result<(), (Reason, Sign)> {
        let known = |fault: SlackFault| (fault.reason(), sign_of_slack(&fault));
        let webhook = self.slack.get_or_init(|| async { Webhook::open(self.aws, id).await.map_err(known) }).await;
        let webhook = webhook.as_ref().map_err(Clone::clone)?;
        webhook.post(self.permit, message).await.map_err(known)
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
        log(&notice);
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

/// One message, as soon as it is known what became of it.
fn log(notice: &Notice) {
    let reason = notice.reason.as_ref();
    tracing::info!(
        notice.kind = notice.kind.as_ref(),
        notice.channel = notice.channel.as_ref(),
        notice.to = notice.to,
        notice.about = notice.about.join(", "),
        notice.sent = notice.outcome == Delivery::Sent,
        reason.message = reason.map(|reason| reason.message.as_str()),
        reason.fix = reason.and_then(|reason| reason.fix.as_deref()),
        "notice"
    );
}

fn joined(addresses: &[Address]) -> String {
    addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(", ")
}

/// Why a mail was not sent.
enum Unsent {
    /// It was this address that was not taken.
    Refused(AwsError),
    /// Something that holds for every address.
    Reason(Reason),
}

fn not_sent(error: &AwsError) -> Reason {
    Reason::new(&codes::NOT_SENT, crate::text::chain(error), error.fix())
}

/// The same for the item it was about. Too little time keeps its code: nothing is wrong with the channel.
fn not_told(reason: Reason) -> Reason {
    let reason = if reason.is(&codes::DEADLINE) { reason } else { reason.under(&codes::NOT_TOLD) };
    Reason { message: format!("its owner could not be told: {}", reason.message), ..reason }
}

fn sign_of(error: &AwsError) -> Sign {
    if mail::takes_no_more(error) {
        Sign::TakesNoMore
    } else if error.kind == Kind::NoAnswer {
        Sign::Silence
    } else {
        Sign::Answer
    }
}

/// The same of Slack.
fn sign_of_slack(fault: &SlackFault) -> Sign {
    match fault {
        SlackFault::Secret(_)
        | SlackFault::NotAUrl { .. }
        | SlackFault::Refused { status: 403 | 404 | 410 | 429, .. } => Sign::TakesNoMore,
        SlackFault::Refused { status: 500.., .. } | SlackFault::NoAnswer(_) | SlackFault::Slow(_) => Sign::Silence,
        SlackFault::Refused { .. } => Sign::Answer,
    }
}

/// Whoever owns things in several accounts gets a message for each, and reads that it is so.
fn of_a_run(letter: &Letter, policy: &NotifyPolicy) -> Letter {
    let mut letter = letter.clone();
    letter.footer.extend(policy.of_run.as_deref().map(printable).map(|run| {
        policy.language.pick(
            format!(
                "This is about one account, in the run {run} through the organisation: of what is yours in others there is a message for each."
            ),
            format!(
                "Trata de una cuenta, en la ejecución {run} por la organización: de lo que tenga en otras hay un mensaje por cada una."
            ),
        )
    }));
    letter
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
