//! Reads every Region that counts, all pages, and asks AWS who signed the request.

use std::collections::BTreeMap;

use futures::future::try_join_all;

use super::model::{Claim, Key, Ruled, World};
use super::policy::Policy;
use super::quarantine::{KEYS, Location, cluster_of};
use super::request::{Request, Wish};
use crate::clock;
use crate::domains::anonymise::rules;
use crate::domains::clusters::tags::RAW;
use crate::report::fingerprint;
use crate::run::{Acting, RunFault, Sight};
use crate::services::aws::{Aws, AwsError, Identity};
use crate::services::rds::{Cluster, RdsReader};
use crate::services::s3::RecordReader;
use crate::services::secrets::SecretsReader;
use crate::services::stated::StatedFault;

/// See the module. A Region that cannot be read ends it: clones that nobody sees would not be counted.
pub(super) async fn observe(
    sight: Sight<'_>,
    policy: &Policy,
    request: &Request,
    caller: &Identity,
) -> Result<World, RunFault> {
    let readers: BTreeMap<_, _> =
        policy.regions.iter().map(|region| (region.clone(), RdsReader::new(sight.aws, region))).collect();
    // Before the clusters: a key that is made meanwhile is not seen, and whichever is seen has its cluster by then.
    let keys = match request {
        Request::Sweep if policy.quarantine.is_some() => every_key(sight.aws, policy).await?,
        Request::Sweep | Request::Clone(_) => Vec::new(),
    };
    let clusters = every_cluster(&readers, &caller.account).await;
    let clusters =
        clusters.map_err(RunFault::observing(format!("listing the clusters of {}", policy.regions.join(", "))))?;
    let Request::Clone(wish) = request else {
        return Ok(World { claim: Claim::NotAsked, clusters, instances: BTreeMap::new(), rules: None, keys, readers });
    };
    let claim = if sight.by_hand {
        by_name(Acting::of(sight.aws, &policy.owners, &caller.arn, None).await, &caller.arn)
    } else {
        claim(sight.aws, policy, wish, &caller.account).await
    };
    let mut instances = BTreeMap::new();
    if let Some(reader) = readers.get(&wish.region) {
        let found = reader.instances(&[&wish.source]).await;
        instances = found.map_err(RunFault::observing(format!("reading the members of {}", wish.source)))?;
    }
    let rules = match policy.quarantine.as_ref().filter(|_| wish.anonymise) {
        Some(quarantine) => Some(ruled(sight.aws, policy, quarantine.rules.of(&wish.source)).await),
        None => None,
    };
    Ok(World { claim, clusters, instances, rules, keys, readers })
}

/// The key of every run that this tool keeps, in each Region that counts.
async fn every_key(aws: &Aws, policy: &Policy) -> Result<Vec<Key>, RunFault> {
    let of = async |region: &String| {
        let secrets = SecretsReader::new(aws, region).list(Some(KEYS)).await;
        let secrets = secrets.map_err(RunFault::observing(format!("listing the keys of runs in {region}")))?;
        let ours = secrets.into_iter().filter(|one| cluster_of(&one.name).is_some() && one.tags.get(RAW).is_some());
        Ok::<_, RunFault>(ours.map(|one| Key { region: region.clone(), name: one.name }).collect::<Vec<_>>())
    };
    Ok(try_join_all(policy.regions.iter().map(of)).await?.concat())
}

/// The rules at `location`. What is wrong with them is no fault of the run: it is said to whoever asks for a clone by them.
async fn ruled(aws: &Aws, policy: &Policy, location: Location) -> Result<Ruled, String> {
    let text = text_at(aws, policy, &location).await?;
    let rules = rules::read(&text).map_err(|faults| format!("{location}: {faults}"))?;
    Ok(Ruled { location, fingerprint: fingerprint(&text), rules })
}

async fn text_at(aws: &Aws, policy: &Policy, location: &Location) -> Result<String, String> {
    let unread = |error: &AwsError| crate::text::chain(error);
    match location {
        Location::S3 { bucket, key } => {
            let found = RecordReader::new(aws, bucket).find(key).await.map_err(|error| unread(&error))?;
            let (bytes, _) = found.ok_or_else(|| format!("{location} is not there"))?;
            String::from_utf8(bytes).map_err(|_| format!("{location} is no text"))
        }
        Location::Secret(name) => {
            let home = policy.home.as_deref().unwrap_or_default();
            let found = SecretsReader::new(aws, home).current(name).await.map_err(|error| unread(&error))?;
            let text = found.and_then(|(_, value)| value).ok_or_else(|| format!("{location} is not there"))?;
            Ok(text.expose().to_owned())
        }
        Location::Package(file) => {
            let folder = policy
                .package
                .as_ref()
                .ok_or_else(|| format!("{location} is in a function's package, and this is none"))?;
            std::fs::read_to_string(folder.join(file)).map_err(|error| format!("{location} cannot be read: {error}"))
        }
    }
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
            by_name(Acting::of(aws, &policy.owners, &signer.arn, role).await, &signer.arn)
        }
    }
}

fn by_name(acting: Acting, arn: &str) -> Claim {
    let arn = arn.to_owned();
    match acting {
        Acting::For(owner) => Claim::Proven { arn, owner },
        Acting::ForNobody(why) => Claim::NobodysName { arn, why },
        Acting::ForAnybody => {
            let why = "the policy lets it work for everybody, and a clone is one owner's";
            Claim::NobodysName { arn, why: why.to_owned() }
        }
        Acting::Unknown(said) => Claim::Unknown(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clone is one owner's: whoever works for everybody is none.
    #[test]
    fn only_who_stands_for_one_owner_has_a_claim() {
        let of = |acting| by_name(acting, "arn:aws:sts::1:assumed-role/x/y");
        let owner =
            |owner: &str| Claim::Proven { arn: "arn:aws:sts::1:assumed-role/x/y".to_owned(), owner: owner.to_owned() };
        assert_eq!(of(Acting::For("ana".to_owned())), owner("ana"));
        assert!(matches!(of(Acting::ForAnybody), Claim::NobodysName { .. }));
        assert!(matches!(of(Acting::ForNobody("x".to_owned())), Claim::NobodysName { .. }));
        assert!(matches!(of(Acting::Unknown("x".to_owned())), Claim::Unknown(_)));
    }
}
