//! An account of any number of IAM users, as the query protocol of IAM and the JSON of Secrets Manager show it: each with
//! one key, one in ten of them due, and a secret for each that holds no key yet. The users are numbered, so an answer is
//! made from the number in the question.

use nightshift::domains::keys::naming::placeholder_of;
use serde_json::{Value, json};

use super::responder::{Account, Asked};

/// The most a page of `GetAccountAuthorizationDetails` or `ListUsers` holds.
pub(super) const PAGE: u16 = 1000;
/// The night these accounts live in.
pub(super) const NOW: &str = "2026-11-21T02:00:00Z";

const ACCOUNT: &str = "111122223333";
const DUE: &str = "2026-08-01T00:00:00Z";
const YOUNG: &str = "2026-10-01T00:00:00Z";

/// See the module.
#[derive(Debug)]
pub(super) struct Users {
    count: u16,
    /// One of so many is due, if any is.
    due_of: Option<u16>,
}

impl Users {
    /// This many; one in ten is due, if any is.
    pub(super) fn new(count: u16, any_due: bool) -> Self {
        Self { count, due_of: any_due.then_some(10) }
    }

    /// Twelve, of which one in so many is due.
    pub(super) fn dozen(due_of: u16) -> Self {
        Self { count: 12, due_of: Some(due_of) }
    }

    /// How many are due.
    pub(super) fn due(&self) -> u32 {
        (0..self.count).map(|number| u32::from(self.is_due(number))).sum()
    }

    fn is_due(&self, number: u16) -> bool {
        self.due_of.is_some_and(|of| number.is_multiple_of(of))
    }

    fn created(&self, number: u16) -> &'static str {
        if self.is_due(number) { DUE } else { YOUNG }
    }

    /// A page of users as `element` shows each.
    fn users(&self, asked: &Asked, list: &str, element: fn(u16) -> String) -> Option<String> {
        let start: u16 = if asked.text("Marker").is_empty() { 0 } else { asked.text("Marker").parse().ok()? };
        let size = asked.text("MaxItems").parse().unwrap_or(100).min(PAGE);
        let end = self.count.min(start + size);
        let users: String = (start..end).map(element).collect();
        let more = if end < self.count {
            format!("<IsTruncated>true</IsTruncated><Marker>{end}</Marker>")
        } else {
            "<IsTruncated>false</IsTruncated>".to_owned()
        };
        Some(format!("<{list}>{users}</{list}>{more}"))
    }

    fn keys(&self, asked: &Asked) -> Option<String> {
        let number = number(asked.text("UserName"))?;
        let created = self.created(number);
        Some(format!(
            "<AccessKeyMetadata><member><UserName>{}</UserName><AccessKeyId>AKIAOLDOLDOLDOL{number:05}</AccessKeyId>\
             <Status>Active</Status><CreateDate>{created}</CreateDate></member></AccessKeyMetadata>\
             <IsTruncated>false</IsTruncated>",
            name(number)
        ))
    }
}

impl Account for Users {
    fn answer(&self, asked: &Asked) -> Option<String> {
        if let Some(value) = of_secrets_manager(asked) {
            return Some(value.to_string());
        }
        let user = || number(asked.text("UserName"));
        let result = match asked.action.as_str() {
            "GetCallerIdentity" => {
                let id = asked
                    .key
                    .strip_prefix("AKIANEWNEWNEWNE")
                    .map_or_else(|| "AIDABENCH".to_owned(), |n| format!("AIDA{n}"));
                format!("<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>{id}</UserId><Account>{ACCOUNT}</Account>")
            }
            "GetAccountAuthorizationDetails" => {
                self.users(asked, "UserDetailList", |number| format!("<member>{}</member>", detail(number)))?
            }
            "ListUsers" => self.users(asked, "Users", |number| format!("<member>{}</member>", detail(number)))?,
            "GetUser" => format!("<User>{}</User>", detail(user()?)),
            "ListAccessKeys" => self.keys(asked)?,
            "GetAccessKeyLastUsed" => "<AccessKeyLastUsed><LastUsedDate>2026-11-20T10:00:00Z</LastUsedDate>\
                <ServiceName>s3</ServiceName><Region>eu-west-1</Region></AccessKeyLastUsed>"
                .to_owned(),
            "CreateAccessKey" => format!(
                "<AccessKey><UserName>{}</UserName><AccessKeyId>AKIANEWNEWNEWNE{:05}</AccessKeyId><Status>Active</Status>\
                 <SecretAccessKey>not/a/real/secret/not/a/real/secret/xxxx</SecretAccessKey>\
                 <CreateDate>{NOW}</CreateDate></AccessKey>",
                name(user()?),
                user()?
            ),
            "ListUserTags" => "<Tags><member><Key>mail</Key><Value>ana@example.com</Value></member></Tags>\
                <IsTruncated>false</IsTruncated>"
                .to_owned(),
            "SendEmail" => "<MessageId>1</MessageId>".to_owned(),
            "TagUser" | "UntagUser" | "UpdateAccessKey" | "DeleteAccessKey" => String::new(),
            _ => return None,
        };
        let name = &asked.action;
        Some(format!("<{name}Response><{name}Result>{result}</{name}Result></{name}Response>"))
    }
}

fn of_secrets_manager(asked: &Asked) -> Option<Value> {
    let of = |key: &str| number(asked.text(key).rsplit('/').next()?);
    Some(match asked.action.as_str() {
        "DescribeSecret" => json!({
            "Name": asked.text("SecretId"),
            "Tags": [{"Key": "nightshift:user-id", "Value": id(of("SecretId")?)}],
            "VersionIdsToStages": {placeholder_of(ACCOUNT, &id(of("SecretId")?)): ["AWSCURRENT"]},
        }),
        "ListSecretVersionIds" => json!({
            "Versions": [{"VersionId": placeholder_of(ACCOUNT, &id(of("SecretId")?)), "VersionStages": ["AWSCURRENT"]}],
        }),
        "GetResourcePolicy" | "PutResourcePolicy" | "PutSecretValue" | "UpdateSecretVersionStage" | "CreateSecret" => {
            json!({})
        }
        _ => return None,
    })
}

fn name(number: u16) -> String {
    format!("user{number:05}")
}

fn id(number: u16) -> String {
    format!("AIDA{number:05}")
}

fn number(name: &str) -> Option<u16> {
    name.strip_prefix("user")?.parse().ok()
}

fn detail(number: u16) -> String {
    let name = name(number);
    format!(
        "<Path>/</Path><UserName>{name}</UserName><UserId>{}</UserId><Arn>arn:aws:iam::{ACCOUNT}:user/{name}</Arn>\
         <CreateDate>2024-01-01T00:00:00Z</CreateDate><GroupList><member>developers</member></GroupList>\
         <AttachedManagedPolicies/><Tags><member><Key>mail</Key><Value>ana@example.com</Value></member></Tags>",
        id(number)
    )
}
