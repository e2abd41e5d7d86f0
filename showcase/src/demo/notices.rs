//! What people were sent, run by run: read back from where SES and Slack took it, and laid down as files that a mail
//! program and a browser open.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::lambda::{PLACE, place};
use nightshift_testkit::Scene;
use nightshift_testkit::slack::Slack;

/// The folder within the demo's.
const FOLDER: &str = "notices";

/// Where messages arrive.
pub(super) struct Mailroom<'a> {
    scene: &'a Scene,
    slack: &'a Slack,
    mails: usize,
    posts: usize,
}

/// What one run sent.
#[derive(Debug)]
pub(super) struct Delivered {
    folder: String,
    pub(super) mails: Vec<Mail>,
    /// To Slack.
    pub(super) posts: Vec<Value>,
}

/// As SES took it.
#[derive(Debug)]
pub(super) struct Mail {
    from: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) text: String,
    html: String,
}

impl<'a> Mailroom<'a> {
    /// An empty one; the messages of an earlier demo go.
    pub(super) fn open(scene: &'a Scene, slack: &'a Slack) -> anyhow::Result<Self> {
        let folder = place(FOLDER);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("could not empty {PLACE}/{FOLDER}"))?;
        }
        Ok(Self { scene, slack, mails: 0, posts: 0 })
    }

    /// What came since the last time, written down as sent by `run` at `moment`.
    pub(super) async fn fetch(&mut self, run: &str, moment: &str) -> anyhow::Result<Delivered> {
        let moment: Timestamp = moment.parse()?;
        let sent = self.scene.control("mail", json!({})).await?;
        let delivered = Delivered {
            folder: format!("{FOLDER}/{run}"),
            mails: sent["mail"].as_array().into_iter().flatten().skip(self.mails).map(Mail::of).collect(),
            posts: self.slack.messages().into_iter().skip(self.posts).collect(),
        };
        self.mails += delivered.mails.len();
        self.posts += delivered.posts.len();
        delivered.write(moment)?;
        Ok(delivered)
    }
}

impl Delivered {
    /// Each file, as one types it from the root of the checkout, and what the message in it is called.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let mails = self.mails.iter().map(|mail| (format!("{}.eml", mail.name()), mail.subject.clone()));
        let posts = self
            .posts
            .iter()
            .map(|post| ("slack.json".to_owned(), format!("to Slack: {}", post["text"].as_str().unwrap_or_default())));
        mails.chain(posts).map(|(file, what)| (format!("{PLACE}/{}/{file}", self.folder), what)).collect()
    }

    /// The mail to `name`.
    pub(super) fn to(&self, name: &str) -> anyhow::Result<&Mail> {
        self.mails.iter().find(|mail| mail.name() == name).with_context(|| format!("{name} got no mail"))
    }

    fn write(&self, moment: Timestamp) -> anyhow::Result<()> {
        let folder = place(&self.folder);
        fs::create_dir_all(&folder)?;
        for mail in &self.mails {
            write(&folder.join(format!("{}.eml", mail.name())), &mail.message(moment)?)?;
            write(&folder.join(format!("{}.html", mail.name())), &mail.html)?;
        }
        for post in &self.posts {
            write(&folder.join("slack.json"), &format!("{post:#}\n"))?;
        }
        Ok(())
    }
}

impl Mail {
    fn of(sent: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            from: text(&sent["from"]),
            to: ["to", "cc", "bcc"].into_iter().filter_map(|key| sent[key].as_array()).flatten().map(text).collect(),
            subject: text(&sent["subject"]),
            text: text(&sent["text"]),
            html: text(&sent["html"]),
        }
    }

    /// The recipient's name, without the domain they all share.
    pub(super) fn name(&self) -> &str {
        self.to.first().and_then(|to| to.split('@').next()).unwrap_or_default()
    }

    /// The line in it that gives `cluster` more time.
    pub(super) fn command(&self, cluster: &str) -> anyhow::Result<&str> {
        let start = format!("nightshift clusters extend {cluster} ");
        let line = self.text.lines().map(str::trim).find(|line| line.starts_with(&start));
        line.with_context(|| format!("the mail to {} does not say how to keep {cluster}", self.name()))
    }

    /// As a mail program reads it (RFC 5322, RFC 2046): the text, and the HTML for those who can show it. Nothing in it
    /// needs an encoding: SES takes UTF-8, and no line is long enough to be broken.
    fn message(&self, moment: Timestamp) -> anyhow::Result<String> {
        const BOUNDARY: &str = "=_nightshift";
        let Self { from, subject, text, html, .. } = self;
        let (to, date) = (self.to.join(", "), rfc2822::to_string(&moment.to_zoned(jiff::tz::TimeZone::UTC))?);
        let part = |kind: &str, body: &str| {
            format!(
                "--{BOUNDARY}\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
            )
        };
        let message = format!(
            "From: {from}\nTo: {to}\nSubject: {subject}\nDate: {date}\nMIME-Version: 1.0\n\
             Content-Type: multipart/alternative; boundary=\"{BOUNDARY}\"\n\n{}{}--{BOUNDARY}--\n",
            part("plain", text),
            part("html", html),
        );
        Ok(message.replace("\r\n", "\n").replace('\n', "\r\n"))
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_program_finds_both_forms() {
        let sent = json!({
            "from": "night@example.com", "to": ["ana@example.com"], "cc": [], "bcc": [],
            "subject": "1 cluster", "text": "gone →\n", "html": "<h1>gone</h1>\n",
        });
        let message = Mail::of(&sent).message("2026-11-21T02:00:00Z".parse().unwrap()).unwrap();
        assert!(message.split_inclusive('\n').all(|line| line.ends_with("\r\n")));
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        assert_eq!(
            head.lines().take(4).collect::<Vec<_>>(),
            [
                "From: night@example.com",
                "To: ana@example.com",
                "Subject: 1 cluster",
                "Date: Sat, 21 Nov 2026 02:00:00 +0000"
            ]
        );
        let parts: Vec<_> = body.split("--=_nightshift").collect();
        assert_eq!((parts[0], parts[3]), ("", "--\r\n"));
        assert!(parts[1].starts_with("\r\nContent-Type: text/plain; charset=utf-8\r\n") && parts[1].contains("gone →"));
        assert!(parts[2].starts_with("\r\nContent-Type: text/html; charset=utf-8\r\n") && parts[2].contains("<h1>"));
    }
}
