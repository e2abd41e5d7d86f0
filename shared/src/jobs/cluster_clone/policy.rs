//! What `cluster-clone` may make, of what, and for whom, from its environment variables.

use std::path::PathBuf;

use super::quarantine::Quarantine;
use crate::config::Settings;
use crate::domains::clusters::lease::{self, Lease};
use crate::domains::clusters::marks::{self, PRODUCTION, SUCH_AS};
use crate::domains::clusters::person::Owners;
use crate::run::Protected;
use crate::services::rds::Cluster;
use crate::services::sql::Reach;

/// Instance classes a clone may have, where the operator says nothing else: small ones, and the one that scales.
const CLASSES: [&str; 3] = ["db.t3.*", "db.t4g.*", "db.serverless"];

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How an expiry and an owner are written, and how far ahead an expiry may be.
    pub lease: Lease,
    /// `NIGHTSHIFT_REGIONS`: where clones are made, and counted.
    pub regions: Vec<String>,
    /// `NIGHTSHIFT_REQUIRED_TAGS`: what a clone is given so that `cluster-cleanup` may delete it.
    pub marks: Vec<(String, String)>,
    /// `NIGHTSHIFT_SOURCE_TAG`: names the cluster a clone was made of.
    pub source_tag: String,
    /// `NIGHTSHIFT_CLONE_SOURCES`: what may be cloned.
    pub sources: Protected,
    /// `NIGHTSHIFT_PROTECTED`: what may not, whatever else is said.
    pub denied: Protected,
    /// `NIGHTSHIFT_PRODUCTION`: what says that a cluster is production.
    pub production: Protected,
    /// `NIGHTSHIFT_PRODUCTION_CLONES`: whether it may be cloned as it is.
    pub clones_production: bool,
    /// `NIGHTSHIFT_CLONES_PER_OWNER`.
    pub per_owner: usize,
    /// `NIGHTSHIFT_CLONES_PER_SOURCE`: copy-on-write clones in one clone group.
    pub per_source: usize,
    /// `NIGHTSHIFT_CLONE_CLASS`: of a member, where the event names none.
    pub class: String,
    /// `NIGHTSHIFT_CLONE_CLASSES`: those an event may name.
    pub classes: Protected,
    /// `NIGHTSHIFT_MAX_CLONE_MEMBERS`.
    pub max_members: usize,
    /// `NIGHTSHIFT_MAX_CLONE_ACU`.
    pub max_acu: usize,
    /// `NIGHTSHIFT_CLONE_SUBNET_GROUP` and `NIGHTSHIFT_CLONE_SECURITY_GROUPS`: another network than the source's.
    pub network: Option<(String, Vec<String>)>,
    /// `NIGHTSHIFT_INVOKERS`: whether whoever may invoke the function may name an owner.
    pub trusts_invokers: bool,
    /// `NIGHTSHIFT_OWNER_OF`: whose name others act in.
    pub owners: Owners,
    /// `NIGHTSHIFT_MAX_DELETIONS`: of what was begun and never handed over, in one run.
    pub max_deletions: usize,
    /// Where clones are anonymised, where that is set up.
    pub quarantine: Option<Quarantine>,
    /// The way to their servers.
    pub reach: Reach,
    /// `LAMBDA_TASK_ROOT`: where a function's package is unpacked.
    pub package: Option<PathBuf>,
    /// The deployed function, which a caller's signature has to name.
    pub function: Option<String>,
    /// Its Region.
    pub home: Option<String>,
}

