//! What AWS says of an organisation, part by part. Words that AWS may add to (types, states, ways of joining) are texts: a
//! word of next year is shown as it came, and fails nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tags by key. The case of a key is its user's.
pub type TagMap = BTreeMap<String, String>;

/// The organisation itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// `o-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub feature_set: String,
    /// The management account, twelve digits.
    pub management_account_id: String,
    /// Its ARN.
    pub management_account_arn: String,
    /// Its mail address; a delegated administrator may see it, a member may not.
    pub management_account_email: Option<String>,
}

/// Where the tree begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Root {
    /// `r-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// `Root`, unless AWS says otherwise.
    pub name: String,
    /// The state of each type of policy that was ever turned on.
    pub policy_types: BTreeMap<String, String>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unit {
    /// `ou-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Unique among its brothers.
    pub name: String,
    /// The unit or root above it.
    pub parent: String,
}

/// A member account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The mail address of its root user.
    pub email: String,
    /// `State`, or `Status` where AWS does not say a state.
    pub state: String,
    /// `CREATED` or `INVITED`.
    pub joined_method: Option<String>,
    /// When.
    pub joined_at: Option<Timestamp>,
    /// The unit or root above it; empty until it is known.
    pub parent: String,
    /// The ids from the root to its parent, as AWS's path had them when the account was listed; empty where it gave none.
    pub way: Vec<String>,
}

/// A policy of any type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// `p-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// What its maker says it is for.
    pub description: String,
    /// `SERVICE_CONTROL_POLICY` and its like.
    pub kind: String,
    /// Whether it is AWS's own.
    pub aws_managed: bool,
    /// Its text, as it was written. `None` where the policy went while it was read.
    pub content: Option<String>,
    /// What it is attached to.
    pub targets: Vec<Target>,
}

/// What a policy is attached to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Of a root, unit or account.
    pub id: String,
    /// `ROOT`, `ORGANIZATIONAL_UNIT` or `ACCOUNT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// How an effective policy is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// AWS was asked about this account.
    Exact,
    /// AWS was asked about another account under the same chain of policies.
    Shared,
}

/// What the policies of one type come to for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    /// The account.
    #[serde(skip)]
    pub account: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The merged policy.
    pub content: String,
    /// When AWS merged it: for the account that was asked about.
    pub updated_at: Option<Timestamp>,
    /// How it is known.
    pub how: How,
    /// The account AWS was asked about.
    pub asked_of: String,
}

/// An account that administers some services for the whole organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delegate {
    /// Twelve digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What for.
    pub services: Vec<DelegatedService>,
}

/// One service that was delegated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DelegatedService {
    /// Its principal, such as `config.amazonaws.com`.
    pub principal: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A service that may work in all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// Its principal.
    pub principal: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// An invitation, or another question that two parties have to agree on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// `h-…`.
    pub id: String,
    /// `INVITE` and its like.
    pub action: String,
    /// `OPEN`, `ACCEPTED`, …
    pub state: String,
    /// Between whom.
    pub parties: Vec<Party>,
    /// When it was asked.
    pub requested_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
}

/// One side of a handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Party {
    /// `ACCOUNT`, `ORGANIZATION` or `EMAIL`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which.
    pub id: String,
}

/// An account that was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Creation {
    /// `car-…`.
    pub id: String,
    /// The name it was asked for.
    pub account_name: String,
    /// Its id, once it has one.
    pub account_id: Option<String>,
    /// `IN_PROGRESS`, `SUCCEEDED` or `FAILED`.
    pub state: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked for.
    pub requested_at: Option<Timestamp>,
    /// When it was over.
    pub completed_at: Option<Timestamp>,
}

/// Who else may read the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourcePolicy {
    /// `rp-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its text.
    pub content: String,
}

/// A part of an organisation that can be read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Accounts and their parents.
    Accounts,
    /// Policies, their content and targets.
    Policies,
    /// The tags of everything.
    Tags,
    /// Effective policies.
    EffectivePolicies,
    /// Delegated administrators and their services.
    DelegatedAdministrators,
    /// Services that may work in all accounts.
    TrustedServices,
    /// Handshakes.
    Handshakes,
    /// Creations of accounts.
    AccountCreations,
    /// The resource policy.
    ResourcePolicy,
}

