//! The steps a plan can hold. Each carries all that carrying it out takes, so that apply has no decision left to make,
//! and nothing that depends on the moment, so that a digest outlives the morning.

use crate::report::Code;
use jiff::Timestamp;
use serde::Serialize;

use crate::domains::clusters::notice::Parties;
use crate::domains::clusters::step::{ClusterStep, Kept};
use crate::services::rds::{Cluster, Member, Snapshot};
use crate::services::tags::Tags;

/// One thing to do to one cluster or snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Delete an expired cluster.
    DeleteCluster(Box<DeleteCluster>),
    /// Start an expired cluster that is stopped: it cannot be deleted so. A later run deletes it.
    StartCluster(StartCluster),
    /// Write on a final snapshot of ours what an interrupted run did not get to.
    MarkSnapshot(MarkSnapshot),
    /// Delete a final snapshot of ours that has been kept long enough.
    DeleteSnapshot(DeleteSnapshot),
    /// Tell the owner of a cluster that it goes, and write that down on it. Only then may a later run delete it.
    WarnOwner(WarnOwner),
    /// Tell the owner of a cluster that it is gone and where its data is: an interrupted run did not get to it.
    TellDeleted(TellDeleted),
    /// Write over a notice, or a deletion asked for, that a cluster's tags do not bear out any more: it must not come back
    /// with the old expiry.
    ForgetNotice(ForgetNotice),
    /// Ask an owner to put right what only they can, and write that down.
    AskOwner(AskOwner),
}

/// See [`Action::DeleteCluster`]. Cannot be undone without the final snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeleteCluster {
    /// Where.
    pub region: String,
    /// Its identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// This cluster and no later one of the same name.
    pub resource_id: String,
    /// Whose.
    pub owner: Option<String>,
    /// What its expiry tag says.
    pub expired_at: Timestamp,
    /// Lift `DeletionProtection` first.
    pub lift_protection: bool,
    /// Readers, then the writer.
    pub members: Vec<Member>,
    /// Written on the cluster before anything is deleted, beside the moment.
    pub marks: Tags,
    /// Keep the data.
    pub keep: Option<KeepSnapshot>,
    /// An earlier run began this deletion: it is gone on with, and no cap counts it again.
    pub begun: bool,
    /// An earlier run asked for it, at this moment, and the cluster still stands whole.
    #[serde(skip)]
    pub asked_before: Option<Timestamp>,
    /// What it costs a month, in hundredths, where that is known.
    #[serde(skip)]
    pub monthly: Option<u64>,
}

/// How the data of a cluster is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeepSnapshot {
    /// The same for the same cluster and expiry, however often a run dies.
    pub name: String,
    /// Its ARN, known before it exists.
    pub arn: String,
    /// After this many days our own purge takes it.
    pub keep_days: u16,
    /// Written on it, beside the purge moment.
    pub tags: Tags,
    /// Tag keys it inherits from the cluster and must not keep.
    pub strip: Vec<String>,
}

/// See [`Action::StartCluster`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in DeleteCluster")]
pub struct StartCluster {
    pub region: String,
    pub id: String,
    pub arn: String,
    pub resource_id: String,
    pub owner: Option<String>,
    pub expired_at: Timestamp,
    /// Written on the cluster first: how often it was started for this.
    pub marks: Tags,
    /// What it costs a month, in hundredths, where that is known.
    #[serde(skip)]
    pub monthly: Option<u64>,
}

/// See [`Action::MarkSnapshot`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in KeepSnapshot")]
pub struct MarkSnapshot {
    pub region: String,
    pub id: String,
    pub owner: Option<String>,
    pub arn: String,
    pub cluster_id: String,
    pub keep_days: u16,
    pub tags: Tags,
    pub strip: Vec<String>,
    /// Whether it then says how its cluster was built.
    pub has_facts: bool,
}

/// See [`Action::DeleteSnapshot`]. Cannot be undone.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in KeepSnapshot")]
pub struct DeleteSnapshot {
    pub region: String,
    pub id: String,
    pub owner: Option<String>,
    pub arn: String,
    pub cluster_id: String,
    pub purge_after: Timestamp,
}

/// See [`Action::WarnOwner`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in DeleteCluster")]
pub struct WarnOwner {
    pub region: String,
    pub id: String,
    pub arn: String,
    pub resource_id: String,
    pub owner: Option<String>,
    /// Who tells whom, as the notice will have it.
    pub parties: Parties,
    pub expires_at: Timestamp,
    /// Its time has been over for some nights, and nothing that holds says that anybody was told: it is new here, or something
    /// removes our tags or puts old ones back.
    #[serde(skip)]
    pub no_record: bool,
}

