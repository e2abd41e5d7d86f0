//! Two logins that take turns on `PostgreSQL`: the value that was handed out before works until the next rotation, and
//! whichever is in use, what is made and what may be done is the same.

use aws_sdk_secretsmanager::types::Tag;
use nightshift_testkit::database::world::{DATABASE, MASTER_SECRET};
use nightshift_testkit::database::{Client, DatabaseWorld};
use nightshift_testkit::rotation::STEPS;
use nightshift_testkit::{FunctionProcess, Rotation};
use serde_json::{Value, json};

use crate::world::{SECRET, any, every, is_silent, kind, on, start};

/// The login of [`on`], whose secret names the master's.
pub(crate) async fn paired(world: DatabaseWorld) -> anyhow::Result<DatabaseWorld> {
    let master = world.secrets.describe_secret().secret_id(MASTER_SECRET).send().await?;
    let mut value = world.secret(SECRET).await?;
    value["masterarn"] = json!(master.arn());
    world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string()).send().await?;
    let owner = world.server.master(DATABASE).await?;
    owner.batch_execute("GRANT CREATE, USAGE ON SCHEMA public TO app; GRANT SELECT, INSERT ON task TO app").await?;
    Ok(world)
}

pub(crate) async fn rotate(world: &DatabaseWorld, function: &mut FunctionProcess) -> anyhow::Result<()> {
    let rotation = Rotation::begin(world, SECRET).await?;
    rotation.whole(function).await?.map_err(|failed| anyhow::anyhow!("{failed:?}"))
}

pub(crate) async fn by(world: &DatabaseWorld, value: &Value) -> anyhow::Result<Client> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    world.log_in_by_name(&text("username"), &text("password")).await
}

#[tokio::test]
async fn on_every_postgresql_an_application_never_fails_and_all_it_makes_is_one_owners() -> anyhow::Result<()> {
    for installation in every() {
        let world = paired(on(&installation).await?).await?;
        let mut function = start(&world)?;
        let rotations = if installation.version == 16 { 10 } else { 2 };
        for round in 0..rotations {
            // Whoever read it before this rotation began gets in until the next one does.
            let kept = world.secret(SECRET).await?;
            let rotation = Rotation::begin(&world, SECRET).await?;
            for step in STEPS {
                is_silent(&rotation.step(&mut function, step).await?);
                for value in [&kept, &world.secret(SECRET).await?] {
                    let session = by(&world, value).await?;
                    session.batch_execute("INSERT INTO task VALUES (1)").await?;
                    let table = format!("made_{round}_{step}_{}", value["username"].as_str().unwrap_or_default());
                    session.batch_execute(&format!("CREATE TABLE IF NOT EXISTS {table} (id int)")).await?;
                }
            }
            let next = world.secret(SECRET).await?;
            let expected = if round % 2 == 0 { "app_clone" } else { "app" };
            assert_eq!(next["username"], expected);
            assert_eq!((&next["port"], &next["proxyHost"]), (&kept["port"], &kept["proxyHost"]));
        }
        let admin = world.server.admin(DATABASE).await?;
        let owners =
            admin.query("SELECT DISTINCT tableowner::text FROM pg_tables WHERE tablename LIKE 'made_%'", &[]).await?;
        let owners: Vec<String> = owners.iter().map(|row| row.get(0)).collect();
        assert_eq!(owners, ["app"], "whichever of the two made it");
        // A right that is granted later is both's at once.
        admin.batch_execute("CREATE TABLE later (id int); GRANT SELECT ON later TO app").await?;
        by(&world, &world.secret(SECRET).await?).await?.batch_execute("SELECT * FROM later").await?;
        let log = world.server.log()?;
        let password = world.secret(SECRET).await?["password"].as_str().unwrap_or_default().to_owned();
        assert!(!log.contains(&password) && !function.into_output().contains(&password));
    }
    Ok(())
}