/// What could not be read, or not in the way it was meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Of what.
    pub part: Part,
    /// Whether the part is missing for it. Otherwise it was read in another way.
    pub missing: bool,
    /// What happened.
    pub said: String,
    /// The next step, where there is one.
    pub fix: Option<String>,
}

/// What is to be read besides the organisation, its roots and units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that is wanted or not, whatever the others are")]
pub struct Wanted {
    /// Accounts with their parents.
    pub accounts: bool,
    /// Policies with content and targets.
    pub policies: bool,
    /// The tags of all that is read.
    pub tags: bool,
    /// Effective policies, which need accounts and policies.
    pub effective: Option<How>,
    /// Delegated administrators, trusted services, handshakes, creations of accounts and the resource policy.
    pub extras: bool,
}

impl Wanted {
    /// All there is, with few calls.
    pub const ALL: Self =
        Self { accounts: true, policies: true, tags: true, effective: Some(How::Shared), extras: true };
    /// The tree alone.
    pub const TREE: Self = Self { accounts: false, policies: false, tags: false, effective: None, extras: false };
}

/// Everything that was read. `None` is what was not asked for or could not be read, and a gap says which; never none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// When the first call was made.
    pub began_at: Option<Timestamp>,
    /// When the last was answered.
    pub ended_at: Option<Timestamp>,
    /// When the first call of the last reading was made that carried nothing over.
    pub whole_at: Option<Timestamp>,
    /// The organisation.
    pub about: Option<About>,
    /// The roots; AWS has one.
    pub roots: Vec<Root>,
    /// Every unit.
    pub units: Vec<Unit>,
    /// Every account.
    pub accounts: Option<Vec<Account>>,
    /// Every policy of a type that is turned on.
    pub policies: Option<Vec<Policy>>,
    /// By id of root, unit, account and policy; whose tags were read and who has none has an empty entry.
    pub tags: Option<BTreeMap<String, TagMap>>,
    /// By account and type.
    pub effective: Option<Vec<Effective>>,
    /// See [`Delegate`].
    pub delegates: Option<Vec<Delegate>>,
    /// See [`Service`].
    pub services: Option<Vec<Service>>,
    /// See [`Handshake`].
    pub handshakes: Option<Vec<Handshake>>,
    /// See [`Creation`].
    pub creations: Option<Vec<Creation>>,
    /// Read, and there or not.
    pub resource_policy: Option<Option<ResourcePolicy>>,
    /// What is missing, and what was read in another way than meant.
    pub gaps: Vec<Gap>,
    /// Accounts and units whose parent was asked for again, because it was not there.
    pub read_again: BTreeSet<String>,
}

impl Facts {
    /// What is above what.
    pub fn tree(&self) -> Tree<'_> {
        Tree(self.parents())
    }

    /// The parent of each unit and account.
    pub(super) fn parents(&self) -> BTreeMap<&str, &str> {
        let units = self.units.iter().map(|unit| (unit.id.as_str(), unit.parent.as_str()));
        let accounts = self.accounts.iter().flatten().map(|account| (account.id.as_str(), account.parent.as_str()));
        units.chain(accounts).collect()
    }

    /// The types of policies that are turned on, on any root.
    pub fn enabled_types(&self) -> BTreeSet<String> {
        let types = self.roots.iter().flat_map(|root| &root.policy_types);
        types.filter(|(_, state)| *state == "ENABLED").map(|(kind, _)| kind.clone()).collect()
    }
}

/// The parent of each unit and account.
#[derive(Debug)]
pub struct Tree<'a>(BTreeMap<&'a str, &'a str>);

impl Tree<'_> {
    /// The ids from the root down to the account or unit `id`, itself last; as far up as the tree is known.
    pub fn way_to(&self, id: &str) -> Vec<String> {
        way(&self.0, id)
    }
}

/// A tree has no loops; a reading of one that changes meanwhile might.
fn way(above: &BTreeMap<&str, &str>, id: &str) -> Vec<String> {
    let mut way = vec![id.to_owned()];
    while let Some(parent) = above.get(way[way.len() - 1].as_str()).filter(|parent| !parent.is_empty()) {
        if way.iter().any(|known| known == parent) {
            break;
        }
        way.push((*parent).to_owned());
    }
    way.reverse();
    way
}
