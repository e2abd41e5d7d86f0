//! An organisation as data, first all at once, then step by step. It only reads.
//!
//! ```text
//! AWS_PROFILE=management cargo run -p nightshift --example organization
//! ```

use std::error::Error;
use std::io::Write as _;

use nightshift::config::Environment;
use nightshift::domains::organization::Snapshot;
use nightshift::services::aws::{Aws, Roots};
use nightshift::services::organizations::{Builder, How, OrganizationReader, Pace, Share, Wanted};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let aws = Aws::connect(&Environment::of_process(), Roots::System).await?;
    // One reader, one pace: whatever is read by it keeps to half of AWS's published rates, all together.
    let reader = OrganizationReader::new(&aws, Pace::within(Share::NEIGHBOUR));

    // On the heap: a reading is many states within states.
    let all = Snapshot::of(Box::pin(Builder::new(reader.clone()).read(&Wanted::ALL)).await?)?;
    let calls: u64 = aws.take_calls().values().sum();

    let mut steps = Builder::new(reader);
    steps.organization().await?;
    steps.roots().await?;
    steps.root_tags().await?;
    steps.policies().await?;
    steps.policy_tags().await?;
    steps.units().await?;
    steps.unit_tags().await?;
    steps.accounts().await?;
    steps.account_tags().await?;
    steps.policy_targets().await?;
    steps.effective_policies(How::Shared).await?;
    steps.extras().await;
    let by_steps = Snapshot::of(steps.facts())?;
    let calls_by_steps: u64 = aws.take_calls().values().sum();

    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &all)?;
    writeln!(out)?;
    let same = (&all.roots, &all.units, &all.accounts, &all.policies)
        == (&by_steps.roots, &by_steps.units, &by_steps.accounts, &by_steps.policies);
    let mut aside = std::io::stderr().lock();
    writeln!(aside, "{calls} calls at once, {calls_by_steps} step by step, the same organisation: {same}")?;
    Ok(())
}
