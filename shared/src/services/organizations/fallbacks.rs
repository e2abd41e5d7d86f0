//! What is done where the short way does not lead there: parents without paths, nodes that moved while they were read, tags
//! without the tag API.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pages::{AT_ONCE, is_gone};
use super::{Facts, Gap, OrganizationReader, Part, TagMap, Unit};
use crate::services::aws::AwsError;

/// Levels of units are five today; a tree that still moves after so many looks is left as it was seen last.
const LOOKS: usize = 8;

/// Every unit below `parents`, to any depth, level by level. A parent that went meanwhile has none.
pub(super) async fn units(reader: &OrganizationReader, parents: Vec<String>) -> Result<Vec<Unit>, AwsError> {
    let (mut units, mut level) = (BTreeMap::new(), parents);
    while !level.is_empty() {
        let asked = level.iter().map(|parent| async move {
            match reader.units_below(parent).await {
                Err(error) if is_gone(&error) => Ok(Vec::new()),
                found => found,
            }
        });
        let found: Vec<Vec<Unit>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        level = Vec::new();
        for unit in found.into_iter().flatten() {
            if !units.contains_key(&unit.id) {
                level.push(unit.id.clone());
                units.insert(unit.id.clone(), unit);
            }
        }
    }
    Ok(units.into_values().collect())
}

/// Gives every account its parent, and asks again about what stands below nothing that is known.
pub(super) async fn settle(reader: &OrganizationReader, facts: &mut Facts) -> Result<(), AwsError> {
    if facts.accounts.iter().flatten().any(|account| account.parent.is_empty()) {
        list_by_parent(reader, facts).await?;
    }
    for _ in 0..LOOKS {
        let lost = lost(facts);
        if lost.is_empty() {
            return Ok(());
        }
        for child in lost {
            facts.read_again.insert(child.clone());
            match reader.parent(&child).await {
                Ok(parent) => put_below(reader, facts, &child, parent).await?,
                Err(error) if is_gone(&error) => drop_gone(facts, &child),
                Err(error) => return Err(error),
            }
        }
    }
    let said =
        format!("the tree still moved after {LOOKS} looks; {} stand below nothing known", lost(facts).join(", "));
    facts.gaps.push(Gap { part: Part::Accounts, missing: true, said, fix: Some("read it again".to_owned()) });
    Ok(())
}

/// The units and accounts whose parent is none that is known.
fn lost(facts: &Facts) -> Vec<String> {
    let units = facts.units.iter().map(|unit| unit.id.as_str());
    let known: BTreeSet<&str> = facts.roots.iter().map(|root| root.id.as_str()).chain(units).collect();
    let lost = facts.parents().into_iter().filter(|(_, parent)| !known.contains(parent));
    lost.map(|(child, _)| child.to_owned()).collect()
}

