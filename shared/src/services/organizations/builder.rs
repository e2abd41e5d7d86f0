//! Puts single calls together. Either all at once, side by side and with few calls:
//!
//! ```no_run
//! # async fn f(aws: &nightshift::services::aws::Aws) -> Result<(), nightshift::services::aws::AwsError> {
//! use nightshift::services::organizations::{Builder, OrganizationReader, Pace, Share, Wanted};
//!
//! let reader = OrganizationReader::new(aws, Pace::within(Share::NEIGHBOUR));
//! let facts = Builder::new(reader).read(&Wanted::ALL).await?;
//! # Ok(()) }
//! ```
//!
//! or step by step, each with what it needs and nothing else. A step reads first what it builds on, if nobody has:
//!
//! ```no_run
//! # async fn f(aws: &nightshift::services::aws::Aws) -> Result<(), nightshift::services::aws::AwsError> {
//! use nightshift::services::organizations::{Builder, How, OrganizationReader, Pace, Share};
//!
//! let mut builder = Builder::new(OrganizationReader::new(aws, Pace::within(Share::NEIGHBOUR)));
//! builder.organization().await?;
//! builder.roots().await?;
//! builder.policies().await?;
//! builder.policy_tags().await?;
//! builder.units().await?;
//! builder.unit_tags().await?;
//! builder.accounts().await?;
//! builder.account_tags().await?;
//! builder.policy_targets().await?;
//! builder.effective_policies(How::Shared).await?;
//! let facts = builder.facts();
//! # Ok(()) }
//! ```

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pages::AT_ONCE;
use super::{Account, Facts, Gap, How, OrganizationReader, Part, Policy, classes, fallbacks};
use crate::clock;
use crate::services::aws::AwsError;

/// What is to be read besides the organisation, its roots and units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that is wanted or not, whatever the others are")]
pub struct Wanted {
    /// Accounts with their parents.
    pub accounts: bool,
    /// Policies with content and targets.
    pub policies: bool,
    /// The tags of all that is read.
    pub tags: bool,
    /// Effective policies, which need accounts and policies.
    pub effective: Option<How>,
    /// Delegated administrators, trusted services, handshakes, creations of accounts and the resource policy.
    pub extras: bool,
}

impl Wanted {
    /// All there is, with few calls.
    pub const ALL: Self =
        Self { accounts: true, policies: true, tags: true, effective: Some(How::Shared), extras: true };
    /// The tree alone.
    pub const TREE: Self = Self { accounts: false, policies: false, tags: false, effective: None, extras: false };
}

/// See the module.
#[derive(Debug)]
pub struct Builder {
    pub(super) reader: OrganizationReader,
    pub(super) facts: Facts,
}

impl Builder {
    /// With nothing read.
    pub fn new(reader: OrganizationReader) -> Self {
        Self { reader, facts: Facts { began_at: Some(clock::now()), ..Facts::default() } }
    }

    /// What was read, until now.
    pub fn facts(mut self) -> Facts {
        self.facts.ended_at = Some(clock::now());
        self.facts
    }

    /// Everything `wanted`, side by side. The tree, the accounts and the policies have to be readable; what else is not is a
    /// gap.
    pub async fn read(mut self, wanted: &Wanted) -> Result<Facts, AwsError> {
        self.facts.whole_at = self.facts.began_at;
        let reader = self.reader.clone();
        let (about, roots, caller) =
            tokio::try_join!(reader.about(), reader.roots(), async { Ok(reader.caller().await.ok()) })?;
        let is_management = caller.as_deref() == Some(about.management_account_id.as_str());
        (self.facts.about, self.facts.roots) = (Some(about), roots);
        let by_tag_api = wanted.tags && is_management;
        let (units, accounts, policies, tagged, extras) = tokio::try_join!(
            Box::pin(fallbacks::units(&reader, self.root_ids())),
            Box::pin(when(wanted.accounts, reader.accounts())),
            Box::pin(when(wanted.policies, policies(&reader, &self.facts))),
            Box::pin(when(by_tag_api, async { Ok(reader.all_tags().await) })),
            Box::pin(when(wanted.extras, async { Ok(Box::pin(extras(&reader)).await) })),
        )?;
        (self.facts.units, self.facts.accounts, self.facts.policies) = (units, accounts, policies);
        if let Some(extras) = extras {
            self.take(extras);
        }
        Box::pin(fallbacks::settle(&reader, &mut self.facts)).await?;
        if wanted.tags
            && let Err(error) = Box::pin(fallbacks::tags(&reader, &mut self.facts, tagged)).await
        {
            self.miss(Part::Tags, &error);
        }
        if let Some(how) = wanted.effective.filter(|_| wanted.accounts && wanted.policies) {
            Box::pin(self.merge(how)).await;
        }
        Ok(self.facts())
    }

