//! Who may read a user's secret: a resource policy, written before the secret holds anything.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::config::Glob;

/// Whoever the policy is about.
#[derive(Debug, Clone, Copy)]
pub struct Principals<'a> {
    /// The ARN of the user whose secret it is.
    pub owner: &'a str,
    /// Its id, which no namesake inherits.
    pub owner_id: &'a str,
    /// Roles that may read it in an emergency.
    pub readers: &'a [String],
    /// Whoever rotates, as `sts:GetCallerIdentity` says. It may read only what is not proven yet, to prove it.
    pub rotator: &'a str,
}

/// Why a policy is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A statement of somebody else's lets everybody in.
    Open {
        /// Which.
        statement: String,
    },
    /// A statement of somebody else's is called as one of ours, so that only one of the two could stand.
    SidTaken {
        /// How.
        statement: String,
    },
    /// The one that is there is not understood, and might be lost.
    Unreadable {
        /// Why.
        said: String,
    },
}

/// The policy, beside the statements others have put into `before`. Whom they let read is not shut out by ours. The denials are about
/// reading the value and nothing else: one that also denied writing it, or the policy, would lock out whoever has to mend it.
pub fn document(principals: Principals<'_>, before: Option<&str>) -> Result<Value, Fault> {
    let theirs = before.map(of_others).transpose()?.unwrap_or_default();
    if let Some(open) = theirs.iter().find(|statement| is_open(statement)) {
        return Err(Fault::Open { statement: sid(open).unwrap_or("without a Sid").to_owned() });
    }
    if let Some(taken) = theirs.iter().filter_map(sid).find(|sid| OURS.iter().any(|(ours, ..)| ours == sid)) {
        return Err(Fault::SidTaken { statement: taken.to_owned() });
    }
    let mut statements = ours(principals, &theirs);
    statements.extend(theirs);
    Ok(json!({"Version": "2012-10-17", "Statement": statements}))
}

fn ours(principals: Principals<'_>, theirs: &[Value]) -> Vec<Value> {
    let Principals { owner, owner_id, readers, rotator } = principals;
    let lets_read = |statement: &&Value| statement["Effect"] == "Allow" && is_about(statement, READ);
    let granted = theirs.iter().filter(lets_read).flat_map(principals_of);
    let granted: Vec<_> = granted.filter(|principal| principal.starts_with("arn:")).collect();
    // Whoever rotates its own key, or may read it for another reason, is not kept from reading by rotating.
    let reads_anyway = [owner.to_owned()].iter().chain(readers).chain(&granted).any(|one| is_same(one, rotator));
    let rotator = roles_of(rotator);
    let mut may_read: Vec<_> = readers.iter().chain(&rotator).cloned().collect();
    for principal in granted {
        if !may_read.contains(&principal) {
            may_read.push(principal);
        }
    }
    let mut statements = vec![
        json!({
            "Sid": "NightshiftOwnerReads",
            "Effect": "Allow",
            "Principal": {"AWS": owner},
            "Action": OWNER_MAY,
            "Resource": "*",
        }),
        json!({
            "Sid": "NightshiftNobodyElseReads",
            "Effect": "Deny",
            "Principal": "*",
            "Action": READ,
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:userid": owner_id}, "ArnNotLike": {"aws:PrincipalArn": may_read}},
        }),
    ];
    if !reads_anyway {
        statements.push(json!({
            "Sid": "NightshiftRotatorReadsOnlyWhatIsNotProven",
            "Effect": "Deny",
            "Principal": "*",
            "Action": READ,
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": rotator},
                "StringNotEquals": {"secretsmanager:VersionStage": "AWSPENDING"},
            },
        }));
    }
    if !readers.is_empty() {
        statements.push(json!({
            "Sid": "NightshiftReaders",
            "Effect": "Allow",
            "Principal": {"AWS": readers},
            "Action": READERS_MAY,
            "Resource": "*",
        }));
    }
    statements
}

const READ: &str = "secretsmanager:GetSecretValue";
const OWNER_MAY: [&str; 3] = ["secretsmanager:DescribeSecret", READ, "secretsmanager:ListSecretVersionIds"];
const READERS_MAY: [&str; 2] = ["secretsmanager:DescribeSecret", READ];

