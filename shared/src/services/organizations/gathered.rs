//! Lists of policies and of what surrounds an organisation, each of several calls.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::pages::AT_ONCE;
use super::{Facts, Gap, OrganizationReader, Part, Policy};
use crate::services::aws::AwsError;

pub(super) fn missing(part: Part, error: &AwsError) -> Gap {
    Gap { part, missing: true, said: crate::text::chain(error), fix: Some(error.fix()) }
}

/// Every policy of a type that is turned on, without content and targets.
pub(super) async fn listed(reader: &OrganizationReader, facts: &Facts) -> Result<Vec<Policy>, AwsError> {
    let types = facts.enabled_types();
    let lists = stream::iter(types.iter().map(|kind| reader.policies(kind))).buffered(AT_ONCE);
    let lists: Vec<Vec<Policy>> = lists.try_collect().await?;
    Ok(lists.into_iter().flatten().collect())
}

/// Every policy of a type that is turned on, with its content and without its targets.
pub(super) async fn contents(reader: &OrganizationReader, facts: &Facts) -> Result<Vec<Policy>, AwsError> {
    let mut policies = with_contents(reader, listed(reader, facts).await?).await?;
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(policies)
}

/// `policies` with the text of each.
pub(super) async fn with_contents(reader: &OrganizationReader, policies: Vec<Policy>) -> Result<Vec<Policy>, AwsError> {
    let asked = policies.into_iter().map(|policy| async move {
        let content = reader.content(&policy.id).await?;
        Ok::<_, AwsError>(Policy { content, ..policy })
    });
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}

/// `policies` with what each is attached to now.
pub(super) async fn with_targets(reader: &OrganizationReader, policies: Vec<Policy>) -> Result<Vec<Policy>, AwsError> {
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