    /// The organisation itself.
    pub async fn organization(&mut self) -> Result<(), AwsError> {
        self.facts.about = Some(self.reader.about().await?);
        Ok(())
    }

    /// The roots, with the types of policies that are turned on.
    pub async fn roots(&mut self) -> Result<(), AwsError> {
        self.facts.roots = self.reader.roots().await?;
        Ok(())
    }

    /// Every unit, to any depth.
    pub async fn units(&mut self) -> Result<(), AwsError> {
        self.needs_roots().await?;
        self.facts.units = fallbacks::units(&self.reader, self.root_ids()).await?;
        Ok(())
    }

    /// Every account with its parent.
    pub async fn accounts(&mut self) -> Result<(), AwsError> {
        if self.facts.units.is_empty() {
            self.units().await?;
        }
        self.facts.accounts = Some(self.reader.accounts().await?);
        fallbacks::settle(&self.reader, &mut self.facts).await
    }

    /// Every policy of a type that is turned on, with its content and without its targets.
    pub async fn policies(&mut self) -> Result<(), AwsError> {
        self.needs_roots().await?;
        self.facts.policies = Some(contents(&self.reader, &self.facts).await?);
        Ok(())
    }

    /// What each policy is attached to.
    pub async fn policy_targets(&mut self) -> Result<(), AwsError> {
        self.needs_policies().await?;
        let policies = self.facts.policies.take().unwrap_or_default();
        self.facts.policies = Some(with_targets(&self.reader, policies).await?);
        Ok(())
    }

    /// The tags of each root: one call each, as of the three steps below.
    pub async fn root_tags(&mut self) -> Result<(), AwsError> {
        self.needs_roots().await?;
        self.tags_of(self.root_ids()).await
    }

    /// The tags of each unit.
    pub async fn unit_tags(&mut self) -> Result<(), AwsError> {
        if self.facts.units.is_empty() {
            self.units().await?;
        }
        self.tags_of(self.facts.units.iter().map(|unit| unit.id.clone()).collect()).await
    }

    /// The tags of each account.
    pub async fn account_tags(&mut self) -> Result<(), AwsError> {
        if self.facts.accounts.is_none() {
            self.accounts().await?;
        }
        let ids = |account: &Account| account.id.clone();
        self.tags_of(self.facts.accounts.iter().flatten().map(ids).collect()).await
    }

    /// The tags of each policy that is not AWS's own.
    pub async fn policy_tags(&mut self) -> Result<(), AwsError> {
        self.needs_policies().await?;
        let own = self.facts.policies.iter().flatten().filter(|policy| !policy.aws_managed);
        self.tags_of(own.map(|policy| policy.id.clone()).collect()).await
    }

    /// What the policies come to for each account.
    pub async fn effective_policies(&mut self, how: How) -> Result<(), AwsError> {
        if self.facts.accounts.is_none() {
            self.accounts().await?;
        }
        self.needs_policies().await?;
        if self.facts.policies.iter().flatten().all(|policy| policy.targets.is_empty()) {
            self.policy_targets().await?;
        }
        self.facts.effective = Some(classes::effective(&self.reader, &mut self.facts, how).await?);
        Ok(())
    }

    /// Delegated administrators, trusted services, handshakes, creations of accounts and the resource policy; one that cannot
    /// be read is a gap.
    pub async fn extras(&mut self) {
        let extras = Box::pin(extras(&self.reader)).await;
        self.take(extras);
    }

    async fn needs_roots(&mut self) -> Result<(), AwsError> {
        if self.facts.roots.is_empty() { self.roots().await } else { Ok(()) }
    }

    async fn needs_policies(&mut self) -> Result<(), AwsError> {
        if self.facts.policies.is_none() { self.policies().await } else { Ok(()) }
    }

