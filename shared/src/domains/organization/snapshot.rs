//! What an organisation was like while it was read. Everything is linked both ways: a policy knows its targets, and a root,
//! unit or account its policies.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::services::organizations::{
    About, Creation, Delegate, Effective, Gap, Handshake, Part, ResourcePolicy, Service, TagMap, Target,
};

/// A field is only ever added to a version.
pub const VERSION: u32 = 1;
/// The types of policies that allow and deny, and hold for all accounts below.
pub(super) const GUARDS: [&str; 2] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];

/// See the module. `null` is what was not read: `parts_read` and `gaps` say why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// Of this format: 1.
    pub schema: u32,
    /// When the first call was made, UTC. Between this and the end things may have moved.
    pub began_at: Timestamp,
    /// When the last was answered, UTC.
    pub ended_at: Timestamp,
    /// When the first call of the last reading was made that carried nothing over, UTC. What AWS announced no change of is as it
    /// was then.
    #[serde(default)]
    pub whole_at: Option<Timestamp>,
    /// The organisation itself.
    pub organization: About,
    /// Where the tree begins; AWS has one root.
    pub roots: Vec<RootNode>,
    /// Every organizational unit, by id.
    pub units: Vec<UnitNode>,
    /// Every account, by id.
    pub accounts: Option<Vec<AccountNode>>,
    /// Every policy of a type that is turned on, by id.
    pub policies: Option<Vec<PolicyNode>>,
    /// Accounts that administer services for all.
    pub delegated_administrators: Option<Vec<Delegate>>,
    /// Services that may work in all accounts.
    pub trusted_services: Option<Vec<Service>>,
    /// Invitations and the like.
    pub handshakes: Option<Vec<Handshake>>,
    /// Accounts that were asked for.
    pub account_creations: Option<Vec<Creation>>,
    /// Who else may read the organisation, where there is such a policy.
    pub resource_policy: Option<ResourcePolicy>,
    /// The parts that were read.
    pub parts_read: BTreeSet<Part>,
    /// What is missing, and what was read in another way than meant.
    pub gaps: Vec<Gap>,
    /// Accounts and units that moved while they were read, and were asked about again.
    pub read_again: BTreeSet<String>,
}

/// A root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RootNode {
    /// `r-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The state of each type of policy that was ever turned on.
    pub policy_types: BTreeMap<String, String>,
    /// Its tags.
    pub tags: Option<TagMap>,
    /// The ids of the policies attached to it.
    pub policies: Option<Vec<String>>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitNode {
    /// `ou-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The unit or root above it.
    pub parent: String,
    /// The names from the root to it, between slashes.
    pub path: String,
    /// Its tags.
    pub tags: Option<TagMap>,
    /// The ids of the policies attached to it.
    pub policies: Option<Vec<String>>,
}

/// A member account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountNode {
    /// Twelve digits.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The mail address of its root user.
    pub email: String,
    /// AWS's `State`, or its `Status` where it says no state.
    pub state: String,
    /// `CREATED` or `INVITED`.
    pub joined_method: Option<String>,
    /// When it joined.
    pub joined_at: Option<Timestamp>,
    /// Whether it is the management account, for which no service or resource control policy holds.
    pub management: bool,
    /// The unit or root above it.
    pub parent: String,
    /// The names from the root to its parent, between slashes.
    pub path: String,
    /// From the root to its parent.
    pub parents: Vec<NodeRef>,
    /// Its tags.
    pub tags: Option<TagMap>,
    /// The ids of the policies attached to it itself.
    pub policies: Option<Vec<String>>,
    /// The service and resource control policies it is under, node by node from the root.
    pub inherited: Option<Vec<Inherited>>,
    /// What the policies of the other types come to for it.
    pub effective_policies: Option<Vec<Effective>>,
}

/// A root or unit, where it is only named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The policies of one type from the root to an account. An action is allowed where each link allows it and none denies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inherited {
    /// `SERVICE_CONTROL_POLICY` or `RESOURCE_CONTROL_POLICY`.
    #[serde(rename = "type")]
    pub kind: String,
    /// From the root to the account itself.
    pub chain: Vec<Link>,
}

/// One node of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The root, unit or account.
    pub node: String,
    /// The ids of the policies of that type attached to it.
    pub policies: Vec<String>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyNode {
    /// `p-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// What its maker says it is for.
    pub description: String,
    /// `SERVICE_CONTROL_POLICY` and its like.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is AWS's own.
    pub aws_managed: bool,
    /// Its text, as it was written.
    pub content: Option<String>,
    /// Its tags.
    pub tags: Option<TagMap>,
    /// What it is attached to.
    pub targets: Vec<Target>,
}

/// The organisation itself was not read, so there is nothing to be a snapshot of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the organisation itself was not read: call `organization` of the builder first")]
pub struct NotRead;

impl Snapshot {
    /// The policy `id`.
    pub fn policy(&self, id: &str) -> Option<&PolicyNode> {
        self.policies.iter().flatten().find(|policy| policy.id == id)
    }
}
