//! What the way of an anonymised clone takes: production on the stand-in, the rules for it, and a real server that is the raw copy's.

mod server;

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use serde_json::{Value, json};

use crate::database::Flavour;
use crate::scene::{REGION, Scene};
use crate::world::{clusters, expired, tags_of};

pub use server::{MASTER, Stage};

/// What every endpoint of the account has in it.
const IDENTIFIER: &str = "c0ffee000000";

/// What the source is, and so what the raw copy's server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the engine of its name")]
pub enum Source {
    Postgres,
    Mysql,
}

impl Source {
    /// As RDS has it.
    const fn engine(self) -> &'static str {
        match self {
            Self::Postgres => "aurora-postgresql",
            Self::Mysql => "aurora-mysql",
        }
    }

    /// Rules for the shop in it.
    pub fn rules(self) -> String {
        let (engine, schema) = match self {
            Self::Postgres => ("postgresql", "public"),
            Self::Mysql => (Flavour::Mysql.engine(), "shop"),
        };
        format!(
            "version = 1\nengine = \"{engine}\"\n[table.\"{schema}.person\"]\nkeep = [\"id\", \"country\"]\n\
             column.email = {{ fake = \"mail\", join = \"mail\" }}\ncolumn.notes = \"hash\"\n\
             [table.\"{schema}.orders\"]\nkeep = [\"id\", \"remark\"]\n[table.\"{schema}.audit_log\"]\ntruncate = true\n"
        )
    }
}

/// The variables of a function that anonymises by rules in the bucket of `scene`.
pub fn variables(scene: &Scene) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTSHIFT_ANONYMISE_RULES", format!("s3://{}/{{source}}.toml", bucket(scene))),
        ("NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS", "sg-quarantine".to_owned()),
        ("NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP", "quarantine-{family}".to_owned()),
        ("NIGHTSHIFT_QUARANTINE_CLASS", "db.r6g.large".to_owned()),
    ]
}

fn bucket(scene: &Scene) -> String {
    format!("rules-{}", scene.account)
}

async fn s3(scene: &Scene) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(&scene.sdk_config(REGION).await).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

/// Leaves `text` as the rules for the source.
pub async fn put_rules(scene: &Scene, text: &str) -> anyhow::Result<()> {
    let body = ByteStream::from(text.as_bytes().to_vec());
    s3(scene).await.put_object().bucket(bucket(scene)).key("orders.toml").body(body).send().await?;
    Ok(())
}

/// Production in the account of `scene`, the rules for it and the quarantine's parameter group.
pub async fn production(scene: &Scene, source: Source) -> anyhow::Result<()> {
    scene.control("endpoints", json!({"identifier": IDENTIFIER})).await?;
    let orders = expired("orders").engine(source.engine()).tag("auto-delete-after", "").tag("owner", "");
    orders.tag("env", "prod").create(scene).await?;
    let rds = scene.rds(REGION).await;
    let mut pages = rds.describe_db_clusters().db_cluster_identifier("orders").into_paginator().items().send();
    let orders = pages.next().await.expect("it is there")?;
    let version = orders.engine_version().unwrap_or_default();
    let family = match source {
        Source::Postgres => format!("aurora-postgresql{}", version.split('.').next().unwrap_or_default()),
        Source::Mysql => format!("aurora-mysql{}", version.split('.').take(2).collect::<Vec<_>>().join(".")),
    };
    let group = rds.create_db_parameter_group().db_parameter_group_name(format!("quarantine-{family}"));
    group.db_parameter_group_family(family).description("quiet").send().await?;
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    s3(scene).await.create_bucket().bucket(bucket(scene)).create_bucket_configuration(place).send().await?;
    put_rules(scene, &source.rules()).await
}

/// Who asks for an anonymised clone.
pub fn wish() -> Value {
    json!({"source": "orders", "owner": "ana", "expires": "7d", "anonymise": true})
}

/// The names of all secrets that keys of runs are in.
pub async fn keys(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let mut names = secrets(scene).await?;
    names.retain(|name| name.starts_with("nightshift/anonymise/"));
    Ok(names)
}

/// The names of all secrets.
pub async fn secrets(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config(REGION).await);
    let mut pages = secrets.list_secrets().include_planned_deletion(true).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        names.extend(page?.secret_list.unwrap_or_default().into_iter().filter_map(|secret| secret.name));
    }
    Ok(names)
}

/// What is wrong with the account once all is done, or nothing.
pub async fn wrong(scene: &Scene, stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut wrong = stage.wrong().await?;
    let standing = clusters(scene, REGION).await?;
    if standing != ["orders", "orders-ana"] {
        wrong.push(format!("these stand: {}", standing.join(", ")));
    }
    let keys = keys(scene).await?;
    if !keys.is_empty() {
        wrong.push(format!("these keys are left: {}", keys.join(", ")));
    }
    let has: BTreeMap<String, String> = tags_of(scene, "orders-ana").await?.unwrap_or_default();
    let get = |key: &str| has.get(key).map_or("", String::as_str);
    if get("nightshift:clone") != "ready"
        || !get("nightshift:anonymised").starts_with("sha256:")
        || has.contains_key("nightshift:data")
    {
        wrong.push(format!("the clone's tags are {has:?}"));
    }
    if tags_of(scene, "orders").await?.is_none_or(|tags| tags.len() != 1) {
        wrong.push("its source was written on".to_owned());
    }
    Ok(wrong)
}
