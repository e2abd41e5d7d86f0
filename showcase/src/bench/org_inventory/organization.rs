//! An organisation of any size, made from numbers: units in a tree of five levels, accounts in all of them, one policy that hangs
//! on everything and others that hang on one unit each, so that there are as many chains as those.

use serde_json::{Value, json};

use crate::bench::{Account, Asked};

/// A page of a list, and one of the tag API.
const PAGE: usize = 20;
const TAGGED_PAGE: usize = 100;
/// Units below one. With four, a thousand units are five levels deep, which is as deep as AWS lets them be.
const BELOW: usize = 4;
/// The types that merge, whose policies take turns.
pub(super) const MERGED: [&str; 3] = ["TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY"];
const GUARD: &str = "SERVICE_CONTROL_POLICY";
const ID: &str = "o-bench00000";
const ROOT: &str = "r-b001";
const ON_ALL: &str = "p-FullAWSAccess";
/// What a policy may well say.
const STATEMENTS: usize = 20;

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Accounts, the management account among them.
    pub accounts: usize,
    /// Units; at least twice as many as policies.
    pub units: usize,
    /// Policies, one of AWS's own among them.
    pub policies: usize,
}

/// Whose credentials ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The management account's.
    Management,
    /// A delegated administrator's.
    Delegate,
}

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(in crate::bench) struct Organization {
    pub(in crate::bench) sizes: Sizes,
    pub(in crate::bench) from: From,
}

impl Sizes {
    /// Policies of one type that merges.
    pub(super) fn of_type(self, place: usize) -> usize {
        (self.policies - 1 + MERGED.len() - 1 - place) / MERGED.len()
    }

    /// Accounts under a policy that merges, counted for each of their policies.
    pub(super) fn merged(self) -> usize {
        let own = self.units - (self.policies - 1)..self.units;
        (0..self.accounts).filter(|number| own.contains(&(number % self.units))).count()
    }
}

impl Organization {
    fn nodes(&self) -> usize {
        1 + self.sizes.units + self.sizes.accounts
    }

    /// The root, the units, the accounts, in this order.
    fn target(&self, number: usize) -> Value {
        let of = |id: String, kind: &str| json!({ "TargetId": id, "Type": kind, "Name": id, "Arn": arn("node", &id) });
        match number {
            0 => of(ROOT.to_owned(), "ROOT"),
            _ if number <= self.sizes.units => of(unit(number - 1), "ORGANIZATIONAL_UNIT"),
            _ => of(account(number - 1 - self.sizes.units), "ACCOUNT"),
        }
    }

    fn account(&self, number: usize) -> Value {
        let id = account(number);
        json!({
            "Id": id, "Arn": arn("account", &id), "Name": format!("account-{number}"),
            "Email": format!("account-{number}@example.com"), "Status": "ACTIVE", "State": "ACTIVE",
            "JoinedMethod": "CREATED", "JoinedTimestamp": 1_700_000_000, "Paths": [format!("{}{id}/", way(self.home(number)))],
        })
    }

    /// The unit of an account.
    fn home(&self, number: usize) -> usize {
        number % self.sizes.units
    }

    fn units_below(&self, parent: &str) -> Vec<Value> {
        let all = (0..self.sizes.units).filter(|number| parent_of(*number) == parent);
        all.map(
            |number| json!({ "Id": unit(number), "Arn": arn("ou", &unit(number)), "Name": format!("unit-{number}") }),
        )
        .collect()
    }

    fn accounts_below(&self, parent: &str) -> Vec<Value> {
        let all = (0..self.sizes.accounts).filter(|number| unit(self.home(*number)) == parent);
        all.map(|number| self.account(number)).collect()
    }

    fn policies(&self, kind: &str) -> Vec<Value> {
        if kind == GUARD {
            return vec![summary(ON_ALL, GUARD, true)];
        }
        let own = (0..self.sizes.policies - 1).filter(|number| MERGED[number % MERGED.len()] == kind);
        own.map(|number| summary(&policy(number), kind, false)).collect()
    }

    fn targets(&self, id: &str, next: &str) -> Option<Value> {
        if id == ON_ALL {
            return page("Targets", self.nodes(), |number| self.target(number), next);
        }
        Some(json!({ "Targets": [self.target(self.unit_of(number(id, "p-")?) + 1)] }))
    }

