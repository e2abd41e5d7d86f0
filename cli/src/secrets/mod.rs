//! `secrets list` and `secrets show`: whose each secret is, how old, how rotated, and who may read it. No value is ever read,
//! so none can be shown. `secrets rotate` rehearses a rotation, which reads values to log in by and shows none.

mod readers;
mod rotate;
mod row;

use nightshift::clock;
use nightshift::config::Environment;
use nightshift::domains::databases::OWNER_TAG;
use nightshift::domains::keys::tags::USER_ID;
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row as Line, Sheet, Tone};
use nightshift::services::aws::{Aws, AwsError};
use nightshift::services::secrets::{Listed, SecretsReader};
use nightshift::text::{chain, count, printable};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{OwnerTagArgs, SecretListArgs, SecretShowArgs};
use crate::desk::Desk;
use crate::output::{self, Ending, Output, Words};
use crate::progress::Progress;
use crate::select::Selection;
use crate::told::Told;

use readers::Statement;
pub(crate) use rotate::rotate;
pub(crate) use row::{COLUMNS, Row, day};

/// What `secrets list --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SecretList {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The AWS account, twelve digits.
    account: String,
    /// Where they are.
    region: String,
    /// By name.
    secrets: Vec<Row>,
}

/// What `secrets show --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SecretShown {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The AWS account, twelve digits.
    account: String,
    /// What the list has of it.
    secret: Row,
    /// Its ARN.
    arn: String,
    /// What it says it is for.
    description: Option<String>,
    /// Every version, the newest first; `null` where they could not be read.
    versions: Option<Vec<Version>>,
    /// What its own policy says of who may do what; empty without one, `null` where it could not be read. Policies of IAM may
    /// allow more within the account.
    policy: Option<Vec<Statement>>,
}

/// One version of a secret.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    /// Its id.
    id: String,
    /// Its labels; none is of a value that AWS takes away in time.
    labels: Vec<String>,
    /// When it was stored, UTC.
    created_at: Option<jiff::Timestamp>,
    /// The day it was last read, UTC.
    accessed_at: Option<jiff::Timestamp>,
}

/// The key of the tag that names an owner.
pub(crate) fn owner_tag(args: &OwnerTagArgs, environment: &Environment) -> String {
    let key = args.key.as_deref().or_else(|| environment.get("NIGHTSHIFT_OWNER_TAG"));
    key.unwrap_or("owner").to_owned()
}