impl Policy {
    /// Reads it; `home` is the function's own region.
    pub fn read(settings: &mut Settings<'_>, home: Option<&str>) -> Self {
        let (lease, regions) = (Lease::read(settings), settings.regions_to_work_in("NIGHTSHIFT_REGIONS", home));
        let list = |settings: &mut Settings<'_>, name, default: &[&str]| {
            Protected::needed(settings, name, marks::alphabet, SUCH_AS, default)
        };
        Self {
            lease,
            regions,
            marks: marks::required_tags(settings),
            source_tag: lease::tag_key(settings, "NIGHTSHIFT_SOURCE_TAG", "nightshift:source"),
            sources: list(settings, "NIGHTSHIFT_CLONE_SOURCES", &["*"]),
            denied: Protected::read(settings, "NIGHTSHIFT_PROTECTED", marks::alphabet, SUCH_AS),
            production: list(settings, "NIGHTSHIFT_PRODUCTION", &PRODUCTION),
            clones_production: settings.choice(
                "NIGHTSHIFT_PRODUCTION_CLONES",
                false,
                &[("refuse", false), ("allow", true)],
            ),
            per_owner: settings.number("NIGHTSHIFT_CLONES_PER_OWNER", 5, 0..=100),
            // More than 15 share no pages with their source any more: AWS makes full copies then, and says nothing.
            per_source: settings.number("NIGHTSHIFT_CLONES_PER_SOURCE", 15, 0..=15),
            class: settings.text_or("NIGHTSHIFT_CLONE_CLASS", "db.t4g.medium").to_owned(),
            classes: list(settings, "NIGHTSHIFT_CLONE_CLASSES", &CLASSES),
            max_members: settings.number("NIGHTSHIFT_MAX_CLONE_MEMBERS", 2, 1..=16),
            max_acu: settings.number("NIGHTSHIFT_MAX_CLONE_ACU", 8, 1..=256),
            network: network(settings),
            trusts_invokers: settings.choice("NIGHTSHIFT_INVOKERS", false, &[("prove", false), ("trusted", true)]),
            owners: Owners::read(settings),
            max_deletions: settings.number("NIGHTSHIFT_MAX_DELETIONS", 10, 0..=10_000),
            quarantine: Quarantine::read(settings),
            reach: Reach::read(settings),
            package: settings.text("LAMBDA_TASK_ROOT").map(PathBuf::from),
            function: settings.text("AWS_LAMBDA_FUNCTION_NAME").map(str::to_owned),
            home: home.map(str::to_owned),
        }
    }

    /// The pattern of `patterns` that means `cluster`, by its identifier, its ARN or a tag. A blank that came along with a tag
    /// changes nothing of what it says.
    pub fn meant<'a>(patterns: &'a Protected, cluster: &Cluster) -> Option<&'a str> {
        let tags = cluster
            .tags
            .iter()
            .flat_map(|(key, value)| [format!("{key}={value}"), format!("{}={}", key.trim(), value.trim())]);
        patterns.find([cluster.id.clone(), cluster.arn.clone()].into_iter().chain(tags))
    }

    /// The pattern of `patterns` that means the cluster with `arn`, of which nothing else is known.
    pub fn meant_by_arn<'a>(patterns: &'a Protected, arn: &str) -> Option<&'a str> {
        patterns.find([arn, arn.rsplit(':').next().unwrap_or(arn)])
    }
}

/// A security group belongs to a network, so the two are named together or not at all.
fn network(settings: &mut Settings<'_>) -> Option<(String, Vec<String>)> {
    const GROUPS: &str = "NIGHTSHIFT_CLONE_SECURITY_GROUPS";
    let subnets = settings.text("NIGHTSHIFT_CLONE_SUBNET_GROUP").map(str::to_owned);
    let groups = settings.list(GROUPS).unwrap_or_default();
    match (subnets, groups.is_empty()) {
        (Some(subnets), false) => Some((subnets, groups)),
        (None, true) => None,
        _ => {
            settings.fault(
                GROUPS,
                "and NIGHTSHIFT_CLONE_SUBNET_GROUP name one network together: set both, or neither for the source's own",
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn read(pairs: &[(&str, &str)]) -> Result<Policy, String> {
        let environment: Environment = pairs.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings, Some("eu-west-1"));
        settings.finish().map(|()| policy).map_err(|faults| faults.to_string())
    }

    #[test]
    fn unset_it_is_the_careful_one() {
        let policy = read(&[]).unwrap();
        assert!(!policy.clones_production && !policy.trusts_invokers && policy.network.is_none());
        assert_eq!((policy.per_owner, policy.per_source, policy.max_members), (5, 15, 2));
        let tagged = |tag: (&str, &str)| Cluster { tags: [tag].into_iter().collect(), ..Cluster::default() };
        for tag in [
            ("env", "prod"),
            ("Env", "Production"),
            ("environment", "prod"),
            ("stage", "PROD-eu"),
            ("ENV", " prod"),
            ("env ", "prod"),
            ("Environment", "Live"),
            ("env", "prd-2"),
        ] {
            assert!(Policy::meant(&policy.production, &tagged(tag)).is_some(), "{tag:?}");
        }
        for tag in [("env", "dev"), ("env", "preprod"), ("env", "non-prod"), ("environ", "prod")] {
            assert_eq!(Policy::meant(&policy.production, &tagged(tag)), None, "{tag:?}");
        }
    }

    /// An empty list would mean that nothing is production, or that everything may be made.
    #[test]
    fn a_list_that_lost_its_value_is_a_fault() {
        for name in ["NIGHTSHIFT_PRODUCTION", "NIGHTSHIFT_CLONE_SOURCES", "NIGHTSHIFT_CLONE_CLASSES"] {
            assert!(read(&[(name, "")]).unwrap_err().contains("is empty, so it would mean nothing"), "{name}");
        }
        assert!(read(&[("NIGHTSHIFT_CLONES_PER_SOURCE", "16")]).unwrap_err().contains("from 0 to 15"));
    }

    #[test]
    fn a_network_is_named_whole() {
        let (group, subnets) = (("NIGHTSHIFT_CLONE_SECURITY_GROUPS", "sg-1"), ("NIGHTSHIFT_CLONE_SUBNET_GROUP", "dev"));
        assert!(read(&[group, subnets]).unwrap().network.is_some());
        for one in [group, subnets] {
            assert!(read(&[one]).unwrap_err().contains("set both, or neither"), "{one:?}");
        }
    }
}