/// What a statement is called, whether it allows, and what it is about.
type Known = (&'static str, &'static str, &'static [&'static str]);

/// Our statements: only one that is all of it is ours.
const OURS: [Known; 4] = [
    ("NightshiftOwnerReads", "Allow", &OWNER_MAY),
    ("NightshiftNobodyElseReads", "Deny", &[READ]),
    ("NightshiftRotatorReadsOnlyWhatIsNotProven", "Deny", &[READ]),
    ("NightshiftReaders", "Allow", &READERS_MAY),
];

/// Those of earlier versions.
const BEFORE: [Known; 4] = [
    ("OwnerReads", "Allow", &OWNER_MAY),
    ("NobodyElseReads", "Deny", &[READ]),
    ("RotatorReadsOnlyWhatIsNotProven", "Deny", &[READ]),
    ("EmergencyReaders", "Allow", &READERS_MAY),
];

/// The statements of `policy` that this tool did not write.
fn of_others(policy: &str) -> Result<Vec<Value>, Fault> {
    let unreadable = |said: &str| Fault::Unreadable { said: said.to_owned() };
    let policy: Value = serde_json::from_str(policy).map_err(|error| unreadable(&error.to_string()))?;
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        one @ Value::Object(_) => vec![one.clone()],
        _ => return Err(unreadable("it has no statements")),
    };
    Ok(statements.into_iter().filter(|statement| !is_ours(statement)).collect())
}

fn is_ours(statement: &Value) -> bool {
    let actions: BTreeSet<_> = words(&statement["Action"]).into_iter().collect();
    let is = |(called, effect, may): &Known| {
        sid(statement) == Some(called)
            && statement["Effect"] == *effect
            && actions.iter().eq(&may.iter().copied().collect::<BTreeSet<_>>())
    };
    OURS.iter().chain(&BEFORE).any(is)
}

/// Whether `statement` lets everybody in. With a condition, AWS judges that itself (`BlockPublicPolicy`).
fn is_open(statement: &Value) -> bool {
    let is_narrowed = match &statement["Condition"] {
        Value::Null => false,
        Value::Object(conditions) => !conditions.is_empty(),
        _ => true,
    };
    let allows = statement["Effect"] == "Allow" && !is_narrowed;
    allows && (!statement["NotPrincipal"].is_null() || principals_of(statement).iter().any(|one| one == "*"))
}

/// Whether `statement` is about `action`, as `Action` or `NotAction` has it.
fn is_about(statement: &Value, action: &str) -> bool {
    let names = |list: &Value| words(list).iter().any(|pattern| Glob::wildcards(pattern).is_match(action));
    if statement["NotAction"].is_null() { names(&statement["Action"]) } else { !names(&statement["NotAction"]) }
}

/// Those a statement names, where they are of AWS.
fn principals_of(statement: &Value) -> Vec<String> {
    let principal = &statement["Principal"];
    let named = if principal.is_string() { principal } else { &principal["AWS"] };
    words(named).into_iter().map(str::to_owned).collect()
}

/// One word, or a list of them.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn sid(statement: &Value) -> Option<&str> {
    statement["Sid"].as_str()
}

/// Whether `principal` of a policy is `caller`, as `sts:GetCallerIdentity` says: of an assumed role that lacks the path.
fn is_same(principal: &str, caller: &str) -> bool {
    let parts = |arn: &str| -> Option<(String, String)> {
        let (account, path) = arn.split_once(":role/")?;
        Some((account.to_owned(), path.rsplit('/').next().unwrap_or(path).to_owned()))
    };
    let is_role = |role: &String| parts(role).is_some() && parts(role) == parts(principal);
    principal == caller || roles_of(caller).first().is_some_and(is_role)
}

/// What `aws:PrincipalArn` says of a caller: of an assumed role the role's own ARN, whose path the session's lacks.
fn roles_of(caller: &str) -> Vec<String> {
    let parts: Vec<_> = caller.splitn(6, ':').collect();
    let [_, partition, "sts", _, account, resource] = parts.as_slice() else { return vec![caller.to_owned()] };
    let Some(name) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next()) else {
        return vec![caller.to_owned()];
    };
    ["", "*/"].iter().map(|path| format!("arn:{partition}:iam::{account}:role/{path}{name}")).collect()
}

#[cfg(test)]
mod tests;
