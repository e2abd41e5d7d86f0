//! Nothing of an application's runs with the master's rights because the function looks or grants. Traps are made of the
//! server's own catalogs, for every word and operator the function was seen to send, and first it is shown that they bite.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use nightshift::secret::Secret;
use nightshift::services::sql::Engine;
use nightshift::services::sql::{Authorities, Endpoint, Session};
use nightshift_testkit::FunctionProcess;
use nightshift_testkit::database::{Client, DatabaseWorld, Flavour, Installation, MysqlWorld, world};
use serde_json::json;

use crate::world::{airflow, event, start, with_mode};
use crate::{ids, said};

/// Those the fault was found on, and one between.
const VERSIONS: [u32; 4] = [14, 15, 16, 18];
/// What a server has to have logged of them for traps to count as traps.
const SPRUNG: &str = "a trap was sprung: ";
/// What an owner of a database, or the master itself, may have set: here the traps come first.
const HOSTILE: &str = "ALTER DATABASE airflow SET search_path = public, pg_catalog;
                       ALTER ROLE master SET search_path = public, pg_catalog;
                       ALTER ROLE master IN DATABASE airflow SET search_path = public, pg_catalog";

#[tokio::test]
async fn nothing_of_an_applications_runs_as_the_master() -> anyhow::Result<()> {
    let here: Vec<_> = VERSIONS.into_iter().filter_map(Installation::find).collect();
    assert!(!here.is_empty(), "no PostgreSQL at all: run `cargo xtask setup`");
    for version in here {
        untouched(&version).await.map_err(|error| error.context(format!("version {}", version.version)))?;
    }
    Ok(())
}

