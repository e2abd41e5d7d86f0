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

use super::classes::{self, OfType};
use super::gathered::{contents, extras, missing, with_targets};
use super::whole::{self, Parts};
use super::{Account, Facts, How, OrganizationReader, Part, Wanted, fallbacks};
use crate::clock;
use crate::services::aws::AwsError;

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
        let Parts { units, accounts, policies, tagged, extras, early } =
            Box::pin(whole::read(&reader, &self.facts, wanted, is_management)).await?;
        (self.facts.units, self.facts.accounts, self.facts.policies) = (units, accounts, policies);
        if let Some(extras) = extras {
            self.take(extras);
        }
        Box::pin(fallbacks::settle(&reader, &mut self.facts)).await?;
        if let Some(tagged) = tagged
            && let Err(error) = Box::pin(fallbacks::tags(&reader, &mut self.facts, tagged)).await
        {
            self.miss(Part::Tags, &error);
        }
        if let Some((how, early)) = early {
            match early {
                Ok(early) => Box::pin(self.merge(how, early)).await,
                Err(error) => self.miss(Part::EffectivePolicies, &error),
            }
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
        self.facts.effective = Some(classes::effective(&self.reader, &mut self.facts, how, Vec::new()).await?);
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

    async fn merge(&mut self, how: How, early: Vec<OfType>) {
        match classes::effective(&self.reader, &mut self.facts, how, early).await {
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
