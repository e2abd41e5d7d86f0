//! Who asks: only what AWS says of a signature counts, and only one made for this function just now.

use aws_sdk_iam::types::StatusType;
use nightshift::clock::now;
use nightshift::services::aws::{Aws, Roots};
use nightshift::services::stated;
use nightshift_testkit::Scene;
use nightshift_testkit::world::clusters;
use serde_json::{Value, json};

use crate::{FUNCTION, orders, start, tags};

/// Credentials: id, secret, token.
type Key = (String, String, Option<String>);

async fn user(scene: &Scene, name: &str) -> anyhow::Result<Key> {
    let iam = aws_sdk_iam::Client::new(&scene.sdk_config("eu-west-1").await);
    iam.create_user().user_name(name).send().await?;
    let key = iam.create_access_key().user_name(name).send().await?.access_key.expect("a key");
    Ok((key.access_key_id, key.secret_access_key, None))
}

/// A session `name` of a role with `path`.
async fn session(scene: &Scene, role: &str, path: &str, name: &str) -> anyhow::Result<Key> {
    let config = scene.sdk_config("eu-west-1").await;
    let iam = aws_sdk_iam::Client::new(&config);
    let made = iam.create_role().role_name(role).path(path).assume_role_policy_document("{}").send().await?;
    let arn = made.role.expect("a role").arn;
    let sts = aws_sdk_sts::Client::new(&config);
    let session = sts.assume_role().role_arn(arn).role_session_name(name).send().await?;
    let key = session.credentials.expect("credentials");
    Ok((key.access_key_id, key.secret_access_key, Some(key.session_token)))
}

/// What `key` signs for `function`.
async fn signed(scene: &Scene, key: &Key, function: &str, now: jiff::Timestamp) -> anyhow::Result<String> {
    let credentials = aws_sdk_sts::config::Credentials::new(&key.0, &key.1, key.2.clone(), None, "person");
    let provider = aws_sdk_sts::config::SharedCredentialsProvider::new(credentials);
    // As the function sees its endpoint: the name of the host is signed, too.
    let config = scene.sdk_config("eu-west-1").await.into_builder();
    let config = config.endpoint_url(scene.proxy.url()).credentials_provider(provider).build();
    let aws = Aws::of(config, Roots::CompiledIn);
    Ok(stated::sign(&aws, "eu-west-1", function, now).await?.expose().to_owned())
}

fn event(identity: &str) -> Value {
    json!({"source": "orders", "expires": "7d", "identity": identity})
}

const PROVE: [(&str, &str); 1] = [("NIGHTSHIFT_INVOKERS", "prove")];

/// What became of a wish that carries `identity`: whose the clone is, or what is said.
async fn became(scene: &Scene, identity: &str, policy: &[(&str, &str)]) -> anyhow::Result<String> {
    let policy: Vec<_> = PROVE.iter().chain(policy).copied().collect();
    Ok(match start(scene, &policy)?.invoke(&event(identity)).await? {
        nightshift_testkit::Answer::Report(report) => {
            report["items"][0]["owner"].as_str().unwrap_or_default().to_owned()
        }
        nightshift_testkit::Answer::Fault { message, .. } => message,
    })
}

#[tokio::test]
async fn the_owner_is_who_aws_says_signed() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let ana = user(&scene, "ana").await?;
    let identity = signed(&scene, &ana, "cluster-clone", now()).await?;
    assert_eq!(became(&scene, &identity, &[]).await?, "ana");
    let tags = tags(&scene, "orders-ana").await?.expect("it is there");
    assert_eq!(tags["nightshift:cloned-by"], format!("arn:aws:iam::{}:user/ana", scene.account));
    Ok(())
}

#[tokio::test]
async fn a_session_is_somebody_only_where_identity_center_made_its_role() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let path = "/aws-reserved/sso.amazonaws.com/eu-west-1/";
    let ben = session(&scene, "AWSReservedSSO_Dev_0123456789abcdef", path, "ben@example.com").await?;
    let identity = signed(&scene, &ben, "cluster-clone", now()).await?;
    assert_eq!(became(&scene, &identity, &[]).await?, "ben@example.com");
    // Anybody may call a role so, and a session as they like.
    let eve = session(&scene, "AWSReservedSSO_Dev_fedcba9876543210", "/", "ana").await?;
    let plain = session(&scene, "dev", "/", "ana").await?;
    for key in [&eve, &plain] {
        let identity = signed(&scene, key, "cluster-clone", now()).await?;
        let said = became(&scene, &identity, &[]).await?;
        assert!(said.contains("nobodys-name"), "{said}");
    }
    let identity = signed(&scene, &plain, "cluster-clone", now()).await?;
    let owners = [("NIGHTSHIFT_OWNER_OF", "arn:aws:sts::*:assumed-role/dev/*=platform")];
    assert_eq!(became(&scene, &identity, &owners).await?, "platform");
    Ok(())
}

#[tokio::test]
async fn what_is_not_signed_for_this_function_just_now_is_refused() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let ana = user(&scene, "ana").await?;
    let good = signed(&scene, &ana, "cluster-clone", now()).await?;
    let other = signed(&scene, &ana, "another-function", now()).await?;
    let old = signed(&scene, &ana, "cluster-clone", now() - jiff::SignedDuration::from_mins(16)).await?;
    let forged = good.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    let elsewhere = format!("https://evil.example/?{good}");
    for (identity, why) in [
        (other.as_str(), "SignatureDoesNotMatch"),
        (&forged, "SignatureDoesNotMatch"),
        (&old, "it was signed at"),
        (&elsewhere, "it is a URL"),
        ("nonsense", "has a part that"),
    ] {
        let said = became(&scene, identity, &[]).await?;
        assert!(said.contains("proof-refused") && said.contains(why), "{identity}: {said}");
        assert!(!said.contains("X-Amz-Signature="), "what was signed is not repeated: {said}");
    }
    let elsewhere = Scene::new()?;
    let stranger = user(&elsewhere, "ana").await?;
    let foreign = signed(&scene, &stranger, "cluster-clone", now()).await?;
    let said = became(&scene, &foreign, &[]).await?;
    assert!(said.contains(&format!("it was signed in account {}", elsewhere.account)), "{said}");
    let iam = aws_sdk_iam::Client::new(&scene.sdk_config("eu-west-1").await);
    iam.update_access_key().user_name("ana").access_key_id(&ana.0).status(StatusType::Inactive).send().await?;
    assert!(became(&scene, &good, &[]).await?.contains("proof-refused"));
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    Ok(())
}

#[tokio::test]
async fn nobody_is_believed_who_only_says_so() -> anyhow::Result<()> {
    let scene = Scene::new()?;
    orders(&scene).await?;
    let ana = user(&scene, "ana").await?;
    let mut function = start(&scene, &PROVE)?;
    let (kind, message) = function.invoke(&crate::wish("ana")).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    insta::assert_snapshot!(message, @"1 of 1 not done: orders (no-proof: the event does not prove who asks)");
    let mut another = event(&signed(&scene, &ana, "cluster-clone", now()).await?);
    another["owner"] = json!("ben");
    let (_, message) = function.invoke(&another).await?.fault();
    assert!(message.contains("another-owner"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    // Whoever reads the log of a function learns nothing to sign with.
    let identity = another["identity"].as_str().unwrap_or_default().to_owned();
    let signature = identity.split("X-Amz-Signature=").nth(1).unwrap_or_default().split('&').next().unwrap_or_default();
    assert!(signature.len() == 64 && !function.into_output().contains(signature));
    assert!(FUNCTION.ends_with("cluster-clone"), "the name that is signed");
    Ok(())
}
