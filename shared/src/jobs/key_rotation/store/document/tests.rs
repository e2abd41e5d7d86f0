//! Who may read a secret, and whose statements stay.

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
fn a_reader_is_known_by_its_name_whatever_its_path_and_a_grant_of_others_counts() {
    let sso = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef";
    let session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/op@example.com";
    let denies = |policy: &Value| sids(policy).iter().any(|sid| sid.contains("Rotator"));
    assert!(!denies(&of(ANA, &[sso], session, None).unwrap()), "a reader who rotates goes on reading");
    assert!(denies(&of(ANA, &[&sso.replace("3333:", "3334:")], session, None).unwrap()), "of another account");
    assert!(denies(&of(ANA, &[&sso.replace("_Ops_", "_Dev_")], session, None).unwrap()));
    let granted = |action: Value| {
        let one =
            json!({"Sid": "Ops", "Effect": "Allow", "Principal": {"AWS": sso}, "Action": action, "Resource": "*"});
        of(ANA, &[], session, Some(&json!({"Statement": one}))).unwrap()
    };
    assert!(!denies(&granted(json!(READ))), "an administrator let it in");
    assert!(denies(&granted(json!("secretsmanager:DescribeSecret"))));
}

#[test]
fn only_whom_others_let_read_is_spared_the_denial() {
    let audit = "arn:aws:iam::111122223333:role/audit";
    let is_spared = |what: Value| {
        let mut one = json!({"Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": audit}, "Resource": "*"});
        one.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        let made = of(ANA, &[], ROTATOR, Some(&json!({"Statement": one}))).unwrap();
        made["Statement"][1]["Condition"]["ArnNotLike"]["aws:PrincipalArn"].to_string().contains(audit)
    };
    for what in [
        json!({"Action": READ}),
        json!({"Action": "*"}),
        json!({"Action": ["secretsmanager:DescribeSecret", "SecretsManager:Get*"]}),
        json!({"Action": "secretsmanager:GetSecretValu?"}),
        json!({"NotAction": "secretsmanager:DeleteSecret"}),
    ] {
        assert!(is_spared(what.clone()), "{what}");
    }
    for what in [
        json!({"Action": "secretsmanager:DescribeSecret"}),
        json!({"Action": ["secretsmanager:Put*", "secretsmanager:List*"]}),
        json!({"NotAction": ["secretsmanager:Get*"]}),
        json!({"Effect": "Deny", "Action": READ}),
        json!({}),
    ] {
        assert!(!is_spared(what.clone()), "{what}");
    }
}

#[test]
fn a_statement_is_ours_by_all_of_it_and_what_only_bears_a_name_of_ours_is_somebodys() {
    let audit = json!({"AWS": "arn:aws:iam::111122223333:role/audit"});
    let with = |sid: &str, effect: &str, action: Value| {
        let one = json!({"Sid": sid, "Effect": effect, "Principal": audit, "Action": action, "Resource": "*"});
        of(ANA, &[], ROTATOR, Some(&json!({"Statement": [one]})))
    };
    for sid in ["NightshiftAudit", "NightshiftReaders2", "nightshiftReaders"] {
        assert!(sids(&with(sid, "Allow", json!(READ)).unwrap()).contains(&sid.to_owned()), "{sid} stays");
    }
    for (sid, effect, action) in [
        ("NightshiftReaders", "Allow", json!("secretsmanager:*")),
        ("NightshiftReaders", "Deny", json!(READERS_MAY)),
        ("NightshiftNobodyElseReads", "Deny", json!([READ, "secretsmanager:DescribeSecret"])),
    ] {
        let taken = Err(Fault::SidTaken { statement: sid.to_owned() });
        assert_eq!(with(sid, effect, action.clone()), taken, "{sid} {action}: neither kept twice nor lost");
    }
    let turned = json!([READERS_MAY[1], READERS_MAY[0]]);
    assert_eq!(
        sids(&with("NightshiftReaders", "Allow", turned).unwrap()).len(),
        3,
        "an order is none of AWS's promises"
    );
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
    assert_eq!(open(json!({"AWS": [ANA, "*"]}), json!(null)), fault);
    assert_eq!(open(json!("*"), json!({})), fault, "no condition at all");
    let but_one =
        json!({"Sid": "Theirs", "Effect": "Allow", "NotPrincipal": {"AWS": ANA}, "Action": READ, "Resource": "*"});
    assert_eq!(of(ANA, &[], ROTATOR, Some(&json!({"Statement": but_one}))), fault);
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
