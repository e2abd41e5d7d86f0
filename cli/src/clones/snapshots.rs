//! `clusters snapshots`: the final snapshots that deletions left, when they go, and how to bring each back.

use nightshift::domains::clusters::tags::{self, PURGE_AFTER};
use nightshift::notify::Language;
use nightshift::report::sheet::{Row as Line, Sheet};
use nightshift::services::rds::{RdsReader, Snapshot};
use schemars::JsonSchema;
use serde::Serialize;

use super::read::Looking;
use crate::args::{Format, SnapshotListArgs};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};
use crate::progress::Progress;
use crate::words::{Text, snapshot_heads};

/// What `clusters snapshots` prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SnapshotList {
    /// A field is only ever added.
    pub schema: u32,
    /// The AWS account, twelve digits.
    pub account: String,
    /// By Region and identifier.
    pub snapshots: Vec<Row>,
}

/// One final snapshot. `null` is what is not known.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Row {
    /// Its identifier.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// The cluster whose data it holds.
    pub cluster: String,
    /// As its tag has it.
    pub owner: Option<String>,
    /// As RDS has it.
    pub status: String,
    /// When it goes, as its tag has it.
    pub purge_after: Option<String>,
    /// The command that brings it back.
    pub restore: String,
}

/// Lists them.
pub(crate) async fn run(args: SnapshotListArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let looking = Looking::of(&args.policy, None, args.account.account.as_deref(), desk).await?;
    let mut rows = all(&looking).await?;
    rows.retain(|row| args.cluster.as_ref().is_none_or(|cluster| *cluster == row.cluster));
    let account = looking.account.clone();
    let mut sheet = Sheet::new(snapshot_heads(desk.language()));
    // For spreadsheets: the same in every language.
    let mut full = Sheet::new(snapshot_heads(Language::English));
    for row in &rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        for sheet in [&mut sheet, &mut full] {
            sheet.push(Line::new([
                row.id.clone(),
                row.region.clone(),
                row.cluster.clone(),
                text(&row.owner),
                row.status.clone(),
                text(&row.purge_after),
                row.restore.clone(),
            ]));
        }
    }
    let output = Output::new(Words::CanBeHadAgain, desk);
    if rows.is_empty() && args.output == Format::Table {
        output.say(&desk.words(Text::NothingToList));
    } else {
        output.sheets(&sheet, &full, &SnapshotList { schema: 1, account, snapshots: rows }, args.output);
    }
    Ok(output.end(Ending::Done))
}

/// All there are, by Region and identifier.
pub(crate) async fn all(looking: &Looking) -> anyhow::Result<Vec<Row>> {
    let (aws, policy) = (looking.driver.aws(), looking.cleanup());
    let progress = Progress::start("reading", aws.calls().clone());
    let mut rows = Vec::new();
    for region in &policy.regions {
        let found = RdsReader::new(aws, region).snapshots().await?;
        rows.extend(found.iter().filter(|found| is_final(found)).map(|found| row(found, &policy.owner_tag)));
    }
    drop(progress);
    rows.sort_by(|a, b| (&a.region, &a.id).cmp(&(&b.region, &b.id)));
    Ok(rows)
}

/// Whether a deletion of this tool made it.
fn is_final(snapshot: &Snapshot) -> bool {
    snapshot.id.starts_with(&format!("nightshift-{}-", snapshot.cluster_id)) && snapshot.copy_of.is_none()
}

fn row(found: &Snapshot, owner_tag: &str) -> Row {
    Row {
        id: found.id.clone(),
        region: found.region.clone(),
        cluster: found.cluster_id.clone(),
        owner: tags::owner(&found.tags, owner_tag),
        status: found.status.clone(),
        purge_after: found.tags.get(PURGE_AFTER).map(str::to_owned),
        restore: format!("nightshift clusters restore {} --region {}", found.id, found.region),
    }
}