async fn untouched(version: &Installation) -> anyhow::Result<()> {
    let world = DatabaseWorld::new(version).await?;
    let master = world.server.master("postgres").await?;
    let mut function = start(&world)?;
    assert_eq!(ids(&function.invoke(&with_mode(airflow(), "apply")).await?.report(), "changed").len(), 3);
    let maker = world.log_in_by("dp-sec-db-ue1-af-activation-af_rw_ddl-dev").await?;
    maker
        .batch_execute(
            "CREATE TABLE public.task (id serial); CREATE SCHEMA own; CREATE TABLE own.task (id int);
             CREATE FUNCTION public.work(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        )
        .await?;
    everything(&mut function, "first").await?;
    let questions = questions(&world.server.log()?);
    assert!(questions.len() >= 14, "{questions:#?}");
    maker.batch_execute(include_str!("traps.sql")).await?;

    // They bite whoever asks the same without care.
    let laid = lay(&maker, "functions", &questions).await? + lay(&maker, "operators", &questions).await?;
    assert!(laid > 1000, "{laid} traps");
    bites(&world, &questions, &["quote_ident(name)", "cardinality(text[])", "unnest(text[])", "acldefault("]).await?;
    assert!(is_there(&master, "evil").await?, "a trap was to make a role");
    spared(&world, &mut function, "second").await?;

    // More of them do where they come first.
    world.server.admin("postgres").await?.batch_execute(HOSTILE).await?;
    lay(&maker, "views", &questions).await?;
    bites(&world, &questions, &["pg_roles", "pg_class", "name = text", "aclexplode(", "pg_get_userbyid(oid)"]).await?;
    lay(&maker, "types", &questions).await?;
    bites(&world, &questions, &["type int4", "type text"]).await?;
    spared(&world, &mut function, "third").await
}

/// The way the function has to a server, without the function.
fn endpoint(engine: Engine, address: SocketAddr, authority: &Path) -> anyhow::Result<Endpoint> {
    Ok(Endpoint {
        engine,
        host: world::HOST.to_owned(),
        tls_name: None,
        port: engine.port(),
        through: Some(address),
        trust: Authorities::File(authority.to_owned()).trust()?,
        lock_timeout: Duration::from_secs(1),
        statement_timeout: Duration::from_secs(5),
    })
}

#[tokio::test]
async fn every_session_begins_with_the_servers_names_and_reads_without_writing() -> anyhow::Result<()> {
    for version in VERSIONS.into_iter().filter_map(Installation::find) {
        let world = DatabaseWorld::new(&version).await?;
        let admin = world.server.admin("airflow").await?;
        admin.batch_execute(HOSTILE).await?;
        admin
            .batch_execute(
                "ALTER DATABASE postgres SET idle_session_timeout = '50ms';
                 ALTER DATABASE airflow SET idle_in_transaction_session_timeout = '50ms';
                 ALTER DATABASE airflow SET default_transaction_isolation = 'serializable';
                 ALTER DATABASE airflow SET default_transaction_deferrable = on;
                 ALTER DATABASE airflow SET quote_all_identifiers = on; CREATE ROLE app LOGIN PASSWORD 'not-a-secret-1'; ALTER ROLE app SET search_path = public;
                 CREATE TABLE public.seen (id int); GRANT ALL ON public.seen TO master;
                 CREATE FUNCTION public.writes() RETURNS text LANGUAGE plpgsql AS $$
                 BEGIN
                   BEGIN PERFORM set_config('transaction_read_only', 'off', false); EXCEPTION WHEN OTHERS THEN NULL; END;
                   PERFORM set_config('default_transaction_read_only', 'off', false);
                   INSERT INTO public.seen VALUES (1); RETURN 'written';
                 END $$",
            )
            .await?;
        let known = "SELECT FROM pg_settings WHERE name = 'transaction_timeout'";
        if !admin.query(known, &[]).await?.is_empty() {
            admin.batch_execute("ALTER DATABASE airflow SET transaction_timeout = '1min'").await?;
        }
        let endpoint = endpoint(Engine::Postgres, world.server.address(), &world.server.certificates.authority)?;
        let password = Secret::new("not-a-secret-1".to_owned());
        for (user, database) in [("master", "airflow"), ("master", "postgres"), ("app", "airflow")] {
            let Session::Postgres(session) = endpoint.log_in(user, &password, database).await? else { unreachable!() };
            let shown = session.read("the path", "SELECT pg_catalog.current_setting('search_path')", &[]).await?;
            assert_eq!(shown[0].get::<_, &str>(0), "pg_catalog,pg_temp", "{user} in {database}");
            let is = "SELECT pg_catalog.concat_ws(' ', pg_catalog.current_setting('idle_session_timeout'), \
                      pg_catalog.current_setting('idle_in_transaction_session_timeout'), \
                      pg_catalog.current_setting('transaction_isolation'), \
                      pg_catalog.current_setting('transaction_deferrable'), pg_catalog.quote_ident('plain'), \
                      coalesce(pg_catalog.current_setting('transaction_timeout', true), '0'))";
            assert_eq!(
                session.read("how it is", is, &[]).await?[0].get::<_, &str>(0),
                "0 0 read committed off plain 0",
                "{user} in {database}"
            );
            if (user, database) == ("master", "airflow") {
                let error = session.read("by a trap", "SELECT public.writes()", &[]).await.unwrap_err();
                assert_eq!(error.code.as_deref(), Some("25006"), "{error}");
            }
        }
        assert!(admin.query("SELECT id FROM public.seen", &[]).await?.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn on_mysql_no_session_is_in_a_database_and_reading_writes_nothing() -> anyhow::Result<()> {
    for program in [Flavour::Mariadb, Flavour::Mysql].into_iter().filter_map(Flavour::find) {
        let world = MysqlWorld::new(&program).await?;
        // What a function may do: it cannot commit, nor make users.
        let writes = "CREATE FUNCTION my_shop.writes() RETURNS int MODIFIES SQL DATA BEGIN
                      SET SESSION TRANSACTION READ WRITE; INSERT INTO my_shop.seen VALUES (1); RETURN 1; END";
        world.server.admin(&["CREATE TABLE my_shop.seen (id int)", writes]).await?;
        world.server.admin(&["SET GLOBAL wait_timeout = 9", "SET GLOBAL sql_select_limit = 1"]).await?;
        let engine = Engine::parse(program.flavour.engine()).expect("an engine");
        let endpoint = endpoint(engine, world.server.address(), &world.server.certificates.authority)?;
        let password = Secret::new("not-a-secret-1".to_owned());
        let Session::Mysql(session) = endpoint.log_in("master", &password, "my_shop").await? else { unreachable!() };
        assert_eq!(session.read("the database", "SELECT database()").await?, [[None]]);
        let lasts = session.read("when it ends", "SELECT @@wait_timeout, @@sql_mode").await?;
        assert_eq!(lasts, [[Some("28800".to_owned()), Some(String::new())]]);
        assert_eq!(session.read("all of it", "SELECT 1 UNION ALL SELECT 2").await?.len(), 2);
        let error = session.read("by a trap", "SELECT my_shop.writes()").await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("1792"), "{error}");
        // What is no question, or more than one, does not get as far as the server.
        let insert = "INSERT INTO my_shop.seen VALUES (1)";
        for write in [insert.to_owned(), format!("SELECT 1; COMMIT; {insert}"), format!("SELECT 1; COMMIT; {insert};")]
        {
            let error = session.read("by a trap", &write).await.unwrap_err();
            assert!(error.code.is_none() && error.message.contains("more than one question"), "{error}");
        }
        assert_eq!(session.read("what is there", "SELECT count(*) FROM my_shop.seen").await?, [[Some("0".to_owned())]]);
    }
    Ok(())
}

/// Runs everything with the traps laid: none is sprung, and no role is there that none asked for.
async fn spared(world: &DatabaseWorld, function: &mut FunctionProcess, guest: &str) -> anyhow::Result<()> {
    let master = world.server.master("postgres").await?;
    master.batch_execute("DROP ROLE IF EXISTS evil").await?;
    let before = sprung(&world.server.log()?).len();
    let done = everything(function, guest).await;
    let bites: BTreeSet<_> = sprung(&world.server.log()?).split_off(before).into_iter().collect();
    let evil = is_there(&master, "evil").await?;
    assert!(bites.is_empty() && !evil, "these were sprung: {bites:#?}; the role evil is there: {evil}");
    done
}

/// Every kind of question and statement, in either mode: users looked at, and one made, changed, taken from and dropped.
async fn everything(function: &mut FunctionProcess, guest: &str) -> anyhow::Result<()> {
    let mut coming = airflow();
    let named = |key: &str| coming["users"][2][key].as_str().unwrap_or_default().to_owned();
    let (name, secret) = (format!("{}-{guest}", named("db_user")), format!("{}-{guest}", named("user_secret_name")));
    coming["users"][2]["db_user"] = json!(name);
    coming["users"][2]["user_secret_name"] = json!(secret);
    let mut taking = coming.clone();
    taking["revoke"] = json!("all");
    taking["users"][1]["functions"] = json!("EXECUTE");
    taking["users"][2]["owner_role"] = json!("owns");
    taking["users"][2]["schemas"] = json!(["public", "own", "fresh"]);
    let gone = json!({"db_user": name, "user_secret_name": secret, "state": "absent", "reassign_to": "owns"});
    let mut going = event(&[gone]);
    going["revoke"] = json!("managed");
    // An extension's script would look for names where the maker of traps may put some: it is asked about and not run.
    let mut reaching = taking.clone();
    reaching["extensions"] = json!("citext");
    let report = function.invoke(&with_mode(reaching, "apply")).await?.report();
    anyhow::ensure!(
        report["counts"]["changed"] == 0 && said(&report, &name) == ("skipped", "unsafe-schema"),
        "{report:#}"
    );
    for event in [coming, taking, going] {
        for mode in ["plan", "apply"] {
            let report = function.invoke(&with_mode(event.clone(), mode)).await?.report();
            let left = (&report["counts"]["failed"], &report["counts"]["skipped"]);
            anyhow::ensure!(left == (&json!(0), &json!(0)), "{report:#}");
        }
    }
    Ok(())
}

/// What the function asked, with parameters in it, as a server logs them: each question once.
fn questions(log: &str) -> Vec<String> {
    let mut questions: BTreeMap<&str, String> = BTreeMap::new();
    let mut last = "";
    for line in log.lines() {
        if let Some((_, question)) = line.split_once("LOG:  execute <unnamed>: ") {
            last = question;
            questions.insert(question, question.to_owned());
        } else if let Some((_, question)) = line.split_once("LOG:  statement: ").filter(|(_, q)| q.contains("pg_stat_"))
        {
            questions.insert("the end of sessions", question.to_owned());
        } else if let (Some((_, values)), Some(own)) = (line.split_once("arameters: $1 = "), questions.get_mut(last)) {
            for (number, value) in values.split(", $2 = ").enumerate() {
                *own = own.replace(&format!("${}", number + 1), &format!("{value}::pg_catalog.text[]"));
            }
        }
    }
    questions.into_values().filter(|question| !question.contains('$')).collect()
}

/// Lays traps of `kind` for every word or operator in `questions`, as an application; answers with how many.
async fn lay(maker: &Client, kind: &str, questions: &[String]) -> anyhow::Result<i32> {
    let text = questions.join(" ").replace("pg_catalog.", "");
    let belongs = |c: char| {
        if kind == "operators" { "+-*/<>=~!@#%^&|`?".contains(c) } else { c.is_ascii_alphanumeric() || c == '_' }
    };
    let mut names: BTreeSet<&str> = text.split(|c| !belongs(c)).collect();
    // LIKE is another word for the first, and comes with the second.
    names.extend(["~~", "!~~"]);
    let names: Vec<_> = names.into_iter().collect();
    Ok(maker.query_one(&format!("SELECT public.lay_{kind}($1)"), &[&names]).await?.get(0))
}

/// Asks `questions` as the master, in a session like any other and with names as most people write them: each of `kinds`
/// has to bite.
async fn bites(world: &DatabaseWorld, questions: &[String], kinds: &[&str]) -> anyhow::Result<()> {
    let before = sprung(&world.server.log()?).len();
    let session = world.server.master("airflow").await?;
    session.batch_execute("SET statement_timeout = '2s'").await?;
    for question in questions {
        // What a trap answers may be nonsense.
        let _ = session.batch_execute(&question.replace("pg_catalog.", "")).await;
    }
    let bites: BTreeSet<_> = sprung(&world.server.log()?).split_off(before).into_iter().collect();
    for kind in kinds {
        assert!(bites.iter().any(|bite| bite.starts_with(kind)), "{kind} was to bite: {bites:#?}");
    }
    Ok(())
}

fn sprung(log: &str) -> Vec<String> {
    let what = |line: &str| Some(line.split_once(SPRUNG)?.1.split(" at character ").next()?.to_owned());
    log.lines().filter_map(what).collect()
}

async fn is_there(master: &Client, role: &str) -> anyhow::Result<bool> {
    Ok(!master.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", &[&role]).await?.is_empty())
}
