//! Reads every Region that counts, all pages, and asks AWS who signed the request.

use std::collections::BTreeMap;

use futures::future::try_join_all;

use super::model::{Claim, World};
use super::policy::Policy;
use super::request::{Request, Wish};
use crate::clock;
use crate::domains::clusters::person::SSO_PATH;
use crate::run::{RunFault, Sight};
use crate::services::aws::{Aws, AwsError, Identity, Principal};
use crate::services::iam::IamReader;
use crate::services::rds::{Cluster, RdsReader};
use crate::services::stated::StatedFault;

/// Whose name, if that could be read, or why it is nobody's.
type Name = Result<Result<String, String>, AwsError>;

/// See the module. A Region that cannot be read ends it: clones that nobody sees would not be counted.
pub(super) async fn observe(
    sight: Sight<'_>,
    policy: &Policy,
    request: &Request,
    caller: &Identity,
) -> Result<World, RunFault> {
    let readers: BTreeMap<_, _> =
        policy.regions.iter().map(|region| (region.clone(), RdsReader::new(sight.aws, region))).collect();
    let clusters = every_cluster(&readers, &caller.account).await;
    let clusters =
        clusters.map_err(RunFault::observing(format!("listing the clusters of {}", policy.regions.join(", "))))?;
    let Request::Clone(wish) = request else {
        return Ok(World { claim: Claim::NotAsked, clusters, instances: BTreeMap::new(), readers });
    };
    let claim = if sight.by_hand {
        by_name(named(sight.aws, policy, &caller.arn, None).await, &caller.arn)
    } else {
        claim(sight.aws, policy, wish, &caller.account).await
    };
    let mut instances = BTreeMap::new();
    if let Some(reader) = readers.get(&wish.region) {
        let found = reader.instances(&[&wish.source]).await;
        instances = found.map_err(RunFault::observing(format!("reading the members of {}", wish.source)))?;
    }
    Ok(World { claim, clusters, instances, readers })
}

/// Every cluster of `account` that `readers` reach.
pub(super) async fn every_cluster(
    readers: &BTreeMap<String, RdsReader>,
    account: &str,
) -> Result<Vec<Cluster>, AwsError> {
    let all = try_join_all(readers.values().map(|reader| reader.clusters(account))).await?;
    Ok(all.into_iter().flatten().collect())
}

async fn claim(aws: &Aws, policy: &Policy, wish: &Wish, account: &str) -> Claim {
    let Some(stated) = &wish.identity else {
        return match &wish.owner {
            Some(owner) if policy.trusts_invokers => Claim::Named { owner: owner.clone() },
            _ => Claim::Unproven,
        };
    };
    let function = policy.function.as_deref().unwrap_or("cluster-clone");
    match stated.signer(aws, function, clock::now()).await {
        Err(StatedFault::NoAnswer(said)) => Claim::Unknown(said),
        Err(fault) => Claim::Refused(fault.to_string()),
        Ok(signer) if signer.account != account => {
            Claim::Refused(format!("it was signed in account {}, and this is {account}", signer.account))
        }
        Ok(signer) => {
            let role = signer.user_id.split(':').next();
            by_name(named(aws, policy, &signer.arn, role).await, &signer.arn)
        }
    }
}

fn by_name(name: Name, arn: &str) -> Claim {
    let arn = arn.to_owned();
    match name {
        Ok(Ok(owner)) => Claim::Proven { arn, owner },
        Ok(Err(why)) => Claim::NobodysName { arn, why },
        Err(error) => Claim::Unknown(format!("{}: {}", error.action, error.said())),
    }
}

/// The owner that `arn` stands for. `role_id` is that of the session, where it is known: a role that was made anew under the
/// same name is another.
async fn named(aws: &Aws, policy: &Policy, arn: &str, role_id: Option<&str>) -> Name {
    if let Some(owner) = policy.owners.of(arn) {
        return Ok(Ok(owner.to_owned()));
    }
    let principal = Principal::of(arn);
    let is_sso = match principal.doubtful_role() {
        None => false,
        Some(role) => {
            let found = IamReader::new(aws).role(role).await?;
            found.is_some_and(|(path, id)| is_of_identity_center(&path, &id, role_id))
        }
    };
    Ok(principal.person(is_sso).map(str::to_owned).ok_or_else(|| {
        "its name is one that its caller chose; only an IAM user and a session of IAM Identity Center have a name of their own"
            .to_owned()
    }))
}

/// Whether IAM Identity Center made the role at `path` with `id`, and the session that names the role is one of that role's.
fn is_of_identity_center(path: &str, id: &str, session_of: Option<&str>) -> bool {
    path.starts_with(SSO_PATH) && session_of.is_none_or(|session_of| session_of == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_a_role_that_is_gone_is_not_one_of_the_role_that_took_its_name() {
        let path = "/aws-reserved/sso.amazonaws.com/eu-west-1/";
        for (path, session_of, is) in [
            (path, Some("AROA1"), true),
            (path, None, true),
            (path, Some("AROA2"), false),
            ("/", Some("AROA1"), false),
            ("/x/aws-reserved/sso.amazonaws.com/", Some("AROA1"), false),
            ("/aws-reserved/", Some("AROA1"), false),
        ] {
            assert_eq!(is_of_identity_center(path, "AROA1", session_of), is, "{path} {session_of:?}");
        }
    }
}
