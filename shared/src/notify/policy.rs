//! Which channels are on, and how owners are found: variables every function has.

use jiff::tz::TimeZone;

use super::{Address, Language};
use crate::config::Settings;
use crate::text::printable;

/// The checked policy.
#[derive(Debug, Clone, PartialEq)]
pub struct NotifyPolicy {
    /// `NIGHTSHIFT_MAIL_FROM` with `NIGHTSHIFT_OPERATORS_MAIL`.
    pub mail: Option<MailPolicy>,
    /// `NIGHTSHIFT_SNS_TOPIC_ARN`.
    pub topic: Option<String>,
    /// `NIGHTSHIFT_SLACK_SECRET_ID`: a secret that holds the URL of an incoming webhook.
    pub slack_secret: Option<String>,
    /// `NIGHTSHIFT_LANGUAGE`.
    pub language: Language,
    /// `NIGHTSHIFT_TIME_ZONE`.
    pub time_zone: TimeZone,
    /// How an owner's address is found.
    pub owners: OwnerPolicy,
    /// `NIGHTSHIFT_CONTACT`: whom people ask who got a message.
    pub contact: Option<String>,
    /// The run through an organisation that this is part of, of which an owner hears account by account. No variable says it.
    pub of_run: Option<String>,
}

/// The longest contact: it stands in every message.
const LONGEST_CONTACT: usize = 200;

/// Mail by Amazon SES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPolicy {
    /// An identity verified in SES.
    pub from: Address,
    /// Those who get the summary, and what nobody owns.
    pub operators: Vec<Address>,
}

/// How an owner's address is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPolicy {
    /// `NIGHTSHIFT_OWNER_TAG`.
    pub owner_tag: String,
    /// `NIGHTSHIFT_OWNER_MAIL_TAG`.
    pub mail_tag: Option<String>,
    /// `NIGHTSHIFT_OWNER_MAIL_DOMAIN`.
    pub domain: Option<String>,
}

/// Of one mail (SES, "Service quotas").
const MOST_RECIPIENTS: usize = 50;

impl NotifyPolicy {
    /// The same with no channel on.
    #[must_use]
    pub fn silent(self) -> Self {
        Self { mail: None, topic: None, slack_secret: None, ..self }
    }

    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            mail: mail(settings),
            topic: settings.parsed("NIGHTSHIFT_SNS_TOPIC_ARN", |arn| {
                let parts: Vec<_> = arn.split(':').collect();
                match parts.as_slice() {
                    ["arn", _, "sns", region, account, name]
                        if ![region, account, name].iter().any(|part| part.is_empty()) =>
                    {
                        if name.strip_suffix(".fifo").is_some() {
                            return Err(format!(
                                "'{}' is a FIFO topic, which takes no mail; name a standard one",
                                printable(arn)
                            ));
                        }
                        Ok(arn.to_owned())
                    }
                    _ => Err(format!(
                        "'{}' is not the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME",
                        printable(arn)
                    )),
                }
            }),
            slack_secret: settings.parsed("NIGHTSHIFT_SLACK_SECRET_ID", |id| {
                // The mistake is likely, and the URL is itself the secret: it is not repeated here.
                if id.contains("://") {
                    return Err(
                        "holds a URL, which everybody who may read the function could use: put it into a secret of \
                                Secrets Manager and give that secret's name or ARN here"
                            .to_owned(),
                    );
                }
                Ok(id.to_owned())
            }),
            of_run: None,
            language: settings.choice("NIGHTSHIFT_LANGUAGE", Language::English, &Language::CHOICES),
            time_zone: settings.time_zone(),
            contact: settings.parsed("NIGHTSHIFT_CONTACT", |text| {
                let length = text.chars().count();
                if length > LONGEST_CONTACT {
                    return Err(format!("has {length} characters, and a contact is at most {LONGEST_CONTACT} long"));
                }
                Ok(text.to_owned())
            }),
            owners: OwnerPolicy {
                owner_tag: settings.text_or("NIGHTSHIFT_OWNER_TAG", "owner").to_owned(),
                mail_tag: settings.text("NIGHTSHIFT_OWNER_MAIL_TAG").map(str::to_owned),
                domain: settings.parsed("NIGHTSHIFT_OWNER_MAIL_DOMAIN", |domain| {
                    let domain = domain.strip_prefix('@').unwrap_or(domain);
                    let whole: Result<Address, _> = format!("owner@{domain}").parse();
                    whole
                        .map(|_| domain.to_owned())
                        .map_err(|_| format!("'{}' is not a mail domain such as example.com", printable(domain)))
                }),
            },
        }
    }

    /// Whom to ask, and where the command is to be had, in a sentence for the end of a message.
    pub fn ask(&self) -> String {
        let operators = || {
            let addresses: Vec<_> = self.mail.iter().flat_map(|mail| &mail.operators).map(Address::as_str).collect();
            (!addresses.is_empty()).then(|| addresses.join(", "))
        };
        match self.contact.clone().or_else(operators) {
            Some(contact) => self.language.pick(
                format!("Questions, or no command nightshift yet? Ask {contact}."),
                format!("¿Tiene preguntas, o aún no tiene el comando nightshift? Pregunte a {contact}."),
            ),
            None => self.language.pick(
                "Questions, or no command nightshift yet? Ask whoever runs this account.".to_owned(),
                "¿Tiene preguntas, o aún no tiene el comando nightshift? Pregunte a quien administra esta cuenta."
                    .to_owned(),
            ),
        }
    }

    /// Whether anybody can be told anything.
    pub fn has_channel(&self) -> bool {
        self.mail.is_some() || self.topic.is_some() || self.slack_secret.is_some()
    }
}

