//! The groups of presets: who reads one set of schemas comes to read no other because somebody else asked for it, and loses
//! nothing because an event did not name them.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::{Value, json};

use crate::world::{ends, event, may, start, user, with_mode};
use crate::{ids, item, said, writes};

fn reads(name: &str, schemas: &str) -> Value {
    user(name, &json!({"preset": "reader", "schemas": schemas}))
}

fn applied(users: &[Value]) -> Value {
    with_mode(event(users), "apply")
}

async fn two_schemas(version: &Installation) -> anyhow::Result<DatabaseWorld> {
    let world = DatabaseWorld::new(version).await?;
    let master = world.server.master("airflow").await?;
    master
        .batch_execute("CREATE SCHEMA a; CREATE TABLE a.t (id int); CREATE SCHEMA b; CREATE TABLE b.t (id int)")
        .await?;
    Ok(world)
}

/// Which of the two schemas somebody reads.
async fn read(world: &DatabaseWorld, user: &str) -> anyhow::Result<(bool, bool)> {
    let session = world.log_in_by(&format!("{user}-secret")).await?;
    Ok((may(&session, "SELECT * FROM a.t").await?, may(&session, "SELECT * FROM b.t").await?))
}

#[tokio::test]
async fn a_reader_of_one_schema_reads_no_other_and_loses_none() -> anyhow::Result<()> {
    for version in ends() {
        apart(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn apart(version: &Installation) -> anyhow::Result<()> {
    let world = two_schemas(version).await?;
    let mut function = start(&world)?;
    let report = function.invoke(&applied(&[reads("one", "a")])).await?.report();
    assert_eq!(ids(&report, "changed"), ["r_reader", "one"], "{report:#}");
    let mut second = applied(&[reads("two", "b")]);
    second["revoke"] = json!("all");
    let report = function.invoke(&second).await?.report();
    assert_eq!(ids(&report, "changed"), ["r_reader_airflow_b", "two"], "{report:#}");
    let both = applied(&[reads("both", "b,a"), reads("also", "b")]);
    let report = function.invoke(&both).await?.report();
    assert_eq!(ids(&report, "changed"), ["r_reader_airflow_a_b", "both", "also"], "{report:#}");
    for (user, opens) in
        [("one", (true, false)), ("two", (false, true)), ("both", (true, true)), ("also", (false, true))]
    {
        assert_eq!(read(&world, user).await?, opens, "{user}");
    }
    for event in [applied(&[reads("one", "a")]), second, both] {
        let again = function.invoke(&event).await?.report();
        assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    }
    // Another database of the same server is another set, whatever its schemas are called.
    let master = world.server.master("postgres").await?;
    master.batch_execute("CREATE DATABASE other").await?;
    world.server.master("other").await?.batch_execute("CREATE SCHEMA a; CREATE TABLE a.t (id int)").await?;
    let mut elsewhere = applied(&[reads("far", "a")]);
    elsewhere["database_name"] = json!("other");
    let report = function.invoke(&elsewhere).await?.report();
    assert_eq!(ids(&report, "changed"), ["r_reader_other_a", "far"], "{report:#}");
    Ok(())
}

#[tokio::test]
async fn two_sets_in_one_event_are_two_groups() -> anyhow::Result<()> {
    for version in ends() {
        let world = two_schemas(&version).await?;
        let mut function = start(&world)?;
        let event = applied(&[reads("one", "a"), reads("two", "b")]);
        let report = function.invoke(&event).await?.report();
        assert_eq!(ids(&report, "changed"), ["r_reader", "one", "r_reader_airflow_b", "two"], "{report:#}");
        assert_eq!((read(&world, "one").await?, read(&world, "two").await?), ((true, false), (false, true)));
        let again = function.invoke(&event).await?.report();
        assert_eq!(ids(&again, "changed"), Vec::<&str>::new(), "{again:#}");
    }
    Ok(())
}

#[tokio::test]
async fn a_group_of_old_keeps_its_members_until_the_event_says_otherwise() -> anyhow::Result<()> {
    for version in ends() {
        of_old(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn of_old(version: &Installation) -> anyhow::Result<()> {
    let world = two_schemas(version).await?;
    let mut function = start(&world)?;
    function.invoke(&applied(&[reads("one", "a")])).await?.report();
    // As it was when there was one group for all.
    let master = world.server.master("airflow").await?;
    master.batch_execute("GRANT USAGE ON SCHEMA b TO r_reader; GRANT SELECT ON b.t TO r_reader").await?;
    let event = applied(&[reads("one", "a"), reads("new", "a")]);
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "one").0, "already_right", "{report:#}");
    let notes = item(&report, "one")["dbusers"]["notes"].to_string();
    assert!(notes.contains("preset-union") && notes.contains("the schema b"), "{notes}");
    assert_eq!((read(&world, "one").await?, read(&world, "new").await?), ((true, true), (true, false)));
    let mut moving = event.clone();
    moving["migrate_presets"] = json!(true);
    let report = function.invoke(&moving).await?.report();
    assert_eq!(ids(&report, "changed"), ["one"], "{report:#}");
    assert_eq!(read(&world, "one").await?, (true, false));
    for event in [moving, event] {
        let again = function.invoke(&event).await?.report();
        assert_eq!(ids(&again, "changed"), Vec::<&str>::new(), "{again:#}");
        assert!(!again.to_string().contains("preset-union"), "{again:#}");
    }
    Ok(())
}

#[tokio::test]
async fn a_role_of_that_name_with_something_more_is_not_the_group() -> anyhow::Result<()> {
    for version in ends() {
        let world = two_schemas(&version).await?;
        let mut function = start(&world)?;
        function.invoke(&applied(&[reads("one", "a")])).await?.report();
        // Nothing of it is in a schema or a table that anybody looks at.
        let master = world.server.master("airflow").await?;
        master
            .batch_execute(
                "CREATE TABLE public.hidden (id int, at int); GRANT SELECT (at) ON public.hidden TO r_reader",
            )
            .await?;
        let report = function.invoke(&applied(&[reads("two", "a")])).await?.report();
        assert_eq!(ids(&report, "changed"), ["r_reader_airflow_a", "two"], "{report:#}");
        let report = function.invoke(&applied(&[reads("one", "a"), reads("two", "a")])).await?.report();
        assert_eq!(ids(&report, "changed"), Vec::<&str>::new(), "{report:#}");
        assert!(item(&report, "one")["dbusers"]["notes"].to_string().contains("preset-union"), "{report:#}");
    }
    Ok(())
}
