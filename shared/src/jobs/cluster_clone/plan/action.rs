//! The steps there are, and what is left alone.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::domains::clusters::step::{ClusterStep, Place};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::model::Key;
use crate::jobs::cluster_clone::quarantine::Location;
use crate::report::{Code, Outcome, Planned, Reason};
use crate::run::caps::{Counted, DELETIONS};
use crate::run::plan::{Act, Details, Leave, Scope, Subject};
use crate::services::rds::{CloneCluster, Cluster, Instance};

/// Nothing besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Everything;

impl Scope for Everything {
    const FUNCTION: &'static str = "cluster-clone";
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Action {
    /// Make a clone, or go on with one.
    Clone(Box<ClonePlan>),
    /// Take away what was begun and never handed over.
    Sweep(Sweep),
    /// Destroy the key of a run whose raw copy is gone.
    Forget(Key),
    /// Tell an owner, and nothing else.
    Tell(Tell),
}

/// See [`Action::Tell`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "as in ClonePlan")]
pub struct Tell {
    pub region: String,
    pub id: String,
    pub owner: String,
    pub about: About,
}

/// What an owner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum About {
    /// Their clone was handed over.
    Ready,
    /// Theirs are as many as there may be.
    OverQuota {
        /// The name of what was to be cloned.
        source: String,
    },
}

/// What will be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClonePlan {
    /// The cluster.
    pub cluster: CloneCluster,
    /// Its members; the first becomes its writer.
    pub members: Vec<Instance>,
    /// Whose.
    pub owner: String,
    /// When it goes.
    pub expires: Timestamp,
    /// The `DbClusterResourceId` of the one that an earlier attempt made.
    pub begun: Option<String>,
    /// What is worth knowing beforehand.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// The raw copy that this is made of once its data is nobody's, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Box<RawPlan>>,
}

/// A raw copy in quarantine, from its making to its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RawPlan {
    /// How it is made.
    pub clone: ClonePlan,
    /// Where the rules are.
    pub rules: Location,
    /// Their fingerprint, which the raw copy is bound to.
    pub fingerprint: String,
    /// How far it is.
    pub state: RawState,
}

/// How far a raw copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RawState {
    /// It has yet to be anonymised, and to be made if it is not there.
    Raw,
    /// It is anonymised.
    Anonymised,
    /// It is gone, and what was made of it is there.
    Gone,
}

/// See [`Action::Sweep`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "as in ClonePlan")]
pub struct Sweep {
    pub region: String,
    pub id: String,
    pub resource_id: String,
    pub owner: Option<String>,
    pub since: Timestamp,
}

/// Something left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What AWS calls it.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// Whose.
    pub owner: Option<String>,
    /// How that counts.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
}

/// Why a wish is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneFault(pub Reason);

impl CloneFault {
    /// With what it means and what to do about it.
    pub(super) fn new(code: &'static Code, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self(Reason::new(code, message.into(), fix.into()))
    }

    pub(super) fn being_deleted(id: &str) -> Self {
        let fix = "send the same again when AWS has deleted it, in some minutes; or choose another name";
        Self::new(&codes::BEING_DELETED, format!("cluster {id} is still being deleted"), fix)
    }

    pub(super) fn another_wish(id: &str, found: Option<&str>, wanted: &str) -> Self {
        let found = found.map_or_else(|| "nobody knows what".to_owned(), crate::text::printable);
        let message = format!("cluster {id} is there and was asked for as '{found}', and this asks for '{wanted}'");
        Self::new(&codes::ANOTHER_WISH, message, "choose another name, or ask for what is there")
    }

    pub(super) fn name_taken(id: &str) -> Self {
        let message = format!("a cluster named {id} exists and is no clone of this source for this owner");
        Self::new(&codes::NAME_TAKEN, message, "choose another name")
    }
}

impl ClonePlan {
    /// The ARN of the cluster whose data it has, by way of a raw copy or not.
    pub fn source(&self) -> &str {
        self.raw.as_ref().map_or(&self.cluster.source, |raw| &raw.clone.cluster.source)
    }

    fn steps(&self) -> Vec<ClusterStep> {
        let raw = self.raw.as_deref();
        let before = raw.filter(|_| self.begun.is_none()).map(RawPlan::before).unwrap_or_default();
        let after = raw.map(RawPlan::after).unwrap_or_default();
        before.into_iter().chain(self.making()).chain(after).chain([ClusterStep::HandOver]).collect()
    }

    fn making(&self) -> Vec<ClusterStep> {
        let Self { cluster, members, expires, begun, .. } = self;
        let make = begun.is_none().then(|| ClusterStep::Clone {
            cluster: cluster.id.clone(),
            source: cluster.source.clone(),
            at: cluster.copy_of,
            place: Place::of(&cluster.settings),
            until: *expires,
        });
        let members = members.iter().map(|member| ClusterStep::member(member, None));
        make.into_iter().chain([ClusterStep::OwnPassword]).chain(members).collect()
    }
}

