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

/// The policy. The denials are about reading the value and nothing else: one that also denied writing it, or the policy,
/// would lock out whoever has to mend it.
pub fn document(principals: Principals<'_>) -> Value {
    let Principals { owner, owner_id, readers, rotator } = principals;
    let rotator = roles_of(rotator);
    let may_read: Vec<_> = readers.iter().cloned().chain(rotator.iter().cloned()).collect();
    let mut statements = vec![
        json!({
            "Sid": "OwnerReads",
            "Effect": "Allow",
            "Principal": {"AWS": owner},
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"],
            "Resource": "*",
        }),
        json!({
            "Sid": "NobodyElseReads",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:userid": owner_id}, "ArnNotLike": {"aws:PrincipalArn": may_read}},
        }),
        json!({
            "Sid": "RotatorReadsOnlyWhatIsNotProven",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": rotator},
                "StringNotEquals": {"secretsmanager:VersionStage": "AWSPENDING"},
            },
        }),
    ];
    if !readers.is_empty() {
        statements.push(json!({
            "Sid": "EmergencyReaders",
            "Effect": "Allow",
            "Principal": {"AWS": readers},
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": "*",
        }));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
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
        let made = document(Principals {
            owner: "arn:aws:iam::111122223333:user/ana",
            owner_id: "AIDAANA",
            readers: &readers,
            rotator: "arn:aws:sts::111122223333:assumed-role/nightshift-keys/session",
        });
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
              "Sid": "OwnerReads"
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
              "Sid": "NobodyElseReads"
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
              "Sid": "RotatorReadsOnlyWhatIsNotProven"
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
              "Sid": "EmergencyReaders"
            }
          ],
          "Version": "2012-10-17"
        }
        "#);
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
