//! `clusters anonymise`: what it says of a real database, and what becomes of that database once the plan is carried out.

mod applied;
mod bench;
mod carried;
mod faults;
mod inside;
mod killed;
mod meanwhile;
mod mysql;
mod texts;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nightshift::secret::Secret;
use nightshift::services::sql::{Authorities, Endpoint, Engine, Session};
use nightshift_testkit::database::postgres::{PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::{Client, Flavour, Installation, Postgres};
use serde_json::Value;

use crate::STATE;
use crate::{Said, said};

/// What the server's certificate is for.
const HOST: &str = "shop.cluster-x.eu-west-1.rds.amazonaws.com";
const SQL: &str = include_str!("shop.sql");
const RULES: &str = include_str!("shop.toml");

/// A session of `user` on a server of this machine, whose certificate is for [`HOST`].
async fn session(
    engine: Engine,
    through: SocketAddr,
    authority: &Path,
    user: &str,
    database: &str,
) -> anyhow::Result<Session> {
    let endpoint = Endpoint {
        engine,
        host: HOST.to_owned(),
        tls_name: None,
        port: if engine == Engine::Postgres { 5432 } else { 3306 },
        through: Some(through),
        trust: Authorities::File(authority.to_owned()).trust()?,
        lock_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_mins(1),
    };
    Ok(endpoint.log_in(user, &Secret::new(PASSWORD.to_owned()), database).await?)
}

fn engine_of(flavour: Flavour) -> Engine {
    if flavour == Flavour::Mysql { Engine::Mysql } else { Engine::Mariadb }
}

/// A server with the shop in it, which belongs to a role of its own.
async fn shop(version: &Installation) -> anyhow::Result<Postgres> {
    let server = Postgres::start(version, HOST, "shop").await?;
    let admin = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
    let member = if version.version >= 16 { "WITH SET TRUE, INHERIT FALSE" } else { "" };
    admin
        .batch_execute(&format!(
            "CREATE ROLE shop; GRANT shop TO master {member}; GRANT CREATE, USAGE ON SCHEMA public TO shop; SET ROLE shop;"
        ))
        .await?;
    admin.batch_execute(SQL).await?;
    Ok(server)
}

/// The command, with what leads it to the server.
fn command(server: &Postgres, arguments: &[&str]) -> Command {
    command_on(server, "shop", arguments)
}

/// The same, in another database.
fn command_on(server: &Postgres, database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
    let shell = command.env_clear().env("COLUMNS", "140").env("XDG_STATE_HOME", STATE).env("PGPASSWORD", PASSWORD);
    shell.env("NIGHTSHIFT_DB_ADDRESS", server.address().to_string());
    shell.env("NIGHTSHIFT_DB_CA_FILE", &server.certificates.authority);
    let database = format!("postgres://master@{HOST}/{database}");
    shell.args(["clusters", "anonymise", "--database", &database]).args(arguments);
    command
}

fn asked(server: &Postgres, arguments: &[&str]) -> Said {
    said(&mut command(server, arguments))
}

/// A file of rules, and what holds it.
fn rules(text: &str) -> anyhow::Result<(tempfile::TempDir, String)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, text)?;
    let file = file.display().to_string();
    Ok((folder, file))
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_tried_on_a_database_and_nothing_in_it_changes() -> anyhow::Result<()> {
    let server = shop(&Installation::any()?).await?;
    let admin = server.log_in(RDS_ADMIN, PASSWORD, "shop").await?;
    let before = written(&admin).await?;
    let (_folder, file) = rules(RULES)?;
    let plan = |more: &[&str]| asked(&server, &[&["--plan", "--rules", &file], more].concat());
    let shown = plan(&[]);
    assert_eq!(shown.code, 0, "{}{}", shown.out, shown.err);
    for line in [
        "shop on shop.cluster-x.eu-west-1.rds.amazonaws.com:5432 · postgres ",
        "writes about 50 rows anew in one go: nothing depends on the types of its columns",
        "updates about 400 rows and builds it anew:",
        "email: fake mail (join mail)",
        "public.audit_log: empties it",
    ] {
        assert!(shown.out.contains(line), "{line}\n{}", shown.out);
    }
    let sql = plan(&["--output", "sql"]);
    assert!(
        sql.code == 0 && sql.out.contains("ALTER TABLE \"public\".\"guarded\" ALTER COLUMN \"secret\" TYPE text USING")
    );
    let json: Value = serde_json::from_str(&plan(&["--output", "json"]).out)?;
    assert_eq!((&json["engine"], &json["blockers"]), (&"postgres".into(), &Value::Array(Vec::new())));

    // A column that came later refuses it, and so does a function of somebody's; an accepted one does not.
    admin
        .batch_execute(
            "SET ROLE shop; ALTER TABLE staff ADD COLUMN later text; CREATE FUNCTION ok(text) RETURNS boolean LANGUAGE sql IMMUTABLE \
             RETURN true; ALTER TABLE guarded ADD CONSTRAINT fine CHECK (ok(secret)); RESET ROLE",
        )
        .await?;
    let shown = plan(&[]);
    assert_eq!(shown.code, 3, "{}", shown.out);
    for line in [
        "2 things in the way: this plan would not be carried out",
        "1 column not decided: later",
        "the check fine calls public.ok(text)",
        "functions = [\"public.ok(text)\"]",
    ] {
        assert!(shown.out.contains(line), "{line}\n{}", shown.out);
    }
    let sql = plan(&["--output", "sql"]);
    assert!(
        sql.code == 3 && sql.err.contains("public.staff: undecided-column: 1 column not decided: later"),
        "{}",
        sql.err
    );

    // Whoever may not read a table has its names to go by.
    let by_names = asked(&server, &["--suggest"]).out;
    assert!(
        by_names.contains("# nobody looked at its values: they may not be read, or policies say who sees which rows"),
        "{by_names}"
    );
    assert!(
        by_names.contains("email = { fake = \"mail\", join = \"mail\" } # by its name a mail address"),
        "{by_names}"
    );
    admin.batch_execute("GRANT SELECT ON person, staff TO master").await?;
    // Proposals are rules as they stand, and undecided.
    let proposed = asked(&server, &["--suggest"]);
    assert_eq!(proposed.code, 0, "{}", proposed.err);
    for line in [
        "email = { fake = \"mail\", join = \"mail\" } # 400 of 400 values look like one",
        "later = \"DECIDE\" # text: nothing was recognised",
        "# person follows public.person.id",
        "phone = { fake = \"phone\" } # 400 of 400 values look like one",
    ] {
        assert!(proposed.out.contains(line), "{line}\n{}", proposed.out);
    }
    assert!(!proposed.out.contains("needle"), "no value leaves the server: {}", proposed.out);
    let (_folder, proposed) = rules(&proposed.out)?;
    let undecided = asked(&server, &["--plan", "--rules", &proposed]);
    assert!(undecided.code == 3 && undecided.out.contains("undecided-column"), "{}{}", undecided.out, undecided.err);
    admin
        .batch_execute(
            "ALTER TABLE staff DROP COLUMN later; ALTER TABLE guarded DROP CONSTRAINT fine; DROP FUNCTION ok(text)",
        )
        .await?;
    assert_eq!(written(&admin).await?, before, "nothing was written");
    Ok(())
}