    /// The unit a policy hangs on: one without units below.
    fn unit_of(&self, policy: usize) -> usize {
        self.sizes.units - 1 - policy
    }

    fn effective(&self, kind: &str, target: &str) -> Option<Value> {
        let home = self.home(number(target, "1")?);
        let policy = (self.sizes.units - 1).checked_sub(home).filter(|policy| *policy < self.sizes.policies - 1);
        let Some(policy) = policy.filter(|policy| MERGED[policy % MERGED.len()] == kind) else {
            return Some(refusal("EffectivePolicyNotFoundException"));
        };
        Some(json!({ "EffectivePolicy": {
            "PolicyContent": json!({ "tags": { "of": policy } }).to_string(), "LastUpdatedTimestamp": 1_700_000_000,
            "TargetId": target, "PolicyType": kind,
        } }))
    }

    /// Everything that can have tags, which is all but AWS's own policy.
    fn tagged(&self, number: usize) -> Value {
        let id = match number.checked_sub(self.nodes()) {
            None => self.target(number)["TargetId"].as_str().unwrap_or_default().to_owned(),
            Some(number) => policy(number),
        };
        json!({ "ResourceARN": arn("any", &id), "Tags": tags(&id) })
    }

    fn listed(&self, asked: &Asked) -> Option<Value> {
        let next = asked.text("NextToken");
        Some(match asked.action.as_str() {
            "ListRoots" => json!({ "Roots": [{
                "Id": ROOT, "Arn": arn("root", ROOT), "Name": "Root",
                "PolicyTypes": types().map(|kind| json!({ "Type": kind, "Status": "ENABLED" })),
            }] }),
            "ListOrganizationalUnitsForParent" => {
                of_all("OrganizationalUnits", &self.units_below(asked.text("ParentId")), next)?
            }
            "ListAccountsForParent" => of_all("Accounts", &self.accounts_below(asked.text("ParentId")), next)?,
            "ListAccounts" => page("Accounts", self.sizes.accounts, |number| self.account(number), next)?,
            "ListPolicies" => of_all("Policies", &self.policies(asked.text("Filter")), next)?,
            "ListTargetsForPolicy" => self.targets(asked.text("PolicyId"), next)?,
            "ListTagsForResource" => json!({ "Tags": tags(asked.text("ResourceId")) }),
            "ListCreateAccountStatus" => page("CreateAccountStatuses", self.sizes.accounts - 1, creation, next)?,
            "ListAccountsWithInvalidEffectivePolicy" => json!({ "Accounts": [] }),
            "ListHandshakesForOrganization" => json!({ "Handshakes": [] }),
            "ListDelegatedAdministrators" => {
                json!({ "DelegatedAdministrators": [{ "Id": account(1), "Name": "account-1" }] })
            }
            "ListDelegatedServicesForAccount" => {
                json!({ "DelegatedServices": [{ "ServicePrincipal": "ssm.amazonaws.com" }] })
            }
            "ListAWSServiceAccessForOrganization" => {
                json!({ "EnabledServicePrincipals": [{ "ServicePrincipal": "ssm.amazonaws.com" }] })
            }
            _ => return None,
        })
    }
}

impl Account for Organization {
    fn answer(&self, asked: &Asked) -> Option<String> {
        let id = |id: &str| asked.text(id);
        let answer = match asked.action.as_str() {
            "DescribeOrganization" => json!({ "Organization": {
                "Id": ID, "Arn": arn("organization", ID), "FeatureSet": "ALL", "MasterAccountId": account(0),
                "MasterAccountArn": arn("account", &account(0)), "MasterAccountEmail": "account-0@example.com",
                "AvailablePolicyTypes": types().map(|kind| json!({ "Type": kind, "Status": "ENABLED" })),
            } }),
            "DescribePolicy" => json!({ "Policy": described(id("PolicyId"))? }),
            "DescribeEffectivePolicy" => self.effective(id("PolicyType"), id("TargetId"))?,
            "DescribeResourcePolicy" => refusal("ResourcePolicyNotFoundException"),
            "GetResources" => {
                let count = self.nodes() + self.sizes.policies - 1;
                let (rows, next) = rows(count, |number| self.tagged(number), id("PaginationToken"), TAGGED_PAGE)?;
                with_token(json!({ "ResourceTagMappingList": rows }), "PaginationToken", next)
            }
            "GetCallerIdentity" => return Some(self.caller()),
            // The snapshot of a night before, and the keeping of this one's.
            "GET" => return Some("<Error><Code>NoSuchKey</Code></Error>".to_owned()),
            "PUT" => return Some(String::new()),
            _ => self.listed(asked)?,
        };
        Some(answer.to_string())
    }
}

