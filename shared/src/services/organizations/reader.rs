//! Single calls about the tree: roots, units, accounts and tags. Policies and the rest are in files of their own.

#![expect(clippy::disallowed_methods, reason = "each of these is a page, and pages::all reads on")]

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;

use super::pace::Pace;
use super::pages::{self, PAGE};
use super::rates::Api;
use super::{About, Account, Root, TagMap, Unit, convert};
use crate::services::aws::{Aws, AwsError};

/// The most resources a page of the tag API can hold.
const TAGGED_PAGE: i32 = 100;

/// Organizations, for reading.
#[derive(Debug, Clone)]
pub struct OrganizationReader {
    pub(super) client: Client,
    tagging: aws_sdk_resourcegroupstagging::Client,
    pub(super) pace: Pace,
    aws: Aws,
}

impl OrganizationReader {
    /// With this process's own credentials: those of the management account, or of a delegated administrator.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self { client: aws.organizations(), tagging: aws.tagging(), pace, aws: aws.clone() }
    }

    /// The account of the credentials.
    pub async fn caller(&self) -> Result<String, AwsError> {
        self.aws.account().await
    }

    /// The organisation itself.
    pub async fn about(&self) -> Result<About, AwsError> {
        const API: Api = Api::DescribeOrganization;
        const OBJECT: &str = "the organisation of this account";
        let answer = pages::ask(&self.pace, API, OBJECT, || self.client.describe_organization().send()).await?;
        let about = answer.organization.and_then(convert::about);
        about.ok_or_else(|| AwsError::empty(API.action(), OBJECT, "Id or MasterAccountId"))
    }

    /// Every root.
    pub async fn roots(&self) -> Result<Vec<Root>, AwsError> {
        let call = |token| self.client.list_roots().max_results(PAGE).set_next_token(token).send();
        pages::all(&self.pace, Api::ListRoots, "the roots", call, |page| {
            (page.roots.into_iter().flatten().filter_map(convert::root).collect(), page.next_token)
        })
        .await
    }

    /// The units right below `parent`.
    pub async fn units_below(&self, parent: &str) -> Result<Vec<Unit>, AwsError> {
        let call = |token| {
            let call = self.client.list_organizational_units_for_parent().parent_id(parent);
            call.max_results(PAGE).set_next_token(token).send()
        };
        pages::all(&self.pace, Api::ListOrganizationalUnitsForParent, parent, call, |page| {
            let units = page.organizational_units.into_iter().flatten();
            (units.filter_map(|unit| convert::unit(unit, parent)).collect(), page.next_token)
        })
        .await
    }

    /// One unit, whose parent is `parent`.
    pub async fn unit(&self, id: &str, parent: &str) -> Result<Unit, AwsError> {
        const API: Api = Api::DescribeOrganizationalUnit;
        let call = || self.client.describe_organizational_unit().organizational_unit_id(id).send();
        let answer = pages::ask(&self.pace, API, id, call).await?;
        let unit = answer.organizational_unit.and_then(|unit| convert::unit(unit, parent));
        unit.ok_or_else(|| AwsError::empty(API.action(), id, "Id"))
    }

    /// What is above the unit or account `child`.
    pub async fn parent(&self, child: &str) -> Result<String, AwsError> {
        const API: Api = Api::ListParents;
        let call = |token| self.client.list_parents().child_id(child).set_next_token(token).send();
        let parents = pages::all(&self.pace, API, child, call, |page| {
            (page.parents.into_iter().flatten().filter_map(|parent| parent.id).collect(), page.next_token)
        });
        parents.await?.pop().ok_or_else(|| AwsError::empty(API.action(), child, "Parents"))
    }

    /// Every account. Its parent is empty where AWS gives no path.
    pub async fn accounts(&self) -> Result<Vec<Account>, AwsError> {
        let call = |token| self.client.list_accounts().max_results(PAGE).set_next_token(token).send();
        let accounts = pages::all(&self.pace, Api::ListAccounts, "the accounts", call, |page| {
            (page.accounts.into_iter().flatten().filter_map(convert::account).collect(), page.next_token)
        });
        // One that is seen on two pages, because others came or went between them, is one.
        let by_id: BTreeMap<_, _> =
            accounts.await?.into_iter().map(|account: Account| (account.id.clone(), account)).collect();
        Ok(by_id.into_values().collect())
    }

    /// The ids of the accounts right below `parent`.
    pub async fn accounts_below(&self, parent: &str) -> Result<Vec<String>, AwsError> {
        let call = |token| {
            let call = self.client.list_accounts_for_parent().parent_id(parent);
            call.max_results(PAGE).set_next_token(token).send()
        };
        pages::all(&self.pace, Api::ListAccountsForParent, parent, call, |page| {
            (page.accounts.into_iter().flatten().filter_map(|account| account.id).collect(), page.next_token)
        })
        .await
    }

    /// The tags of a root, unit, account or policy.
    pub async fn tags_of(&self, id: &str) -> Result<TagMap, AwsError> {
        let call = |token| self.client.list_tags_for_resource().resource_id(id).set_next_token(token).send();
        let tags = pages::all(&self.pace, Api::ListTagsForResource, id, call, |page| {
            (convert::tags(page.tags).into_iter().collect(), page.next_token)
        });
        Ok(tags.await?.into_iter().collect())
    }

    /// The tags of everything that ever had one, by id: the tag API of the management account.
    pub async fn all_tags(&self) -> Result<BTreeMap<String, TagMap>, AwsError> {
        let call = |token| {
            let call = self.tagging.get_resources().resource_type_filters("organizations");
            call.resources_per_page(TAGGED_PAGE).set_pagination_token(token).send()
        };
        let found = pages::all(&self.pace, Api::GetResources, "everything of this organisation", call, |page| {
            let rows = page.resource_tag_mapping_list.into_iter().flatten().filter_map(|row| {
                let tags = row.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
                Some((row.resource_arn?.rsplit('/').next()?.to_owned(), tags))
            });
            (rows.collect(), page.pagination_token)
        });
        Ok(found.await?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{OrganizationReader, Pace};
    use crate::services::aws::wire::Wire;

    #[tokio::test]
    async fn an_empty_page_is_not_the_last_and_a_token_that_leads_nowhere_is_a_fault() {
        let page =
            |accounts: serde_json::Value, next: Option<&str>| (200, json!({ "Accounts": accounts, "NextToken": next }));
        let one = || json!([{ "Id": "111111111111" }]);
        let wire = Wire::of(&[page(json!([]), Some("a")), page(one(), Some("b")), page(json!([]), None)]).await;
        let found = OrganizationReader::new(&wire.aws, Pace::unpaced()).accounts().await.unwrap();
        assert_eq!(found.len(), 1);
        let tokens: Vec<_> = wire.asked().iter().map(|body| body["NextToken"].clone()).collect();
        assert_eq!(tokens, [json!(null), json!("a"), json!("b")]);

        let wire = Wire::of(&[page(one(), Some("a")), page(one(), Some("a"))]).await;
        let error = OrganizationReader::new(&wire.aws, Pace::unpaced()).accounts().await.unwrap_err();
        assert!(error.said().contains("NextToken that leads on"), "{error:?}");
    }
}
