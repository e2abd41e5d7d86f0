//! The way of an anonymised clone, against the stand-in and a real PostgreSQL: the raw copy in quarantine, what is handed over in its
//! place, and what becomes of both where it fails, dies or has to wait.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use nightshift_testkit::database::postgres::{PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Installation, Postgres};
use nightshift_testkit::proxy::{Call, Fault};
use nightshift_testkit::world::{clusters, expired};
use nightshift_testkit::{FunctionProcess, Scene};
use serde_json::{Value, json};

use crate::{start, tags};

/// What every endpoint of the account has in it.
const IDENTIFIER: &str = "c0ffee000000";
/// The raw copy's.
const HOST: &str = "orders-ana-raw.cluster-c0ffee000000.eu-west-1.rds.amazonaws.com";
/// The master user that the stand-in's secrets name, and the password they hold.
const MASTER: &str = "admin";
const SHOP: &str = include_str!("../../../../cli/tests/it/anonymise/small.sql");
pub(crate) const RULES: &str = "version = 1\nengine = \"postgresql\"\n[table.\"public.person\"]\nkeep = [\"id\", \"country\"]\n\
    column.email = { fake = \"mail\", join = \"mail\" }\ncolumn.notes = \"hash\"\n\
    [table.\"public.orders\"]\nkeep = [\"id\", \"remark\"]\n[table.\"public.audit_log\"]\ntruncate = true\n";
/// Session locks of a run, as `servers/anonymise/alone.rs` has it.
const LOCK: i64 = 7_956_003_944_967_206_260;

/// A server that is the raw copy's.
pub(crate) struct Stage {
    server: Postgres,
}

impl Stage {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let version = Installation::any()?;
        let server = Postgres::start(&version, HOST, "first").await?;
        let admin = server.log_in(RDS_ADMIN, PASSWORD, "first").await?;
        let member = if version.version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
        // As the parameter group of a quarantine has it: statements are logged here, and no parameters.
        let master = format!(
            "CREATE ROLE {MASTER} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser PASSWORD 'P@55w0rd!'; \
             CREATE ROLE shop; GRANT shop TO {MASTER} {member}; ALTER ROLE {MASTER} SET log_parameter_max_length = 0"
        );
        admin.batch_execute(&master).await?;
        Ok(Self { server })
    }

    async fn admin(&self, database: &str) -> anyhow::Result<Client> {
        self.server.log_in(RDS_ADMIN, PASSWORD, database).await
    }

    /// The data of production, as a raw copy has it.
    pub(crate) async fn filled(&self) -> anyhow::Result<()> {
        let first = self.admin("first").await?;
        first.batch_execute("DROP DATABASE IF EXISTS shop WITH (FORCE)").await?;
        first.batch_execute(&format!("CREATE DATABASE shop OWNER {MASTER}")).await?;
        let inside = self.admin("shop").await?;
        inside.batch_execute("GRANT CREATE, USAGE ON SCHEMA public TO shop; SET ROLE shop").await?;
        Ok(inside.batch_execute(SHOP).await?)
    }

    /// Waits until nobody who was killed is there any more.
    async fn alone(&self) -> anyhow::Result<()> {
        let admin = self.admin("first").await?;
        let question = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{MASTER}'");
        while admin.query_one(&question, &[]).await?.get::<_, i64>(0) != 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Asks in `scene`, and kills the function right after the call at `place`, until nothing of it is there any more.
    pub(crate) async fn killed_after(&self, scene: &Scene, place: usize) -> anyhow::Result<()> {
        scene.proxy.break_call(place, Fault::HoldAfter);
        let mut function = self.start(scene, &[])?;
        function.send(&wish()).await?;
        scene.proxy.reached().await?;
        function.kill();
        scene.proxy.reset();
        self.alone().await
    }

    /// The function in `scene`.
    pub(crate) fn start(&self, scene: &Scene, policy: &[(&str, &str)]) -> anyhow::Result<FunctionProcess> {
        let rules = format!("s3://{}/{{source}}.toml", bucket(scene));
        let (address, authority) =
            (self.server.address().to_string(), self.server.certificates.authority.display().to_string());
        let own = [
            ("NIGHTSHIFT_ANONYMISE_RULES", rules.as_str()),
            ("NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS", "sg-quarantine"),
            ("NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP", "quarantine-{family}"),
            ("NIGHTSHIFT_QUARANTINE_CLASS", "db.r6g.large"),
            ("NIGHTSHIFT_DB_ADDRESS", &address),
            ("NIGHTSHIFT_DB_CA_FILE", &authority),
        ];
        start(scene, &[&own[..], policy].concat())
    }

    /// What is wrong with the data, or nothing: each original has become something else, joins held, and a seal says so.
    pub(crate) async fn wrong(&self) -> anyhow::Result<Vec<String>> {
        let inside = self.admin("shop").await?;
        let mut wrong = Vec::new();
        for (question, expected) in [
            ("SELECT count(*) FROM person WHERE email LIKE '%needle%' OR notes LIKE '%needle%'", 0),
            ("SELECT count(*) FROM mails WHERE email LIKE '%needle%'", 0),
            ("SELECT count(*) FROM person p JOIN orders o ON o.mail = p.email AND o.id = p.id", 40),
            ("SELECT count(*) FROM audit_log", 0),
            ("SELECT count(*) FROM pg_namespace WHERE nspname = 'nightshift_anon'", 0),
            // One pass of a hash, and not two.
            ("SELECT count(*) FROM person WHERE length(notes) = 20", 40),
        ] {
            let found: i64 = inside.query_one(question, &[]).await?.get(0);
            if found != expected {
                wrong.push(format!("{question}: {found}, not {expected}"));
            }
        }
        let mark = "SELECT coalesce(obj_description(to_regnamespace('nightshift_copy'), 'pg_namespace'), '')";
        let mark: String = inside.query_one(mark, &[]).await?.get(0);
        if !mark.starts_with(&format!("nightshift: shop at {HOST} was anonymised by plan sha256:")) {
            wrong.push(format!("the mark says '{mark}'"));
        }
        Ok(wrong)
    }
}

