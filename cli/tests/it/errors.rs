//! What is said where there is no way to AWS: the last real error with its endpoint, after two tries, and the next step. How
//! long that takes is said by the number of tries, not by a clock.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nightshift_testkit::Scene;
use nightshift_testkit::proxy::Fault;

use crate::{Said, command, nightshift, policy_file};

const PLAN: [&str; 2] = ["plan", "cluster-cleanup"];

/// With as many attempts as a person's machine has.
fn plan(scene: &Scene, extra: &[(&str, &str)]) -> Said {
    let extra = [&[("AWS_MAX_ATTEMPTS", "6")], extra].concat();
    nightshift(scene, &extra, &PLAN)
}

/// The same, without the variables of `unset`, in a home of its own whose AWS configuration is `config`.
fn at_home(scene: &Scene, config: &str, unset: &[&str], extra: &[(&str, &str)], arguments: &[&str]) -> Said {
    with_home(scene, config, &[], unset, extra, arguments)
}

/// Where the token of the SSO session `corp` is kept: a file called by the SHA-1 of that name.
const CORP: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// The same with files in it.
fn with_home(
    scene: &Scene,
    config: &str,
    files: &[(&str, &str)],
    unset: &[&str],
    extra: &[(&str, &str)],
    arguments: &[&str],
) -> Said {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(home.path().join(".aws/sso/cache")).expect("a folder");
    std::fs::write(home.path().join(".aws/config"), config).expect("a file");
    for (path, text) in files {
        std::fs::write(home.path().join(path), text).expect("a file");
    }
    let mut command = command(scene, extra, arguments);
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    for name in unset {
        command.env_remove(name);
    }
    let mut said = crate::said(&mut command);
    said.err = said.err.replace(home.path().to_str().expect("a path"), "HOME");
    said
}

/// A port where nobody listens.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

