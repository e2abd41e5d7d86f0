//! `fleet accounts`: which accounts a run goes through.

use nightshift::config::Settings;
use nightshift::domains::fleet::{Choice, Chosen, LeftOut, Selection, choose};
use nightshift::fleet::organisation;
use nightshift::report::SCHEMA;
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::services::organizations::Wanted;
use nightshift::text::{count, printable};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{FleetAccountsArgs, Format};
use crate::desk::Desk;
use crate::org;
use crate::output::{Ending, Output, Words, complain};
use crate::policy::Source;
use crate::told::Told;

/// What `fleet accounts --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FleetAccounts {
    /// As in a report; a field is only ever added.
    schema: u32,
    /// The organisation.
    organization: String,
    /// The accounts that go first, the others, and those that are left alone.
    #[serde(flatten)]
    choice: Choice,
}

/// Says which.
pub(super) async fn accounts(args: FleetAccountsArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let source = args.policy.as_deref().map_or(Ok(Source::Shell), Source::file)?;
    let environment = source.given(desk);
    let mut settings = Settings::of(&environment);
    let selection = Selection::read(&mut settings);
    settings.finish().map_err(|faults| source.locate(&faults))?;
    let wanted = Wanted { accounts: true, tags: true, ..Wanted::TREE };
    let snapshot = Box::pin(org::snapshot(&args.source, wanted, desk)).await?;
    let organisation = organisation(&snapshot);
    for said in selection.idle_tags(&organisation.accounts) {
        complain(&said);
    }
    let choice = choose(&organisation, &selection).map_err(|fault| {
        Told::error(
            format!("{fault}; no account was chosen"),
            "correct the policy: `nightshift org tree` draws the units there are",
        )
    })?;
    let sheet = sheet(&choice);
    let output = Output::new(Words::CanBeHadAgain, desk);
    if args.output == Format::Table {
        let Choice { canary, rest, left_out } = &choice;
        let first = if canary.is_empty() { String::new() } else { format!("{} first · ", canary.len()) };
        output.say_wrapped(&format!(
            "organisation {} · {first}{} · {} left alone",
            printable(&snapshot.organization.id),
            count(canary.len() + rest.len(), "account"),
            left_out.len()
        ));
    }
    let document = FleetAccounts { schema: SCHEMA, organization: snapshot.organization.id.clone(), choice };
    output.sheet(&sheet, &document, args.output);
    Ok(output.end(org::ending(&snapshot, wanted)))
}

fn sheet(choice: &Choice) -> Sheet {
    let mut sheet = Sheet::new(["ACCOUNT", "NAME", "UNIT", "RUN", "WHY"]);
    for (run, chosen) in [("first", &choice.canary), ("yes", &choice.rest)] {
        for Chosen { account, name, path, policy } in chosen {
            let why = policy.as_ref().map(|policy| format!("policy {policy}")).unwrap_or_default();
            let row = [account.clone(), name.clone(), path.clone(), run.to_owned(), why];
            sheet.push(Row::new(row).toned(3, Tone::Bold));
        }
    }
    for LeftOut { account, name, path, reason } in &choice.left_out {
        let why = format!("[{}] {}", reason.code, reason.said());
        let row = [account.clone(), name.clone(), path.clone(), "no".to_owned(), why];
        sheet.push(Row::new(row).toned(3, Tone::Quiet));
    }
    sheet
}