fn bucket(scene: &Scene) -> String {
    format!("rules-{}", scene.account)
}

pub(crate) async fn put_rules(scene: &Scene, text: &str) -> anyhow::Result<()> {
    let config = aws_sdk_s3::config::Builder::from(&scene.sdk_config("eu-west-1").await).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    let body = ByteStream::from(text.as_bytes().to_vec());
    s3.put_object().bucket(bucket(scene)).key("orders.toml").body(body).send().await?;
    Ok(())
}

/// An account with production in it, the rules for it and the quarantine's parameter groups.
pub(crate) async fn production() -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    scene.control("endpoints", json!({"identifier": IDENTIFIER})).await?;
    expired("orders").tag("auto-delete-after", "").tag("owner", "").tag("env", "prod").create(&scene).await?;
    let rds = scene.rds("eu-west-1").await;
    let mut pages = rds.describe_db_clusters().db_cluster_identifier("orders").into_paginator().items().send();
    let orders = pages.next().await.expect("it is there")?;
    let major = orders.engine_version().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
    let family = format!("aurora-postgresql{major}");
    let group = rds.create_db_parameter_group().db_parameter_group_name(format!("quarantine-{family}"));
    group.db_parameter_group_family(family).description("quiet").send().await?;
    let config = aws_sdk_s3::config::Builder::from(&scene.sdk_config("eu-west-1").await).force_path_style(true).build();
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    s3.create_bucket().bucket(bucket(&scene)).create_bucket_configuration(place).send().await?;
    put_rules(&scene, RULES).await?;
    Ok(scene)
}

pub(crate) fn wish() -> Value {
    json!({"source": "orders", "owner": "ana", "expires": "7d", "anonymise": true})
}

/// The names of all secrets that keys of runs are in.
pub(crate) async fn keys(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let mut names = secrets(scene).await?;
    names.retain(|name| name.starts_with("nightshift/anonymise/"));
    Ok(names)
}

/// The names of all secrets.
pub(crate) async fn secrets(scene: &Scene) -> anyhow::Result<Vec<String>> {
    let secrets = aws_sdk_secretsmanager::Client::new(&scene.sdk_config("eu-west-1").await);
    let mut pages = secrets.list_secrets().include_planned_deletion(true).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        names.extend(page?.secret_list.unwrap_or_default().into_iter().filter_map(|secret| secret.name));
    }
    Ok(names)
}

