//! All of it at once, each call as soon as what it needs is known. Of a policy's content and targets neither waits for the other;
//! effective policies are asked about by the paths that come with the accounts, long before the last unit is read; and whoever
//! may not use the tag API begins with the first names there are. So the slowest bucket is at work from the beginning.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::watch;

use super::classes::{self, OfType, merged_types};
use super::fallbacks::{self, Tagged, one_by_one};
use super::gathered::{extras, listed, with_contents, with_targets};
use super::pages::AT_ONCE;
use super::{Account, Facts, How, OrganizationReader, Policy, TagMap, Unit, Wanted};
use crate::services::aws::AwsError;

/// What was read, before anybody looked whether it goes together.
pub(super) struct Parts {
    pub(super) units: Vec<Unit>,
    pub(super) accounts: Option<Vec<Account>>,
    pub(super) policies: Option<Vec<Policy>>,
    pub(super) tagged: Option<Tagged>,
    pub(super) extras: Option<Facts>,
    /// How effective policies are wanted, and those of accounts whose paths were known.
    pub(super) early: Option<(How, Result<Vec<OfType>, AwsError>)>,
}

/// Everything `wanted` of the organisation and roots in `facts`.
pub(super) async fn read(
    reader: &OrganizationReader,
    facts: &Facts,
    wanted: &Wanted,
    is_management: bool,
) -> Result<Parts, AwsError> {
    let known = Known::of(&merged_types(facts));
    let roots: Vec<_> = facts.roots.iter().map(|root| root.id.clone()).collect();
    let how = wanted.effective.filter(|_| wanted.accounts && wanted.policies);
    let tags = async {
        if is_management {
            return Ok(Tagged::AtOnce(reader.all_tags().await));
        }
        Ok(Tagged::OneByOne(tags(reader, &roots, wanted, &known).await))
    };
    let (units, accounts, policies, tagged, extras, early) = tokio::try_join!(
        Box::pin(known.units.tell(fallbacks::units(reader, roots.clone()))),
        Box::pin(when(wanted.accounts, known.accounts.tell(reader.accounts()))),
        Box::pin(when(wanted.policies, policies(reader, facts, &known))),
        Box::pin(when(wanted.tags, tags)),
        Box::pin(when(wanted.extras, async { Ok(Box::pin(extras(reader)).await) })),
        Box::pin(early(reader, how, &known)),
    )?;
    Ok(Parts { units, accounts, policies, tagged, extras, early })
}

async fn when<T>(wanted: bool, read: impl Future<Output = Result<T, AwsError>>) -> Result<Option<T>, AwsError> {
    if wanted { read.await.map(Some) } else { Ok(None) }
}

/// What some parts of a reading have found, for the others.
struct Known {
    units: Told<Vec<Unit>>,
    accounts: Told<Vec<Account>>,
    /// Without contents and targets.
    policies: Told<Vec<Policy>>,
    /// With targets, by each type that merges.
    targets: BTreeMap<String, Told<Vec<Policy>>>,
}

impl Known {
    fn of(merged: &[String]) -> Self {
        let targets = merged.iter().map(|kind| (kind.clone(), Told::default())).collect();
        Self { units: Told::default(), accounts: Told::default(), policies: Told::default(), targets }
    }
}

/// One of them. A part that must not fail ends the whole reading where it does, and with it whoever waits here.
struct Told<T>(watch::Sender<Option<Arc<T>>>, watch::Receiver<Option<Arc<T>>>);

impl<T> Default for Told<T> {
    fn default() -> Self {
        let (told, heard) = watch::channel(None);
        Self(told, heard)
    }
}

impl<T: Clone> Told<T> {
    /// Hands on what is `found`, and gives it back.
    async fn tell(&self, found: impl Future<Output = Result<T, AwsError>>) -> Result<T, AwsError> {
        let found = found.await?;
        self.0.send_replace(Some(Arc::new(found.clone())));
        Ok(found)
    }

    async fn get(&self) -> Arc<T> {
        let mut heard = self.1.clone();
        loop {
            if let Some(found) = heard.borrow_and_update().clone() {
                return found;
            }
            if heard.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Every policy of a type that is turned on, with content and targets.
async fn policies(reader: &OrganizationReader, facts: &Facts, known: &Known) -> Result<Vec<Policy>, AwsError> {
    let listed = known.policies.tell(listed(reader, facts)).await?;
    let (with_contents, with_targets) =
        tokio::try_join!(with_contents(reader, listed.clone()), targets(reader, listed, known))?;
    let mut targets: BTreeMap<_, _> = with_targets.into_iter().map(|policy| (policy.id, policy.targets)).collect();
    let mut policies = with_contents;
    for policy in &mut policies {
        policy.targets = targets.remove(&policy.id).unwrap_or_default();
    }
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(policies)
}

/// Type by type, those that merge first: what they come to is the longest to ask about.
async fn targets(
    reader: &OrganizationReader,
    mut policies: Vec<Policy>,
    known: &Known,
) -> Result<Vec<Policy>, AwsError> {
    let mut all = Vec::new();
    for (kind, told) in &known.targets {
        let of_type = policies.extract_if(.., |policy| policy.kind == *kind).collect();
        all.extend(told.tell(with_targets(reader, of_type)).await?);
    }
    all.extend(with_targets(reader, policies).await?);
    Ok(all)
}

/// The effective policies of each type as soon as its targets and the accounts are known. That one is not to be had fails nothing.
async fn early(
    reader: &OrganizationReader,
    how: Option<How>,
    known: &Known,
) -> Result<Option<(How, Result<Vec<OfType>, AwsError>)>, AwsError> {
    let Some(how) = how else { return Ok(None) };
    let asked = known.targets.iter().map(|(kind, told)| async move {
        let (accounts, policies) = tokio::join!(known.accounts.get(), told.get());
        classes::by_paths(reader, kind, &policies, &accounts, how).await
    });
    Ok(Some((how, stream::iter(asked).buffered(AT_ONCE).try_collect().await)))
}

/// One call each, for whoever cannot ask for all tags at once.
async fn tags(
    reader: &OrganizationReader,
    roots: &[String],
    wanted: &Wanted,
    known: &Known,
) -> Result<BTreeMap<String, TagMap>, AwsError> {
    let of_units = async {
        let ids: Vec<_> = known.units.get().await.iter().map(|unit| unit.id.clone()).collect();
        one_by_one(reader, &ids).await
    };
    let of_accounts = async {
        let ids: Vec<_> = known.accounts.get().await.iter().map(|account| account.id.clone()).collect();
        one_by_one(reader, &ids).await
    };
    let of_policies = async {
        let policies = known.policies.get().await;
        let own = policies.iter().filter(|policy| !policy.aws_managed);
        let ids: Vec<_> = own.map(|policy| policy.id.clone()).collect();
        one_by_one(reader, &ids).await
    };
    let (roots, units, accounts, policies) = tokio::try_join!(
        one_by_one(reader, roots),
        of_units,
        when(wanted.accounts, of_accounts),
        when(wanted.policies, of_policies),
    )?;
    Ok([roots, units].into_iter().chain(accounts).chain(policies).flatten().collect())
}