/// `db-users` lets a login act as an owner that nobody logs in as.
#[tokio::test]
async fn where_the_login_acts_as_an_owner_so_does_its_second_and_its_settings_come_along() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let master = world.server.master(DATABASE).await?;
    master
        .batch_execute(
            "CREATE ROLE owner NOLOGIN; GRANT owner TO app; GRANT CREATE ON SCHEMA public TO owner;
             ALTER ROLE app SET role TO 'owner'; ALTER ROLE app CONNECTION LIMIT 7;
             ALTER ROLE app IN DATABASE airflow SET search_path TO '$user', public; ALTER ROLE app SET work_mem TO '5MB'",
        )
        .await?;
    let mut function = start(&world)?;
    rotate(&world, &mut function).await?;
    let session = world.log_in_by(SECRET).await?;
    let show =
        async |what: &str| session.query_one(&format!("SHOW {what}"), &[]).await.map(|row| row.get::<_, String>(0));
    assert_eq!((show("role").await?, show("work_mem").await?), ("owner".to_owned(), "5MB".to_owned()));
    assert_eq!(show("search_path").await?, "\"$user\", public");
    session.batch_execute("CREATE TABLE made (id int)").await?;
    rotate(&world, &mut function).await?;
    world.log_in_by(SECRET).await?.batch_execute("DROP TABLE made").await?;
    Ok(())
}

#[tokio::test]
async fn what_drifted_is_named_by_the_test_and_mended_by_the_next_rotation() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let admin = world.server.admin(DATABASE).await?;
    admin
        .batch_execute(
            "CREATE SEQUENCE ids; GRANT USAGE ON SEQUENCE ids TO app; GRANT CREATE ON DATABASE airflow TO app;
             CREATE ROLE crew; GRANT crew TO app; ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO crew",
        )
        .await?;
    let mut function = start(&world)?;
    rotate(&world, &mut function).await?;
    rotate(&world, &mut function).await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    for step in &STEPS[..2] {
        is_silent(&rotation.step(&mut function, step).await?);
    }
    let master = world.server.master(DATABASE).await?;
    master.batch_execute("ALTER ROLE app_clone RESET role; REVOKE app FROM app_clone").await?;
    let (kind, message) = rotation.step(&mut function, "testSecret").await?.fault();
    assert_eq!(kind, "RightsDiffer", "{message}");
    for named in [
        "what app_clone makes belongs to app_clone",
        "only app has INSERT on public.task",
        "only app has CREATE on schema public",
        "only app has USAGE on sequence public.ids",
        "only app has CREATE on database airflow",
        "only app has membership in crew",
        "only app has the default privileges of what it makes",
    ] {
        assert!(message.contains(named), "{named}: {message}");
    }
    // Whoever revoked that made a stranger of it.
    assert_eq!(self::kind(rotation.step(&mut function, "setSecret").await?), "CloneNotOurs");
    master.batch_execute("GRANT app TO app_clone").await?;
    assert_eq!(rotation.whole(&mut function).await?, Ok(()), "the whole sequence again");
    world.log_in_by(SECRET).await?.batch_execute("INSERT INTO task VALUES (1)").await?;
    Ok(())
}

#[tokio::test]
async fn a_pair_that_is_not_ours_to_make_is_refused_with_the_reason() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    is_silent(&rotation.step(&mut function, "createSecret").await?);
    let admin = world.server.admin(DATABASE).await?;
    admin.batch_execute("CREATE ROLE app_clone LOGIN PASSWORD 'a stranger''s'").await?;
    assert_eq!(kind(rotation.step(&mut function, "setSecret").await?), "CloneNotOurs");
    world.log_in_by_name("app_clone", "a stranger's").await?;
    admin.batch_execute("DROP ROLE app_clone; REVOKE app FROM master CASCADE").await?;
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert!(
        kind == "NotAdministered" && message.contains("GRANT \"app\" TO \"master\" WITH ADMIN OPTION"),
        "{message}"
    );
    admin.batch_execute("GRANT app TO master WITH ADMIN OPTION; ALTER ROLE app CREATEROLE").await?;
    assert_eq!(self::kind(rotation.step(&mut function, "setSecret").await?), "PairRefused");
    admin.batch_execute("ALTER ROLE app NOCREATEROLE").await?;
    // The current login has to work: whoever writes a name into a secret does not get that user's second.
    admin.batch_execute("ALTER ROLE app PASSWORD 'another'").await?;
    assert_eq!(self::kind(rotation.step(&mut function, "setSecret").await?), "NoPasswordWorks");
    admin.batch_execute(&format!("ALTER ROLE app PASSWORD '{}'", crate::world::FIRST)).await?;
    let master = json!({"username": "master", "password": "x", "host": "collector.example.org"});
    world.secrets.put_secret_value().secret_id(MASTER_SECRET).secret_string(master.to_string()).send().await?;
    let (kind, message) = rotation.step(&mut function, "setSecret").await?.fault();
    assert!(kind == "MasterUnfit" && message.contains("was sent nowhere"), "{kind}: {message}");
    Ok(())
}

