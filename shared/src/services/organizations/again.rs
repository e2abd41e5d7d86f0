//! Reading again what was touched, and nothing else. What is always asked is what few calls tell: the organisation, its roots,
//! every account and the names of the policies. What nobody touched is carried over. Wherever that cannot be told, all is read.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::gathered::{extras, listed, targets_of};
use super::pages::{AT_ONCE, is_gone};
use super::{
    Account, Builder, Facts, How, OrganizationReader, Policy, Target, Touched, Unit, Wanted, classes, fallbacks,
};
use crate::services::aws::AwsError;

impl Builder {
    /// All of `before`, with what was `touched` since read again.
    pub async fn again(mut self, before: Facts, touched: &Touched, how: Option<How>) -> Result<Facts, AwsError> {
        let wanted = Wanted { effective: how, ..Wanted::ALL };
        if touched.everything || !is_whole(&before, wanted) {
            return Box::pin(self.read(&wanted)).await;
        }
        let reader = self.reader.clone();
        let (about, roots, accounts) = tokio::try_join!(reader.about(), reader.roots(), reader.accounts())?;
        let is_same = before.about.as_ref().is_some_and(|known| known.id == about.id);
        if !is_same || before.roots != roots {
            return Box::pin(self.read(&wanted)).await;
        }
        self.facts = Facts {
            began_at: self.facts.began_at,
            whole_at: before.whole_at,
            about: Some(about),
            roots,
            accounts: Some(accounts),
            ..Facts::default()
        };
        self.facts.units = units(&reader, &self.facts, &before, touched).await?;
        Box::pin(fallbacks::settle(&reader, &mut self.facts)).await?;
        let new = new_nodes(&self.facts, &before);
        let (policies, changed) = Box::pin(policies(&reader, &self.facts, &before, touched, &new)).await?;
        self.facts.policies = Some(policies);
        self.facts.tags = Some(tags(&reader, &self.facts, &before, touched).await?);
        if touched.extras {
            let extras = Box::pin(extras(&reader)).await;
            self.take(extras);
        } else {
            let Facts { delegates, services, handshakes, creations, resource_policy, .. } = before.clone();
            self.take(Facts { delegates, services, handshakes, creations, resource_policy, ..Facts::default() });
        }
        if let Some(how) = how {
            let effective = Box::pin(classes::again(&reader, &mut self.facts, &before, &changed, how)).await?;
            self.facts.effective = Some(effective);
        }
        Ok(self.facts())
    }
}

/// Whether nothing of what is wanted is missing.
fn is_whole(facts: &Facts, wanted: Wanted) -> bool {
    let Facts { about, accounts, policies, tags, effective, gaps, .. } = facts;
    let has_effective = effective.is_some() || wanted.effective.is_none();
    let parts = [about.is_some(), accounts.is_some(), policies.is_some(), tags.is_some(), has_effective];
    parts.into_iter().all(|is_there| is_there) && !gaps.iter().any(|gap| gap.missing)
}

/// Those that are known, unless they were touched or an account stands in one that is not.
async fn units(
    reader: &OrganizationReader,
    facts: &Facts,
    before: &Facts,
    touched: &Touched,
) -> Result<Vec<Unit>, AwsError> {
    let roots = facts.roots.iter().map(|root| root.id.as_str());
    let known: BTreeSet<_> = before.units.iter().map(|unit| unit.id.as_str()).chain(roots.clone()).collect();
    let is_known = |account: &Account| known.contains(account.parent.as_str());
    if !touched.units && facts.accounts.iter().flatten().all(is_known) {
        return Ok(before.units.clone());
    }
    fallbacks::units(reader, roots.map(str::to_owned).collect()).await
}

/// The units and accounts that were not there before, by id, with their names as targets have them.
fn new_nodes(facts: &Facts, before: &Facts) -> BTreeMap<String, Target> {
    let known: BTreeSet<_> = nodes(before).map(|target| target.id).collect();
    nodes(facts).filter(|node| !known.contains(&node.id)).map(|node| (node.id.clone(), node)).collect()
}