/// See [`Action::TellDeleted`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in DeleteSnapshot")]
pub struct TellDeleted {
    pub region: String,
    pub id: String,
    pub owner: Option<String>,
    pub arn: String,
    pub cluster_id: String,
    pub purge_after: Timestamp,
}

/// See [`Action::ForgetNotice`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in DeleteCluster")]
pub struct ForgetNotice {
    pub region: String,
    pub id: String,
    pub arn: String,
    pub owner: Option<String>,
    pub marks: Tags,
}

/// See [`Action::AskOwner`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in DeleteCluster")]
pub struct AskOwner {
    pub region: String,
    pub id: String,
    pub arn: String,
    pub owner: Option<String>,
    /// The reason's.
    pub code: &'static Code,
    /// What is asked, as the tag will have it.
    pub matter: String,
    /// Whether there is room for that tag.
    pub remembers: bool,
}

/// Only final snapshots of ours are named so, for a cluster `cluster_id`.
pub(super) fn snapshot_name(cluster_id: &str, resource_id: &str, expired_at: Timestamp) -> String {
    let moment = expired_at.strftime("%Y%m%dt%H%M%Sz");
    format!("nightshift-{cluster_id}-{moment}-{}", short(resource_id))
}

/// Whether `snapshot` bears the name this tool gives, for the very cluster it was taken of. AWS does not always say which
/// that was; then the name has to do.
pub(super) fn is_ours(snapshot: &Snapshot) -> bool {
    let Some((moment, of)) = parts(snapshot) else { return false };
    let is_moment = moment.len() == "20261121t020000z".len() && moment.ends_with('z') && moment.as_bytes()[8] == b't';
    is_moment
        && match &snapshot.resource_id {
            Some(resource_id) => of == short(resource_id),
            None => of.len() == SHORT && of.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        }
}

/// Whether `snapshot`, which bears our name, is of `cluster`.
pub(super) fn is_of(snapshot: &Snapshot, cluster: &Cluster) -> bool {
    cluster.id == snapshot.cluster_id && parts(snapshot).is_some_and(|(_, of)| of == short(&cluster.resource_id))
}

/// Whether the data of a cluster that is gone or going by `delete` is in `snapshot`: the original and no copy, of that very
/// cluster, there or in the making. One that does not name its cluster has to be younger than the expiry.
pub(in crate::jobs::cluster_cleanup) fn has_the_data(snapshot: &Snapshot, delete: &DeleteCluster) -> bool {
    let same = match &snapshot.resource_id {
        Some(resource_id) => *resource_id == delete.resource_id,
        None => snapshot.cluster_id == delete.id && snapshot.created_at.is_some_and(|at| at >= delete.expired_at),
    };
    same && snapshot.copy_of.is_none() && matches!(snapshot.status.as_str(), "available" | "creating")
}

/// The moment and the cluster in a name of ours.
fn parts(snapshot: &Snapshot) -> Option<(&str, &str)> {
    snapshot.id.strip_prefix(&format!("nightshift-{}-", snapshot.cluster_id))?.rsplit_once('-')
}

/// So many characters of a resource id are in a name.
const SHORT: usize = 8;

/// The first characters of a resource id (`cluster-ABCD…`): enough to tell two clusters of one name apart.
fn short(resource_id: &str) -> String {
    let own = resource_id.strip_prefix("cluster-").unwrap_or(resource_id);
    own.chars().filter(char::is_ascii_alphanumeric).take(SHORT).collect::<String>().to_ascii_lowercase()
}

impl Action {
    /// What AWS calls it.
    pub fn id(&self) -> &str {
        match self {
            Self::DeleteCluster(delete) => &delete.id,
            Self::StartCluster(start) => &start.id,
            Self::MarkSnapshot(mark) => &mark.id,
            Self::DeleteSnapshot(delete) => &delete.id,
            Self::WarnOwner(warn) => &warn.id,
            Self::TellDeleted(tell) => &tell.id,
            Self::ForgetNotice(forget) => &forget.id,
            Self::AskOwner(ask) => &ask.id,
        }
    }

