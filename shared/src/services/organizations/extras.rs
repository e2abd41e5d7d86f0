//! Single calls about what surrounds an organisation: delegated administrators, services, handshakes, creations of accounts,
//! the resource policy.

#![expect(clippy::disallowed_methods, reason = "each of these is a page, and pages::all reads on")]

use super::pages::{self, PAGE};
use super::rates::Api;
use super::{Creation, Delegate, DelegatedService, Handshake, OrganizationReader, ResourcePolicy, Service, convert};
use crate::services::aws::AwsError;

impl OrganizationReader {
    /// Every delegated administrator with its services: a call for the list, and one for each.
    pub async fn delegates(&self) -> Result<Vec<Delegate>, AwsError> {
        let call = |token| self.client.list_delegated_administrators().max_results(PAGE).set_next_token(token).send();
        let found =
            pages::all(&self.pace, Api::ListDelegatedAdministrators, "the delegated administrators", call, |page| {
                let found = page.delegated_administrators.into_iter().flatten();
                (found.filter_map(convert::delegate).collect::<Vec<_>>(), page.next_token)
            });
        let mut delegates = found.await?;
        for delegate in &mut delegates {
            delegate.services = self.delegated_services(&delegate.id).await?;
        }
        Ok(delegates)
    }

    /// What `account` administers.
    pub async fn delegated_services(&self, account: &str) -> Result<Vec<DelegatedService>, AwsError> {
        let call = |token| {
            let call = self.client.list_delegated_services_for_account().account_id(account);
            call.max_results(PAGE).set_next_token(token).send()
        };
        pages::all(&self.pace, Api::ListDelegatedServicesForAccount, account, call, |page| {
            (page.delegated_services.into_iter().flatten().filter_map(convert::delegated).collect(), page.next_token)
        })
        .await
    }

    /// The services that may work in all accounts.
    pub async fn services(&self) -> Result<Vec<Service>, AwsError> {
        let call = |token| {
            let call = self.client.list_aws_service_access_for_organization();
            call.max_results(PAGE).set_next_token(token).send()
        };
        pages::all(&self.pace, Api::ListAwsServiceAccess, "the trusted services", call, |page| {
            let found = page.enabled_service_principals.into_iter().flatten();
            (found.filter_map(convert::service).collect(), page.next_token)
        })
        .await
    }

    /// The handshakes of the organisation.
    pub async fn handshakes(&self) -> Result<Vec<Handshake>, AwsError> {
        let call =
            |token| self.client.list_handshakes_for_organization().max_results(PAGE).set_next_token(token).send();
        pages::all(&self.pace, Api::ListHandshakes, "the handshakes", call, |page| {
            (page.handshakes.into_iter().flatten().filter_map(convert::handshake).collect(), page.next_token)
        })
        .await
    }

    /// The accounts that were asked for.
    pub async fn creations(&self) -> Result<Vec<Creation>, AwsError> {
        let call = |token| self.client.list_create_account_status().max_results(PAGE).set_next_token(token).send();
        pages::all(&self.pace, Api::ListCreateAccountStatus, "the creations of accounts", call, |page| {
            let found = page.create_account_statuses.into_iter().flatten();
            (found.filter_map(convert::creation).collect(), page.next_token)
        })
        .await
    }

    /// The resource policy, if there is one.
    pub async fn resource_policy(&self) -> Result<Option<ResourcePolicy>, AwsError> {
        const OBJECT: &str = "the resource policy";
        let call = || self.client.describe_resource_policy().send();
        match pages::ask(&self.pace, Api::DescribeResourcePolicy, OBJECT, call).await {
            Ok(answer) => Ok(answer.resource_policy.and_then(convert::resource_policy)),
            Err(error) if error.code() == Some("ResourcePolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}
