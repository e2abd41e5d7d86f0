//! What an extension's script meets, and what an extension's objects are to those who come after it.

use nightshift_testkit::Fault;
use nightshift_testkit::database::DatabaseWorld;
use serde_json::json;

use crate::world::{any, ends, event, may, start, user, with_mode};
use crate::{item, said};

#[tokio::test]
async fn a_script_meets_nothing_that_others_put_there() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let mut function = start(&world)?;
        let maker = user("maker", &json!({"grant_ddl": true}));
        function.invoke(&with_mode(event(std::slice::from_ref(&maker)), "apply")).await?.report();
        world
            .log_in_by("maker-secret")
            .await?
            .batch_execute("CREATE FUNCTION public.trap(text) RETURNS text LANGUAGE sql AS 'SELECT $1'")
            .await?;
        let mut event = with_mode(event(std::slice::from_ref(&maker)), "apply");
        event["extensions"] = json!("hstore");
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "maker"), ("skipped", "unsafe-schema"), "{report:#}");
        assert!(item(&report, "maker")["reason"]["message"].to_string().contains("schema public"), "{report:#}");
        assert!(!world.server.log()?.contains("CREATE EXTENSION"));
        // With the trap gone and the schema closed, it is made.
        let admin = world.server.admin("airflow").await?;
        admin
            .batch_execute(
                "DROP FUNCTION public.trap(text); REVOKE CREATE ON SCHEMA public FROM maker;
                 REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT CREATE ON SCHEMA public TO master",
            )
            .await?;
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "airflow").0, "changed", "{report:#}");
    }
    Ok(())
}

#[tokio::test]
async fn an_extensions_tables_are_given_and_its_kept_functions_are_not() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let admin = world.server.admin("airflow").await?;
        admin
            .batch_execute(
                "CREATE EXTENSION hstore SCHEMA public; CREATE TABLE public.of_extension (id int);
                 CREATE FUNCTION public.kept() RETURNS int LANGUAGE sql AS 'SELECT 1';
                 REVOKE EXECUTE ON FUNCTION public.kept() FROM PUBLIC;
                 ALTER TABLE public.of_extension OWNER TO master; ALTER FUNCTION public.kept() OWNER TO master;
                 ALTER EXTENSION hstore ADD TABLE public.of_extension; ALTER EXTENSION hstore ADD FUNCTION public.kept();
                 CREATE AGGREGATE public.last_of(ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
                 FINALFUNC = mode_final, FINALFUNC_EXTRA)",
            )
            .await?;
        admin
            .batch_execute(
                "ALTER AGGREGATE public.last_of(ORDER BY anyelement) OWNER TO master;
                 REVOKE EXECUTE ON FUNCTION public.last_of(anyelement) FROM PUBLIC",
            )
            .await?;
        let mut function = start(&world)?;
        let event =
            with_mode(event(&[user("app", &json!({"grant_privileges": "SELECT", "functions": "EXECUTE"}))]), "apply");
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app").0, "changed", "{report:#}");
        let app = world.log_in_by("app-secret").await?;
        assert!(may(&app, "SELECT * FROM public.of_extension").await?, "a table is a table");
        assert!(may(&app, "SELECT public.last_of() WITHIN GROUP (ORDER BY 1)").await?, "by its types, aggregates too");
        assert!(!may(&app, "SELECT public.kept()").await?);
        let notes = item(&report, "app")["dbusers"]["notes"].to_string();
        assert!(notes.contains("of-extension") && notes.contains("kept()"), "{notes}");
        let again = function.invoke(&event).await?.report();
        assert_eq!(said(&again, "app").0, "already_right", "{again:#}");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_that_somebody_else_made_meanwhile_is_theirs() -> anyhow::Result<()> {
    let world = any().await?;
    let mut event = with_mode(event(&[user("app", &json!({}))]), "apply");
    (event["database_name"], event["create_database"], event["extensions"]) =
        (json!("fresh"), json!(true), json!("hstore"));
    let admin = world.server.admin("postgres").await?;
    admin.batch_execute("CREATE ROLE somebody LOGIN CREATEDB PASSWORD 'not-a-secret-1'").await?;
    let mut function = start(&world)?;
    // It has seen that there is none.
    world.scene.proxy.break_next("secretsmanager:DescribeSecret", "app-secret", 1, Fault::HoldBefore);
    let (report, made) = tokio::join!(function.invoke(&event), async {
        world.scene.proxy.reached().await?;
        let somebody = world.server.log_in("somebody", "not-a-secret-1", "postgres").await?;
        somebody.batch_execute("CREATE DATABASE fresh").await?;
        world.scene.proxy.release();
        anyhow::Ok(())
    });
    made?;
    let report = report?.report();
    assert_eq!(said(&report, "fresh"), ("failed", "changed-since-plan"), "{report:#}");
    assert_eq!(said(&report, "app"), ("deferred", "need-failed"), "{report:#}");
    assert!(!world.server.log()?.contains("CREATE EXTENSION"), "its script would have met what they put there");
    Ok(())
}
