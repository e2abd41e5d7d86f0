//! A session as the SDK uses it: by which endpoint, and for how long.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use jiff::SignedDuration;

use super::*;
use crate::clock;
use crate::services::aws::Roots;

/// STS, which gives out sessions that last `seconds` more, and remembers who asked what where.
#[derive(Debug, Clone)]
struct Sts {
    seconds: i64,
    asked: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Sts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let action = if body.contains("Action=AssumeRole") { "AssumeRole" } else { "GetCallerIdentity" };
        let key = request.headers().get("authorization").unwrap_or_default();
        let key = key.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{action} by {key} at {}", request.uri()));
        let number = asked.iter().filter(|asked| asked.starts_with("AssumeRole")).count();
        let ends = clock::now().checked_add(SignedDuration::from_secs(self.seconds)).unwrap();
        let answer = match action {
            "AssumeRole" => format!(
                "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>\
                 hush-half</SecretAccessKey><SessionToken>hush-token</SessionToken><Expiration>{ends}</Expiration></Credentials>\
                 </AssumeRoleResult></AssumeRoleResponse>"
            ),
            _ => "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><Account>1</Account>\
                  </GetCallerIdentityResult></GetCallerIdentityResponse>"
                .to_owned(),
        };
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}

/// What was asked while a session that lasts `seconds` more was taken and used twice.
async fn used(seconds: i64) -> Vec<String> {
    let sts = Sts { seconds, asked: Arc::default() };
    let connector = SharedHttpConnector::new(sts.clone());
    let client: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
    let own = Credentials::new("AKIAOWN", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-south-2"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(own))
        .http_client(client)
        .retry_config(RetryConfig::disabled())
        .build();
    let home = Aws::of(config, Roots::CompiledIn);
    let member = Member {
        account: "111122223333".to_owned(),
        role: "nightshift/read".to_owned(),
        external_id: Some("x".to_owned()),
        session: "night".to_owned(),
        source: "night".to_owned(),
    };
    let aws = member.enter(&home).await.unwrap();
    for _ in 0..2 {
        aws.identity().await.unwrap();
    }
    let shown = format!("{aws:?}");
    assert!(!shown.contains("hush"), "{shown}");
    let asked = sts.asked.lock().unwrap();
    asked.clone()
}

#[tokio::test]
async fn a_role_is_taken_once_by_the_regions_own_endpoint_and_again_when_its_session_is_about_to_end() {
    let at = "at https://sts.eu-south-2.amazonaws.com/";
    assert_eq!(
        used(1_200).await,
        [
            format!("AssumeRole by AKIAOWN {at}"),
            format!("GetCallerIdentity by ASIA1 {at}"),
            format!("GetCallerIdentity by ASIA1 {at}"),
        ]
    );
    let renewed = used(3).await;
    assert_eq!(renewed.last(), Some(&format!("GetCallerIdentity by ASIA2 {at}")), "{renewed:?}");
    assert!(renewed.iter().filter(|asked| asked.starts_with("AssumeRole by AKIAOWN")).count() >= 2, "{renewed:?}");
}

#[test]
fn a_name_is_one_that_sts_takes() {
    for (text, name) in [
        ("2026-11-21_night", "2026-11-21_night"),
        ("a b/ü", "a-b--"),
        ("x", "x-"),
        ("", "--"),
        (&"n".repeat(80), &"n".repeat(64)),
    ] {
        assert_eq!(nameable(text), name);
    }
}
