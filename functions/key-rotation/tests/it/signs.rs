//! What AWS says of keys: what it is sure of switches them off, what it suspects is told, and nothing is passed by.

use serde_json::{Value, json};

use crate::leaks::{POLICY, invoke, off, people};
use crate::{APPLY, said, start};

fn health(code: &str, entities: &Value) -> Value {
    json!({"version": "0", "source": "aws.health", "detail-type": "AWS Health Event", "account": "123456789012",
           "region": "us-east-1", "resources": [], "detail": {"service": "RISK", "eventTypeCode": code,
           "eventTypeCategory": "issue", "affectedEntities": entities, "page": "1", "totalPages": "1"}})
}

fn finding(code: &str, key: &str, user: &str) -> Value {
    let details = json!({"accessKeyId": key, "principalId": "AIDA", "userType": "IAMUser", "userName": user});
    json!({"version": "0", "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "account": "123456789012",
           "region": "eu-west-1", "resources": [], "detail": {"schemaVersion": "2.0", "type": code, "severity": 5,
           "resource": {"resourceType": "AccessKey", "accessKeyDetails": details}}})
}

#[tokio::test]
async fn what_aws_is_sure_of_switches_off_and_what_it_suspects_is_told_once() -> anyhow::Result<()> {
    for code in ["AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_COMPROMISED"] {
        let (scene, keys) = people().await?;
        invoke(&scene, &health(code, &json!([{"entityValue": keys[0]}]))).await?.report();
        assert_eq!(off(&scene, "ana").await?, keys[..1], "{code}");
    }
    let (scene, keys) = people().await?;
    let suspects =
        health("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", &json!([{"entityValue": keys[0]}, {"entityValue": keys[1]}]));
    let quarantine = health("AWS_RISK_IAM_QUARANTINE", &json!([{"entityValue": "arn:aws:iam::123456789012:user/bob"}]));
    let found = finding("UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", &keys[4], "cyd");
    for event in [&suspects, &quarantine, &found] {
        for _ in 0..2 {
            let report = invoke(&scene, event).await?.report();
            assert_eq!(report["counts"]["failed"], 0, "{report:#}");
        }
    }
    for user in ["ana", "bob", "cyd"] {
        assert_eq!(off(&scene, user).await?, [] as [&str; 0], "a false alarm switches off no key of {user}");
    }
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let warned = mail.iter().filter(|one| one["subject"].as_str().is_some_and(|said| said.contains("in wrong hands")));
    // Two keys of ana, bob and the key of cyd: to each of them and to the operators, once.
    assert_eq!(warned.count(), 8, "{received:#}");
    // Another sign of a key that is known is another matter, and what was told before is not told again for it.
    let other = finding("Exfiltration:IAMUser/AnomalousBehavior", &keys[4], "cyd");
    for event in [&other, &found, &other] {
        invoke(&scene, event).await?.report();
    }
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let of =
        |code: &str| mail.iter().filter(|one| one["subject"].as_str().is_some_and(|said| said.contains(code))).count();
    assert_eq!((of("Exfiltration:"), of("UnauthorizedAccess:")), (2, 2), "{received:#}");
    Ok(())
}

#[tokio::test]
async fn a_sign_nobody_can_be_told_of_and_a_key_without_a_name_are_loud() -> anyhow::Result<()> {
    let (scene, keys) = people().await?;
    let suspects = health("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", &json!([{"entityValue": keys[0]}]));
    let (kind, message) = start(&scene, &[APPLY]).await?.invoke(&suspects).await?.fault();
    assert!(kind == "NotCarriedOut" && message.contains("told"), "no channel: {message}");
    scene.proxy.deny("ses:SendEmail");
    assert_eq!(invoke(&scene, &suspects).await?.fault().0, "NotCarriedOut", "and where none takes it");
    scene.proxy.forgive();
    invoke(&scene, &suspects).await?.report();
    // One of three entities has a name: it goes off, and the rest is not passed by.
    let exposed = health("AWS_RISK_CREDENTIALS_EXPOSED", &json!([{"entityValue": keys[2]}, {"entityArn": "?"}, {}]));
    let (kind, message) = invoke(&scene, &exposed).await?.fault();
    assert!(kind == "NotCarriedOut" && message.contains("2 without an id"), "{message}");
    assert_eq!(off(&scene, "bob").await?, keys[2..3]);
    // The key of a session is no user's, and nobody's name makes it one.
    let session = json!({"compromised": {"user": "ana", "access_key_id": "ASIAIOSFODNN7EXAMPLE"}});
    let (kind, message) = invoke(&scene, &session).await?.fault();
    assert!(kind == "NotCarriedOut" && message.contains("session"), "{message}");
    let suspected = finding("Recon:IAMUser/TorIPCaller", "ASIAIOSFODNN7EXAMPLE", "some-role");
    let report = invoke(&scene, &suspected).await?.report();
    assert_eq!(said(&report, "…MPLE"), ("skipped", "nobodys-key"));
    Ok(())
}

#[tokio::test]
async fn a_quarantine_is_told_on_the_first_night_of_excluded_users_too() -> anyhow::Result<()> {
    let (scene, _) = people().await?;
    let iam = scene.iam().await;
    let document = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#;
    let policy =
        iam.create_policy().policy_name("AWSCompromisedKeyQuarantineV3").policy_document(document).send().await?;
    let arn = policy.policy.and_then(|policy| policy.arn).unwrap_or_default();
    for user in ["ana", "bob"] {
        iam.attach_user_policy().user_name(user).policy_arn(&arn).send().await?;
    }
    let policy = [POLICY[0], POLICY[1], POLICY[2], ("NIGHTSHIFT_EXCLUDE", "bob")];
    for _ in 0..2 {
        start(&scene, &policy).await?.invoke(&json!({})).await?.report();
    }
    let received = scene.control("mail", json!({})).await?;
    let mail = received["mail"].as_array().cloned().unwrap_or_default();
    let about = |who: &str| {
        let is = |one: &&Value| {
            one["subject"].as_str().is_some_and(|said| said.contains("Quarantine")) && one["to"][0] == who
        };
        mail.iter().filter(is).count()
    };
    assert_eq!((about("ops@example.com"), about("ana@example.com"), about("bob@example.com")), (2, 1, 1));
    Ok(())
}
