//! Where raw copies stand until their data is nobody's, and by which rules that is done: of the function's policy alone, so that nobody
//! who asks for a clone chooses what stays in it.

use std::fmt;

use serde::Serialize;

use crate::config::Settings;
use crate::services::rds::Cluster;
use crate::text::printable;

/// What keys of runs are kept under: before the resource id of the raw copy, which is that cluster and never another.
pub(super) const KEYS: &str = "nightshift/anonymise/";
/// What stands for the identifier of the source in the place of its rules.
const SOURCE: &str = "{source}";
/// What stands for the family of parameters in the name of a group.
const FAMILY: &str = "{family}";
const RULES: &str = "NIGHTSHIFT_ANONYMISE_RULES";
const GROUPS: &str = "NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS";
const PARAMETERS: &str = "NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP";
const SUBNETS: &str = "NIGHTSHIFT_QUARANTINE_SUBNET_GROUP";
const CLASS: &str = "NIGHTSHIFT_QUARANTINE_CLASS";

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// `NIGHTSHIFT_ANONYMISE_RULES`.
    pub rules: Location,
    /// `NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS`.
    pub security_groups: Vec<String>,
    /// `NIGHTSHIFT_QUARANTINE_SUBNET_GROUP`: the source's, where it is not set.
    pub subnet_group: Option<String>,
    /// `NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP`: of clusters and of instances, which have names of their own each.
    pub parameter_group: String,
    /// `NIGHTSHIFT_QUARANTINE_CLASS`: of the raw copy's member.
    pub class: String,
}

/// Where rules are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Location {
    /// An object in a bucket.
    S3 {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// The current version of a secret.
    Secret(String),
    /// A file beside the function's binary.
    Package(String),
}

impl Quarantine {
    /// Reads it: whole, or not at all.
    pub(super) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        let rules = settings.parsed(RULES, Location::parse);
        let security_groups = settings.list(GROUPS).unwrap_or_default();
        let parameter_group = settings.parsed(PARAMETERS, |text| {
            if text.contains(FAMILY) {
                return Ok(text.to_owned());
            }
            let what = format!("'{}' does not have {FAMILY} in it", printable(text));
            Err(format!("{what}: each family of parameters has a group of its own, such as quarantine-{FAMILY}"))
        });
        let subnet_group = settings.text(SUBNETS).map(str::to_owned);
        let class = settings.text_or(CLASS, "db.r6g.large").to_owned();
        if ![0, 3].contains(&[RULES, GROUPS, PARAMETERS].iter().filter(|name| settings.text(name).is_some()).count()) {
            let what = format!("{RULES}, {GROUPS} and {PARAMETERS} make one quarantine: set all three, or none");
            settings.fault(RULES, what);
        }
        Some(Self { rules: rules?, security_groups, subnet_group, parameter_group: parameter_group?, class })
            .filter(|quarantine| !quarantine.security_groups.is_empty())
    }

    /// The name of the parameter groups for `cluster`; none where AWS does not say of which family it is.
    pub fn parameter_group_for(&self, cluster: &Cluster) -> Option<String> {
        Some(self.parameter_group.replace(FAMILY, &family(cluster)?))
    }
}

/// The name of the secret that the key of the run on the cluster with this resource id is in.
pub(super) fn key_of(resource_id: &str) -> String {
    format!("{KEYS}{resource_id}")
}

/// Of which cluster the secret called `name` has the key.
pub(super) fn cluster_of(name: &str) -> Option<&str> {
    name.strip_prefix(KEYS)
}

