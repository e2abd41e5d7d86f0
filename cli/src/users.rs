//! `users list` and `users show`: the database users that db-users keeps, by the secrets it made for them; and, where an event
//! says how to get to their server, what db-users would do to them there. It only reads.

use anyhow::ensure;
use nightshift::clock;
use nightshift::jobs::db_users::DbUsers;
use nightshift::report::sheet::{Row as Line, Sheet, Tone};
use nightshift::report::{Item, Mode, Outcome, Reason, SCHEMA};
use nightshift::run::Job as _;
use nightshift::run::driver::{Caller, Finished, Word};
use nightshift::text::printable;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{SelectArgs, UserCommand, UserListArgs};
use crate::desk::Desk;
use crate::event::Event;
use crate::output::{self, Ending, Output, Words};
use crate::policy::Source;
use crate::progress::Progress;
use crate::record;
use crate::secrets::{self, COLUMNS, Row, day};
use crate::select::Selection;

/// What `users list --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserList {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The AWS account, twelve digits.
    account: String,
    /// Where their secrets are.
    region: String,
    /// By name.
    users: Vec<Known>,
}

/// One user of a database.
#[derive(Debug, Serialize, JsonSchema)]
struct Known {
    /// Its name: as the event has it, or as far as a tag of its secret can hold it.
    user: String,
    /// Its secret; `null` where the account has none.
    secret: Option<Row>,
    /// What its server says; `null` where nobody asked it.
    server: Option<There>,
}

/// How it stands with a user on its server.
#[derive(Debug, Serialize, JsonSchema)]
struct There {
    /// What a run would say of it.
    outcome: Outcome,
    /// What a run would do, in order.
    steps: Vec<String>,
    /// Why it stands so, where there is something to say.
    reason: Option<Reason>,
}

/// Whatever was asked for.
pub(crate) async fn run(command: UserCommand, desk: &Desk) -> anyhow::Result<Ending> {
    match command {
        UserCommand::List { select, list } => show(list, &select, None, desk).await,
        UserCommand::Show { users, list } => show(list, &SelectArgs::default(), Some(users), desk).await,
    }
}

async fn show(
    args: UserListArgs,
    select: &SelectArgs,
    named: Option<Vec<String>>,
    desk: &Desk,
) -> anyhow::Result<Ending> {
    let event = Event::read(args.event.as_deref())?;
    let source = Source::of(&args.policy)?;
    ensure!(
        args.event.is_some() || matches!(source, Source::Shell),
        "--policy and --function are for asking the server, which takes an event; nothing was read"
    );
    let aws = desk.open("nothing was read").await?;
    let account = desk.account(&aws, args.account.account.as_deref(), "nothing was read").await?;
    // An event says where its server and its secrets are.
    let value = event.value()?;
    let region = value["region"].as_str().or_else(|| aws.region()).unwrap_or_default().to_owned();
    let selection = Selection::of(select, &aws.identity().await?)?;
    let tag = secrets::owner_tag(&args.owner_tag, &desk.environment);
    let progress = Progress::start("reading", aws.calls().clone());
    let now = clock::now();
    let rows = secrets::read(&aws, &region).await?.into_iter().map(|secret| Row::of(&secret, &tag, now));
    let mut users: Vec<_> = rows
        .filter(|row| row.function.as_deref() == Some(DbUsers::NAME))
        .map(|row| Known { user: row.user.clone().unwrap_or_default(), secret: Some(row), server: None })
        .collect();
    if args.event.is_some() {
        let driver = source.driver::<DbUsers>(aws, desk).await?;
        let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
        let Finished { report, .. } = Box::pin(driver.run(value.clone(), &record::reading(), caller)).await?;
        report.warnings.iter().for_each(output::warn);
        ask(&mut users, report.items, &secret_of(&value));
    }
    drop(progress);
    let is_named = |user: &Known| named.as_ref().is_none_or(|names| names.contains(&user.user));
    let owner = |user: &Known| user.secret.as_ref().and_then(|row| row.owner.clone());
    users.retain(|user| is_named(user) && selection.takes(&user.user, owner(user).as_deref()));
    users.sort_by(|a, b| {
        (&a.user, a.secret.as_ref().map(|row| &row.name)).cmp(&(&b.user, b.secret.as_ref().map(|row| &row.name)))
    });
    let missing: Vec<_> =
        named.into_iter().flatten().filter(|name| !users.iter().any(|user| user.user == *name)).collect();
    let failed = users.iter().filter_map(|user| user.server.as_ref()).any(|there| there.outcome == Outcome::Failed);
    let list = UserList { schema: SCHEMA, account, region, users };
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.sheets(&sheet(&list.users), &full(&list.users), &list, args.output);
    for name in &missing {
        let name = printable(name);
        output::complain(&format!(
            "user {name}: db-users keeps no secret of it in {}; check the name and --region",
            list.region
        ));
    }
    Ok(output.end(if missing.is_empty() && !failed { Ending::Done } else { Ending::Failed }))
}