    fn root_ids(&self) -> Vec<String> {
        self.facts.roots.iter().map(|root| root.id.clone()).collect()
    }

    async fn tags_of(&mut self, ids: Vec<String>) -> Result<(), AwsError> {
        let tags = fallbacks::one_by_one(&self.reader, &ids).await?;
        self.facts.tags.get_or_insert_default().extend(tags);
        Ok(())
    }

    async fn merge(&mut self, how: How) {
        match classes::effective(&self.reader, &mut self.facts, how).await {
            Ok(effective) => self.facts.effective = Some(effective),
            Err(error) => self.miss(Part::EffectivePolicies, &error),
        }
    }

    pub(super) fn take(&mut self, extras: Facts) {
        let Facts { delegates, services, handshakes, creations, resource_policy, gaps, .. } = extras;
        self.facts.gaps.extend(gaps);
        self.facts =
            Facts { delegates, services, handshakes, creations, resource_policy, ..std::mem::take(&mut self.facts) };
    }

    fn miss(&mut self, part: Part, error: &AwsError) {
        self.facts.gaps.push(missing(part, error));
    }
}

fn missing(part: Part, error: &AwsError) -> Gap {
    Gap { part, missing: true, said: crate::text::chain(error), fix: Some(error.fix()) }
}

async fn when<T>(wanted: bool, read: impl Future<Output = Result<T, AwsError>>) -> Result<Option<T>, AwsError> {
    if wanted { read.await.map(Some) } else { Ok(None) }
}

/// Every policy of a type that is turned on, with content and targets.
async fn policies(reader: &OrganizationReader, facts: &Facts) -> Result<Vec<Policy>, AwsError> {
    with_targets(reader, contents(reader, facts).await?).await
}

/// Every policy of a type that is turned on, without content and targets.
pub(super) async fn listed(reader: &OrganizationReader, facts: &Facts) -> Result<Vec<Policy>, AwsError> {
    let types = facts.enabled_types();
    let lists = stream::iter(types.iter().map(|kind| reader.policies(kind))).buffered(AT_ONCE);
    let lists: Vec<Vec<Policy>> = lists.try_collect().await?;
    Ok(lists.into_iter().flatten().collect())
}

async fn contents(reader: &OrganizationReader, facts: &Facts) -> Result<Vec<Policy>, AwsError> {
    let asked = listed(reader, facts).await?.into_iter().map(|policy| async move {
        let content = reader.content(&policy.id).await?;
        Ok::<_, AwsError>(Policy { content, ..policy })
    });
    let mut policies: Vec<Policy> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(policies)
}

async fn with_targets(reader: &OrganizationReader, policies: Vec<Policy>) -> Result<Vec<Policy>, AwsError> {
    let asked = policies.into_iter().map(|policy| targets_of(reader, policy));
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}

/// `policy` with what it is attached to now.
pub(super) async fn targets_of(reader: &OrganizationReader, policy: Policy) -> Result<Policy, AwsError> {
    let mut targets = reader.targets(&policy.id).await?;
    targets.sort();
    Ok(Policy { targets, ..policy })
}

pub(super) async fn extras(reader: &OrganizationReader) -> Facts {
    let mut gaps = Vec::new();
    let (delegates, services, handshakes, creations, resource_policy) = tokio::join!(
        Box::pin(reader.delegates()),
        Box::pin(reader.services()),
        Box::pin(reader.handshakes()),
        Box::pin(reader.creations()),
        Box::pin(reader.resource_policy()),
    );
    Facts {
        delegates: or_gap(&mut gaps, Part::DelegatedAdministrators, delegates),
        services: or_gap(&mut gaps, Part::TrustedServices, services),
        handshakes: or_gap(&mut gaps, Part::Handshakes, handshakes),
        creations: or_gap(&mut gaps, Part::AccountCreations, creations),
        resource_policy: or_gap(&mut gaps, Part::ResourcePolicy, resource_policy),
        gaps,
        ..Facts::default()
    }
}

fn or_gap<T>(gaps: &mut Vec<Gap>, part: Part, read: Result<T, AwsError>) -> Option<T> {
    read.map_err(|error| gaps.push(missing(part, &error))).ok()
}
