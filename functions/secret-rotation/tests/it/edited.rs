//! What a person writes into the secret, at rest or while a rotation is on its way: where its server is reached, as whom, and whatever
//! else. It never makes a login of ours a stranger, it is never lost, and no rotation waits for a person because of it.

use aws_sdk_secretsmanager::Client;
use nightshift_testkit::Answer;
use nightshift_testkit::database::Flavour;
use nightshift_testkit::database::world::{HOST, MASTER_SECRET};
use nightshift_testkit::rotation::STEPS;
use serde_json::{Value, json};

use crate::either::World;
use crate::world::{FIRST, SECRET, any, is_silent, others};
use crate::{accounts, alternating};

/// Another secret of the same master.
const OTHER_MASTER: &str = "the-master-again";

async fn of_postgres() -> anyhow::Result<World> {
    Ok(World::Postgres(alternating::paired(any().await?).await?))
}

/// One thing that a person may write, and what of the master's secret has to say so as well.
struct Edit {
    name: &'static str,
    value: Value,
    master: Value,
    /// It is about where the server is.
    moves: bool,
}

/// All there are of the keys that a secret may have.
async fn edits(world: &World) -> anyhow::Result<Vec<Edit>> {
    let master = world.value(MASTER_SECRET).await?;
    world.secrets().create_secret().name(OTHER_MASTER).secret_string(master.to_string()).send().await?;
    let far = Client::new(&world.scene().sdk_config("eu-west-1").await);
    let far = far.create_secret().name(MASTER_SECRET).secret_string(master.to_string()).send().await?;
    let engine = match world {
        World::Postgres(world) => {
            world.server.admin("airflow").await?.batch_execute("CREATE DATABASE other").await?;
            "postgres"
        }
        World::Mysql(_, Flavour::Mysql) => "aurora-mysql",
        World::Mysql(_, Flavour::Mariadb) => "mariadb",
    };
    let edit = |name, value| Edit { name, value, master: json!({}), moves: false };
    let moving = |name, value, master| Edit { name, value, master, moves: true };
    let there = json!({"host": "moved.example", "tlsServerName": HOST});
    Ok(vec![
        moving("host", there.clone(), there),
        moving("port", json!({"port": 6543}), json!({"port": 6543})),
        moving("name in the certificate", json!({"tlsServerName": "localhost"}), json!({})),
        edit("database", json!({"dbname": if world.is_postgres() { "other" } else { "" }})),
        edit("spelling of the engine", json!({"engine": engine})),
        edit("port as a number", json!({"port": 5432})),
        edit("master by name", json!({"masterarn": MASTER_SECRET})),
        edit("another secret of the master", json!({"masterarn": OTHER_MASTER})),
        edit("Region of the master's secret", json!({"masterarn": far.arn()})),
        edit("a key of nobody's", json!({"note": {"a": [1, null]}})),
    ])
}

async fn make(world: &World, edit: &Edit) -> anyhow::Result<(Value, Value)> {
    let master = world.edit(MASTER_SECRET, &edit.master).await?;
    Ok((world.edit(SECRET, &edit.value).await?, master))
}

/// The keys of `edit` as they were. Where a key was not there it says nothing.
async fn take_back(world: &World, edit: &Edit, (value, master): &(Value, Value)) -> anyhow::Result<()> {
    let before = |change: &Value, value: &Value| {
        let keys = change.as_object().into_iter().flatten().map(|(key, _)| key);
        Value::Object(keys.map(|key| (key.clone(), value[key].clone())).collect())
    };
    world.edit(MASTER_SECRET, &before(&edit.master, master)).await?;
    world.edit(SECRET, &before(&edit.value, value)).await?;
    Ok(())
}

fn says(value: &Value, edit: &Edit) -> bool {
    edit.value.as_object().into_iter().flatten().all(|(key, wanted)| value[key] == *wanted)
}

/// It is made at the clone's turn to give way, and taken back, which is an edit as well, at its base's.
async fn at_rest(world: &World) -> anyhow::Result<()> {
    let mut function = world.start()?;
    assert_eq!(world.rotate(&mut function).await?, Ok(()));
    for edit in edits(world).await? {
        assert_eq!(world.value(SECRET).await?["username"], "app_clone");
        let before = make(world, &edit).await?;
        assert_eq!(world.rotate(&mut function).await?, Ok(()), "{}", edit.name);
        world.is_whole(edit.name).await?;
        assert!(says(&world.value(SECRET).await?, &edit), "{}", edit.name);
        take_back(world, &edit, &before).await?;
        assert_eq!(world.rotate(&mut function).await?, Ok(()), "{}, taken back", edit.name);
        world.is_whole(edit.name).await?;
    }
    // Written anew over and over: the other login stands far behind.
    for number in 0..12 {
        world.edit(SECRET, &json!({"note": number, "tlsServerName": "localhost"})).await?;
    }
    assert_eq!(world.rotate(&mut function).await?, Ok(()), "twelve times");
    world.is_whole("twelve times").await
}