/// `aurora-postgresql16`, `aurora-mysql8.0`: as AWS calls it (Aurora User Guide, "Parameter groups").
fn family(cluster: &Cluster) -> Option<String> {
    let mut parts = cluster.engine_version.as_deref()?.split('.');
    let major = parts.next().filter(|part| is_number(part))?;
    if cluster.engine.ends_with("postgresql") {
        return Some(format!("{}{major}", cluster.engine));
    }
    let minor = parts.next().filter(|part| is_number(part))?;
    Some(format!("{}{major}.{minor}", cluster.engine))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl Location {
    /// From `s3://BUCKET/KEY`, `secret:NAME` or `package:FILE`.
    fn parse(text: &str) -> Result<Self, String> {
        let other = || {
            let what = format!("'{}' is no place of rules", printable(text));
            format!(
                "{what}: write s3://BUCKET/KEY, secret:NAME or package:FILE, with {SOURCE} for the source's identifier"
            )
        };
        if let Some((bucket, key)) = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
            let is_whole = !bucket.is_empty() && !key.is_empty() && !bucket.contains(SOURCE);
            return if is_whole {
                Ok(Self::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
            } else {
                Err(other())
            };
        }
        match text.split_once(':') {
            Some(("secret", name)) if !name.is_empty() => Ok(Self::Secret(name.to_owned())),
            Some(("package", file)) if !file.is_empty() && !file.contains(['/', '\\']) && !file.starts_with('.') => {
                Ok(Self::Package(file.to_owned()))
            }
            _ => Err(other()),
        }
    }

    /// That of the rules for the cluster named `source`. AWS's names of clusters have letters, digits and dashes alone.
    #[must_use]
    pub fn of(&self, source: &str) -> Self {
        let put = |text: &String| text.replace(SOURCE, source);
        match self {
            Self::S3 { bucket, key } => Self::S3 { bucket: bucket.clone(), key: put(key) },
            Self::Secret(name) => Self::Secret(put(name)),
            Self::Package(file) => Self::Package(put(file)),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Self::Secret(name) => write!(f, "secret:{name}"),
            Self::Package(file) => write!(f, "package:{file}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    const ALL: [(&str, &str); 3] =
        [(RULES, "s3://rules/{source}.toml"), (GROUPS, "sg-quarantine"), (PARAMETERS, "quarantine-{family}")];

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Quarantine>, String> {
        let environment: Environment = pairs.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let quarantine = Quarantine::read(&mut settings);
        settings.finish().map(|()| quarantine).map_err(|faults| faults.to_string())
    }

    #[test]
    fn a_quarantine_is_named_whole_or_not_at_all() {
        assert_eq!(read(&[]), Ok(None));
        let whole = read(&ALL).unwrap().unwrap();
        assert_eq!((whole.class.as_str(), whole.subnet_group), ("db.r6g.large", None));
        assert_eq!(whole.rules.of("orders").to_string(), "s3://rules/orders.toml");
        for (left_out, (name, _)) in ALL.iter().enumerate() {
            let mut some = ALL.to_vec();
            some.remove(left_out);
            assert!(read(&some).unwrap_err().contains("set all three, or none"), "without {name}");
        }
    }

    #[test]
    fn a_place_of_rules_is_one_of_three_kinds() {
        for (text, shown) in [
            ("secret:rules/{source}", Ok("secret:rules/orders")),
            ("package:{source}.toml", Ok("package:orders.toml")),
            ("s3://b/k", Ok("s3://b/k")),
            ("s3://b", Err("no place of rules")),
            ("s3://{source}/k", Err("no place of rules")),
            ("package:../../etc/passwd", Err("no place of rules")),
            ("package:.hidden", Err("no place of rules")),
            ("/etc/rules.toml", Err("no place of rules")),
            ("secret:", Err("no place of rules")),
        ] {
            let parsed = Location::parse(text).map(|location| location.of("orders").to_string());
            match shown {
                Ok(shown) => assert_eq!(parsed.as_deref(), Ok(shown), "{text}"),
                Err(why) => assert!(parsed.unwrap_err().contains(why), "{text}"),
            }
        }
        let one_for_all = [ALL[0], ALL[1], (PARAMETERS, "quarantine")];
        assert!(read(&one_for_all).unwrap_err().contains("does not have {family} in it"));
    }

    #[test]
    fn each_family_has_its_parameter_group_and_an_unknown_version_has_none() {
        let quarantine = read(&ALL).unwrap().unwrap();
        let group = |engine: &str, version: Option<&str>| {
            let (engine, engine_version) = (engine.to_owned(), version.map(str::to_owned));
            quarantine.parameter_group_for(&Cluster { engine, engine_version, ..Cluster::default() })
        };
        for (engine, version, name) in [
            ("aurora-postgresql", Some("16.4"), Some("quarantine-aurora-postgresql16")),
            ("aurora-postgresql", Some("17"), Some("quarantine-aurora-postgresql17")),
            ("aurora-mysql", Some("8.0.mysql_aurora.3.05.2"), Some("quarantine-aurora-mysql8.0")),
            ("aurora-mysql", Some("8"), None),
            ("aurora-postgresql", Some(""), None),
            ("aurora-postgresql", None, None),
        ] {
            assert_eq!(group(engine, version).as_deref(), name, "{engine} {version:?}");
        }
    }
}
