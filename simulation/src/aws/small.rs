//! The services of which little is asked: STS says who calls, SES and SNS take messages.

use jiff::Timestamp;
use serde_json::json;

use super::{ACCOUNT, Account};
use crate::journal::{Mail, What};
use crate::wire::{Answered, Refusal, Request, Xml};

/// The code that the service of `action` throttles with.
pub(super) fn throttle(action: &str) -> &'static str {
    if action.starts_with("ses:") { "TooManyRequestsException" } else { "Throttling" }
}

/// How the service of `action` writes a refusal.
pub(super) fn refusal(action: &str, code: &str, message: &str) -> String {
    if action.starts_with("ses:") {
        return json!({"__type": code, "message": message}).to_string();
    }
    Xml::refusal(code, message)
}

pub(super) fn caller(request: &mut Request) -> Answered<String> {
    if request.action != "sts:GetCallerIdentity" {
        return Err(Refusal::OfSimulation(format!("{}, which the simulation does not know", request.action)));
    }
    request.done()?;
    Ok(Xml::answer("GetCallerIdentity", |xml| {
        xml.leaf("Arn", format!("arn:aws:sts::{ACCOUNT}:assumed-role/nightshift/cluster-cleanup"));
        xml.leaf("UserId", "AROASIMULATED:cluster-cleanup");
        xml.leaf("Account", ACCOUNT);
    }))
}

impl Account {
    pub(super) fn message(&mut self, run: Timestamp, request: &mut Request, now: Timestamp) -> Answered<String> {
        let (mail, body) = match request.action.as_str() {
            "ses:SendEmail" => (mail(run, request)?, json!({"MessageId": "simulated"}).to_string()),
            "sns:Publish" => {
                let (to, subject) = (vec![request.needed("TopicArn")?], request.text("Subject").unwrap_or_default());
                let text = request.needed("Message")?;
                let body = Xml::answer("Publish", |xml| xml.leaf("MessageId", "simulated"));
                (Mail { run, to, subject, text }, body)
            }
            other => return Err(Refusal::OfSimulation(format!("{other}, which the simulation does not know"))),
        };
        request.done()?;
        if mail.to.iter().any(|address| self.world.refused.contains(address)) {
            return Err(Refusal::of(400, "MessageRejected", "Email address is not verified."));
        }
        self.journal.add(now, What::Mail(mail));
        Ok(body)
    }
}

fn mail(run: Timestamp, request: &mut Request) -> Answered<Mail> {
    let from = request.needed("FromEmailAddress")?;
    if !from.contains('@') {
        return Err(Refusal::of(400, "BadRequestException", "the sender is no address"));
    }
    let mut destination = request.part("Destination")?;
    let to = destination.texts("ToAddresses");
    destination.done()?;
    let mut content = request.part("Content")?;
    let mut simple = content.part("Simple")?;
    content.done()?;
    let subject = data(&mut simple.part("Subject")?)?;
    let mut body = simple.part("Body")?;
    let (text, _html) = (data(&mut body.part("Text")?)?, data(&mut body.part("Html")?)?);
    body.done()?;
    simple.done()?;
    if to.is_empty() || to.len() > 50 || subject.is_empty() || text.is_empty() {
        return Err(Refusal::of(400, "BadRequestException", "nobody is named, too many are, or nothing is said"));
    }
    Ok(Mail { run, to, subject, text })
}

fn data(part: &mut Request) -> Answered<String> {
    let data = part.needed("Data")?;
    part.text("Charset");
    part.done()?;
    Ok(data)
}
