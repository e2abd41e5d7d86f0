//! Nothing goes with a user that is dropped: not what it came to own meanwhile, not what others have of it, not the peace of
//! those who work beside it; and what keeps it is found before anything is done to it.

use nightshift_testkit::database::{Client, DatabaseWorld, Installation};
use serde_json::{Value, json};

use crate::world::{any, ends, event, every, may, start, user, with_mode};
use crate::{ids, item, said, steps};

fn absent(name: &str, heir: Option<&str>) -> Value {
    user(name, &json!({"state": "absent", "reassign_to": heir}))
}

fn applied(users: &[Value]) -> Value {
    with_mode(event(users), "apply")
}

async fn logs_in(world: &DatabaseWorld, user: &str) -> bool {
    world.log_in_by(&format!("{user}-secret")).await.is_ok()
}

async fn owner(client: &Client, table: &str) -> anyhow::Result<String> {
    let query = "SELECT tableowner::text FROM pg_tables WHERE tablename = $1";
    Ok(client.query_one(query, &[&table]).await?.get(0))
}

/// Waits until some session waits for a lock.
async fn somebody_waits(admin: &Client) -> anyhow::Result<()> {
    let query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'master'";
    while admin.query_one(query, &[]).await?.get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn what_comes_into_being_in_its_name_meanwhile_is_never_dropped() -> anyhow::Result<()> {
    for version in every() {
        meanwhile(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn meanwhile(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE task (id int); CREATE ROLE other").await?;
    function.invoke(&applied(&[user("app", &json!({"grant_privileges": "SELECT"}))])).await?.report();
    master.batch_execute("CREATE DATABASE second").await?;
    let second = world.server.admin("second").await?;
    second
        .batch_execute(
            "CREATE TABLE theirs (id int); GRANT SELECT ON theirs TO app; ALTER TABLE theirs OWNER TO master;
             GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE ROLE member LOGIN PASSWORD 'not-a-secret-1' IN ROLE app",
        )
        .await?;
    let member = world.server.log_in("member", "not-a-secret-1", "second").await?;
    // The run comes to a halt in the first database, where somebody else is at work on the same table.
    let mut holder = world.server.master("airflow").await?;
    let held = holder.transaction().await?;
    held.batch_execute("GRANT SELECT ON task TO other").await?;
    let event = applied(&[absent("app", None)]);
    let (report, made) = tokio::join!(function.invoke(&event), async {
        somebody_waits(&second).await?;
        member.batch_execute("SET ROLE app; CREATE TABLE hers (id int); INSERT INTO hers VALUES (1)").await?;
        held.commit().await?;
        anyhow::Ok(())
    });
    made?;
    let report = report?.report();
    assert_eq!(said(&report, "app"), ("skipped", "owns-objects"), "{report:#}");
    assert!(
        item(&report, "app")["reason"]["message"].to_string().contains("1 object in database second"),
        "{report:#}"
    );
    assert_eq!(second.query("SELECT id FROM hers", &[]).await?.len(), 1, "what it came to own is there");
    let reads = "SELECT has_table_privilege('app', 'theirs', 'SELECT')";
    assert!(second.query_one(reads, &[]).await?.get::<_, bool>(0), "and what it had in its way is");
    assert!(logs_in(&world, "app").await, "and the user has its login back");
    Ok(())
}

#[tokio::test]
async fn a_table_in_use_holds_up_nothing_but_itself_and_the_user_keeps_its_login() -> anyhow::Result<()> {
    for version in ends() {
        in_use(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn in_use(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    function.invoke(&applied(&[user("app", &json!({"grant_ddl": true}))])).await?.report();
    let app = world.log_in_by("app-secret").await?;
    app.batch_execute("CREATE TABLE busy (id serial); CREATE TABLE quiet (id serial); CREATE VIEW seen AS SELECT 1")
        .await?;
    world.server.master("airflow").await?.batch_execute("CREATE ROLE heir").await?;
    let mut reader = world.server.admin("airflow").await?;
    let reading = reader.transaction().await?;
    reading.batch_execute("SELECT * FROM busy").await?;
    let event = applied(&[absent("app", Some("heir"))]);
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app"), ("deferred", "sql-busy"), "{report:#}");
    let admin = world.server.admin("airflow").await?;
    assert_eq!(owner(&admin, "quiet").await?, "heir", "what nobody uses has gone over");
    assert_eq!(owner(&admin, "busy").await?, "app");
    let told = steps(&report, "app");
    assert!(told.contains("ALTER TABLE public.quiet OWNER") && !told.contains("public.busy OWNER"), "{told}");
    assert!(logs_in(&world, "app").await, "given up, so it has its login");
    let log = world.server.log()?;
    let handed: Vec<_> = log.lines().filter(|line| line.contains("statement: ") && line.contains("OWNER TO")).collect();
    assert!(handed.len() > 5, "it was tried again and again: {handed:#?}");
    assert!(!log.contains("REASSIGN"), "not before the tables are the heir's: it would take all their locks at once");
    reading.rollback().await?;
    let report = function.invoke(&event).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    assert_eq!(owner(&admin, "busy").await?, "heir");
    let lent = "SELECT pg_has_role('master', 'heir', 'USAGE')";
    assert!(!admin.query_one(lent, &[]).await?.get::<_, bool>(0), "nothing is left lent");
    Ok(())
}

#[tokio::test]
async fn thousands_of_tables_and_sequences_go_to_an_heir_though_no_transaction_could_lock_them_all()
-> anyhow::Result<()> {
    let world = any().await?;
    let mut function = start(&world)?;
    function.invoke(&applied(&[user("app", &json!({"grant_ddl": true}))])).await?.report();
    let app = world.log_in_by("app-secret").await?;
    for hundreds in 0..24 {
        let from = hundreds * 125;
        app.batch_execute(&format!(
            "DO $$ BEGIN FOR n IN {from}..{} LOOP
               EXECUTE format('CREATE TABLE t%s (id int)', n); EXECUTE format('CREATE SEQUENCE s%s', n);
             END LOOP; END $$; CREATE TABLE counted{hundreds} (id serial, at int GENERATED ALWAYS AS IDENTITY)",
            from + 124
        ))
        .await?;
    }
    let admin = world.server.admin("airflow").await?;
    world.server.master("airflow").await?.batch_execute("CREATE ROLE heir").await?;
    let report = function.invoke(&applied(&[absent("app", Some("heir"))])).await?.report();
    assert_eq!(said(&report, "app").0, "changed", "{report:#}");
    let query = "SELECT relkind::text, count(*) FROM pg_class WHERE relowner = 'heir'::regrole GROUP BY 1 ORDER BY 1";
    let left: Vec<(String, i64)> = admin.query(query, &[]).await?.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(left, [("S".to_owned(), 3048), ("r".to_owned(), 3024)]);
    assert!(steps(&report, "app").contains("more like these"), "a long list is abridged");
    Ok(())
}

#[tokio::test]
async fn what_keeps_a_user_is_found_before_its_login_goes() -> anyhow::Result<()> {
    for version in ends() {
        kept(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn kept(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let names = ["passes", "column", "policy", "function"];
    let users: Vec<_> = names.iter().map(|name| user(name, &json!({"grant_privileges": "SELECT"}))).collect();
    function.invoke(&applied(&users)).await?.report();
    world.server.master("airflow").await?.batch_execute("CREATE ROLE heir").await?;
    let admin = world.server.admin("airflow").await?;
    admin
        .batch_execute(
            "CREATE ROLE between; CREATE ROLE last; CREATE TABLE a (id int); ALTER TABLE a OWNER TO master;
             GRANT SELECT ON a TO passes WITH GRANT OPTION; GRANT SELECT ON a TO between WITH GRANT OPTION;
             SET ROLE passes; GRANT SELECT ON a TO last; SET ROLE between; GRANT SELECT (id) ON a TO \"column\"; RESET ROLE;
             CREATE POLICY p ON a TO policy USING (true);
             CREATE SCHEMA closed; GRANT CREATE, USAGE ON SCHEMA closed TO function; SET ROLE function;
             CREATE FUNCTION closed.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; RESET ROLE;
             REVOKE CREATE, USAGE ON SCHEMA closed FROM function",
        )
        .await?;
    let all =
        [absent("passes", None), absent("column", None), absent("policy", None), absent("function", Some("heir"))];
    let report = function.invoke(&applied(&all)).await?.report();
    for (name, code, named) in [
        ("passes", "passed-on", "last"),
        ("column", "granted-by-others", "between"),
        ("policy", "still-named", "policy p ON public.a"),
        ("function", "heir-cannot-own", "the schema closed"),
    ] {
        assert_eq!(said(&report, name), ("skipped", code), "{report:#}");
        assert!(item(&report, name)["reason"]["message"].to_string().contains(named), "{report:#}");
        assert!(logs_in(&world, name).await, "{name}");
    }
    let log = world.server.log()?;
    assert!(!log.contains("NOLOGIN") && !log.contains("pg_terminate_backend"), "nothing was done to any of them");
    let last = "SELECT has_table_privilege('last', 'a', 'SELECT')";
    assert!(admin.query_one(last, &[]).await?.get::<_, bool>(0));
    Ok(())
}

#[tokio::test]
async fn an_heir_that_may_make_nothing_there_gets_a_function_and_no_right_for_good() -> anyhow::Result<()> {
    for version in every() {
        for_a_moment(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn for_a_moment(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let maker = user("maker", &json!({"grant_ddl": true, "schemas": "shop"}));
    let heir = json!({"db_user": "heir", "auth": "nobody", "schemas": "shop"});
    function.invoke(&applied(&[maker, heir])).await?.report();
    let maker = world.log_in_by("maker-secret").await?;
    maker
        .batch_execute(
            "CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE shop.t (id serial);
             CREATE TYPE shop.kind AS ENUM ('a'); CREATE SCHEMA own; CREATE TABLE own.t (id int); CREATE SEQUENCE own.s",
        )
        .await?;
    let report = function.invoke(&applied(&[absent("maker", Some("heir"))])).await?.report();
    assert_eq!(said(&report, "maker").0, "changed", "{report:#}");
    let admin = world.server.admin("airflow").await?;
    let query = "SELECT p.proowner::regrole::text, t.typowner::regrole::text, n.nspowner::regrole::text,
                 has_schema_privilege('heir', 'shop', 'CREATE') FROM pg_proc p, pg_type t, pg_namespace n
                 WHERE p.proname = 'f' AND t.typname = 'kind' AND n.nspname = 'own'";
    let row = admin.query_one(query, &[]).await?;
    let owners: [String; 3] = [row.get(0), row.get(1), row.get(2)];
    assert_eq!(owners, ["heir", "heir", "heir"]);
    assert!(!row.get::<_, bool>(3), "the right to make things was lent and taken back");

    // One that gets the right in the same event keeps it.
    let again = user("again", &json!({"grant_ddl": true, "schemas": "shop"}));
    function.invoke(&applied(std::slice::from_ref(&again))).await?.report();
    world.log_in_by("again-secret").await?.batch_execute("CREATE TABLE shop.u (id int)").await?;
    let ddl = json!({"db_user": "heir", "auth": "nobody", "schemas": "shop", "grant_ddl": true});
    let report = function.invoke(&applied(&[ddl, absent("again", Some("heir"))])).await?.report();
    assert_eq!(ids(&report, "changed"), ["heir", "again"], "{report:#}");
    assert!(admin.query_one("SELECT has_schema_privilege('heir', 'shop', 'CREATE')", &[]).await?.get::<_, bool>(0));
    Ok(())
}

#[tokio::test]
async fn one_who_goes_leaves_the_owner_role_of_others_alone() -> anyhow::Result<()> {
    for version in ends() {
        let world = DatabaseWorld::new(&version).await?;
        let mut function = start(&world)?;
        let of = |name: &str, more: &Value| {
            let mut user = user(name, &json!({"grant_ddl": true, "owner_role": "app_owner", "schemas": "shop"}));
            for (key, value) in more.as_object().into_iter().flatten() {
                user[key] = value.clone();
            }
            user
        };
        function.invoke(&applied(&[of("app_a", &json!({})), of("app_b", &json!({}))])).await?.report();
        world.log_in_by("app_a-secret").await?.batch_execute("CREATE TABLE shop.ours (id int)").await?;
        for heir in [Value::Null, json!("app_b"), json!("master")] {
            let event =
                applied(&[of("app_a", &json!({"state": "absent", "reassign_to": heir})), of("app_b", &json!({}))]);
            let report = function.invoke(&with_mode(event, "plan")).await?.report();
            assert!(!report.to_string().contains("DROP ROLE \\\"app_owner\\\""), "{report:#}");
        }
        let event = applied(&[of("app_a", &json!({"state": "absent"})), of("app_b", &json!({}))]);
        let report = function.invoke(&event).await?.report();
        assert_eq!(said(&report, "app_a").0, "changed", "{report:#}");
        let app_b = world.log_in_by("app_b-secret").await?;
        assert!(may(&app_b, "SELECT * FROM shop.ours").await?);
        assert_eq!(owner(&app_b, "ours").await?, "app_owner");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_that_lets_nobody_in_is_the_matter_of_those_who_hold_something_there() -> anyhow::Result<()> {
    for version in every() {
        let world = DatabaseWorld::new(&version).await?;
        let mut function = start(&world)?;
        let users = ["inside", "outside"].map(|name| user(name, &json!({"grant_privileges": "SELECT"})));
        function.invoke(&applied(&users)).await?.report();
        let admin = world.server.admin("postgres").await?;
        admin.batch_execute("CREATE DATABASE closed").await?;
        admin.batch_execute("REVOKE CONNECT ON DATABASE closed FROM PUBLIC").await?;
        let closed = world.server.admin("closed").await?;
        closed.batch_execute("CREATE TABLE t (id int); GRANT SELECT ON t TO inside").await?;
        let event = event(&[absent("inside", None), absent("outside", None), user("fresh", &json!({}))]);
        let plan = function.invoke(&event).await?.report();
        assert_eq!(said(&plan, "inside"), ("failed", "database-closed"), "{plan:#}");
        let report = function.invoke(&with_mode(event, "apply")).await?.report();
        assert_eq!(said(&report, "inside"), ("failed", "database-closed"), "{report:#}");
        assert_eq!(ids(&report, "changed"), ["fresh", "outside"], "{report:#}");
        assert!(logs_in(&world, "inside").await);
    }
    Ok(())
}

#[tokio::test]
async fn one_event_drops_a_role_that_is_known_in_many_databases() -> anyhow::Result<()> {
    for version in every() {
        many(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn many(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let users = [user("app", &json!({"grant_ddl": true})), user("defaults", &json!({"grant_ddl": true}))];
    function.invoke(&applied(&users)).await?.report();
    let master = world.server.master("postgres").await?;
    master.batch_execute("CREATE ROLE heir; CREATE ROLE reads").await?;
    for name in ["one", "two", "three"] {
        master.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        master.batch_execute(&format!("GRANT CREATE ON DATABASE {name} TO app")).await?;
        let there = world.server.admin(name).await?;
        there
            .batch_execute(
                "SET ROLE app; CREATE SCHEMA hers; CREATE TABLE hers.t (id serial); CREATE VIEW hers.v AS SELECT 1;
                 CREATE FUNCTION hers.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON hers.t TO reads;
                 ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reads;
                 ALTER DEFAULT PRIVILEGES IN SCHEMA hers GRANT SELECT ON SEQUENCES TO reads;
                 ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC; RESET ROLE;
                 CREATE TABLE others (id int, at int); ALTER TABLE others OWNER TO master; SET ROLE master;
                 GRANT SELECT, UPDATE (at) ON others TO app; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;
                 CREATE POLICY p ON others TO app, reads USING (true)",
            )
            .await?;
    }
    world
        .log_in_by("defaults-secret")
        .await?
        .batch_execute("ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM defaults")
        .await?;
    // What it only would give is nothing it owns.
    let report = function.invoke(&applied(&[absent("app", Some("heir")), absent("defaults", None)])).await?.report();
    assert_eq!(ids(&report, "changed"), ["app", "defaults"], "{report:#}");
    for name in ["one", "two", "three"] {
        let there = world.server.admin(name).await?;
        assert_eq!(owner(&there, "t").await?, "heir");
        assert!(
            there.query_one("SELECT has_table_privilege('reads', 'hers.t', 'SELECT')", &[]).await?.get::<_, bool>(0)
        );
        let policy = "SELECT polroles::regrole[]::text FROM pg_policy";
        assert_eq!(there.query_one(policy, &[]).await?.get::<_, String>(0), "{reads}");
    }
    assert!(!world.server.log()?.contains("DROP OWNED"), "nothing is dropped in a sweep");
    Ok(())
}

#[tokio::test]
async fn nobody_stays_by_what_an_owner_set_for_a_database() -> anyhow::Result<()> {
    for version in ends() {
        by_settings(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn by_settings(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let mut function = start(&world)?;
    let master = world.server.master("airflow").await?;
    function.invoke(&applied(&[user("app", &json!({"grant_privileges": "SELECT"}))])).await?.report();
    master.batch_execute("CREATE ROLE heir").await?;
    master.batch_execute("CREATE DATABASE own").await?;
    world.server.admin("airflow").await?.batch_execute("ALTER DATABASE own OWNER TO app").await?;
    let secret = world.secret("app-secret").await?;
    let app = world.server.log_in("app", secret["password"].as_str().unwrap_or_default(), "own").await?;
    app.batch_execute(
        "CREATE TABLE kept (id int); ALTER DATABASE own SET default_transaction_read_only = on;
         ALTER DATABASE own SET statement_timeout = '1ms'; ALTER DATABASE own SET lock_timeout = '1ms'",
    )
    .await?;
    if ends_transactions(&app).await? {
        app.batch_execute("ALTER DATABASE own SET transaction_timeout = '40ms'").await?;
    }
    let report = function.invoke(&applied(&[absent("app", Some("heir"))])).await?.report();
    assert_eq!(item(&report, "app")["outcome"], "changed", "{report:#}");
    world.server.admin("airflow").await?.batch_execute("ALTER DATABASE own RESET ALL").await?;
    assert_eq!(owner(&world.server.admin("own").await?, "kept").await?, "heir");
    Ok(())
}

async fn ends_transactions(client: &Client) -> anyhow::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM pg_settings WHERE name = 'transaction_timeout')";
    Ok(client.query_one(query, &[]).await?.get(0))
}
