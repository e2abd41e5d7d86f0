//! What an error of AWS is sorted as, and what is said of it.

use super::*;

#[test]
fn the_right_that_is_missing_is_the_one_that_aws_names() {
    let says =
        |words: &str| format!("User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: {words}");
    for (message, right) in [
        (says("s3:ListBucket on resource: \"arn:aws:s3:::runs\" because no policy allows it"), Some("s3:ListBucket")),
        (says("sts:SetSourceIdentity"), Some("sts:SetSourceIdentity")),
        (says("ec2-instance-connect:OpenTunnel because"), Some("ec2-instance-connect:OpenTunnel")),
        (says("this"), None),
        (says("<b>:x on it"), None),
        (says("s3:"), None),
        ("not authorized to perform this".to_owned(), None),
    ] {
        assert_eq!(right_in(&message), right, "{message}");
    }
}

#[test]
fn codes_are_sorted_as_they_stand_on_the_wire() {
    for (code, kind) in [
        ("DBClusterNotFoundFault", Kind::NotFound),
        ("DBInstanceNotFound", Kind::NotFound),
        ("DBClusterSnapshotNotFoundFault", Kind::NotFound),
        ("NoSuchEntity", Kind::NotFound),
        ("DBClusterSnapshotAlreadyExistsFault", Kind::Exists),
        ("DBClusterAlreadyExistsFault", Kind::Exists),
        ("EntityAlreadyExists", Kind::Exists),
        ("Throttling", Kind::Throttled),
        ("ThrottlingException", Kind::Throttled),
        ("Throttled", Kind::Throttled),
        ("TooManyRequestsException", Kind::Throttled),
        ("AccessDenied", Kind::Denied),
        ("InvalidDBClusterStateFault", Kind::BadState),
        ("InvalidDBInstanceState", Kind::BadState),
        ("InvalidDBClusterSnapshotStateFault", Kind::BadState),
        ("InvalidGlobalClusterStateFault", Kind::BadState),
        ("EntityTemporarilyUnmodifiable", Kind::BadState),
        ("ConcurrentModificationException", Kind::BadState),
        ("SnapshotQuotaExceeded", Kind::Quota),
        ("DBClusterAutomatedBackupQuotaExceededFault", Kind::Quota),
        ("LimitExceeded", Kind::Quota),
        ("InvalidAction", Kind::UnknownCall),
        ("InvalidParameterCombination", Kind::Other),
        ("InvalidParameterValue", Kind::Other),
        ("ServiceUnavailable", Kind::NoAnswer),
        ("InternalFailure", Kind::NoAnswer),
        ("InvalidClientTokenId", Kind::Denied),
        ("ExpiredToken", Kind::Denied),
        ("ExpiredTokenException", Kind::Denied),
        ("SignatureDoesNotMatch", Kind::Denied),
        ("ResourceNotFoundException", Kind::NotFound),
        ("ResourceExistsException", Kind::Exists),
        ("a-code-of-next-year", Kind::Other),
    ] {
        assert_eq!(kind_of(400, Some(code)), kind, "{code}");
    }
}

#[test]
fn credentials_that_are_no_good_are_not_a_matter_of_policies() {
    let fix = |code: &str| {
        let cause = Cause { code: Some(code.to_owned()), message: "no".to_owned() };
        AwsError { action: "sts:GetCallerIdentity", object: "x".to_owned(), kind: Kind::Denied, block: None, cause }
            .fix()
    };
    for code in CREDENTIALS.iter().flat_map(|(codes, _)| codes.iter()) {
        assert!(!fix(code).contains("allow"), "{code}: {}", fix(code));
    }
    assert!(fix("ExpiredToken").contains("sign in again"));
    assert!(fix("AccessDenied").starts_with("allow sts:GetCallerIdentity"));
}

#[test]
fn a_fault_of_the_service_is_no_answer_whatever_its_code() {
    // Each service's own, then codes that would be a refusal with any other status.
    let own = ["ServiceFailure", "InternalServiceError", "InternalFailure", "InternalError", "ServiceException"];
    let refusals = ["AccessDenied", "DBClusterNotFoundFault", "EntityAlreadyExists", "LimitExceeded", "InvalidAction"];
    for status in [500, 502, 503, 504, 529] {
        for code in own.iter().chain(&refusals).chain(&["Throttling", "SlowDown", "a-code-of-next-year"]) {
            assert_eq!(kind_of(status, Some(code)), Kind::NoAnswer, "{status} {code}");
        }
    }
    // Nor is an answer that names no code, nor a request the service gave up waiting for.
    for status in [400, 403, 404, 409] {
        assert_eq!(kind_of(status, None), Kind::NoAnswer, "{status}: gone is success, and this says nothing");
    }
    assert_eq!(kind_of(400, Some("RequestTimeout")), Kind::NoAnswer);
    assert_eq!(kind_of(408, Some("RequestTimeoutException")), Kind::NoAnswer);
}

#[test]
fn what_nobody_knows_the_outcome_of_is_looked_at_again() {
    let of = |kind| AwsError {
        action: "rds:DeleteDBCluster",
        object: "x".to_owned(),
        kind,
        block: None,
        cause: Cause { code: None, message: String::new() },
    };
    for (kind, looks, may_have, may_pass) in [
        (Kind::NoAnswer, true, true, true),
        (Kind::BadState, true, false, true),
        (Kind::Exists, true, false, false),
        (Kind::Throttled, false, false, true),
        (Kind::Denied, false, false, false),
        (Kind::NotFound, false, false, false),
        (Kind::Other, false, false, false),
    ] {
        let error = of(kind);
        let found = (error.is_worth_another_look(), error.may_have_happened(), error.may_pass());
        assert_eq!(found, (looks, may_have, may_pass), "{kind:?}");
    }
}