#[test]
fn a_refused_connection_is_tried_twice_and_named() {
    let scene = Scene::new().expect("a scene");
    let url = closed();
    let said = plan(&scene, &[("AWS_ENDPOINT_URL", &url)]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err.replace(&url, "http://127.0.0.1:9"), @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: no connection to http://127.0.0.1:9 in 2 tries: Connection refused (os error 111)
    → check the network, the Region, and AWS_ENDPOINT_URL and HTTPS_PROXY if they are set
    ");
}

#[test]
fn a_host_that_does_not_exist_is_tried_twice_and_named() {
    let scene = Scene::new().expect("a scene");
    let said = plan(&scene, &[("AWS_ENDPOINT_URL", "http://sts.nowhere.invalid")]);
    assert_eq!(said.code, 1);
    // What the resolver says differs from machine to machine.
    let said = said.err.split_inclusive("address information: ").next().expect("words").to_owned();
    insta::assert_snapshot!(said, @"nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: no connection to http://sts.nowhere.invalid in 2 tries: failed to lookup address information: ");
}

/// What comes by is counted by who is asked: a proxy that lets nobody through.
#[test]
fn a_misspelt_region_is_doubted_and_not_waited_for() {
    let scene = Scene::new().expect("a scene");
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", proxy.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in proxy.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let _ = (&stream).write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let mut command =
        command(&scene, &[("AWS_MAX_ATTEMPTS", "6"), ("AWS_REGION", "eu-wset-1"), ("HTTPS_PROXY", &url)], &PLAN);
    let said = crate::said(command.env_remove("AWS_ENDPOINT_URL"));
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: 'eu-wset-1' is no Region that was known in November 2026 (did you mean eu-west-1?); it is tried all the same
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: no connection to https://sts.eu-wset-1.amazonaws.com in 2 tries: tunnel error: unsuccessful
    → check the network, the Region, and AWS_ENDPOINT_URL and HTTPS_PROXY if they are set
    ");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "two tries, and no third");
}

#[test]
fn a_misspelt_profile_is_told_from_the_ones_there_are() {
    let scene = Scene::new().expect("a scene");
    let config = "[default]\nregion = eu-west-1\n[profile development]\nregion = eu-west-1\n";
    for (extra, more) in [(&[("AWS_PROFILE", "develpment")][..], &[][..]), (&[], &["--profile", "develpment"])] {
        // The keys of the environment do not stand in for a profile that was named by a flag.
        let unset: &[&str] = if more.is_empty() { &["AWS_ACCESS_KEY_ID"] } else { &[] };
        let said = at_home(&scene, config, unset, extra, &[&PLAN[..], more].concat());
        assert_eq!(said.code, 1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.err, @r"
            nightshift: the config profile (develpment) could not be found; nothing was done
            → did you mean development? there are: default, development; choose with --profile NAME or AWS_PROFILE
            ");
        }
    }
    assert!(scene.proxy.calls().is_empty(), "{:?}", scene.proxy.calls());
}

#[test]
fn who_is_signed_out_is_told_how_to_sign_in() {
    let scene = Scene::new().expect("a scene");
    let config = "[profile dev]\nregion = eu-west-1\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n\
                  sso_account_id = 111122223333\nsso_role_name = Admin\n";
    let said = at_home(&scene, config, &[], &[], &[&PLAN[..], &["--profile", "dev"]].concat());
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: an error occurred while loading credentials: failed to read `HOME/.aws/sso/cache/3947de8b16688092197fa616c34e01335f21d256.json`: No such file or directory (os error 2)
    → sign in: aws sso login --profile dev
    ");
}

/// Signed in once, and the session is over: what a day later looks like.
#[test]
fn who_was_signed_in_and_whose_session_is_over_is_told_how_to_sign_in_again() {
    let scene = Scene::new().expect("a scene");
    let config = "[profile dev]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
                  [sso-session corp]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n";
    let token = r#"{"startUrl": "https://x.awsapps.com/start", "region": "eu-west-1", "accessToken": "gone", "expiresAt": "2020-01-01T00:00:00Z"}"#;
    let said = with_home(&scene, config, &[(CORP, token)], &[], &[], &[&PLAN[..], &["--profile", "dev"]].concat());
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: an error occurred while loading credentials: an error occurred while loading an access token: the SSO token has expired and cannot be refreshed
    → sign in: aws sso login --profile dev
    ");
}

/// Somebody's environment has keys that were good for an hour.
#[test]
fn an_expired_token_has_awss_words_and_the_next_step_word_for_word() {
    let scene = Scene::new().expect("a scene");
    scene.proxy.break_next("sts:GetCallerIdentity", "", 1, Fault::Refused { status: 403, code: "ExpiredToken" });
    let said = plan(&scene, &[("AWS_SESSION_TOKEN", "old")]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: ExpiredToken: asked for
    → the session of these credentials is over: sign in again, or get new session credentials and set all three of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
    ");
}

/// A host that takes no connection and refuses none: its queue is full.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_never_taken_is_tried_twice_and_named() {
    let scene = Scene::new().expect("a scene");
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1).expect("a queue");
    let address = listener.local_addr().expect("an address");
    // As many as it takes until one more waits.
    let mut waiting = Vec::new();
    while waiting.len() < 64 {
        let connect = tokio::time::timeout(Duration::from_millis(300), tokio::net::TcpStream::connect(address));
        match connect.await {
            Ok(stream) => waiting.push(stream),
            Err(_) => break,
        }
    }
    let url = format!("http://{address}");
    let said = plan(&scene, &[("AWS_ENDPOINT_URL", &url)]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err.replace(&url, "http://127.0.0.1:9"), @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: no connection to http://127.0.0.1:9 in 2 tries: timed out
    → check the network, the Region, and AWS_ENDPOINT_URL and HTTPS_PROXY if they are set
    ");
}

#[test]
fn who_has_no_credentials_or_no_region_is_told_how_to_have_them() {
    let scene = Scene::new().expect("a scene");
    let said = at_home(&scene, "", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], &[], &PLAN);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: could not ask AWS whose credentials these are; nothing was done: sts:GetCallerIdentity on the caller's own credentials did not succeed: the credential provider was not enabled: no credentials found in chain. Attempted: Environment: the credential provider was not enabled: environment variable not set Profile: the credential provider was not enabled WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set EcsContainer: the credential provider was not enabled: ECS provider not configured Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
    → name a profile (--profile NAME or AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws configure sso` makes a profile
    ");
    let said = at_home(&scene, "", &["AWS_REGION"], &[], &PLAN);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    nightshift: no Region is known; nothing was done
    → --region NAME, or AWS_REGION, or `aws configure set region NAME --profile default`
    ");
}

#[test]
fn credentials_that_are_no_good_have_awss_words_and_a_next_step() {
    let scene = Scene::new().expect("a scene");
    for (code, step) in [
        ("ExpiredToken", "the session of these credentials is over: sign in again"),
        ("InvalidClientTokenId", "AWS does not know this access key"),
        ("SignatureDoesNotMatch", "the secret access key is not the one of this access key id"),
    ] {
        scene.proxy.break_next("sts:GetCallerIdentity", "", 1, Fault::Refused { status: 403, code });
        let said = plan(&scene, &[]);
        assert_eq!(said.code, 1, "{code}");
        assert!(said.err.contains(&format!(" did not succeed: {code}: ")), "AWS's own words: {}", said.err);
        assert!(said.err.contains(&format!("\n→ {step}")), "{}", said.err);
        assert!(!said.err.contains('\u{fffd}'), "{}", said.err);
    }
}

#[test]
fn what_aws_refuses_further_on_brings_its_next_step() {
    let scene = Scene::new().expect("a scene");
    scene.proxy.deny("iam:GetAccountAuthorizationDetails");
    let said = nightshift(&scene, &[], &["keys", "list"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("\n→ allow iam:GetAccountAuthorizationDetails on it in the role's policy"),
        "{}",
        said.err
    );
}

#[test]
fn a_policy_files_faults_have_their_line_and_column() {
    let (_folder, path) =
        policy_file("\u{feff}NIGHTSHIFT_MAX_DELETIONS=ten\n  NIGHTSHIFT_PROTECED=x\nNIGHTSHIFT_MODE=plan\n");
    let path = path.to_str().expect("a path");
    let scene = Scene::new().expect("a scene");
    let said = nightshift(&scene, &[], &["policy", "check", path, "--job", "cluster-cleanup"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err.replace(path, "dev.env"), @"nightshift: the policy file dev.env has 2 faults and nothing was done: line 1, column 1: NIGHTSHIFT_MAX_DELETIONS: 'ten' is not a whole number from 0 to 10000; line 2, column 3: NIGHTSHIFT_PROTECED: this function has no such variable; did you mean NIGHTSHIFT_PROTECTED?");
    let (_folder, path) = policy_file("\u{feff}NIGHTSHIFT_MAX_DELETIONS=3\n");
    let path = path.to_str().expect("a path");
    let said = nightshift(&scene, &[], &["policy", "check", path, "--job", "cluster-cleanup"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.ends_with(" is a policy of cluster-cleanup: 1 variable, no fault\n"), "{}", said.out);
    let said = nightshift(&scene, &[], &["policy", "show", "cluster-cleanup", "--policy", path, "--output", "csv"]);
    for row in [
        format!("NIGHTSHIFT_MAX_DELETIONS,{path}:1,3"),
        "NIGHTSHIFT_REGIONS,default,eu-west-1".to_owned(),
        "NIGHTSHIFT_MAX_DELETION_PERCENT,default,50".to_owned(),
        "NIGHTSHIFT_REQUIRED_TAGS,default,env=dev".to_owned(),
        "NIGHTSHIFT_PROTECTED,default,\"(none) Never touched, cluster or snapshot, whatever its tags say.\"".to_owned(),
    ] {
        assert!(said.out.lines().any(|line| line == row), "{row}: {}", said.out);
    }
    assert!(scene.proxy.calls().is_empty(), "nobody is asked: {:?}", scene.proxy.calls());
}
