//! Effective policies, with few calls. What the policies of one type come to for an account depends on those attached on the
//! way from the root to it: accounts under the same chain have the same effective policy, and one of them is asked about.
//! AWS does not promise that, so some are asked about twice, and where two differ all of their class are.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pages::AT_ONCE;
use super::{Account, Effective, Facts, Gap, How, OrganizationReader, Part, Policy};
use crate::services::aws::AwsError;

/// The types that only allow and deny; they do not merge to an effective policy.
const NOT_MERGED: [&str; 2] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];
/// As many classes of each type, the largest, are asked about a second account.
const SPOT_CHECKS: usize = 3;

/// Accounts under the same chain of attached policies of one type.
#[derive(Debug, PartialEq, Eq)]
struct Class {
    kind: String,
    chain: Chain,
    accounts: Vec<String>,
}

/// The ids of the policies of one type that are attached to each node of a way, nodes without any left out.
type Chain = Vec<BTreeSet<String>>;

/// The chain of each account that has one, by its id: who is under no policy of the type has nothing to be asked about.
type Chains = BTreeMap<String, Chain>;

/// What came of asking about the policies of one type.
#[derive(Debug)]
pub(super) struct OfType {
    kind: String,
    /// What was known of the accounts when they were asked about.
    chains: Chains,
    found: Vec<Effective>,
    gaps: Vec<Gap>,
}

/// The types of which accounts have effective policies.
pub(super) fn merged_types(facts: &Facts) -> Vec<String> {
    facts.enabled_types().into_iter().filter(|kind| !NOT_MERGED.contains(&kind.as_str())).collect()
}

/// The classes of `kind`, the largest first.
fn classes(kind: &str, chains: &Chains) -> Vec<Class> {
    let mut classes: BTreeMap<&Chain, Vec<String>> = BTreeMap::new();
    for (account, chain) in chains {
        classes.entry(chain).or_default().push(account.clone());
    }
    let class = |(chain, accounts): (&Chain, _)| Class { kind: kind.to_owned(), chain: chain.clone(), accounts };
    let mut classes: Vec<_> = classes.into_iter().map(class).collect();
    classes.sort_by_key(|class| std::cmp::Reverse(class.accounts.len()));
    classes
}

/// The chains of those whose `ways` from the root are given, themselves last.
fn chains<'a>(
    policies: impl Iterator<Item = &'a Policy>,
    kind: &str,
    ways: impl Iterator<Item = (&'a str, Vec<String>)>,
) -> Chains {
    let mut attached: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for policy in policies.filter(|policy| policy.kind == kind) {
        for target in &policy.targets {
            attached.entry(&target.id).or_default().insert(policy.id.clone());
        }
    }
    let chain =
        |way: Vec<String>| -> Chain { way.iter().filter_map(|node| attached.get(node.as_str()).cloned()).collect() };
    let all = ways.map(|(account, way)| (account.to_owned(), chain(way)));
    all.filter(|(_, chain)| !chain.is_empty()).collect()
}

/// By the tree as it was read.
fn chains_in(facts: &Facts, kind: &str) -> Chains {
    let tree = facts.tree();
    let ways = facts.accounts.iter().flatten().map(|account| (account.id.as_str(), tree.way_to(&account.id)));
    chains(facts.policies.iter().flatten(), kind, ways)
}

/// By the paths that AWS gave with the accounts, while the tree is still being read.
pub(super) async fn by_paths(
    reader: &OrganizationReader,
    kind: &str,
    policies: &[Policy],
    accounts: &[Account],
    how: How,
) -> Result<OfType, AwsError> {
    let with_way = accounts.iter().filter(|account| !account.way.is_empty());
    let way = |account: &Account| account.way.iter().chain([&account.id]).cloned().collect();
    let ways = with_way.map(|account| (account.id.as_str(), way(account)));
    of_type(reader, kind, chains(policies.iter(), kind, ways), how).await
}

