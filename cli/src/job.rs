//! `plan JOB` and `apply JOB`: the function's own run, on an operator's word.

use std::path::Path;

use anyhow::{Context as _, ensure};
use nightshift::config::Environment;
use nightshift::report::Mode;
use nightshift::run::driver::{Caller, Driver, Finished};
use nightshift::run::{Job, Payload};
use nightshift::services::aws::{Aws, Roots};
use serde_json::json;

use crate::args::JobArgs;
use crate::output::{Ending, Output, Words};
use crate::{account, output, policy, record};

/// Says what would be done.
pub(crate) async fn plan<J: Job>(args: JobArgs, environment: &Environment) -> anyhow::Result<Ending> {
    run::<J>(args, environment, Mode::Plan).await
}

/// Does it: never on bare defaults, never in an account that was not named.
pub(crate) async fn apply<J: Job>(args: JobArgs, environment: &Environment) -> anyhow::Result<Ending> {
    ensure!(
        args.policy.file.is_some() || args.policy.function.is_some(),
        "apply needs the policy it is to follow: --policy FILE, or --function NAME to read it from the deployed function; nothing was done"
    );
    ensure!(args.account.is_some(), "apply needs the account you mean: --account ID; nothing was done");
    run::<J>(args, environment, Mode::Apply).await
}

async fn run<J: Job>(args: JobArgs, environment: &Environment, mode: Mode) -> anyhow::Result<Ending> {
    let aws = Aws::connect(environment, Roots::System).await?;
    let policy = policy::read::<J>(&args.policy, environment, &aws).await?;
    if let Some(wanted) = &args.account {
        account::check(wanted, &aws.account().await?, "nothing was done")?;
    }
    let event = args.event.as_deref().map_or_else(|| Ok(json!({}).into()), read)?;
    let caller = Caller::Operator { mode, expect_plan: args.expect_plan };
    let driver = Driver::<J>::new(&policy, aws)?;
    let (ledger, words) = match mode {
        Mode::Apply => {
            let ledger = record::interruptible().context("could not listen for signals; nothing was done")?;
            (ledger, Words::AreARecord)
        }
        Mode::Plan => (record::reading(), Words::CanBeHadAgain),
    };
    let Finished { report, .. } = driver.run(event, &ledger, caller).await?;
    let output = Output::new(words);
    output.report(&report, args.output, output::width(environment));
    Ok(output.end(Ending::of(&report)))
}

fn read(path: &Path) -> anyhow::Result<Payload> {
    let shown = path.display();
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.with_context(|| format!("could not read the event {shown}"))?;
    Payload::parse(&text).with_context(|| format!("the event {shown} is not JSON"))
}
