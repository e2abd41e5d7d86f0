//! Single calls about policies.

#![expect(clippy::disallowed_methods, reason = "each of these is a page, and pages::all reads on")]

use std::collections::BTreeSet;

use super::pages::{self, PAGE, is_gone};
use super::rates::Api;
use super::{Effective, How, OrganizationReader, Policy, Target, convert};
use crate::services::aws::AwsError;

impl OrganizationReader {
    /// The policies of one type, without content and targets.
    pub async fn policies(&self, kind: &str) -> Result<Vec<Policy>, AwsError> {
        let call =
            |token| self.client.list_policies().filter(kind.into()).max_results(PAGE).set_next_token(token).send();
        pages::all(&self.pace, Api::ListPolicies, kind, call, |page| {
            (page.policies.into_iter().flatten().filter_map(convert::policy).collect(), page.next_token)
        })
        .await
    }

    /// The text of a policy; `None` where it went meanwhile.
    pub async fn content(&self, policy: &str) -> Result<Option<String>, AwsError> {
        const API: Api = Api::DescribePolicy;
        let call = || self.client.describe_policy().policy_id(policy).send();
        match pages::ask(&self.pace, API, policy, call).await {
            Ok(answer) => {
                let content = answer.policy.and_then(|policy| policy.content);
                content.map(Some).ok_or_else(|| AwsError::empty(API.action(), policy, "Content"))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a policy is attached to; nothing, where it went meanwhile.
    pub async fn targets(&self, policy: &str) -> Result<Vec<Target>, AwsError> {
        let call = |token| {
            let call = self.client.list_targets_for_policy().policy_id(policy);
            call.max_results(PAGE).set_next_token(token).send()
        };
        let found = pages::all(&self.pace, Api::ListTargetsForPolicy, policy, call, |page| {
            (page.targets.into_iter().flatten().filter_map(convert::target).collect(), page.next_token)
        });
        match found.await {
            Err(error) if is_gone(&error) => Ok(Vec::new()),
            found => found,
        }
    }

    /// The ids of the policies of type `kind` that are attached to `node` itself.
    pub async fn policies_on(&self, node: &str, kind: &str) -> Result<Vec<String>, AwsError> {
        let call = |token| {
            let call = self.client.list_policies_for_target().target_id(node).filter(kind.into());
            call.max_results(PAGE).set_next_token(token).send()
        };
        pages::all(&self.pace, Api::ListPoliciesForTarget, node, call, |page| {
            (page.policies.into_iter().flatten().filter_map(|policy| policy.id).collect(), page.next_token)
        })
        .await
    }

    /// What the policies of type `kind` come to for `account`; `None` where there are none.
    pub async fn effective(&self, kind: &str, account: &str) -> Result<Option<Effective>, AwsError> {
        const API: Api = Api::DescribeEffectivePolicy;
        let call = || self.client.describe_effective_policy().policy_type(kind.into()).target_id(account).send();
        let object = format!("{kind} of account {account}");
        match pages::ask(&self.pace, API, &object, call).await {
            Ok(answer) => {
                let policy = answer.effective_policy;
                let policy = policy.ok_or_else(|| AwsError::empty(API.action(), &object, "EffectivePolicy"))?;
                Ok(Some(Effective {
                    account: account.to_owned(),
                    kind: kind.to_owned(),
                    content: policy.policy_content.unwrap_or_default(),
                    updated_at: convert::moment(policy.last_updated_timestamp),
                    how: How::Exact,
                    asked_of: account.to_owned(),
                }))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The accounts whose policies of type `kind` do not go together.
    pub async fn at_odds(&self, kind: &str) -> Result<BTreeSet<String>, AwsError> {
        let call = |token| {
            let call = self.client.list_accounts_with_invalid_effective_policy().policy_type(kind.into());
            call.max_results(PAGE).set_next_token(token).send()
        };
        let found = pages::all(&self.pace, Api::ListAccountsWithInvalidEffectivePolicy, kind, call, |page| {
            (page.accounts.into_iter().flatten().filter_map(|account| account.id).collect(), page.next_token)
        });
        Ok(found.await?.into_iter().collect())
    }
}
