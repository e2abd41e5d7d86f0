//! What a user has and the event does not give: told without asking, taken back if the event says so, and never more than that;
//! and what the server says on the way that is no failure.

use nightshift_testkit::database::{DatabaseWorld, Installation};
use serde_json::{Value, json};

use crate::world::{any, ends, event, every, may, start, user, with_mode};
use crate::{ids, item, said, steps, writes};

fn notes(report: &Value, id: &str) -> String {
    item(report, id)["dbusers"]["notes"].to_string()
}

fn applied(users: &[Value]) -> Value {
    with_mode(event(users), "apply")
}

fn with_revoke(mut event: Value, revoke: &str) -> Value {
    event["revoke"] = json!(revoke);
    event
}

#[tokio::test]
async fn what_an_event_no_longer_gives_is_told_without_asking_to_take_it() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let master = world.server.master("airflow").await?;
        master
            .batch_execute("CREATE TABLE one (id int); CREATE TABLE two (id int); CREATE TABLE three (id int)")
            .await?;
        let mut function = start(&world)?;
        function.invoke(&applied(&[user("app", &json!({"grant_privileges": "SELECT,INSERT,DELETE"}))])).await?.report();
        let fewer = event(&[user("app", &json!({"grant_privileges": "SELECT"}))]);
        let report = function.invoke(&fewer).await?.report();
        assert_eq!(said(&report, "app").0, "already_right", "{report:#}");
        let notes = notes(&report, "app");
        assert!(notes.contains("it has INSERT, DELETE on 3 tables in schema public (one, three, two)"), "{notes}");
        assert!(notes.contains("INSERT, DELETE on tables that master makes in schema public"), "{notes}");
        assert_eq!(notes.matches("\"drift\"").count(), 3, "tables, tables of tomorrow, their sequences: {notes}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_an_owners_own_is_not_taken() -> anyhow::Result<()> {
    for version in every() {
        owners(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn owners(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let ddl = user("ddl", &json!({"grant_ddl": true, "grant_privileges": "SELECT"}));
    let reads = user("reads", &json!({"grant_privileges": "SELECT", "grantor": "ddl"}));
    let event = applied(&[ddl, reads]);
    function.invoke(&event).await?.report();
    let admin = world.server.admin("airflow").await?;
    admin.batch_execute("ALTER DATABASE airflow OWNER TO ddl").await?;
    let session = world.log_in_by("ddl-secret").await?;
    // Once anything is said of it, what an owner has by default is written down, too.
    session.batch_execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reads").await?;
    for revoke in ["managed", "all"] {
        let report = function.invoke(&with_revoke(event.clone(), revoke)).await?.report();
        assert_eq!(report["counts"]["failed"], 0, "{report:#}");
        assert!(!steps(&report, "ddl").contains("REVOKE"), "{revoke}: {report:#}");
        assert!(!notes(&report, "ddl").contains("ddl makes"), "{revoke}: {report:#}");
    }
    session.batch_execute("CREATE TABLE later (id int); INSERT INTO later VALUES (1); CREATE SCHEMA own").await?;
    Ok(())
}

#[tokio::test]
async fn the_right_to_pass_on_is_a_right_too() -> anyhow::Result<()> {
    for version in ends() {
        passing_on(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn passing_on(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE one (id int); CREATE TABLE two (id int); CREATE ROLE others").await?;
    let mut function = start(&world)?;
    let event = applied(&[user("app", &json!({"grant_privileges": "SELECT"}))]);
    function.invoke(&event).await?.report();
    master
        .batch_execute(
            "GRANT SELECT, DELETE ON one TO app WITH GRANT OPTION; GRANT DELETE ON two TO app WITH GRANT OPTION",
        )
        .await?;
    let app = world.log_in_by("app-secret").await?;
    app.batch_execute("GRANT DELETE ON two TO others").await?;
    let report = function.invoke(&event).await?.report();
    assert!(notes(&report, "app").contains("it may pass on SELECT on 1 table"), "{report:#}");
    let managed = with_revoke(event, "managed");
    let report = function.invoke(&managed).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(notes(&report, "app").contains("it has passed on DELETE on 1 table in schema public (two)"), "{report:#}");
    assert!(may(&app, "SELECT * FROM one").await? && !may(&app, "DELETE FROM one").await?);
    let passes = "SELECT has_table_privilege('app', 'one', 'SELECT WITH GRANT OPTION'),
                  has_table_privilege('others', 'two', 'DELETE')";
    let row = master.query_one(passes, &[]).await?;
    assert_eq!((row.get(0), row.get(1)), (false, true));
    let again = function.invoke(&managed).await?.report();
    assert_eq!((ids(&again, "changed"), writes(&again)), (Vec::new(), Vec::new()), "{again:#}");
    Ok(())
}

#[tokio::test]
async fn who_makes_tables_can_make_them_where_the_database_is_anothers() -> anyhow::Result<()> {
    for version in every() {
        let world = DatabaseWorld::new(&version).await?;
        let master = world.server.master("postgres").await?;
        master.batch_execute("CREATE ROLE dba").await?;
        world.server.admin("airflow").await?.batch_execute("ALTER DATABASE airflow OWNER TO dba").await?;
        let mut function = start(&world)?;
        let event = applied(&[user("ddl", &json!({"grant_ddl": true}))]);
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "ddl").0, "changed", "{report:#}");
        world.log_in_by("ddl-secret").await?.batch_execute("CREATE TABLE public.t (id int); CREATE SCHEMA own").await?;
        let again = function.invoke(&event).await?.report();
        assert_eq!(ids(&again, "changed"), Vec::<&str>::new(), "{again:#}");
    }
    Ok(())
}

#[tokio::test]
async fn what_this_version_does_not_know_is_said_and_not_dropped() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let mut function = start(&world)?;
        let event = applied(&[user("app", &json!({"grant_privileges": "SELECT,MAINTAIN"}))]);
        let report = function.invoke(&event).await?.report();
        let told = notes(&report, "app").contains("MAINTAIN is no privilege of version");
        assert_eq!(told, version.version < 17, "{report:#}");
    }
    Ok(())
}

#[tokio::test]
async fn a_warning_that_is_no_failure_fails_nothing_and_is_told() -> anyhow::Result<()> {
    for version in every() {
        warned(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn warned(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let admin = world.server.admin("airflow").await?;
    admin
        .batch_execute(
            "CREATE FUNCTION warn() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE WARNING 'somebody watches'; END $$;
             CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION warn()",
        )
        .await?;
    if version.version >= 15 {
        // What a new version of libc or ICU brings.
        admin.batch_execute("UPDATE pg_database SET datcollversion = '0.1'").await?;
    }
    let mut function = start(&world)?;
    let report = function.invoke(&applied(&[user("app", &json!({"grant_privileges": "SELECT"}))])).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert!(steps(&report, "app").contains("the server warned 01000: somebody watches"), "{report:#}");
    world.log_in_by("app-secret").await?;
    Ok(())
}

#[tokio::test]
async fn what_the_master_gives_itself_of_a_role_it_makes_stays_its() -> anyhow::Result<()> {
    for version in every().into_iter().filter(|version| version.version >= 16) {
        let world = DatabaseWorld::new(&version).await?;
        let admin = world.server.admin("airflow").await?;
        admin.batch_execute("ALTER ROLE master SET createrole_self_grant = 'set, inherit'").await?;
        let mut function = start(&world)?;
        let maker = user("maker", &json!({"grant_ddl": true}));
        let reads = user("reads", &json!({"grant_privileges": "SELECT", "grantor": "maker"}));
        function.invoke(&applied(&[maker, reads])).await?.report();
        let own = "SELECT inherit_option AND set_option FROM pg_auth_members WHERE member = 'master'::regrole
                   AND grantor = 'master'::regrole AND roleid = 'maker'::regrole";
        let own = admin.query(own, &[]).await?;
        assert_eq!(own.iter().map(|row| row.get(0)).collect::<Vec<bool>>(), [true], "version {}", version.version);
    }
    Ok(())
}

#[tokio::test]
async fn many_tables_and_many_users_come_to_a_short_report() -> anyhow::Result<()> {
    let world = any().await?;
    let master = world.server.master("airflow").await?;
    for hundreds in 0..40 {
        let from = hundreds * 250;
        master
            .batch_execute(&format!(
                "DO $$ BEGIN FOR n IN {from}..{} LOOP EXECUTE format('CREATE TABLE a_table_of_many_%s (id int)', n);
                 END LOOP; END $$",
                from + 249
            ))
            .await?;
    }
    let users = |words: &str| {
        (0..10).map(|n| user(&format!("user-{n}"), &json!({"grant_privileges": words}))).collect::<Vec<_>>()
    };
    let mut function = start(&world)?;
    let report = function.invoke(&applied(&users("SELECT,INSERT"))).await?.report();
    assert_eq!(ids(&report, "changed").len(), 10);
    assert!(steps(&report, "user-0").contains("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \"public\""));
    let fewer = applied(&users("SELECT"));
    let told = function.invoke(&fewer).await?.report();
    let report = function.invoke(&with_revoke(fewer, "managed")).await?.report();
    assert_eq!(ids(&report, "changed").len(), 10, "{report:#}");
    assert!(steps(&report, "user-0").contains("REVOKE INSERT ON ALL TABLES IN SCHEMA \"public\""), "{report:#}");
    for report in [told, report] {
        assert!(report.to_string().len() < 100_000, "{} bytes", report.to_string().len());
    }
    // Not a matter of time: what is held of ten thousand tables and ten users is the same on any machine.
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(peak) = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u32>().ok()) {
        assert!(peak < 128 * 1024, "{peak} KiB at its peak");
    }
    Ok(())
}
