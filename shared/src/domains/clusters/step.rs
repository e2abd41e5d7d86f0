//! What may be done to a cluster, as data: each job's plan is a list of these, the report has them for programs, and every
//! language chooses its words by them. In English they are the words of the report.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tags::{CLONE, READY};
use crate::services::rds::{Instance, Settings};
use crate::text::printable;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "its words say what each is")]
pub enum ClusterStep {
    AskAgain { asked: Timestamp },
    LiftProtection,
    DeleteMember { member: String, writer: bool },
    DeleteCluster { cluster: String, kept: Option<Kept> },
    StartCluster { cluster: String },
    KeepSnapshot { kept: Kept },
    DeleteSnapshot { snapshot: String, of: String },
    TellExpiry { at: Timestamp },
    TellDeleted { cluster: String },
    ForgetNotice,
    AskOwner { about: String },
    MoveExpiry { cluster: String, tag: String, was: String, until: Timestamp },
    RestoreCluster { cluster: String, snapshot: String, place: Place },
    CreateMember { member: String, class: String, writer: Option<bool> },
    Clone { cluster: String, source: String, at: Option<Timestamp>, place: Place, until: Timestamp },
    OwnPassword,
    Anonymise { cluster: String, rules: String, fingerprint: String },
    HandOver,
    SweepClone { cluster: String, since: Timestamp },
    DestroyKey { secret: String },
    TellReady { owner: String },
    TellOverQuota { owner: String },
}

/// A final snapshot, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as above")]
pub struct Kept {
    pub snapshot: String,
    pub days: u16,
}

/// Where a cluster is put; what is not said is AWS's default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as above")]
pub struct Place {
    pub subnet_group: Option<String>,
    pub security_groups: Vec<String>,
    pub parameter_group: Option<String>,
    pub port: Option<i32>,
}

impl Place {
    /// Out of the settings of a cluster.
    pub fn of(settings: &Settings) -> Self {
        Self {
            subnet_group: settings.subnet_group.clone(),
            security_groups: settings.security_groups.clone(),
            parameter_group: settings.parameter_group.clone(),
            port: settings.port,
        }
    }

    /// What is said, with `default` for what is not: subnet group, security groups, parameter group and port.
    pub fn shown(&self, default: &str) -> [String; 4] {
        let or = |text: Option<&str>| text.unwrap_or(default).to_owned();
        let groups = self.security_groups.join(", ");
        [
            or(self.subnet_group.as_deref()),
            or(Some(groups.as_str()).filter(|groups| !groups.is_empty())),
            or(self.parameter_group.as_deref()),
            self.port.map_or_else(|| default.to_owned(), |port| port.to_string()),
        ]
    }
}

impl ClusterStep {
    /// One member; `writer` is whether it is to be that, where that is known before.
    pub fn member(instance: &Instance, writer: Option<bool>) -> Self {
        Self::CreateMember { member: instance.id.clone(), class: instance.class.clone(), writer }
    }
}

