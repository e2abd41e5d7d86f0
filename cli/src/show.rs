//! `clusters show`: how it stands with one cluster: how to reach it, what is left of its time, and what the next run would do.

use anyhow::bail;
use nightshift::jobs::cluster_cleanup::{ClusterCleanup, codes};
use nightshift::report::{Item, Mode, Outcome, Reason, Report};
use nightshift::run::driver::{Caller, Word};
use nightshift::services::rds::Cluster;
use nightshift::text::printable;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::args::{ShowArgs, ShowFormat};
use crate::clones::{Looking, Row, connection};
use crate::desk::Desk;
use crate::output::{Ending, Output, Words};
use crate::policy::Source;
use crate::words::{Fact, Text, of_reports};
use crate::{output, record};

/// What `clusters show` prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClusterShown {
    /// A field is only ever added.
    pub schema: u32,
    /// The AWS account, twelve digits.
    pub account: String,
    /// As `clusters list` has it.
    pub cluster: Row,
    /// Three letters, where a price file is named.
    pub currency: Option<String>,
    /// The secret that holds the password; it is never read.
    pub secret: Option<String>,
    /// What to paste to connect, one line each.
    pub connect: Vec<String>,
    /// What the next run of cluster-cleanup would do, and what it says.
    pub next: Vec<Next>,
}

/// See [`ClusterShown::next`].
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Next {
    /// What it would do, in order.
    pub steps: Vec<String>,
    /// Why it would do nothing, or not yet.
    pub reason: Option<Reason>,
}

/// A plan about that cluster alone, in words, with what is known of it.
pub(crate) async fn run(args: ShowArgs, desk: &Desk) -> anyhow::Result<Ending> {
    let mut desk = desk.clone();
    let region = desk.globals.region.clone();
    // Without a policy the Region is where one works; with one it has to be one of its own.
    if let Some(region) = region.as_deref().filter(|_| matches!(Source::of(&args.policy), Ok(Source::Shell))) {
        desk.environment = desk.environment.with("NIGHTSHIFT_REGIONS", region);
    }
    let (report, event_regions) = planned(&args, region.as_deref(), &desk).await?;
    let looking = Looking::of(&args.policy, args.prices.as_deref(), None, &desk).await?;
    let regions = event_regions.iter().filter(|one| looking.cleanup().regions.contains(one));
    let found = looking.rows(regions, |cluster| cluster.id == args.cluster).await?;
    let output = Output::new(Words::CanBeHadAgain, &desk);
    let items = || report.items.iter().filter(|item| item.id == args.cluster);
    for (cluster, row) in found {
        let of_region = items().filter(|item| item.region == row.region);
        match args.output {
            ShowFormat::Text => {
                output.say(&whose(&row, &desk));
                of_region.flat_map(|item| lines(item, &desk)).for_each(|line| output.say(&line));
                for line in facts(&cluster, &row, &looking, &desk) {
                    output.say(&line);
                }
            }
            ShowFormat::Json => {
                let next = of_region.map(|item| Next { steps: item.steps.clone(), reason: item.reason.clone() });
                let shown = ClusterShown {
                    schema: 1,
                    account: looking.account.clone(),
                    currency: looking.currency().map(str::to_owned),
                    secret: cluster.access.master_secret.clone(),
                    connect: connection(&cluster),
                    next: next.collect(),
                    cluster: row,
                };
                output.say(&serde_json::to_string_pretty(&shown)?);
            }
        }
    }
    let half_way = [&codes::HALF_DELETED, &codes::HALF_DELETED_BLOCKED];
    let is_half_way =
        |item: &Item| item.reason.as_ref().is_some_and(|why| half_way.into_iter().any(|code| why.is(code)));
    let failed = report.items.iter().any(|item| is_half_way(item) || item.outcome == Outcome::Failed);
    Ok(output.end(if failed { Ending::Failed } else { Ending::Done }))
}

/// What the next run would do about it, and the Regions that were looked at.
async fn planned(args: &ShowArgs, region: Option<&str>, desk: &Desk) -> anyhow::Result<(Report, Vec<String>)> {
    let source = Source::of(&args.policy)?.of_clusters();
    let mut event = json!({ "clusters": [args.cluster] });
    if let Some(region) = region {
        event["regions"] = json!([region]);
    }
    let aws = desk.connect(args.account.account.as_deref(), "nothing was read").await?;
    let driver = source.driver::<ClusterCleanup>(aws, desk).await?;
    let caller = Caller::Operator { mode: Mode::Plan, word: Word::Any };
    let report = driver.run(event, &record::reading(), caller).await?.report;
    let reasons = || report.items.iter().filter_map(|item| item.reason.as_ref());
    if let Some(reason) = reasons().find(|reason| reason.is(&codes::NOT_FOUND)) {
        let next = reason.fix.as_deref().unwrap_or("check the name");
        bail!("there is no Aurora cluster {} in {}; {next}", args.cluster, report.regions.join(", "));
    }
    // Whether anybody can be told is the deployment's matter, which this shell may know nothing of.
    report.warnings.iter().filter(|warning| !warning.is(&codes::NO_CHANNEL)).for_each(output::warn);
    let regions = report.regions.clone();
    Ok((report, regions))
}

fn whose(row: &Row, desk: &Desk) -> String {
    let owner = row.owner.as_deref().map(printable);
    desk.words(Text::WhoseAndWhere { id: &row.id, region: &row.region, owner: owner.as_deref() })
}

/// What the report has of it: what is the case, and what comes next.
fn lines(item: &Item, desk: &Desk) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(reason) = &item.reason {
        let (said, fix) = of_reports::reason(reason, desk.language());
        lines.push(format!("  [{}] {said}", reason.code));
        lines.extend(fix.map(|fix| format!("  → {fix}")));
    }
    let would = |step: String| format!("  {}", desk.words(Text::NextRunWould { step: &step }));
    lines.extend(of_reports::steps(item, desk.language()).into_iter().map(would));
    lines
}

/// What is known of it, one line each; what is not known has none.
fn facts(cluster: &Cluster, row: &Row, looking: &Looking, desk: &Desk) -> Vec<String> {
    let language = desk.language();
    let expires = row.expires.as_ref().map(|text| format!("{} ({})", row.left(looking.now, language), printable(text)));
    let monthly = looking.currency().map(|currency| row.monthly(Some(currency)));
    let facts = [
        (Fact::Status, Some(row.status(language))),
        (Fact::Engine, Some(row.engine.clone())),
        (Fact::Members, Some(row.members.to_string())),
        (Fact::Expires, expires),
        (Fact::Source, row.source.as_deref().map(printable)),
        (Fact::Endpoint, row.endpoint.clone()),
        (Fact::Reader, row.reader_endpoint.clone()),
        (Fact::Port, row.port.map(|port| port.to_string())),
        (Fact::Vpc, row.vpc.clone().or_else(|| row.subnet_group.clone())),
        (Fact::Monthly, monthly),
    ];
    let connect = connection(cluster).into_iter().map(|line| (Fact::Connect, Some(line)));
    let all = facts.into_iter().chain(connect.filter(|_| row.endpoint.is_some()));
    all.filter_map(|(fact, value)| Some(format!("  {}: {}", desk.words(Text::Fact(fact)), value?))).collect()
}
