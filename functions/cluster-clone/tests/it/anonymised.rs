//! The way of an anonymised clone, against the stand-in and a real PostgreSQL: the raw copy in quarantine, what is handed over in its
//! place, and what becomes of both where it fails, dies or has to wait.

use nightshift_testkit::database::postgres::PASSWORD;
use nightshift_testkit::proxy::{Call, Fault};
use nightshift_testkit::quarantine::{self, Source, keys, put_rules, wish, wrong};
use nightshift_testkit::world::{clusters, expired};
use nightshift_testkit::{FunctionProcess, Scene};

use crate::start;

/// Session locks of a run, as `servers/anonymise/alone.rs` has it.
const LOCK: i64 = 7_956_003_944_967_206_260;

/// A server that is the raw copy's, and the function that works on it.
pub(crate) struct Stage(quarantine::Stage);

impl std::ops::Deref for Stage {
    type Target = quarantine::Stage;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Stage {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        Ok(Self(quarantine::Stage::new(Source::Postgres).await?))
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
        let own = self.variables(scene);
        let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        start(scene, &[&own[..], policy].concat())
    }
}

/// An account with production in it, the rules for it and the quarantine's parameter groups.
pub(crate) async fn production() -> anyhow::Result<Scene> {
    let scene = Scene::new()?;
    quarantine::production(&scene, Source::Postgres).await?;
    Ok(scene)
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
    // Nobody needs the key any more once its work is done.
    let forgotten = calls.iter().position(|call| call.action == "secretsmanager:DeleteSecret");
    assert!(forgotten.is_some_and(|at| anonymised < at && at < second), "{calls:#?}");
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
    put_rules(&scene, &Source::Postgres.rules().replace("column.notes = \"hash\"\n", "")).await?;
    let (kind, message) = function.invoke(&wish()).await?.fault();
    assert_eq!(kind, "NotCarriedOut");
    is_gone(&message, &["orders-ana (not-anonymised", "undecided-column"]).await?;
    assert!(!message.contains("needle"), "{message}");
    put_rules(&scene, &Source::Postgres.rules()).await?;
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
    assert_ne!(stage.wrong().await?, Vec::<String>::new(), "nobody wrote there");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    // Other rules than those it was made for.
    scene.proxy.break_next("secretsmanager:CreateSecret", "", 1, Fault::Throttled);
    left(&mut function, "throttled").await?;
    put_rules(&scene, &(Source::Postgres.rules() + "# read again\n")).await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    assert!(message.contains("was made for other rules than there are now"), "{message}");
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    let report = function.invoke(&wish()).await?.report();
    assert_eq!(report["counts"]["changed"], 1, "{report:#}");
    assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new());
    Ok(())
}

/// Whoever is connected before anything is changed has to leave; whoever comes afterwards takes the raw copy with them.
#[tokio::test]
async fn nothing_is_handed_over_while_somebody_is_connected_to_the_raw_copy() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    let admin = stage.admin("first").await?;
    admin.batch_execute(&format!("CREATE ROLE ana LOGIN PASSWORD '{PASSWORD}'")).await?;
    let mut function = stage.start(&scene, &[])?;
    // In another database of the server: a clone has that, too.
    let somebody = stage.log_in("ana", "first").await?;
    let (_, message) = function.invoke(&wish()).await?.fault();
    for part in ["in-use: somebody else is connected: session ", " of ana", " in first"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana-raw"]);
    drop(somebody);
    stage.left("ana").await?;
    // Sealed by an attempt that could not set its tags, and then tagged by one that could not clone.
    for (call, about) in [("rds:AddTagsToResource", ""), ("rds:RestoreDBClusterToPointInTime", "nightshift:anonymised")]
    {
        scene.proxy.break_next(call, about, 1, Fault::Throttled);
        let (_, message) = function.invoke(&wish()).await?.fault();
        assert!(message.contains("throttled"), "{call}: {message}");
        assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders", "orders-ana-raw"], "{call}");
        let somebody = stage.log_in("ana", "shop").await?;
        let (_, message) = function.invoke(&wish()).await?.fault();
        assert!(message.contains("in-use: somebody else is connected"), "{call}: {message}");
        assert!(message.contains("all that was made for it was deleted again"), "{call}: {message}");
        assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"], "{call}");
        drop(somebody);
        stage.left("ana").await?;
        stage.filled().await?;
    }
    Ok(())
}

/// Nobody can look into a closed database, and its owner can open it again in the clone.
#[tokio::test]
async fn a_closed_database_is_not_handed_over_unseen() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    let admin = stage.admin("first").await?;
    admin.batch_execute("CREATE DATABASE closed WITH ALLOW_CONNECTIONS false").await?;
    let (_, message) = stage.start(&scene, &[])?.invoke(&wish()).await?.fault();
    assert!(
        message.contains("another-database: nobody can log in to these databases, and look into them: closed"),
        "{message}"
    );
    assert_eq!(clusters(&scene, "eu-west-1").await?, ["orders"]);
    Ok(())
}

/// What was anonymised once and has its name again is anonymised again: its seal came along with a copy.
#[tokio::test]
async fn a_seal_that_came_along_is_no_work_of_this_run() -> anyhow::Result<()> {
    let (stage, scene) = (Stage::new().await?, production().await?);
    stage.filled().await?;
    stage.start(&scene, &[])?.invoke(&wish()).await?.report();
    let sealed = stage.admin("shop").await?;
    let mark =
        sealed.query_one("SELECT obj_description('nightshift_copy'::regnamespace)", &[]).await?.get::<_, String>(0);
    assert!(mark.contains("was anonymised by plan"), "{mark}");
    drop(sealed);
    // The originals again, under the same seal.
    stage.filled().await?;
    let admin = stage.admin("shop").await?;
    let schema = format!("CREATE SCHEMA nightshift_copy AUTHORIZATION {}", quarantine::MASTER);
    admin.batch_execute(&format!("{schema}; COMMENT ON SCHEMA nightshift_copy IS '{mark}'")).await?;
    drop(admin);
    let scene = production().await?;
    stage.start(&scene, &[])?.invoke(&wish()).await?.report();
    assert_eq!(wrong(&scene, &stage).await?, Vec::<String>::new());
    Ok(())
}