/// A master's secret without a host says whose it is, and RDS where that server listens.
#[tokio::test]
async fn a_pair_at_an_endpoint_that_only_rds_knows_is_the_masters_and_no_other_host_is() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let endpoint = world.cluster_endpoint().await?;
    let mut master = world.secret(MASTER_SECRET).await?;
    master.as_object_mut().unwrap().remove("host");
    master["tlsServerName"] = json!("localhost");
    world.secrets.put_secret_value().secret_id(MASTER_SECRET).secret_string(master.to_string()).send().await?;
    let mut value = world.secret(SECRET).await?;
    value["tlsServerName"] = json!("localhost");
    let mut put = async |host: &str| {
        value["host"] = json!(host);
        let put = world.secrets.put_secret_value().secret_id(SECRET).secret_string(value.to_string());
        put.send().await.map(drop)
    };
    put(&endpoint).await?;
    let mut function = start(&world)?;
    rotate(&world, &mut function).await?;
    let calls: Vec<_> = world.scene.proxy.calls().iter().map(|call| call.action.clone()).collect();
    for action in ["rds:DescribeDBClusters", "rds:DescribeDBInstances"] {
        assert!(calls.iter().any(|call| call == action), "{calls:?}");
    }
    put("elsewhere.example").await?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let failed = rotation.whole(&mut function).await?.unwrap_err();
    assert_eq!(failed.kind, "MasterUnfit");
    assert!(failed.message.contains("was sent nowhere"), "{}", failed.message);
    Ok(())
}

#[tokio::test]
async fn behind_a_proxy_there_is_no_pair_and_the_ways_out_are_said() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let arn = world.secrets.describe_secret().secret_id(SECRET).send().await?.arn.unwrap_or_default();
    let auth = aws_sdk_rds::types::UserAuthConfig::builder().secret_arn(&arn).build();
    let rds = world.scene.rds("us-east-1").await;
    let subnets = world.scene.network_in("us-east-1").await?.subnets;
    let call = rds.create_db_proxy().db_proxy_name("front").engine_family(aws_sdk_rds::types::EngineFamily::Postgresql);
    call.auth(auth).role_arn("arn:aws:iam::111122223333:role/proxy").set_vpc_subnet_ids(Some(subnets)).send().await?;
    let mut function = start(&world)?;
    let rotation = Rotation::begin(&world, SECRET).await?;
    let (kind, message) = rotation.step(&mut function, "createSecret").await?.fault();
    assert_eq!(kind, "BehindProxy");
    assert!(message.contains("the proxy front") && message.contains("single-user"), "{message}");
    // What cannot be known forbids it.
    world.scene.proxy.deny("rds:DescribeDBProxies");
    assert_eq!(self::kind(rotation.step(&mut function, "createSecret").await?), "ProxiesUnknown");
    // One login is no matter to a proxy.
    let tag = Tag::builder().key("nightshift:rotation-strategy").value("single-user").build();
    world.secrets.tag_resource().secret_id(SECRET).tags(tag).send().await?;
    assert_eq!(rotation.whole(&mut function).await?, Ok(()));
    Ok(())
}

/// Somebody sets the password of the second by hand while it is handed out: the rotation goes on with the first, which the secret holds, too.
#[tokio::test]
async fn a_login_that_somebody_set_by_hand_is_followed_by_the_other_of_its_pair() -> anyhow::Result<()> {
    let world = paired(any().await?).await?;
    let mut function = start(&world)?;
    rotate(&world, &mut function).await?;
    let locked_out = world.secret(SECRET).await?;
    let master = world.server.master(DATABASE).await?;
    master.batch_execute("ALTER ROLE app_clone PASSWORD 'by hand'").await?;
    assert!(by(&world, &locked_out).await.is_err(), "what is handed out is refused");
    for expected in ["app", "app_clone"] {
        rotate(&world, &mut function).await?;
        let value = world.secret(SECRET).await?;
        assert_eq!(value["username"], expected);
        by(&world, &value).await?.batch_execute("INSERT INTO task VALUES (1)").await?;
    }
    // Whoever holds neither of the two gets none.
    master.batch_execute("ALTER ROLE app_clone PASSWORD 'by hand'; ALTER ROLE app PASSWORD 'by hand'").await?;
    let failed = rotate(&world, &mut function).await.expect_err("nobody knows a password");
    let said = format!("{failed:#}");
    assert!(said.contains("NoPasswordWorks") && said.contains("as the master; nobody else may"), "{said}");
    let value = world.secret(SECRET).await?;
    assert_eq!(value["username"], "app_clone", "what was handed out stays");
    Ok(())
}
