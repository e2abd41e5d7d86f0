//! `keys …`: every key of the account as `key-rotation` sees it, for a person or an auditor; and what that job does to single
//! keys and users, by the events it takes.

use nightshift::jobs::key_rotation::model::User;
use nightshift::jobs::key_rotation::{KeyRotation, codes, listing};
use nightshift::report::{Mode, Outcome, Reason};
use nightshift::run::driver::{Caller, Finished, Word};
use nightshift::services::aws::{Aws, AwsError};
use nightshift::services::iam::{Audit, IamReader};
use nightshift::text::printable;
use serde_json::json;

use crate::args::{Format, KeyCommand, KeyListArgs, SelectArgs};
use crate::desk::Desk;
use crate::event::Event;
use crate::job;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::progress::Progress;
use crate::select::Selection;
use crate::{output, record};

/// Whatever was asked for.
pub(crate) async fn run(command: KeyCommand, desk: &Desk) -> anyhow::Result<Ending> {
    let (event, run, word) = match command {
        KeyCommand::List { select, list: args } => return Box::pin(list(args, Whom::Selected(select), desk)).await,
        KeyCommand::Show { users, list: args } => return Box::pin(list(args, Whom::Named(users), desk)).await,
        KeyCommand::Rotate { users, run, word } => {
            (json!({ "users": users, "phases": ["rotate", "repair"] }), run, word)
        }
        KeyCommand::Rollback { user, run, word } => (json!({ "rollback": { "user": user } }), run, word),
        KeyCommand::Leaked { key, user, run, word } => {
            let mut leaked = json!({ "access_key_id": key });
            if let Some(user) = user {
                leaked["user"] = json!(user);
            }
            (json!({ "compromised": [leaked] }), run, word)
        }
    };
    job::apply_event::<KeyRotation>(Event::of(&event), &SelectArgs::default(), run, word, desk).await
}

/// Whose keys are meant.
enum Whom {
    Selected(SelectArgs),
    Named(Vec<String>),
}

/// Plans for everybody by name, so that those are read too whom a night's run would pass by.
async fn list(args: KeyListArgs, whom: Whom, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(&args.policy)?;
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let progress = Progress::start("reading", aws.calls().clone());
    let audit = if args.output == Format::Csv { audit(&aws).await } else { Audit::default() };
    let driver = source.driver::<KeyRotation>(aws, desk).await?;
    let names: Vec<String> = match whom {
        Whom::Named(users) => users,
        Whom::Selected(select) => {
            let selection = Selection::of(&select, &driver.aws().identity().await?)?;
            let users = IamReader::new(driver.aws()).users().await?.into_iter().map(User::from);
            let is_meant = |user: &User| selection.takes(&user.name, driver.policy().owner(user).as_deref());
            users.filter(is_meant).map(|user| user.name).collect()
        }
    };
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let Finished { report, .. } = driver.run(json!({ "users": names }), &record::reading(), caller).await?;
    drop(progress);
    report.warnings.iter().for_each(output::warn);
    let output = Output::new(Words::CanBeHadAgain, desk);
    match args.output {
        Format::Csv => output.show(&listing::csv(&report, &audit)?),
        format => output.sheet(&listing::sheet(&report), &listing::KeyList::of(&report), format),
    }
    // One that does not exist is a failed item, and has no key to show.
    let failed: Vec<_> = report.items.iter().filter(|item| item.outcome == Outcome::Failed).collect();
    for (item, why) in failed.iter().filter_map(|item| Some((item, item.reason.as_ref()?))) {
        output::complain(&format!("user {}: {}", printable(&item.id), why.said()));
    }
    Ok(output.end(if failed.is_empty() { Ending::Done } else { Ending::Failed }))
}

/// The credential report, or nothing where it is not to be had: the keys are known without it.
async fn audit(aws: &Aws) -> Audit {
    match Audit::read(aws).await {
        Ok(audit) => audit,
        Err(error) => {
            output::warn(&no_credential_report(&error));
            Audit::default()
        }
    }
}

fn no_credential_report(error: &AwsError) -> Reason {
    let message =
        format!("the columns of the credential report are empty, since it is not to be had: {}", error.said());
    let fix = match error.code() {
        Some("ReportInProgress" | "ReportNotPresent" | "ReportExpired") => "run this again in some minutes".to_owned(),
        _ => error.fix(),
    };
    Reason::new(&codes::NO_CREDENTIAL_REPORT, message, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_is_not_to_be_had_is_said_under_its_code() {
        let why = no_credential_report(&AwsError::empty("iam:GetCredentialReport", "the account", "content"));
        assert_eq!(why.code, "no-credential-report");
        assert!(why.message.ends_with("the answer has no content"), "{}", why.message);
    }
}