#[tokio::test]
async fn an_edit_of_where_the_server_is_makes_no_clone_of_ours_a_stranger() -> anyhow::Result<()> {
    at_rest(&of_postgres().await?).await?;
    for program in others() {
        let world = World::Mysql(accounts::paired(&program).await?, program.flavour);
        at_rest(&world).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}

/// On `PostgreSQL` the clone shows by itself whose it is. Elsewhere a password would have to be sent to a server that only whoever wrote
/// the secret vouches for.
#[tokio::test]
async fn where_server_and_master_are_written_anew_at_once_no_password_of_before_is_sent_there() -> anyhow::Result<()> {
    let worlds = others().map(Some).chain([None]);
    for program in worlds {
        let world = match &program {
            None => of_postgres().await?,
            Some(program) => World::Mysql(accounts::paired(program).await?, program.flavour),
        };
        let mut function = world.start()?;
        assert_eq!(world.rotate(&mut function).await?, Ok(()));
        let there = json!({"host": "moved.example", "tlsServerName": HOST});
        let mut master = world.value(MASTER_SECRET).await?;
        (master["host"], master["tlsServerName"]) = (there["host"].clone(), there["tlsServerName"].clone());
        world.secrets().create_secret().name(OTHER_MASTER).secret_string(master.to_string()).send().await?;
        let mut both = there.clone();
        both["masterarn"] = json!(OTHER_MASTER);
        world.edit(SECRET, &both).await?;
        let rotated = world.rotate(&mut function).await?.map_err(|failed| failed.kind);
        if world.is_postgres() {
            assert_eq!(rotated, Ok(()));
            world.is_whole("both").await?;
        } else {
            assert_eq!(rotated, Err("CloneNotOurs".to_owned()));
            let mut first = world.value(SECRET).await?;
            (first["username"], first["password"]) = (json!("app"), json!(FIRST));
            assert!(world.opens(&first).await, "nothing was set");
        }
    }
    Ok(())
}

/// However often the secret of somebody's `app_clone` is written anew: `app` has nothing to do with it.
#[tokio::test]
async fn a_stranger_stays_one_whatever_is_written_anew() -> anyhow::Result<()> {
    for program in others().map(Some).chain([None]) {
        let world = match &program {
            None => of_postgres().await?,
            Some(program) => World::Mysql(accounts::paired(program).await?, program.flavour),
        };
        let made = if world.is_postgres() {
            "CREATE ROLE app_clone LOGIN PASSWORD 'its-own-1'; GRANT app TO app_clone"
        } else {
            "CREATE USER app_clone@'%' IDENTIFIED BY 'its-own-1'"
        };
        world.sql(made).await?;
        let first = world.value(SECRET).await?;
        let mut own = first.clone();
        (own["username"], own["password"]) = (json!("app_clone"), json!("its-own-1"));
        world.secrets().delete_secret().secret_id(SECRET).force_delete_without_recovery(true).send().await?;
        world.secrets().create_secret().name(SECRET).secret_string(own.to_string()).send().await?;
        let mut function = world.start()?;
        for tls_name in ["localhost", HOST] {
            let rotation = world.begin().await?;
            let failed = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
            assert_eq!(failed, Err("CloneNotOurs".to_owned()));
            // What it left names the stranger, with a password that is not theirs.
            let label = world.secrets().update_secret_version_stage().secret_id(SECRET).version_stage("AWSPENDING");
            label.remove_from_version_id(&rotation.token).send().await?;
            world.edit(SECRET, &json!({"tlsServerName": tls_name, "note": tls_name})).await?;
        }
        let failed = world.rotate(&mut function).await?.map_err(|failed| failed.kind);
        assert_eq!(failed, Err("CloneNotOurs".to_owned()));
        assert!(world.opens(&first).await, "the stranger's password is as it was");
    }
    Ok(())
}

/// Behind each of the steps but the last. What says where the server is ends this rotation, and the next begins by it.
async fn between_steps(world: &World) -> anyhow::Result<()> {
    let mut function = world.start()?;
    assert_eq!(world.rotate(&mut function).await?, Ok(()));
    for edit in edits(world).await? {
        for behind in 1..STEPS.len() {
            let what = format!("{} behind {}", edit.name, STEPS[behind - 1]);
            let rotation = world.begin().await?;
            for step in &STEPS[..behind] {
                is_silent(&rotation.step(&mut function, step).await?);
            }
            let before = make(world, &edit).await?;
            assert!(world.opens(&world.value(SECRET).await?).await, "{what}");
            // Where it fails, the whole sequence comes again.
            let mut ended = Ok(());
            for step in &STEPS[behind..] {
                if let Answer::Fault { kind, .. } = rotation.step(&mut function, step).await? {
                    ended = Err(kind);
                    break;
                }
            }
            if edit.moves && ended != Err("EditedMeanwhile".to_owned()) {
                ended = rotation.whole(&mut function).await?.map_err(|failed| failed.kind);
            }
            let expected = if edit.moves { Err("EditedMeanwhile".to_owned()) } else { Ok(()) };
            assert_eq!(ended, expected, "{what}");
            world.is_whole(&what).await?;
            assert!(says(&world.value(SECRET).await?, &edit), "{what}: it was lost");
            assert_eq!(world.rotate(&mut function).await?, Ok(()), "{what}, the next one");
            world.is_whole(&what).await?;
            take_back(world, &edit, &before).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_written_between_two_steps_is_kept_and_no_rotation_is_stuck_by_it() -> anyhow::Result<()> {
    between_steps(&of_postgres().await?).await
}

#[tokio::test]
async fn nor_is_one_on_mysql_and_mariadb() -> anyhow::Result<()> {
    for program in others() {
        let world = World::Mysql(accounts::paired(&program).await?, program.flavour);
        between_steps(&world).await.map_err(|error| error.context(program.flavour.engine()))?;
    }
    Ok(())
}
