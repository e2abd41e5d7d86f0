//! The few calls scenes need of services whose SDK crate would cost more to build than the whole of this project: by
//! hand, with a header that names account and service. The stand-in checks no signatures.

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::scene::{REGION, Scene};

/// What the stand-in's EC2 gives every account.
#[derive(Debug, Clone)]
pub struct Network {
    /// The subnets of the default VPC.
    pub subnets: Vec<String>,
    /// One of its security groups.
    pub security_group: String,
}

const FORM: &str = "application/x-www-form-urlencoded";

impl Scene {
    /// The account's default network.
    pub async fn network(&self) -> anyhow::Result<Network> {
        self.network_in(REGION).await
    }

    /// The same in another Region.
    pub async fn network_in(&self, region: &str) -> anyhow::Result<Network> {
        let subnets = "Action=DescribeSubnets&Version=2016-11-15";
        let subnets = self.post_in(region, "ec2", "/", FORM, subnets).await?;
        let groups = "Action=DescribeSecurityGroups&Version=2016-11-15";
        let groups = self.post_in(region, "ec2", "/", FORM, groups).await?;
        let security_group = elements(&groups, "groupId").next().context("no security group")?;
        Ok(Network { subnets: elements(&subnets, "subnetId").collect(), security_group })
    }

    /// A deployed function of this name with these variables; it has no code.
    pub async fn function(&self, name: &str, variables: &[(&str, &str)]) -> anyhow::Result<()> {
        self.function_in(REGION, name, variables).await
    }

    /// The same in another Region.
    pub async fn function_in(&self, region: &str, name: &str, variables: &[(&str, &str)]) -> anyhow::Result<()> {
        let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let role = format!("Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={trust}");
        self.post("iam", "/", FORM, &role).await?;
        let variables: serde_json::Map<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let body = json!({
            "FunctionName": name,
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": format!("arn:aws:iam::{}:role/{name}", self.account),
            // The smallest zip there is: an empty one.
            "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
            "Environment": {"Variables": variables},
        });
        let path = "/2015-03-31/functions";
        self.post_in(region, "lambda", path, "application/json", &body.to_string()).await.map(|_| ())
    }

    /// An address or domain that SES takes mail from.
    pub async fn mail_identity(&self, identity: &str) -> anyhow::Result<()> {
        let body = json!({ "EmailIdentity": identity }).to_string();
        self.post("ses", "/v2/email/identities", "application/json", &body).await.map(|_| ())
    }

    /// An SNS topic; its ARN.
    pub async fn topic(&self, name: &str) -> anyhow::Result<String> {
        let made = self.post("sns", "/", FORM, &format!("Action=CreateTopic&Version=2010-03-31&Name={name}")).await?;
        elements(&made, "TopicArn").next().context("no topic ARN")
    }

    /// A secret with this text in it.
    pub async fn secret(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let body = json!({ "Name": name, "SecretString": text }).to_string();
        self.post("secretsmanager", "/", "secretsmanager.CreateSecret", &body).await.map(|_| ())
    }

    /// An access key of a user made for it: identifier and secret.
    pub async fn access_key(&self, user: &str) -> anyhow::Result<(String, String)> {
        let call = |action: &str| format!("Action={action}&Version=2010-05-08&UserName={user}");
        self.post("iam", "/", FORM, &call("CreateUser")).await?;
        let made = self.post("iam", "/", FORM, &call("CreateAccessKey")).await?;
        let one = |name| elements(&made, name).next().with_context(|| format!("no {name}"));
        Ok((one("AccessKeyId")?, one("SecretAccessKey")?))
    }

    async fn post(&self, service: &str, path: &str, content_type: &str, body: &str) -> anyhow::Result<String> {
        self.post_in(REGION, service, path, content_type, body).await
    }

    /// `content_type` may be the target of a JSON-RPC call instead.
    pub(crate) async fn post_in(
        &self,
        region: &str,
        service: &str,
        path: &str,
        content_type: &str,
        body: &str,
    ) -> anyhow::Result<String> {
        let target = (!content_type.contains('/')).then_some(content_type);
        let scope = format!("{}/20261121/{region}/{service}/aws4_request", self.account);
        let request = reqwest::Client::builder().no_proxy().build()?.post(format!("{}{path}", self.stand_in_url()));
        let request = target.into_iter().fold(request, |request, target| request.header("x-amz-target", target));
        let answer = request
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"))
            .header("content-type", if target.is_some() { "application/x-amz-json-1.1" } else { content_type })
            .body(body.to_owned())
            .send()
            .await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{service} answered {status}: {text}");
        Ok(text)
    }
}

/// The texts of every element `name` of an XML answer.
fn elements<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let open = format!("<{name}>");
    xml.match_indices(&open)
        .map(|(at, open)| at + open.len())
        .filter_map(|from| xml[from..].split('<').next().map(str::to_owned))
        .collect::<Vec<_>>()
        .into_iter()
}
