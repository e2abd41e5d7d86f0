//! A journal as something one can read: what people did, what went wrong, what the function changed and said.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::iam;
use crate::journal::{Call, End, Journal, What};
use crate::laws::Broken;
use crate::rds::Effect;
use crate::secrets;

/// The story of `journal` up to what is `broken`.
pub fn story(journal: &Journal, broken: &Broken) -> String {
    let mut told = String::new();
    let first = journal.entries.first().map_or(broken.at, |entry| entry.at);
    let mut night = None;
    for entry in &journal.entries {
        let Some(line) = line(&entry.what) else { continue };
        let this = day(first, entry.at);
        if night != Some(this) {
            let _ = writeln!(told, "day {this}, {}", entry.at.strftime("%a %-d %b %Y"));
            night = Some(this);
        }
        let _ = writeln!(told, "  {}  {line}", entry.at.strftime("%H:%M:%S"));
    }
    let _ =
        writeln!(told, "\nThis breaks the law '{}' on day {}:\n  {}", broken.law, day(first, broken.at), broken.said);
    told
}

fn day(first: Timestamp, at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400) - first.as_second().div_euclid(86_400) + 1
}

fn line(what: &What) -> Option<String> {
    Some(match what {
        What::Act { act, fits: true } => act.to_string(),
        What::Began { event, .. } if event == "{}" => "a run begins".to_owned(),
        What::Began { event, .. } => format!("a run begins with {event}"),
        What::Call(Call { action, thing, fault: Some(fault), .. }) => format!("  {action} {thing}: {fault}"),
        What::Call(Call { action, thing, refused: Some(code), .. }) => format!("  {action} {thing} is refused: {code}"),
        What::Act { .. }
        | What::Shown { .. }
        | What::Begun { .. }
        | What::Looked { .. }
        | What::Stands { .. }
        | What::Call(_) => return None,
        What::Iam { effect, before, .. } => {
            let name = before.as_ref().map_or(effect.user.as_str(), |before| &before.user.name);
            format!("  {name}: {}", of_user(&effect.deed))
        }
        What::Secret { effect, .. } => format!("  {}: {}", effect.name, of_secret(&effect.deed)),
        What::Did { effect, .. } => format!("  {}", done(effect)),
        What::Mail(mail) => format!("  {} can read: {}", mail.to.join(", "), mail.subject),
        What::Ended { end: End::Died, .. } => "the run dies".to_owned(),
        What::Ended { end: End::Fault(fault), .. } => format!("the run fails: {fault}"),
        What::Ended { end: End::Report(report), .. } => {
            let items = report.items.iter().map(|item| {
                let code = item.reason.as_ref().map_or_else(String::new, |reason| format!(" ({})", reason.code));
                format!("{} {}{code}", item.id, item.outcome.as_str())
            });
            let items: Vec<_> = items.collect();
            format!("the run reports: {}", if items.is_empty() { "nothing".to_owned() } else { items.join(", ") })
        }
    })
}

fn done(effect: &Effect) -> String {
    let name = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
    match effect {
        Effect::ClusterGoing { face, snapshot: Some(kept) } => format!("{} is being deleted, kept in {kept}", face.id),
        Effect::ClusterGoing { face, snapshot: None } => format!("{} is being deleted without a snapshot", face.id),
        Effect::MemberGoing { face, member } => format!("member {member} of {} is being deleted", face.id),
        Effect::SnapshotGoing { face } => format!("snapshot {} is deleted", face.id),
        Effect::Tagged { arn, set, .. } => {
            let set: Vec<_> = set.iter().filter(|(key, _)| !key.starts_with("nightshift:restore-")).collect();
            let set: Vec<_> = set.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{} is tagged {}", name(arn), set.join(", "))
        }
        Effect::Untagged { arn, keys, .. } => format!("{} loses {}", name(arn), keys.join(", ")),
        Effect::Unprotected { face } => format!("the protection of {} is lifted", face.id),
        Effect::Started { face } => format!("{} is started", face.id),
    }
}

fn of_user(deed: &iam::Deed) -> String {
    match deed {
        iam::Deed::Minted { key } => format!("key {key} is made"),
        iam::Deed::Switched { key, on } => format!("key {key} is switched {}", if *on { "on" } else { "off" }),
        iam::Deed::Deleted { key } => format!("key {key} is deleted"),
        iam::Deed::Tagged { set } => {
            let set: Vec<_> = set.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("tagged {}", set.join(", "))
        }
        iam::Deed::Untagged { keys } => format!("loses the tags {}", keys.join(", ")),
    }
}

fn of_secret(deed: &secrets::Deed) -> String {
    let short = |id: &str| id.chars().take(6).collect::<String>();
    let of = |id: &Option<String>| id.as_deref().map_or_else(|| "nothing".to_owned(), short);
    match deed {
        secrets::Deed::Made => "the secret is made".to_owned(),
        secrets::Deed::Restored => "the secret is restored".to_owned(),
        secrets::Deed::Stored { version, key, labels } => {
            let key = key.as_deref().unwrap_or("no key");
            format!("{key} is stored as {} with {}", short(version), labels.join(", "))
        }
        secrets::Deed::Labelled { label, to, from } => format!("{label} moves from {} to {}", of(from), of(to)),
        secrets::Deed::Policy { .. } => "its policy is written".to_owned(),
        secrets::Deed::Read { version } => format!("version {} is read", short(version)),
    }
}