/// What is wrong with the account once all is done, or nothing.
pub(crate) async fn wrong(scene: &Scene, stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut wrong = stage.wrong().await?;
    let standing = clusters(scene, "eu-west-1").await?;
    if standing != ["orders", "orders-ana"] {
        wrong.push(format!("these stand: {}", standing.join(", ")));
    }
    let keys = keys(scene).await?;
    if !keys.is_empty() {
        wrong.push(format!("these keys are left: {}", keys.join(", ")));
    }
    let has = tags(scene, "orders-ana").await?.unwrap_or_default();
    let get = |key: &str| has.get(key).map_or("", String::as_str).to_owned();
    if get("nightshift:clone") != "ready"
        || !get("nightshift:anonymised").starts_with("sha256:")
        || has.contains_key("nightshift:data")
    {
        wrong.push(format!("the clone's tags are {has:?}"));
    }
    if tags(scene, "orders").await?.is_none_or(|tags| tags.len() != 1) {
        wrong.push("its source was written on".to_owned());
    }
    Ok(wrong)
}

pub(crate) fn places(calls: &[Call], action: &str, about: (&str, &str)) -> Vec<usize> {
    let is = |call: &Call| call.action == action && call.parameters.get(about.0).map(String::as_str) == Some(about.1);
    calls.iter().enumerate().filter(|(_, call)| is(call)).map(|(at, _)| at).collect()
}

#[tokio::test]
async fn production_is_handed_over_anonymised_as_a_clone_of_its_raw_copy() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    let mut function = stage.start(&scene, &[])?;
    let planned =
        function.invoke_text(include_str!("../../../../events/cluster-clone/anonymised.json")).await?.report();
    assert_eq!(planned["counts"]["planned"], 1, "{planned:#}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    scene.proxy.reset();
    let report = function.invoke(&wish()).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new());
    let calls = scene.proxy.calls();
    let one = |action: &str, key: &str, value: &str| {
        let found = places(&calls, action, (key, value));
        assert_eq!(found.len(), 1, "{action} {key}={value}: {calls:#?}");
        found[0]
    };
    let raw = one("rds:RestoreDBClusterToPointInTime", "DBClusterIdentifier", "orders-ana-raw");
    let second = one("rds:RestoreDBClusterToPointInTime", "DBClusterIdentifier", "orders-ana");
    let deleted = one("rds:DeleteDBCluster", "DBClusterIdentifier", "orders-ana-raw");
    let tagged: Vec<_> =
        calls.iter().enumerate().filter(|(_, call)| call.action == "rds:AddTagsToResource").map(|(at, _)| at).collect();
    let [anonymised, ready] = tagged[..] else { panic!("{tagged:?}") };
    assert!(raw < anonymised && anonymised < second && second < deleted && deleted < ready, "{calls:#?}");
    let of = |at: usize, key: &str| calls[at].parameters.get(key).map_or("", String::as_str);
    let groups = |at: usize| {
        let of = calls[at].parameters.iter().filter(|(key, _)| key.starts_with("VpcSecurityGroupIds"));
        of.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(groups(raw), ["sg-quarantine"]);
    assert!(of(raw, "DBClusterParameterGroupName").starts_with("quarantine-aurora-postgresql"));
    assert_eq!((of(raw, "BackupRetentionPeriod"), of(raw, "EnableIAMDatabaseAuthentication")), ("1", "false"));
    assert!(!calls[raw].parameters.keys().any(|key| key.contains("Export") || key.contains("PerformanceInsights")));
    assert_eq!(of(second, "SourceDBClusterIdentifier"), "orders-ana-raw");
    assert!(!groups(second).contains(&"sg-quarantine"));
    assert_eq!((of(deleted, "SkipFinalSnapshot"), of(deleted, "FinalDBSnapshotIdentifier")), ("true", ""));
    let again = function.invoke(&wish()).await?.report();
    assert_eq!(again["counts"]["already_right"], 1, "{again:#}");
    Ok(())
}