    /// Where it is.
    pub fn region(&self) -> &str {
        match self {
            Self::DeleteCluster(delete) => &delete.region,
            Self::StartCluster(start) => &start.region,
            Self::MarkSnapshot(mark) => &mark.region,
            Self::DeleteSnapshot(delete) => &delete.region,
            Self::WarnOwner(warn) => &warn.region,
            Self::TellDeleted(tell) => &tell.region,
            Self::ForgetNotice(forget) => &forget.region,
            Self::AskOwner(ask) => &ask.region,
        }
    }

    /// Whose it is.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::DeleteCluster(delete) => delete.owner.as_deref(),
            Self::StartCluster(start) => start.owner.as_deref(),
            Self::MarkSnapshot(mark) => mark.owner.as_deref(),
            Self::DeleteSnapshot(delete) => delete.owner.as_deref(),
            Self::WarnOwner(warn) => warn.owner.as_deref(),
            Self::TellDeleted(tell) => tell.owner.as_deref(),
            Self::ForgetNotice(forget) => forget.owner.as_deref(),
            Self::AskOwner(ask) => ask.owner.as_deref(),
        }
    }

    /// Notes what the cluster costs that goes.
    pub(super) fn set_monthly(&mut self, hundredths: Option<u64>) {
        match self {
            Self::DeleteCluster(delete) => delete.monthly = hundredths,
            Self::StartCluster(start) => start.monthly = hundredths,
            _ => {}
        }
    }

    /// Whether it is about a cluster that has been due for some nights.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let due = match self {
            Self::DeleteCluster(delete) => delete.expired_at,
            Self::StartCluster(start) => start.expired_at,
            _ => return false,
        };
        due.checked_add(super::OVERDUE).is_ok_and(|overdue| overdue <= now)
    }

    /// Whether this is nothing but telling.
    pub fn only_tells(&self) -> bool {
        matches!(self, Self::WarnOwner(_) | Self::TellDeleted(_) | Self::AskOwner(_))
    }

    /// What is begun first: marks, which secure what is already deleted; then clusters by oldest expiry; then snapshots;
    /// then messages, which say what was done, too.
    pub(super) fn order(&self) -> (u8, Option<Timestamp>, &str, &str) {
        let (rank, at) = match self {
            Self::MarkSnapshot(_) | Self::ForgetNotice(_) => (0, None),
            Self::DeleteCluster(delete) => (1, Some(delete.expired_at)),
            Self::StartCluster(start) => (1, Some(start.expired_at)),
            Self::DeleteSnapshot(delete) => (2, Some(delete.purge_after)),
            Self::WarnOwner(warn) => (3, Some(warn.expires_at)),
            Self::TellDeleted(tell) => (3, Some(tell.purge_after)),
            Self::AskOwner(_) => (4, None),
        };
        (rank, at, self.region(), self.id())
    }

    /// What will be done, in order.
    pub fn steps(&self) -> Vec<ClusterStep> {
        match self {
            Self::DeleteCluster(delete) => delete.steps(),
            Self::StartCluster(start) => vec![ClusterStep::StartCluster { cluster: start.id.clone() }],
            Self::MarkSnapshot(mark) => {
                vec![ClusterStep::KeepSnapshot { kept: Kept { snapshot: mark.id.clone(), days: mark.keep_days } }]
            }
            Self::DeleteSnapshot(delete) => {
                vec![ClusterStep::DeleteSnapshot { snapshot: delete.id.clone(), of: delete.cluster_id.clone() }]
            }
            Self::WarnOwner(warn) => vec![ClusterStep::TellExpiry { at: warn.expires_at }],
            Self::TellDeleted(tell) => vec![ClusterStep::TellDeleted { cluster: tell.cluster_id.clone() }],
            Self::ForgetNotice(_) => vec![ClusterStep::ForgetNotice],
            Self::AskOwner(ask) => vec![ClusterStep::AskOwner { about: ask.code.to_string() }],
        }
    }
}

impl DeleteCluster {
    fn steps(&self) -> Vec<ClusterStep> {
        let again = self.asked_before.map(|asked| ClusterStep::AskAgain { asked });
        let lift = self.lift_protection.then_some(ClusterStep::LiftProtection);
        let members = self
            .members
            .iter()
            .map(|member| ClusterStep::DeleteMember { member: member.id.clone(), writer: member.writer });
        let kept = self.keep.as_ref().map(|keep| Kept { snapshot: keep.name.clone(), days: keep.keep_days });
        let cluster = ClusterStep::DeleteCluster { cluster: self.id.clone(), kept };
        again.into_iter().chain(lift).chain(members).chain([cluster]).collect()
    }
}