/// Asks about everybody in `chains`, as `how` says.
async fn of_type(reader: &OrganizationReader, kind: &str, chains: Chains, how: How) -> Result<OfType, AwsError> {
    let classes = classes(kind, &chains);
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let apart = match how {
        _ if classes.is_empty() => BTreeSet::new(),
        How::Exact => chains.keys().cloned().collect(),
        How::Shared => at_odds(reader, &mut gaps, kind).await,
    };
    let checked = classes.len().min(SPOT_CHECKS);
    let asked = classes.iter().enumerate().map(|(place, class)| of_class(reader, class, &apart, place < checked));
    let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    for (policies, differ) in answers {
        found.extend(policies);
        gaps.extend(differ.map(otherwise));
    }
    Ok(OfType { kind: kind.to_owned(), chains, found, gaps })
}

/// The effective policies of every account. Those of `before` hold on for whoever is under the same chain as then, unless a policy
/// of it is among `changed`.
pub(super) async fn again(
    reader: &OrganizationReader,
    facts: &mut Facts,
    before: &Facts,
    changed: &BTreeSet<String>,
    how: How,
) -> Result<Vec<Effective>, AwsError> {
    let known: BTreeMap<_, _> =
        before.effective.iter().flatten().map(|one| ((one.account.as_str(), one.kind.as_str()), one)).collect();
    let mut found = Vec::new();
    for kind in merged_types(facts) {
        let then = chains_in(before, &kind);
        let mut apart = None;
        for class in classes(&kind, &chains_in(facts, &kind)) {
            let is_changed = class.chain.iter().flatten().any(|policy| changed.contains(policy));
            let holds = |account: &&String| !is_changed && then.get(*account) == Some(&class.chain);
            let (kept, asked): (Vec<_>, Vec<_>) = class.accounts.iter().partition(holds);
            let kept: Vec<Effective> =
                kept.into_iter().filter_map(|id| known.get(&(id.as_str(), kind.as_str())).copied().cloned()).collect();
            if !asked.is_empty() {
                let first = kept.first().filter(|_| how == How::Shared);
                let like = first.filter(|first| kept.iter().all(|one| one.content == first.content));
                if let Some(like) = like {
                    let shared = |id: &&String| Effective { account: (*id).clone(), how: How::Shared, ..like.clone() };
                    found.extend(asked.iter().map(shared));
                } else if how == How::Exact || !kept.is_empty() {
                    found.extend(exact(reader, &kind, asked).await?);
                } else {
                    if apart.is_none() {
                        apart = Some(at_odds(reader, &mut facts.gaps, &kind).await);
                    }
                    let (policies, differ) =
                        of_class(reader, &class, apart.as_ref().unwrap_or(&BTreeSet::new()), true).await?;
                    found.extend(policies);
                    facts.gaps.extend(differ.map(otherwise));
                }
            }
            found.extend(kept);
        }
    }
    found.sort_by(|one, other| (&one.account, &one.kind).cmp(&(&other.account, &other.kind)));
    Ok(found)
}

fn otherwise(said: String) -> Gap {
    Gap { part: Part::EffectivePolicies, missing: false, said, fix: None }
}

/// The effective policies of every account, as `how` says. What was asked `early` counts for whoever stands under the same chain
/// as then; the others are asked about now. What went otherwise is in the gaps of `facts`.
pub(super) async fn effective(
    reader: &OrganizationReader,
    facts: &mut Facts,
    how: How,
    mut early: Vec<OfType>,
) -> Result<Vec<Effective>, AwsError> {
    let mut found = Vec::new();
    for kind in merged_types(facts) {
        let mut chains = chains_in(facts, &kind);
        if let Some(place) = early.iter().position(|one| one.kind == kind) {
            let before = early.swap_remove(place);
            let holds = |one: &Effective| {
                chains.get(&one.account).is_some_and(|now| before.chains.get(&one.account) == Some(now))
            };
            found.extend(before.found.into_iter().filter(holds));
            facts.gaps.extend(before.gaps);
            chains.retain(|account, now| before.chains.get(account) != Some(now));
        }
        let now = of_type(reader, &kind, chains, how).await?;
        found.extend(now.found);
        facts.gaps.extend(now.gaps);
    }
    found.sort_by(|one, other| (&one.account, &one.kind).cmp(&(&other.account, &other.kind)));
    Ok(found)
}