impl RawPlan {
    /// Until its data is nobody's.
    fn before(&self) -> Vec<ClusterStep> {
        if self.state != RawState::Raw {
            return Vec::new();
        }
        let anonymise = ClusterStep::Anonymise {
            cluster: self.clone.cluster.id.clone(),
            rules: self.rules.to_string(),
            fingerprint: self.fingerprint.clone(),
        };
        self.clone.making().into_iter().chain([anonymise]).collect()
    }

    /// Once a clone was made of it.
    fn after(&self) -> Vec<ClusterStep> {
        if self.state == RawState::Gone {
            return Vec::new();
        }
        let member = |member: &Instance| ClusterStep::DeleteMember { member: member.id.clone(), writer: member.writer };
        let cluster = ClusterStep::DeleteCluster { cluster: self.clone.cluster.id.clone(), kept: None };
        self.clone.members.iter().map(member).chain([cluster]).collect()
    }
}

impl Action {
    fn to_steps(&self) -> Vec<ClusterStep> {
        match self {
            Self::Clone(clone) => clone.steps(),
            Self::Sweep(sweep) => vec![ClusterStep::SweepClone { cluster: sweep.id.clone(), since: sweep.since }],
            Self::Forget(key) => vec![ClusterStep::DestroyKey { secret: key.name.clone() }],
            Self::Tell(tell) => vec![match tell.about {
                About::Ready => ClusterStep::TellReady { owner: tell.owner.clone() },
                About::OverQuota { .. } => ClusterStep::TellOverQuota { owner: tell.owner.clone() },
            }],
        }
    }
}

impl Left {
    /// The clone that is wanted is there.
    pub(super) fn there(found: &Cluster, owner: &str) -> Self {
        let reason = Reason::plain(&codes::THERE, format!("it was handed over; {}", how_to_reach(found)));
        let (id, region, owner) = (found.id.clone(), found.region.clone(), Some(owner.to_owned()));
        Self { id, region, owner, outcome: Outcome::AlreadyRight, reason }
    }
}

/// Where a cluster is, and where its password is: never the password.
pub(in crate::jobs::cluster_clone) fn how_to_reach(cluster: &Cluster) -> String {
    let access = &cluster.access;
    let port = cluster.settings.port.map_or_else(String::new, |port| format!(" port {port}"));
    format!(
        "endpoint {}{port}, user {}, its password in secret {}",
        access.endpoint.as_deref().unwrap_or("not known yet"),
        access.master_user.as_deref().unwrap_or("not known"),
        access.master_secret.as_deref().unwrap_or("not known yet"),
    )
}

impl Subject<Everything> for Action {
    fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Clone(clone) => (&clone.cluster.id).into(),
            Self::Sweep(sweep) => (&sweep.id).into(),
            Self::Forget(key) => (&key.name).into(),
            Self::Tell(tell) => (&tell.id).into(),
        }
    }

    fn region<'a>(&'a self, _: &'a Everything) -> &'a str {
        match self {
            Self::Clone(clone) => &clone.cluster.region,
            Self::Sweep(sweep) => &sweep.region,
            Self::Forget(key) => &key.region,
            Self::Tell(tell) => &tell.region,
        }
    }

    fn owner(&self) -> Option<&str> {
        match self {
            Self::Clone(clone) => Some(&clone.owner),
            Self::Sweep(sweep) => sweep.owner.as_deref(),
            Self::Forget(_) => None,
            Self::Tell(tell) => Some(&tell.owner),
        }
    }

    fn details(&self, _: &Everything, _: Outcome) -> Details {
        let Self::Clone(clone) = self else { return Details::new() };
        let details = json!({"source": clone.source(), "expires": clone.expires, "notes": clone.notes});
        [("clusters".into(), details)].into()
    }
}

impl Act<Everything> for Action {
    fn steps(&self) -> Vec<String> {
        self.to_steps().iter().map(ToString::to_string).collect()
    }

    fn planned(&self) -> Vec<Planned> {
        self.to_steps().iter().map(Planned::of).collect()
    }

    /// A clone is asked for by its own name; what is swept is nobody's wish.
    fn capped(&self) -> Option<Counted> {
        matches!(self, Self::Sweep(_)).then_some(DELETIONS)
    }
}

impl Subject<Everything> for Left {
    fn id(&self) -> Cow<'_, str> {
        (&self.id).into()
    }

    fn region<'a>(&'a self, _: &'a Everything) -> &'a str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn details(&self, _: &Everything, _: Outcome) -> Details {
        Details::new()
    }
}

impl Leave<Everything> for Left {
    fn outcome(&self) -> Outcome {
        self.outcome
    }

    fn reason(&self) -> Option<Reason> {
        Some(self.reason.clone())
    }
}