/// Killed right after each call that changes something, and asked again: each value hashed once, one clone, no raw copy, no key.
#[tokio::test]
async fn killed_after_each_call_it_comes_to_the_same_end() -> anyhow::Result<()> {
    let stage = Stage::new().await?;
    let scene = production().await?;
    stage.filled().await?;
    stage.start(&scene, &[])?.invoke(&wish()).await?.report();
    let calls = scene.proxy.calls();
    let changes = |call: &Call| !call.action.contains(":Describe") && !call.action.contains(":Get");
    let places: Vec<_> = calls.iter().enumerate().filter(|(_, call)| changes(call)).map(|(at, _)| at).collect();
    assert!(places.len() > 10, "{calls:#?}");
    for place in places {
        let scene = production().await?;
        stage.filled().await?;
        stage.killed_after(&scene, place).await?;
        let answer = stage.start(&scene, &[])?.invoke(&wish()).await?;
        assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new(), "{}: {answer:?}", calls[place].action);
    }
    Ok(())
}

/// Whatever fails for good takes both with it, and says so; nothing else goes.
#[tokio::test]
async fn what_comes_to_nothing_leaves_nothing() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    expired("orders-ben-raw").tag("auto-delete-after", "").create(&scene).await?;
    let mut function = stage.start(&scene, &[])?;
    let is_gone = async |message: &str, why: &[&str]| -> anyhow::Result<()> {
        for part in why.iter().chain(&["all that was made for it was deleted again"]) {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ben-raw"], "{message}");
        assert_eq!(keys(&scene).await?, Vec::<String>::new());
        Ok(())
    };
    // A column that nobody has decided.
    put_rules(&scene, &RULES.replace("column.notes = \"hash\"\n", "")).await?;
    let (kind, message) = function.invoke(&wish()).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    is_gone(&message, &["orders-ana (not-anonymised", "undecided-column"]).await?;
    assert!(!message.contains("needle"), "{message}");
    put_rules(&scene, RULES).await?;
    // A right that is not there.
    scene.proxy.deny("secretsmanager:CreateSecret");
    let (_, message) = function.invoke(&wish()).await?.fault();
    is_gone(&message, &["orders-ana (access-denied"]).await?;
    scene.proxy.forgive();
    // A second database, which would be handed over as it is.
    let first = stage.admin("first").await?;
    first.batch_execute("CREATE TABLE customers (name text)").await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    is_gone(&message, &["another-database", "first, shop"]).await?;
    first.batch_execute("DROP TABLE customers").await?;
    // Rules that are none.
    put_rules(&scene, "version = 1\n").await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    assert!(message.contains("orders (no-rules"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ben-raw"]);
    Ok(())
}

/// What passes by itself leaves the raw copy where it is; what was changed there meanwhile does not pass.
#[tokio::test]
async fn what_passes_is_gone_on_with_and_what_was_moved_is_not() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    let mut function = stage.start(&scene, &[])?;
    let left = async |function: &mut FunctionProcess, why: &str| -> anyhow::Result<()> {
        let (_, message) = function.invoke(&wish()).await?.fault();
        assert!(message.contains(why), "{why}: {message}");
        assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana-raw"], "{message}");
        Ok(())
    };
    // Somebody else is at work: an earlier call, or its last statement.
    let other = stage.admin("shop").await?;
    other.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    left(&mut function, "orders-ana (not-ready: cluster orders-ana-raw is not anonymised yet: still-running").await?;
    other.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})")).await?;
    drop(other);
    scene.proxy.break_next("secretsmanager:CreateSecret", "", 1, Fault::Throttled);
    left(&mut function, "throttled").await?;
    // Somebody opens the quarantine.
    let rds = scene.rds("eu-west-1").await;
    rds.modify_db_cluster().db_cluster_identifier("orders-ana-raw").vpc_security_group_ids("sg-open").send().await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    assert!(message.contains("stands outside its quarantine: its security groups are others"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    // Other rules than those it was made for.
    scene.proxy.break_next("secretsmanager:CreateSecret", "", 1, Fault::Throttled);
    left(&mut function, "throttled").await?;
    put_rules(&scene, &format!("{RULES}# read again\n")).await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    assert!(message.contains("was made for other rules than there are now"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    let report = function.invoke(&wish()).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new());
    Ok(())
}