/// Accounts whose policies do not go together are asked about each: AWS keeps their last effective policy that was valid.
async fn at_odds(reader: &OrganizationReader, gaps: &mut Vec<Gap>, kind: &str) -> BTreeSet<String> {
    reader.at_odds(kind).await.unwrap_or_else(|error| {
        let said = format!(
            "which accounts have an invalid {kind} is not known; they are taken for valid: {}",
            crate::text::chain(&error)
        );
        gaps.push(Gap { part: Part::EffectivePolicies, missing: false, said, fix: Some(error.fix()) });
        BTreeSet::new()
    })
}

/// The policies of one class, and what is to be said if its accounts differ.
async fn of_class(
    reader: &OrganizationReader,
    class: &Class,
    apart: &BTreeSet<String>,
    check: bool,
) -> Result<(Vec<Effective>, Option<String>), AwsError> {
    let (single, alike): (Vec<&String>, Vec<&String>) =
        class.accounts.iter().partition(|account| apart.contains(*account));
    let mut found = exact(reader, &class.kind, single).await?;
    let Some((first, others)) = alike.split_first() else { return Ok((found, None)) };
    let of_first = reader.effective(&class.kind, first).await?;
    let of_last = match others.last() {
        Some(last) if check => Some((*last, reader.effective(&class.kind, last).await?)),
        _ => None,
    };
    let content = |policy: &Option<Effective>| policy.as_ref().map(|policy| policy.content.clone());
    if let Some((last, other)) = &of_last
        && content(other) != content(&of_first)
    {
        let said = format!(
            "accounts {first} and {last} have the same chain of {} and different effective policies; each account under it was asked about",
            class.kind
        );
        found.extend(exact(reader, &class.kind, alike.clone()).await?);
        return Ok((found, Some(said)));
    }
    let asked_twice = of_last.and_then(|(_, policy)| policy);
    if let Some(first) = of_first {
        let shared = others.iter().map(|account| match &asked_twice {
            Some(asked) if asked.account == **account => asked.clone(),
            _ => Effective { account: (*account).clone(), how: How::Shared, ..first.clone() },
        });
        found.extend(shared);
        found.push(first);
    }
    Ok((found, None))
}

async fn exact(reader: &OrganizationReader, kind: &str, accounts: Vec<&String>) -> Result<Vec<Effective>, AwsError> {
    let asked = accounts.into_iter().map(|account| reader.effective(kind, account));
    let found: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::organizations::{Root, Target, Unit};

    fn account(id: &str, parent: &str) -> Account {
        Account { id: id.to_owned(), parent: parent.to_owned(), ..Account::default() }
    }

    fn policy(id: &str, kind: &str, targets: &[&str]) -> Policy {
        let target = |id: &&str| Target { id: (*id).to_owned(), kind: "X".to_owned(), name: String::new() };
        Policy {
            id: id.to_owned(),
            kind: kind.to_owned(),
            targets: targets.iter().map(target).collect(),
            ..Policy::default()
        }
    }

    #[test]
    fn accounts_under_the_same_chain_are_one_class_wherever_they_stand() {
        let unit = |id: &str, parent: &str| Unit { id: id.to_owned(), parent: parent.to_owned(), ..Unit::default() };
        let facts = Facts {
            roots: vec![Root { id: "r".to_owned(), ..Root::default() }],
            units: vec![unit("a", "r"), unit("b", "r"), unit("ab", "a")],
            accounts: Some(vec![
                account("1", "r"),
                account("2", "a"),
                account("3", "ab"),
                account("4", "b"),
                account("5", "b"),
                account("6", "r"),
            ]),
            policies: Some(vec![
                policy("p1", "TAG_POLICY", &["a", "b"]),
                policy("p2", "TAG_POLICY", &["5", "6"]),
                policy("p3", "BACKUP_POLICY", &["r"]),
            ]),
            ..Facts::default()
        };
        let members = |kind| {
            let classes = classes(kind, &chains_in(&facts, kind));
            classes.into_iter().map(|class| class.accounts).collect::<Vec<_>>()
        };
        assert_eq!(members("TAG_POLICY"), [vec!["2", "3", "4"], vec!["5"], vec!["6"]], "the whole way counts");
        assert_eq!(members("BACKUP_POLICY"), [vec!["1", "2", "3", "4", "5", "6"]]);
        assert!(members("CHATBOT_POLICY").is_empty());
    }
}