fn mail(settings: &mut Settings<'_>) -> Option<MailPolicy> {
    const FROM: &str = "NIGHTSHIFT_MAIL_FROM";
    const OPERATORS: &str = "NIGHTSHIFT_OPERATORS_MAIL";
    let sender = settings.text(FROM);
    let from: Option<Address> = settings.parsed(FROM, str::parse);
    let mut operators: Vec<Address> = Vec::new();
    for entry in settings.list(OPERATORS).unwrap_or_default() {
        match entry.parse() {
            Ok(address) if operators.contains(&address) => {}
            Ok(address) => operators.push(address),
            Err(problem) => settings.fault(OPERATORS, problem),
        }
    }
    if operators.len() > MOST_RECIPIENTS {
        settings.fault(OPERATORS, format!("names {} addresses, and a mail takes {MOST_RECIPIENTS}", operators.len()));
    }
    match (sender, operators.is_empty()) {
        (Some(_), true) => {
            settings
                .fault(OPERATORS, format!("is not set and {FROM} is: name at least one address for what nobody owns"));
        }
        (None, false) => {
            settings.fault(FROM, format!("is not set and {OPERATORS} is: name the sender, verified in SES"));
        }
        _ => {}
    }
    from.filter(|_| !operators.is_empty()).map(|from| MailPolicy { from, operators })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFaults, Environment};

    fn policy(variables: &[(&str, &str)]) -> Result<NotifyPolicy, ConfigFaults> {
        let environment: Environment = variables.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = NotifyPolicy::read(&mut settings);
        settings.finish().map(|()| policy)
    }

    #[test]
    fn every_channel_is_optional() {
        let none = policy(&[]).unwrap();
        assert!(!none.has_channel());
        assert_eq!((none.language, none.owners.owner_tag.as_str()), (Language::English, "owner"));
        for variables in [
            &[("NIGHTSHIFT_MAIL_FROM", "n@example.com"), ("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com")][..],
            &[("NIGHTSHIFT_SNS_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:night")],
            &[("NIGHTSHIFT_SLACK_SECRET_ID", "slack/webhook")],
        ] {
            assert!(policy(variables).unwrap().has_channel(), "{variables:?}");
        }
    }

    #[test]
    fn every_fault_names_its_variable_and_a_webhook_in_the_open_is_not_repeated() {
        insta::assert_snapshot!(policy(&[
            ("NIGHTSHIFT_MAIL_FROM", "nightshift"),
            ("NIGHTSHIFT_SNS_TOPIC_ARN", "night"),
            ("NIGHTSHIFT_SLACK_SECRET_ID", "https://hooks.slack.com/services/T0/B0/abc"),
            ("NIGHTSHIFT_LANGUAGE", "fr"),
            ("NIGHTSHIFT_OWNER_MAIL_DOMAIN", "exa mple"),
        ]).unwrap_err(), @"the configuration has 6 faults and nothing was done: NIGHTSHIFT_MAIL_FROM: 'nightshift' is not a mail address such as ana@example.com; NIGHTSHIFT_OPERATORS_MAIL: is not set and NIGHTSHIFT_MAIL_FROM is: name at least one address for what nobody owns; NIGHTSHIFT_SNS_TOPIC_ARN: 'night' is not the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME; NIGHTSHIFT_SLACK_SECRET_ID: holds a URL, which everybody who may read the function could use: put it into a secret of Secrets Manager and give that secret's name or ARN here; NIGHTSHIFT_LANGUAGE: 'fr' is not one of: en, es; NIGHTSHIFT_OWNER_MAIL_DOMAIN: 'exa mple' is not a mail domain such as example.com");
        insta::assert_snapshot!(policy(&[("NIGHTSHIFT_OPERATORS_MAIL", "ops@example.com, oops")]).unwrap_err(), @"the configuration has 2 faults and nothing was done: NIGHTSHIFT_OPERATORS_MAIL: 'oops' is not a mail address such as ana@example.com; NIGHTSHIFT_MAIL_FROM: is not set and NIGHTSHIFT_OPERATORS_MAIL is: name the sender, verified in SES");
    }
}