/// Every secret in `region`.
pub(crate) async fn read(aws: &Aws, region: &str) -> Result<Vec<Listed>, AwsError> {
    let mut all = SecretsReader::new(aws, region).list(None).await?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Those there are.
pub(crate) async fn list(args: SecretListArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open("nothing was read").await?;
    let account = desk.account(&aws, args.account.account.as_deref(), "nothing was read").await?;
    let selection = Selection::of(&args.select, &aws.identity().await?)?;
    let tag = owner_tag(&args.owner_tag, &desk.environment);
    let progress = Progress::start("reading", aws.calls().clone());
    let region = aws.region().unwrap_or_default();
    let all = read(&aws, region).await?;
    drop(progress);
    let now = clock::now();
    let rows = all.iter().map(|secret| Row::of(secret, &tag, now));
    let rows = rows.filter(|row| selection.takes(&row.name, row.owner.as_deref()));
    let rows = rows.filter(|row| !args.overdue || row.overdue || row.half_way);
    let (ours, others): (Vec<_>, Vec<_>) = rows.partition(|row| args.all || row.function.is_some());
    if !others.is_empty() {
        output::complain(&format!("{} more of nobody's function; --all lists them", count(others.len(), "secret")));
    }
    let list = SecretList { schema: SCHEMA, account, region: region.to_owned(), secrets: ours };
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.sheets(&row::sheet(&list.secrets), &row::full(&list.secrets), &list, args.output);
    Ok(output.end(Ending::Done))
}

/// One.
pub(crate) async fn show(args: SecretShowArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let aws = desk.open("nothing was read").await?;
    let account = desk.account(&aws, args.account.account.as_deref(), "nothing was read").await?;
    let region = aws.region().unwrap_or_default();
    let reader = SecretsReader::new(&aws, region);
    let progress = Progress::start("reading", aws.calls().clone());
    let found = read(&aws, region).await?.into_iter().find(|one| one.name == args.secret || one.arn == args.secret);
    let Some(secret) = found else {
        return Err(Told::error(
            format!("there is no secret {} in {region} of account {account}", printable(&args.secret)),
            "check the name and --region; `nightshift secrets list --all` has the names of all",
        ));
    };
    let versions = known(reader.versions(&secret.arn).await).map(|versions| {
        let mut versions: Vec<_> = versions.into_iter().map(version).collect();
        versions.sort_by_key(|version| std::cmp::Reverse((version.created_at, version.id.clone())));
        versions
    });
    let policy = known(reader.policy(&secret.arn).await).map(|policy| readers::statements(policy.as_deref()));
    drop(progress);
    let tag = owner_tag(&args.owner_tag, &desk.environment);
    let shown = SecretShown {
        schema: SCHEMA,
        account,
        secret: Row::of(&secret, &tag, clock::now()),
        arn: secret.arn,
        description: secret.description,
        versions,
        policy,
    };
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.sheet(&sheet(&shown), &shown, args.output);
    Ok(output.end(if shown.versions.is_none() || shown.policy.is_none() { Ending::Failed } else { Ending::Done }))
}

/// What was read, or a word on why it was not.
fn known<T>(read: Result<T, AwsError>) -> Option<T> {
    read.map_err(|error| output::complain(&format!("{}; {}", chain(&error), error.fix()))).ok()
}

fn version(version: nightshift::services::secrets::Version) -> Version {
    Version {
        id: version.id,
        labels: version.labels.into_iter().collect(),
        created_at: version.created_at,
        accessed_at: version.last_accessed,
    }
}

fn sheet(shown: &SecretShown) -> Sheet {
    let SecretShown { secret, versions, policy, description, arn, .. } = shown;
    let mut sheet = Sheet::new(["ABOUT", "WHAT"]);
    let mut say = |about: &str, what: String, tone: Tone| {
        sheet.push(Line::new([about.to_owned(), what]).toned(1, tone));
    };
    say("name", secret.name.clone(), Tone::Bold);
    say("arn", arn.clone(), Tone::Plain);
    say("for", description.clone().unwrap_or_else(|| "it does not say".to_owned()), Tone::Plain);
    say("function", secret.whose(), Tone::Plain);
    say("owner", secret.owner.clone().unwrap_or_else(|| "nobody is named".to_owned()), Tone::Plain);
    say("age", secret.said_of_age(), Tone::Plain);
    say("last read", secret.accessed_at.map_or_else(|| "never, or not known".to_owned(), day), Tone::Plain);
    say("rotation", secret.said_of_rotation(), Tone::Plain);
    say("key", secret.kms_key.clone().unwrap_or_else(|| "aws/secretsmanager".to_owned()), Tone::Plain);
    if let Some(at) = secret.deletion_at {
        say("deletion", format!("AWS deletes it on {}; until then it can be restored", day(at)), Tone::Bad);
    }
    for Version { id, labels, created_at, accessed_at } in versions.iter().flatten() {
        let labels = if labels.is_empty() { "no label".to_owned() } else { labels.join(", ") };
        let made = created_at.map_or_else(String::new, |at| format!(", stored {}", day(at)));
        let read = accessed_at.map_or_else(String::new, |at| format!(", last read {}", day(at)));
        say("version", format!("{id}: {labels}{made}{read}"), Tone::Plain);
    }
    match policy.as_deref() {
        None => say("who may read", "not known: its policy could not be read".to_owned(), Tone::Odd),
        Some([]) => {
            say(
                "who may read",
                "it has no policy of its own: whom IAM allows, in this account".to_owned(),
                Tone::Plain,
            );
        }
        Some(statements) => {
            for statement in statements {
                let tone = if statement.allows_anybody() { Tone::Bad } else { Tone::Plain };
                say("who may read", statement.said(), tone);
            }
            say("", "and whom IAM allows, in this account, unless a line above denies it".to_owned(), Tone::Quiet);
        }
    }
    sheet
}

/// Which of our functions a secret is of, by the tag it was made with, and of which user.
fn function_of(secret: &Listed) -> (Option<&'static str>, Option<String>) {
    let tag = |key: &str| secret.tags.get(key).map(str::to_owned);
    match (tag(OWNER_TAG), tag(USER_ID)) {
        (Some(user), _) => (Some("db-users"), Some(user)),
        (None, Some(id)) => (Some("key-rotation"), Some(id)),
        (None, None) => (None, None),
    }
}