/// How much was ever written in this database's tables.
async fn written(admin: &Client) -> anyhow::Result<String> {
    let row = admin
        .query_one(
            "SELECT md5(string_agg(s::text, '|' ORDER BY s::text)) FROM (SELECT row(p.*)::text FROM person p UNION ALL \
             SELECT row(o.*)::text FROM orders o UNION ALL SELECT row(g.*)::text FROM guarded g UNION ALL \
             SELECT row(n.nspname)::text FROM pg_namespace n WHERE n.nspname !~ '^pg_t') AS s",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

#[tokio::test]
async fn what_is_wrong_is_said_before_anybody_logs_in() -> anyhow::Result<()> {
    let run = |arguments: &[&str], shell: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightshift"));
        command
            .env_clear()
            .env("COLUMNS", "140")
            .envs(shell.iter().copied())
            .args(["clusters", "anonymise"])
            .args(arguments);
        said(&mut command)
    };
    let (_folder, good) = rules("version = 1\nengine = \"postgresql\"\n")?;
    let (_other, bad) = rules("version = 1\nengine = \"postgresql\"\n[table.\"public.a\"]\nkeeep = []\n")?;
    let nowhere = "postgres://ana@localhost:1/shop";
    for (arguments, expected) in [
        (&["--database", nowhere][..], "--plan|--suggest"),
        (&["--plan", "--database", nowhere], "--rules <FILE>"),
        (&["--plan", "--rules", "none.toml", "--database", nowhere], "could not read the rules none.toml"),
        (
            &["--plan", "--rules", &bad, "--database", nowhere],
            "line 4: unknown field `keeep`, expected one of `truncate`",
        ),
        (&["--plan", "--rules", &good, "--database", "postgres://ana:hunter2@localhost/shop"], "it takes no password"),
        (&["--plan", "--rules", &good, "--database", nowhere], "no password of ana is known; nobody logged in"),
    ] {
        let said = run(arguments, &[]);
        assert!(said.code == 1 && said.err.contains(expected), "{arguments:?}: {}{}", said.out, said.err);
    }
    let said = run(&["--plan", "--rules", &good, "--database", nowhere], &[("PGPASSWORD", "x")]);
    assert!(said.code == 1 && said.err.contains("logging in to localhost:1/shop as ana"), "{}", said.err);
    Ok(())
}
