//! The services of which little is asked: STS says who calls, SES and SNS take messages.

use jiff::Timestamp;
use serde_json::json;

use super::{ACCOUNT, Account};
use crate::journal::{Mail, What};
use crate::wire::{Answered, OWN_KEY, Refusal, Request, Xml};

/// The code that the service of `action` throttles with.
pub(super) fn throttle(action: &str) -> &'static str {
    match service_of(action) {
        "ses" => "TooManyRequestsException",
        "secretsmanager" => "ThrottlingException",
        _ => "Throttling",
    }
}

/// How it says that the role may not, with which status.
pub(super) fn denial(action: &str) -> (u16, &'static str) {
    if service_of(action) == "secretsmanager" { (400, "AccessDeniedException") } else { (403, "AccessDenied") }
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// How the service of `action` writes a refusal.
pub(super) fn refusal(action: &str, code: &str, message: &str) -> String {
    if ["ses", "secretsmanager"].contains(&service_of(action)) {
        return json!({"__type": code, "message": message}).to_string();
    }
    Xml::refusal(code, message)
}

impl Account {
    /// Whose key a request is signed with. It needs no right, and none can deny it; but the key has to be known, and on.
    pub(super) fn caller(&mut self, request: &mut Request, now: Timestamp) -> Answered<String> {
        if request.action != "sts:GetCallerIdentity" {
            return Err(Refusal::OfSimulation(format!("{}, which the simulation does not know", request.action)));
        }
        request.done()?;
        let key = request.signed_with.as_str();
        let (arn, id) = if key == OWN_KEY {
            let role = format!("arn:aws:sts::{ACCOUNT}:assumed-role/nightshift/nightshift");
            (role, "AROASIMULATED:nightshift".to_owned())
        } else {
            let unknown =
                || Refusal::of(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
            if !self.world.iam.use_key(key, "sts", now, false) {
                return Err(unknown());
            }
            let (user, _) = self.world.iam.of_key(key).ok_or_else(unknown)?;
            (self.world.iam.arn(user), user.id.clone())
        };
        Ok(Xml::answer("GetCallerIdentity", |xml| {
            xml.leaf("Arn", arn);
            xml.leaf("UserId", id);
            xml.leaf("Account", ACCOUNT);
        }))
    }

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