async fn put_below(
    reader: &OrganizationReader,
    facts: &mut Facts,
    child: &str,
    parent: String,
) -> Result<(), AwsError> {
    let is_known = facts.roots.iter().any(|root| root.id == parent) || facts.units.iter().any(|unit| unit.id == parent);
    if !is_known {
        // Whose parent is not known either is asked about in the next look.
        match reader.unit(&parent, "").await {
            Ok(unit) => {
                let known: BTreeSet<_> = facts.units.iter().map(|unit| unit.id.clone()).collect();
                let below = units(reader, vec![unit.id.clone()]).await?;
                facts.units.push(unit);
                facts.units.extend(below.into_iter().filter(|unit| !known.contains(&unit.id)));
            }
            Err(error) if is_gone(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    if let Some(unit) = facts.units.iter_mut().find(|unit| unit.id == child) {
        unit.parent = parent;
    } else if let Some(account) = facts.accounts.iter_mut().flatten().find(|account| account.id == child) {
        account.parent = parent;
    }
    Ok(())
}

fn drop_gone(facts: &mut Facts, child: &str) {
    facts.units.retain(|unit| unit.id != child);
    facts.accounts.iter_mut().for_each(|accounts| accounts.retain(|account| account.id != child));
    let said = format!("{child} left the organisation while it was read");
    facts.gaps.push(Gap { part: Part::Accounts, missing: false, said, fix: None });
}

/// Parents where accounts have no paths: one list for each root and unit. Who is in two lists, or in none, moved meanwhile, and
/// is asked about by itself.
async fn list_by_parent(reader: &OrganizationReader, facts: &mut Facts) -> Result<(), AwsError> {
    let units = facts.units.iter().map(|unit| unit.id.clone());
    let parents: Vec<String> = facts.roots.iter().map(|root| root.id.clone()).chain(units).collect();
    let asked = parents.iter().map(|parent| async move {
        match reader.accounts_below(parent).await {
            Err(error) if is_gone(&error) => Ok(Vec::new()),
            found => found.map(|accounts| accounts.into_iter().map(|account| (account, parent.clone())).collect()),
        }
    });
    let found: Vec<Vec<(String, String)>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    let mut above: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (account, parent) in found.into_iter().flatten() {
        above.entry(account).or_default().insert(parent);
    }
    for account in facts.accounts.iter_mut().flatten().filter(|account| account.parent.is_empty()) {
        let mut parents = above.remove(&account.id).unwrap_or_default();
        if parents.len() == 1 {
            account.parent = parents.pop_first().unwrap_or_default();
        }
    }
    Ok(())
}

/// How tags were asked for while the rest was read, and what came of it.
#[derive(Debug)]
pub(super) enum Tagged {
    /// By the tag API.
    AtOnce(Result<BTreeMap<String, TagMap>, AwsError>),
    /// By Organizations itself, of whatever was known by then.
    OneByOne(Result<BTreeMap<String, TagMap>, AwsError>),
}

/// The tags of every node and policy. The tag API is believed once three calls to Organizations itself say the same; whatever is
/// not known in the end is asked about.
pub(super) async fn tags(reader: &OrganizationReader, facts: &mut Facts, tagged: Tagged) -> Result<(), AwsError> {
    let ids = taggable(facts);
    let none = || ids.iter().map(|id| (id.clone(), TagMap::new()));
    let mut tags: BTreeMap<String, TagMap> = match tagged {
        Tagged::OneByOne(found) => found?,
        Tagged::AtOnce(Ok(tagged)) => match first_difference(reader, &ids, &tagged).await? {
            // Whoever never had a tag is not in its answers.
            None => none().chain(tagged).collect(),
            Some(id) => {
                facts.gaps.push(otherwise(
                    format!("the tag API has other tags of {id} than Organizations; each resource was asked about"),
                    None,
                ));
                BTreeMap::new()
            }
        },
        Tagged::AtOnce(Err(error)) => {
            let said = format!("each resource was asked about its tags: {}", crate::text::chain(&error));
            facts.gaps.push(otherwise(said, Some(error.fix())));
            BTreeMap::new()
        }
    };
    let rest: Vec<_> = ids.iter().filter(|id| !tags.contains_key(*id)).cloned().collect();
    tags.extend(one_by_one(reader, &rest).await?);
    let known: BTreeSet<_> = ids.into_iter().collect();
    tags.retain(|id, _| known.contains(id));
    facts.tags = Some(tags);
    Ok(())
}

fn otherwise(said: String, fix: Option<String>) -> Gap {
    Gap { part: Part::Tags, missing: false, said, fix }
}

/// Whatever can have tags: AWS's own policies cannot.
pub(super) fn taggable(facts: &Facts) -> Vec<String> {
    let roots = facts.roots.iter().map(|root| &root.id);
    let units = facts.units.iter().map(|unit| &unit.id);
    let accounts = facts.accounts.iter().flatten().map(|account| &account.id);
    let policies = facts.policies.iter().flatten().filter(|policy| !policy.aws_managed).map(|policy| &policy.id);
    roots.chain(units).chain(accounts).chain(policies).cloned().collect()
}

/// Of the first of `ids`, the one in the middle, and the last that has tags: the first on which the two ways differ. One that
/// went meanwhile does not.
async fn first_difference(
    reader: &OrganizationReader,
    ids: &[String],
    tagged: &BTreeMap<String, TagMap>,
) -> Result<Option<String>, AwsError> {
    let with_tags = || ids.iter().rev().find(|id| tagged.contains_key(*id));
    let places: BTreeSet<_> = [ids.first(), ids.get(ids.len() / 2), with_tags()].into_iter().flatten().collect();
    for id in places {
        match reader.tags_of(id).await {
            Ok(tags) if tags == tagged.get(id).cloned().unwrap_or_default() => {}
            Err(error) if is_gone(&error) => {}
            Ok(_) => return Ok(Some(id.clone())),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// One call each.
pub(super) async fn one_by_one(
    reader: &OrganizationReader,
    ids: &[String],
) -> Result<BTreeMap<String, TagMap>, AwsError> {
    let asked = ids.iter().map(|id| async move {
        match reader.tags_of(id).await {
            Err(error) if is_gone(&error) => Ok((id.clone(), TagMap::new())),
            found => found.map(|tags| (id.clone(), tags)),
        }
    });
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}