fn nodes(facts: &Facts) -> impl Iterator<Item = Target> {
    let node =
        |id: &String, name: &String, kind: &str| Target { id: id.clone(), kind: kind.to_owned(), name: name.clone() };
    let roots = facts.roots.iter().map(move |root| node(&root.id, &root.name, "ROOT"));
    let units = facts.units.iter().map(move |unit| node(&unit.id, &unit.name, "ORGANIZATIONAL_UNIT"));
    let accounts = facts.accounts.iter().flatten().map(move |one| node(&one.id, &one.name, "ACCOUNT"));
    roots.chain(units).chain(accounts)
}

/// Every policy, and the ids of those that were read again.
async fn policies(
    reader: &OrganizationReader,
    facts: &Facts,
    before: &Facts,
    touched: &Touched,
    new: &BTreeMap<String, Target>,
) -> Result<(Vec<Policy>, BTreeSet<String>), AwsError> {
    let known: BTreeMap<_, _> = before.policies.iter().flatten().map(|policy| (policy.id.as_str(), policy)).collect();
    let listed = listed(reader, facts).await?;
    let pages = (known.len() + nodes(facts).count() / 20).max(1);
    // Each new node is asked about by itself, unless asking about each policy takes fewer calls.
    let by_node = new.len() * facts.enabled_types().len() <= pages;
    let asked = listed.into_iter().map(|policy| {
        let old = known.get(policy.id.as_str()).filter(|old| !touched.policies.contains(&old.id));
        let carried = old.and_then(|old| Some((old.content.clone()?, old.targets.clone())));
        async move {
            let Some((content, targets)) = carried else {
                let content = reader.content(&policy.id).await?;
                let policy = Policy { content, ..policy };
                return Ok((targets_of(reader, policy).await?, true));
            };
            let policy = Policy { content: Some(content), targets, ..policy };
            Ok::<_, AwsError>((if by_node { policy } else { targets_of(reader, policy).await? }, false))
        }
    });
    let read: Vec<(Policy, bool)> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    let changed: BTreeSet<_> = read.iter().filter(|(_, again)| *again).map(|(policy, _)| policy.id.clone()).collect();
    let mut policies: Vec<_> = read.into_iter().map(|(policy, _)| policy).collect();
    if by_node {
        attach(reader, facts, &mut policies, new).await?;
    }
    let names: BTreeMap<_, _> = nodes(facts).map(|node| (node.id.clone(), node)).collect();
    for policy in &mut policies {
        policy.targets.retain_mut(|target| match names.get(&target.id) {
            Some(node) => {
                target.name.clone_from(&node.name);
                true
            }
            None => false,
        });
        policy.targets.sort();
        policy.targets.dedup();
    }
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    Ok((policies, changed))
}

/// Puts each new node below the policies AWS says it is under by itself.
async fn attach(
    reader: &OrganizationReader,
    facts: &Facts,
    policies: &mut [Policy],
    new: &BTreeMap<String, Target>,
) -> Result<(), AwsError> {
    let kinds = facts.enabled_types();
    let pairs = new.values().flat_map(|node| kinds.iter().map(move |kind| (node, kind)));
    let asked = pairs.map(|(node, kind)| async move {
        match reader.policies_on(&node.id, kind).await {
            Err(error) if is_gone(&error) => Ok((node, Vec::new())),
            found => found.map(|found| (node, found)),
        }
    });
    let found: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    for (node, ids) in found {
        for policy in policies.iter_mut().filter(|policy| ids.contains(&policy.id)) {
            policy.targets.push(node.clone());
        }
    }
    Ok(())
}

/// The tags that are known, and those of what is new or was touched.
async fn tags(
    reader: &OrganizationReader,
    facts: &Facts,
    before: &Facts,
    touched: &Touched,
) -> Result<BTreeMap<String, super::TagMap>, AwsError> {
    let known = before.tags.clone().unwrap_or_default();
    let ids = fallbacks::taggable(facts);
    let is_known = |id: &&String| known.contains_key(*id) && !touched.tags.contains(*id);
    let (kept, asked): (Vec<_>, Vec<_>) = ids.iter().partition(is_known);
    let asked: Vec<_> = asked.into_iter().cloned().collect();
    let mut tags = fallbacks::one_by_one(reader, &asked).await?;
    tags.extend(kept.into_iter().filter_map(|id| Some((id.clone(), known.get(id)?.clone()))));
    Ok(tags)
}