impl Organization {
    fn caller(&self) -> String {
        let id = account(usize::from(self.from == From::Delegate));
        format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{id}:user/bench</Arn>\
             <UserId>AIDABENCH</UserId><Account>{id}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
    }
}

fn types() -> [&'static str; 4] {
    [GUARD, MERGED[0], MERGED[1], MERGED[2]]
}

fn arn(kind: &str, id: &str) -> String {
    format!("arn:aws:organizations::{}:{kind}/{ID}/{id}", account(0))
}

fn unit(number: usize) -> String {
    format!("ou-b001-{number:08}")
}

fn account(number: usize) -> String {
    format!("1{number:011}")
}

fn policy(number: usize) -> String {
    format!("p-{number:08}")
}

fn number(id: &str, prefix: &str) -> Option<usize> {
    id.strip_prefix(prefix)?.parse().ok()
}

fn summary(id: &str, kind: &str, aws_managed: bool) -> Value {
    json!({ "Id": id, "Arn": arn("policy", id), "Name": format!("name of {id}"), "Description": "", "Type": kind, "AwsManaged": aws_managed })
}

/// A policy with its text.
fn described(id: &str) -> Option<Value> {
    if id == ON_ALL {
        return Some(json!({ "PolicySummary": summary(id, GUARD, true), "Content": "{\"Statement\":[]}" }));
    }
    let kind = MERGED[number(id, "p-")? % MERGED.len()];
    let tags: serde_json::Map<_, _> = (0..STATEMENTS)
        .map(|number| {
            (
                format!("tag{number}"),
                json!({ "tag_key": { "@@assign": format!("Tag{number}") }, "tag_value": { "@@assign": [id] } }),
            )
        })
        .collect();
    Some(json!({ "PolicySummary": summary(id, kind, false), "Content": json!({ "tags": tags }).to_string() }))
}

fn tags(id: &str) -> Value {
    json!([{ "Key": "CostCenter", "Value": id }, { "Key": "Owner", "Value": "platform@example.com" }])
}

fn refusal(code: &str) -> Value {
    json!({ "__type": code, "message": "there is none" })
}

fn parent_of(number: usize) -> String {
    (number / BELOW).checked_sub(1).map_or_else(|| ROOT.to_owned(), unit)
}

/// The path of a unit, with a slash at the end.
fn way(number: usize) -> String {
    let mut way = format!("{}/", unit(number));
    let mut at = number;
    while let Some(above) = (at / BELOW).checked_sub(1) {
        way = format!("{}/{way}", unit(above));
        at = above;
    }
    format!("{ID}/{ROOT}/{way}")
}

fn creation(number: usize) -> Value {
    let account = account(number + 1);
    json!({ "Id": format!("car-{number:08}"), "AccountName": account, "AccountId": account, "State": "SUCCEEDED" })
}

fn of_all(list: &str, all: &[Value], token: &str) -> Option<Value> {
    page(list, all.len(), |number| all[number].clone(), token)
}

fn page(list: &str, count: usize, row: impl Fn(usize) -> Value, token: &str) -> Option<Value> {
    let (rows, next) = rows(count, row, token, PAGE)?;
    Some(with_token(json!({ list: rows }), "NextToken", next))
}

fn rows(count: usize, row: impl Fn(usize) -> Value, token: &str, size: usize) -> Option<(Vec<Value>, Option<usize>)> {
    let start: usize = if token.is_empty() { 0 } else { token.parse().ok()? };
    let end = count.min(start + size);
    Some(((start..end).map(row).collect(), (end < count).then_some(end)))
}

fn with_token(mut answer: Value, name: &str, next: Option<usize>) -> Value {
    if let Some(next) = next {
        answer[name] = json!(next.to_string());
    }
    answer
}
