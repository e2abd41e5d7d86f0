//! Where an organisation is had from: AWS, or a file.

use std::path::Path;

use nightshift::domains::organization::{Snapshot, VERSION};
use nightshift::services::aws::AwsError;
use nightshift::services::organizations::{Builder, OrganizationReader, Pace, Part, Share, Wanted};
use nightshift::text::{chain, printable};

use crate::args::SourceArgs;
use crate::desk::Desk;
use crate::output::{Ending, complain};
use crate::progress::Progress;
use crate::told::Told;

/// What is `wanted` of it, with a word on each part that was not had.
pub(crate) async fn snapshot(args: &SourceArgs, wanted: Wanted, desk: &Desk) -> anyhow::Result<Snapshot> {
    let snapshot = match &args.snapshot {
        Some(file) => read(file)?,
        None => Box::pin(live(args, wanted, desk)).await?,
    };
    for gap in &snapshot.gaps {
        let what = if gap.missing { "not read" } else { "read in another way" };
        let fix = gap.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
        complain(&format!("{what}: {}{}", printable(&gap.said), printable(&fix)));
    }
    Ok(snapshot)
}

async fn live(args: &SourceArgs, wanted: Wanted, desk: &Desk) -> anyhow::Result<Snapshot> {
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let progress = Progress::start("reading", aws.calls().clone());
    let share = Share::of(args.share).unwrap_or(Share::NEIGHBOUR);
    let reader = OrganizationReader::new(&aws, Pace::within(share));
    let facts = Box::pin(Builder::new(reader).read(&wanted)).await;
    drop(progress);
    Ok(Snapshot::of(facts.map_err(explain)?)?)
}

/// Who may read an organisation is no matter of policies alone.
fn explain(error: AwsError) -> anyhow::Error {
    let fix = match error.code() {
        Some("AWSOrganizationsNotInUseException") => {
            "these credentials are of an account in no organisation: choose another profile".to_owned()
        }
        Some("AccessDeniedException") => format!(
            "use credentials of the management account or of a delegated administrator, and allow {} in their policy",
            error.action
        ),
        _ => return error.into(),
    };
    Told::error(format!("{}; nothing was read", chain(&error)), fix)
}

/// A snapshot that was written before.
pub(super) fn read(file: &Path) -> anyhow::Result<Snapshot> {
    let name = file.display();
    let again = "write one with `nightshift org dump --out-file FILE`";
    let text = std::fs::read_to_string(file)
        .map_err(|error| Told::error(format!("the snapshot {name} cannot be read: {error}"), again))?;
    let value: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Told::error(format!("the snapshot {name} is not JSON: {error}"), again))?;
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        Some(schema) if schema == u64::from(VERSION) => {}
        Some(schema) => {
            let fix = "read it with the version of nightshift that wrote it";
            return Err(Told::error(
                format!("the snapshot {name} is of format {schema}, and this reads {VERSION}"),
                fix,
            ));
        }
        None => {
            return Err(Told::error(format!("{name} is no snapshot of an organisation: it has no `schema`"), again));
        }
    }
    serde_json::from_value(value)
        .map_err(|error| Told::error(format!("{name} is no snapshot of an organisation: {error}"), again))
}

/// An error where a part is missing without which nothing true can be said: what was not read is not empty.
pub(super) fn needs(snapshot: &Snapshot, part: Part, words: &str) -> anyhow::Result<()> {
    if snapshot.parts_read.contains(&part) {
        return Ok(());
    }
    let again = "read the organisation again, with them; a gap above says why they are missing, where they were wanted";
    Err(Told::error(format!("{words} were not read, so that nobody can say; nothing was printed"), again))
}

/// What a reading comes to: a part that was wanted and is missing is a failure, whatever else was read.
pub(crate) fn ending(snapshot: &Snapshot, wanted: Wanted) -> Ending {
    let is_wanted = |part: Part| match part {
        Part::Accounts => wanted.accounts,
        Part::Policies => wanted.policies,
        Part::Tags => wanted.tags,
        Part::EffectivePolicies => wanted.effective.is_some(),
        Part::DelegatedAdministrators
        | Part::TrustedServices
        | Part::Handshakes
        | Part::AccountCreations
        | Part::ResourcePolicy => wanted.extras,
    };
    let missing = snapshot.gaps.iter().any(|gap| gap.missing && is_wanted(gap.part));
    if missing { Ending::Failed } else { Ending::Done }
}