/// The name of the secret of each user of an event, where it has one.
fn secret_of(event: &serde_json::Value) -> impl Fn(&str) -> Option<String> {
    let entries = event["users"].as_array().cloned().unwrap_or_default();
    move |user| {
        let entry = entries.iter().find(|entry| entry["db_user"] == user)?;
        entry["user_secret_name"].as_str().map(str::to_owned)
    }
}

/// Puts what the server says of each user beside its secret. Two servers may know users of one name: the secret tells them
/// apart, where the event names it.
fn ask(users: &mut Vec<Known>, items: Vec<Item>, secret_of: &dyn Fn(&str) -> Option<String>) {
    for item in items {
        let there = There { outcome: item.outcome, steps: item.steps, reason: item.reason };
        let secret = secret_of(&item.id);
        let is_it = |user: &&mut Known| match (&secret, &user.secret) {
            (Some(name), Some(row)) => row.name == *name,
            _ => user.server.is_none() && user.user == item.id,
        };
        match users.iter_mut().find(is_it) {
            Some(user) => {
                user.user = item.id;
                user.server = Some(there);
            }
            None => users.push(Known { user: item.id, secret: None, server: Some(there) }),
        }
    }
}

fn sheet(users: &[Known]) -> Sheet {
    let asked = users.iter().any(|user| user.server.is_some());
    let last = if asked { "ON THE SERVER" } else { "ROTATION" };
    let mut sheet = Sheet::new(["USER", "SECRET", "OWNER", "AGE", "LAST READ", last]);
    for Known { user, secret, server } in users {
        let of_secret = |what: fn(&Row) -> Option<String>| secret.as_ref().and_then(what).unwrap_or_default();
        let name = secret.as_ref().map_or_else(|| "(none)".to_owned(), |row| row.name.clone());
        let age = of_secret(|row| row.age_days.map(|days| format!("{days} d")));
        let read = of_secret(|row| row.accessed_at.map(day));
        let gone = secret.as_ref().and_then(|row| row.deletion_at);
        let (what, tone) = match (gone, server) {
            (Some(at), _) => (format!("its secret is deleted on {}", day(at)), Tone::Bad),
            (None, Some(there)) => (there.said(), there.outcome.into()),
            (None, None) if asked => ("not in the event".to_owned(), Tone::Quiet),
            (None, None) => (of_secret(|row| Some(row.said_of_rotation())), Tone::Plain),
        };
        let row = [user.clone(), name, of_secret(|row| row.owner.clone()), age, read, what];
        sheet.push(Line::new(row).toned(5, tone));
    }
    sheet
}

/// Everything, for a spreadsheet: what the server says, and all of the secret.
fn full(users: &[Known]) -> Sheet {
    const OWN: [&str; 4] = ["USER", "OUTCOME", "CODE", "STEPS"];
    let mut sheet =
        Sheet::new(OWN.into_iter().chain(COLUMNS.map(|name| if name == "USER" { "TAGGED USER" } else { name })));
    for Known { user, secret, server } in users {
        let there = server.as_ref().map(|there| {
            let code = there.reason.as_ref().map(|reason| reason.code.clone().into_owned());
            [there.outcome.as_str().to_owned(), code.unwrap_or_default(), there.steps.join("; ")]
        });
        let secret = secret.as_ref().map(Row::cells).unwrap_or_default();
        sheet.push(Line::new([user.clone()].into_iter().chain(there.unwrap_or_default()).chain(secret)));
    }
    sheet
}

impl There {
    fn said(&self) -> String {
        let outcome = self.outcome.as_str();
        let why = self.reason.as_ref().map(|reason| format!("[{}] {}", reason.code, reason.message));
        let steps = self.steps.iter().map(|step| format!("would {step}"));
        std::iter::once(outcome.to_owned()).chain(why).chain(steps).collect::<Vec<_>>().join("\n")
    }
}
