//! What every `clusters` command that looks needs: the policy, whose credentials these are, and the clusters with what only their
//! members say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use nightshift::clock;
use nightshift::domains::clusters::price::Prices;
use nightshift::jobs::cluster_cleanup::{ClusterDelete, DeletePolicy, Policy};
use nightshift::run::driver::Driver;
use nightshift::services::rds::{Cluster, Instance, RdsReader};
use nightshift::text::chain;

use super::mine;
use super::row::{By, Row};
use crate::args::{PolicyArgs, SelectArgs};
use crate::desk::Desk;
use crate::output::complain;
use crate::policy::Source;
use crate::progress::Progress;

/// See the module.
#[derive(Debug)]
pub(crate) struct Looking {
    pub driver: Driver<ClusterDelete>,
    pub account: String,
    pub prices: Option<Prices>,
    pub now: Timestamp,
}

impl Looking {
    /// Opens the way, under a policy of `cluster-clone`, of `cluster-cleanup`, or of both.
    pub(crate) async fn of(
        policy: &PolicyArgs,
        prices: Option<&Path>,
        account: Option<&str>,
        desk: &Desk,
    ) -> anyhow::Result<Self> {
        let source = Source::of(policy)?.of_clusters();
        let prices = prices.map(file).transpose()?;
        let aws = desk.open("nothing was read").await?;
        let account = desk.account(&aws, account, "nothing was read").await?;
        let driver = source.driver::<ClusterDelete>(aws, desk).await?;
        let now = driver.run_policy.now.unwrap_or_else(clock::now);
        let prices = prices.or_else(|| driver.policy().cleanup.prices.clone());
        Ok(Self { driver, account, prices, now })
    }

    pub(crate) fn policy(&self) -> &DeletePolicy {
        self.driver.policy()
    }

    /// Those of `regions` that `is_meant`, by Region and identifier, each with its row.
    pub(crate) async fn rows<'a>(
        &self,
        regions: impl IntoIterator<Item = &'a String>,
        is_meant: impl Fn(&Cluster) -> bool,
    ) -> anyhow::Result<Vec<(Cluster, Row)>> {
        let progress = Progress::start("reading", self.driver.aws().calls().clone());
        let mut rows = Vec::new();
        for region in regions {
            let reader = RdsReader::new(self.driver.aws(), region);
            let mut clusters = reader.clusters(&self.account).await?;
            clusters.retain(&is_meant);
            let instances = members(&reader, &clusters).await;
            let by = By { policy: self.cleanup(), prices: self.prices.as_ref(), instances: instances.as_ref() };
            rows.extend(clusters.into_iter().map(|cluster| {
                let row = Row::of(&cluster, by);
                (cluster, row)
            }));
        }
        drop(progress);
        rows.sort_by(|(a, _), (b, _)| (&a.region, &a.id).cmp(&(&b.region, &b.id)));
        Ok(rows)
    }

    /// Those of whoever asks, or everybody's, in all Regions of the policy.
    pub(crate) async fn of_ones_own(&self, or_everybodys: bool) -> anyhow::Result<Vec<Row>> {
        let (selection, _) =
            mine::selection(SelectArgs::default(), or_everybodys, self.driver.aws(), &self.policy().owners).await?;
        let policy = self.cleanup();
        let is_meant = |cluster: &Cluster| selection.takes(&cluster.id, policy.owner(&cluster.tags).as_deref());
        Ok(self.rows(&policy.regions, is_meant).await?.into_iter().map(|(_, row)| row).collect())
    }

    pub(crate) fn cleanup(&self) -> &Policy {
        &self.policy().cleanup
    }

    pub(crate) fn currency(&self) -> Option<&str> {
        self.prices.as_ref().map(|prices| prices.currency.as_str())
    }
}

/// The members, which say the VPC and the price: where they cannot be read, the rest is worth showing.
async fn members(reader: &RdsReader, clusters: &[Cluster]) -> Option<BTreeMap<String, Instance>> {
    let ids: Vec<_> = clusters.iter().filter(|cluster| !cluster.members.is_empty()).map(|it| it.id.as_str()).collect();
    if ids.is_empty() {
        return Some(BTreeMap::new());
    }
    match reader.instances(&ids).await {
        Ok(found) => Some(found),
        Err(error) => {
            complain(&format!("members could not be read, so no VPC and no price is known: {}", chain(&error)));
            None
        }
    }
}

fn file(path: &Path) -> anyhow::Result<Prices> {
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("could not read the price file {}", path.display()))?;
    Prices::parse(&text).map_err(|problem| anyhow!("the file {} {problem}", path.display()))
}
