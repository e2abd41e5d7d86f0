//! Who may read a user's secret: a resource policy, written before the secret holds anything.

use serde_json::{Value, json};

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
    /// The one that is there is not understood, and might be lost.
    Unreadable {
        /// Why.
        said: String,
    },
}

/// The policy, beside the statements others have put into `before`. Who they let in is not shut out by ours. The denials are about reading
/// the value and nothing else: one that also denied writing it, or the policy, would lock out whoever has to mend it.
pub fn document(principals: Principals<'_>, before: Option<&str>) -> Result<Value, Fault> {
    let theirs = before.map(of_others).transpose()?.unwrap_or_default();
    if let Some(open) = theirs.iter().find(|statement| is_open(statement)) {
        return Err(Fault::Open { statement: sid(open).unwrap_or("without a Sid").to_owned() });
    }
    let mut statements = ours(principals, &theirs);
    statements.extend(theirs);
    Ok(json!({"Version": "2012-10-17", "Statement": statements}))
}

fn ours(principals: Principals<'_>, theirs: &[Value]) -> Vec<Value> {
    let Principals { owner, owner_id, readers, rotator } = principals;
    let is_reader = |role: &String| role == owner || readers.contains(role);
    let rotator = roles_of(rotator);
    // Whoever rotates its own key, or is a reader, is not kept from reading by that.
    let reads_anyway = rotator.iter().any(is_reader);
    let mut may_read: Vec<_> = readers.iter().chain(&rotator).cloned().collect();
    let granted = theirs.iter().filter(|statement| statement["Effect"] == "Allow").flat_map(principals_of);
    let granted = granted.filter(|principal| principal.starts_with("arn:"));
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

/// What earlier versions called their statements, with what each was about: only one that is both is ours.
const BEFORE: [(&str, &str); 4] = [
    ("OwnerReads", "Allow"),
    ("NobodyElseReads", "Deny"),
    ("RotatorReadsOnlyWhatIsNotProven", "Deny"),
    ("EmergencyReaders", "Allow"),
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
    let Some(sid) = sid(statement) else { return false };
    let before = |(known, effect): &(&str, &str)| {
        let reads = [json!(OWNER_MAY), json!(READERS_MAY), json!(READ)];
        sid == *known && statement["Effect"] == *effect && reads.contains(&statement["Action"])
    };
    sid.starts_with("Nightshift") || BEFORE.iter().any(before)
}

/// Whether `statement` lets everybody in. With a condition, AWS judges that itself (`BlockPublicPolicy`).
fn is_open(statement: &Value) -> bool {
    let allows = statement["Effect"] == "Allow" && statement["Condition"].is_null();
    allows && (!statement["NotPrincipal"].is_null() || principals_of(statement).iter().any(|one| one == "*"))
}

/// Those a statement names, where they are of AWS.
fn principals_of(statement: &Value) -> Vec<String> {
    let principal = &statement["Principal"];
    let named = if principal.is_string() { principal } else { &principal["AWS"] };
    match named {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn sid(statement: &Value) -> Option<&str> {
    statement["Sid"].as_str()
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
mod tests {
    use super::*;

    #[test]
    fn the_owner_reads_and_nobody_else_but_named_roles() {
        let readers = ["arn:aws:iam::111122223333:role/break-glass".to_owned()];
        let principals = Principals {
            owner: "arn:aws:iam::111122223333:user/ana",
            owner_id: "AIDAANA",
            readers: &readers,
            rotator: "arn:aws:sts::111122223333:assumed-role/nightshift-keys/session",
        };
        let made = document(principals, None).unwrap();
        insta::assert_json_snapshot!(made, @r#"
        {
          "Statement": [
            {
              "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds"
              ],
              "Effect": "Allow",
              "Principal": {
                "AWS": "arn:aws:iam::111122223333:user/ana"
              },
              "Resource": "*",
              "Sid": "NightshiftOwnerReads"
            },
            {
              "Action": "secretsmanager:GetSecretValue",
              "Condition": {
                "ArnNotLike": {
                  "aws:PrincipalArn": [
                    "arn:aws:iam::111122223333:role/break-glass",
                    "arn:aws:iam::111122223333:role/nightshift-keys",
                    "arn:aws:iam::111122223333:role/*/nightshift-keys"
                  ]
                },
                "StringNotEquals": {
                  "aws:userid": "AIDAANA"
                }
              },
              "Effect": "Deny",
              "Principal": "*",
              "Resource": "*",
              "Sid": "NightshiftNobodyElseReads"
            },
            {
              "Action": "secretsmanager:GetSecretValue",
              "Condition": {
                "ArnLike": {
                  "aws:PrincipalArn": [
                    "arn:aws:iam::111122223333:role/nightshift-keys",
                    "arn:aws:iam::111122223333:role/*/nightshift-keys"
                  ]
                },
                "StringNotEquals": {
                  "secretsmanager:VersionStage": "AWSPENDING"
                }
              },
              "Effect": "Deny",
              "Principal": "*",
              "Resource": "*",
              "Sid": "NightshiftRotatorReadsOnlyWhatIsNotProven"
            },
            {
              "Action": [
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue"
              ],
              "Effect": "Allow",
              "Principal": {
                "AWS": [
                  "arn:aws:iam::111122223333:role/break-glass"
                ]
              },
              "Resource": "*",
              "Sid": "NightshiftReaders"
            }
          ],
          "Version": "2012-10-17"
        }
        "#);
    }

    fn of(owner: &str, readers: &[&str], rotator: &str, before: Option<&Value>) -> Result<Value, Fault> {
        let readers: Vec<_> = readers.iter().map(|&role| role.to_owned()).collect();
        let principals = Principals { owner, owner_id: "AIDAANA", readers: &readers, rotator };
        document(principals, before.map(Value::to_string).as_deref())
    }

    const ANA: &str = "arn:aws:iam::111122223333:user/ana";
    const ROTATOR: &str = "arn:aws:sts::111122223333:assumed-role/keys/session";

    fn sids(policy: &Value) -> Vec<String> {
        let statements = policy["Statement"].as_array().into_iter().flatten();
        statements.map(|statement| sid(statement).unwrap_or("-").to_owned()).collect()
    }

    #[test]
    fn nobody_is_denied_its_own_secret_or_one_it_is_a_reader_of_for_being_the_one_who_rotates() {
        let denies = |policy: Value| sids(&policy).iter().any(|sid| sid.contains("Rotator"));
        assert!(denies(of(ANA, &[], ROTATOR, None).unwrap()));
        assert!(denies(of(ANA, &[], "arn:aws:iam::111122223333:user/op", None).unwrap()));
        assert!(!denies(of(ANA, &[], ANA, None).unwrap()), "she rotates her own");
        assert!(!denies(of(ANA, &["arn:aws:iam::111122223333:role/keys"], ROTATOR, None).unwrap()));
    }

    #[test]
    fn what_others_wrote_is_kept_and_whom_they_let_in_is_not_shut_out() {
        let audit = "arn:aws:iam::111122223333:role/audit";
        let theirs = json!({"Sid": "OwnerReads", "Effect": "Allow", "Principal": {"AWS": [audit]},
                            "Action": "secretsmanager:*", "Resource": "*"});
        let nameless =
            json!({"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"});
        let first = of(ANA, &[], ROTATOR, None).unwrap();
        let mut mixed = first.clone();
        mixed["Statement"].as_array_mut().unwrap().extend([theirs.clone(), nameless.clone()]);
        let again = of(ANA, &[], ROTATOR, Some(&mixed)).unwrap();
        assert_eq!(again["Statement"].as_array().unwrap()[3..], [theirs, nameless]);
        assert!(again["Statement"][1]["Condition"]["ArnNotLike"]["aws:PrincipalArn"].to_string().contains(audit));
        assert_eq!(of(ANA, &[], ROTATOR, Some(&again)).as_ref(), Ok(&again), "and stays so");
        assert_eq!(of(ANA, &[], ROTATOR, Some(&first)), Ok(first), "ours are written once");
    }

    #[test]
    fn the_statements_of_earlier_versions_are_ours_and_go() {
        let old = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "OwnerReads", "Effect": "Allow", "Principal": {"AWS": ANA}, "Action": OWNER_MAY, "Resource": "*"},
            {"Sid": "RotatorReadsOnlyWhatIsNotProven", "Effect": "Deny", "Principal": "*", "Action": READ, "Resource": "*"},
        ]});
        assert_eq!(of(ANA, &[], ROTATOR, Some(&old)), of(ANA, &[], ROTATOR, None));
    }

    #[test]
    fn a_policy_that_lets_everybody_in_or_cannot_be_read_is_not_built_upon() {
        let open = |principal: Value, condition: Value| {
            let mut one = json!({"Sid": "Theirs", "Effect": "Allow", "Action": READ, "Resource": "*"});
            one["Principal"] = principal;
            if !condition.is_null() {
                one["Condition"] = condition;
            }
            of(ANA, &[], ROTATOR, Some(&json!({"Statement": one})))
        };
        let fault = Err(Fault::Open { statement: "Theirs".to_owned() });
        assert_eq!(open(json!("*"), json!(null)), fault);
        assert_eq!(open(json!({"AWS": ["*"]}), json!(null)), fault);
        assert!(open(json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})).is_ok(), "AWS judges that");
        for unreadable in [json!({}), json!({"Statement": "x"}), json!(7)] {
            assert!(matches!(of(ANA, &[], ROTATOR, Some(&unreadable)), Err(Fault::Unreadable { .. })), "{unreadable}");
        }
    }

    #[test]
    fn every_partition_and_every_kind_of_caller_has_its_own_arn() {
        for (caller, expected) in [
            ("arn:aws-cn:sts::1:assumed-role/r/s", vec!["arn:aws-cn:iam::1:role/r", "arn:aws-cn:iam::1:role/*/r"]),
            ("arn:aws:iam::1:user/op", vec!["arn:aws:iam::1:user/op"]),
            ("arn:aws:iam::1:root", vec!["arn:aws:iam::1:root"]),
        ] {
            assert_eq!(roles_of(caller), expected, "{caller}");
        }
    }
}