impl fmt::Display for ClusterStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AskAgain { asked } => {
                write!(f, "asked for already at {asked}; AWS shows it whole and available: ask again")
            }
            Self::LiftProtection => write!(f, "lift deletion protection"),
            Self::DeleteMember { member, writer } => write!(f, "delete {} {member}", role(*writer)),
            Self::DeleteCluster { cluster, kept: Some(Kept { snapshot, days }) } => {
                write!(f, "delete cluster {cluster}, keep its data {days} days in snapshot {snapshot}")
            }
            Self::DeleteCluster { cluster, kept: None } => write!(f, "delete cluster {cluster} without a snapshot"),
            Self::StartCluster { cluster } => {
                write!(f, "start cluster {cluster} (a stopped cluster cannot be deleted)")
            }
            Self::KeepSnapshot { kept } => write!(f, "tag snapshot {}: kept {} days", kept.snapshot, kept.days),
            Self::DeleteSnapshot { snapshot, of } => write!(f, "delete snapshot {snapshot} of {of}"),
            Self::TellExpiry { at } => write!(f, "tell its owner that it expires at {at}"),
            Self::TellDeleted { cluster } => {
                write!(f, "tell the owner of {cluster} that it was deleted and its data is kept here")
            }
            Self::ForgetNotice => write!(f, "write over what its owner was told before its tags were changed"),
            Self::AskOwner { about } => write!(f, "ask its owner to put right: {about}"),
            Self::MoveExpiry { cluster, tag, was, until } => {
                write!(f, "set {} of {cluster} to {until} (it was {})", printable(tag), printable(was))
            }
            Self::RestoreCluster { cluster, snapshot, place } => {
                let [subnets, security, parameters, port] = place.shown("default");
                write!(
                    f,
                    "restore cluster {cluster} from {snapshot} (subnet group {subnets}, security groups {security}, parameter group {parameters}, port {port})"
                )
            }
            Self::CreateMember { member, class, writer } => {
                write!(f, "create {} {member} ({class})", writer.map_or("instance", role))
            }
            Self::Clone { cluster, source, at, place, until } => {
                let [subnets, security, parameters, port] = place.shown("default");
                match at {
                    Some(at) => write!(f, "make {cluster} a full copy of {source} as it was at {at}")?,
                    None => write!(f, "make {cluster} a copy-on-write clone of {source}")?,
                }
                write!(
                    f,
                    " (subnet group {subnets}, security groups {security}, parameter group {parameters}, port {port}, backups kept 1 day), to go at {until}"
                )
            }
            Self::OwnPassword => {
                write!(f, "give it a master password of its own, which RDS keeps in Secrets Manager")
            }
            Self::Anonymise { cluster, rules, fingerprint } => write!(
                f,
                "make the data of {cluster} nobody's by the rules {} ({fingerprint}), with a key that is destroyed at the end",
                printable(rules)
            ),
            Self::HandOver => write!(f, "hand it over: {CLONE}={READY}"),
            Self::SweepClone { cluster, since } => write!(
                f,
                "delete cluster {cluster} without a snapshot: a clone begun at {since}, without members and never handed over"
            ),
            Self::DestroyKey { secret } => {
                write!(f, "destroy secret {}: the key of a run whose raw copy is gone", printable(secret))
            }
            Self::TellReady { owner } => write!(f, "tell {owner} that it is ready"),
            Self::TellOverQuota { owner } => write!(f, "tell {owner} that it is one clone too many"),
        }
    }
}

const fn role(writer: bool) -> &'static str {
    if writer { "writer" } else { "reader" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Planned;

    /// What programs get is what was planned, whole.
    #[test]
    fn a_step_comes_back_from_the_report_as_it_went_in() {
        let kept = Kept { snapshot: "nightshift-orders-x".to_owned(), days: 30 };
        let place =
            Place { subnet_group: None, security_groups: vec!["sg-1".to_owned()], parameter_group: None, port: None };
        for step in [
            ClusterStep::LiftProtection,
            ClusterStep::DeleteMember { member: "orders-1".to_owned(), writer: true },
            ClusterStep::DeleteCluster { cluster: "orders".to_owned(), kept: Some(kept) },
            ClusterStep::RestoreCluster { cluster: "orders".to_owned(), snapshot: "s".to_owned(), place },
            ClusterStep::Anonymise {
                cluster: "orders-ana-raw".to_owned(),
                rules: "s3://rules/orders.toml".to_owned(),
                fingerprint: "sha256:00".to_owned(),
            },
            ClusterStep::DestroyKey { secret: "nightshift/anonymise/cluster-x".to_owned() },
            ClusterStep::TellExpiry { at: "2026-11-21T02:00:00Z".parse().unwrap() },
        ] {
            let planned = Planned::of(&step);
            assert!(!planned.kind.is_empty(), "{step}");
            assert_eq!(planned.read::<ClusterStep>(), Some(step));
        }
        let other = Planned { kind: "something-new".into(), about: std::collections::BTreeMap::new() };
        assert_eq!(other.read::<ClusterStep>(), None);
    }
}
