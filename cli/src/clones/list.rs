//! `clusters list`: clusters with their endpoints, owners and ends; one's own unless others are asked for.

use jiff::Timestamp;
use nightshift::clock;
use nightshift::domains::clusters::expiry::{self, Expiry};
use nightshift::domains::clusters::tags;
use nightshift::domains::owners::is_the_same;
use nightshift::jobs::cluster_clone::{ClusterClone, Policy};
use nightshift::report::sheet::{Row as Line, Sheet};
use nightshift::services::aws::Aws;
use nightshift::services::rds::{Cluster, RdsReader};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::ClusterListArgs;
use crate::desk::Desk;
use crate::output::{Ending, Output, Words, complain};
use crate::policy::Source;
use crate::progress::Progress;

/// What `clusters list` prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClusterList {
    /// A field is only ever added.
    pub schema: u32,
    /// The AWS account, twelve digits.
    pub account: String,
    /// Whose clusters: a name, or null for everybody's.
    pub owner: Option<String>,
    /// By Region and identifier.
    pub clusters: Vec<Row>,
}

/// One cluster. `null` is what is not known, or does not apply.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Row {
    /// Its identifier.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// As its tag has it.
    pub owner: Option<String>,
    /// Its engine.
    pub engine: String,
    /// As RDS has it.
    pub status: String,
    /// How many members it has.
    pub members: usize,
    /// The writer's endpoint.
    pub endpoint: Option<String>,
    /// The readers' endpoint.
    pub reader_endpoint: Option<String>,
    /// Its port.
    pub port: Option<i32>,
    /// The DB subnet group, which says its VPC.
    pub subnet_group: Option<String>,
    /// The expiry tag as it is written.
    pub expires: Option<String>,
    /// The cluster it was made of, where it is a clone.
    pub source: Option<String>,
    /// `creating` or `ready`, where it is a clone of this tool.
    pub clone: Option<String>,
}

/// Lists them.
pub(crate) async fn run(args: ClusterListArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let source = Source::of(&args.policy)?;
    let aws = desk.open("nothing was read").await?;
    let account = desk.account(&aws, args.account.account.as_deref(), "nothing was read").await?;
    let driver = source.driver::<ClusterClone>(aws, desk).await?;
    let (policy, now) = (driver.policy(), driver.run_policy.now.unwrap_or_else(clock::now));
    let whose = whose(&args, driver.aws()).await?;
    let progress = Progress::start("reading", driver.aws().calls().clone());
    let mut clusters = Vec::new();
    for region in &policy.regions {
        clusters.extend(RdsReader::new(driver.aws(), region).clusters(&account).await?);
    }
    drop(progress);
    let owner_of = |cluster: &Cluster| tags::owner(&cluster.tags, &policy.lease.owner_tag);
    clusters.retain(|cluster| {
        whose.as_deref().is_none_or(|wanted| owner_of(cluster).is_some_and(|owner| is_the_same(wanted, &owner)))
    });
    clusters.sort_by(|a, b| (&a.region, &a.id).cmp(&(&b.region, &b.id)));
    let rows: Vec<_> = clusters.iter().map(|cluster| row(cluster, policy)).collect();
    let output = Output::new(Words::CanBeHadAgain, desk);
    output.sheet(
        &sheet(&rows, policy, now),
        &ClusterList { schema: 1, account, owner: whose.clone(), clusters: rows },
        args.output,
    );
    if clusters.is_empty()
        && let Some(whose) = whose
    {
        complain(&format!("nothing there is {whose}'s; --all shows everybody's"));
    }
    Ok(output.end(Ending::Done))
}

/// Whose clusters are meant; nobody's in particular where all are.
async fn whose(args: &ClusterListArgs, aws: &Aws) -> anyhow::Result<Option<String>> {
    if args.all || args.owner.is_some() {
        return Ok(args.owner.clone());
    }
    let identity = aws.identity().await?;
    Ok(Some(identity.name().unwrap_or("nobody").to_owned()))
}

fn row(cluster: &Cluster, policy: &Policy) -> Row {
    let tag = |key: &str| cluster.tags.get(key).map(str::to_owned);
    Row {
        id: cluster.id.clone(),
        region: cluster.region.clone(),
        owner: tags::owner(&cluster.tags, &policy.lease.owner_tag),
        engine: cluster.engine.clone(),
        status: cluster.status.clone(),
        members: cluster.members.len(),
        endpoint: cluster.access.endpoint.clone(),
        reader_endpoint: cluster.access.reader_endpoint.clone(),
        port: cluster.settings.port,
        subnet_group: cluster.settings.subnet_group.clone(),
        expires: tag(&policy.lease.tag_key),
        source: tag(&policy.source_tag),
        clone: tag(tags::CLONE),
    }
}

fn sheet(rows: &[Row], policy: &Policy, now: Timestamp) -> Sheet {
    let header =
        ["cluster", "region", "owner", "engine", "status", "members", "expires", "endpoint", "port", "network"];
    let mut sheet = Sheet::new(header);
    for row in rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        sheet.push(Line::new([
            row.id.clone(),
            row.region.clone(),
            text(&row.owner),
            row.engine.clone(),
            if row.clone.as_deref() == Some(tags::CREATING) { "being made".to_owned() } else { row.status.clone() },
            row.members.to_string(),
            left(row.expires.as_deref(), policy, now),
            text(&row.endpoint),
            row.port.map_or_else(|| "-".to_owned(), |port| port.to_string()),
            text(&row.subnet_group),
        ]));
    }
    sheet
}

/// The time a cluster has left, in words.
fn left(expires: Option<&str>, policy: &Policy, now: Timestamp) -> String {
    let Some(text) = expires else { return "-".to_owned() };
    match expiry::read(text, &policy.lease.time_zone) {
        Ok(Expiry::Never) => "never".to_owned(),
        Ok(Expiry::At(at)) if at <= now => "expired".to_owned(),
        Ok(Expiry::At(at)) => {
            let hours = at.duration_since(now).as_hours();
            if hours >= 48 { format!("in {} days", hours / 24) } else { format!("in {hours} hours") }
        }
        Err(_) => "unreadable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightshift::config::{Environment, Settings};

    #[test]
    fn what_is_left_is_said_in_words() {
        let environment = Environment::default();
        let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        for (tag, said) in [
            (None, "-"),
            (Some("never"), "never"),
            (Some("2026-11-21T02:00:00Z"), "expired"),
            (Some("2026-11-22"), "in 46 hours"),
            (Some("2026-11-28T02:00:00Z"), "in 7 days"),
            (Some("soon"), "unreadable"),
        ] {
            assert_eq!(left(tag, &policy, now), said, "{tag:?}");
        }
    }
}
