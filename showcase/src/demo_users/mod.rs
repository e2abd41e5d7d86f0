//! `db-users` on one machine: the event of a pipeline, three users of whom one makes the tables, on a real `PostgreSQL` whose
//! master is no superuser. What is planned is shown, then applied by the command, then tried by logging in as each user;
//! the last step compares what was seen with what should have been, so that a test can run it too.

mod trying;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::demo::{shown, width};
use nightshift_testkit::database::{DatabaseWorld, Installation};
use nightshift_testkit::{Scene, cargo, repository};
use trying::{SECRETS, Tried};

/// As it is typed.
const COMMAND: &str = "nightshift";
const EVENT: &str = "events/db-users/airflow.json";
const POLICY: &str = "demo-out/users.env";
/// An account of its own, the same each time: a plan's digest is of one account.
const ACCOUNT: &str = "730000000006";
const NOW: &str = "2026-11-21T09:00:00Z";

/// Builds the command and shows it at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, width()).await
}

/// Shows `command` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, width: u16) -> anyhow::Result<()> {
    let version = Installation::any()?;
    let world = DatabaseWorld::of(Scene::of(ACCOUNT)?, &version).await?;
    let operator = Operator { command: command.to_owned(), world: &world, width };
    // As it is from version 15 on.
    world.server.admin("airflow").await?.batch_execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await?;
    let master = world.server.master("airflow").await?;
    master.batch_execute("CREATE TABLE legacy (id int); INSERT INTO legacy VALUES (1)").await?;

    operator.before(out)?;
    writeln!(out, "\nPLAN · the SQL to the letter, passwords as asterisks; it only reads")?;
    let plan = operator.types(out, &format!("plan db-users --event {EVENT} --policy {POLICY}")).await?;
    shown(out, &plan)?;
    let digest = plan.lines().rev().find_map(|line| line.strip_prefix("plan ")).context("the plan has no digest")?;
    let apply = format!("apply db-users --event {EVENT} --policy {POLICY} --account {ACCOUNT}");

    writeln!(out, "\nAPPLY · exactly that plan; a password is in its secret before the database hears of it")?;
    let applied = operator.types(out, &format!("{apply} \\\n    --expect-plan {digest}")).await?;
    let end = applied.lines().position(|line| line.contains(" observed: ")).context("the report has no end")?;
    writeln!(out, "… as planned, line by line …")?;
    shown(out, &applied.lines().skip(end).collect::<Vec<_>>().join("\n"))?;

    writeln!(out, "\nTRY · logged in as each, with what its secret says, one line after the other")?;
    let tried = Tried::all(&world).await?;
    write!(out, "{}", tried.table())?;
    let versions = trying::versions(&world).await?;

    writeln!(out, "\nAGAIN · nothing is left to do: no statement is run, no secret is written")?;
    let again = operator.types(out, &format!("{apply} --yes")).await?;
    shown(out, &again)?;

    tried.check()?;
    ensure!(again.contains("0 changed, 3 already right"), "the second run should have found nothing to do: {again}");
    ensure!(trying::versions(&world).await? == versions, "the second run wrote a secret");
    no_password(&world, &[plan, applied, again].concat()).await?;
    writeln!(
        out,
        "\nDONE · each may do what the event gives and no more, today's table and tomorrow's; no password is in the plan,\n\
         in a report, or in the server's log of every statement"
    )?;
    Ok(())
}

/// An error if a password was printed, or is in the server's log.
async fn no_password(world: &DatabaseWorld, printed: &str) -> anyhow::Result<()> {
    let log = world.server.log()?;
    for secret in SECRETS {
        let value = world.secret(secret).await?;
        let password = value["password"].as_str().context("a secret has no password")?;
        ensure!(!printed.contains(password), "a password was printed");
        ensure!(!log.contains(password), "a password is in the server's log");
    }
    Ok(())
}

/// Who types the commands.
struct Operator<'a> {
    command: PathBuf,
    world: &'a DatabaseWorld,
    width: u16,
}

impl Operator<'_> {
    fn before(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let number = self.world.server.version;
        writeln!(
            out,
            "Three users from a pipeline's event, on a real PostgreSQL {number}, all of it on this machine."
        )?;
        writeln!(out, "\nBEFORE · the database airflow has one table, legacy; its master is no superuser, as on RDS")?;
        writeln!(out, "$ cat {EVENT}")?;
        for line in std::fs::read_to_string(repository::root().join(EVENT))?.lines() {
            writeln!(out, "  │ {line}")?;
        }
        self.write_policy()?;
        writeln!(out, "{POLICY} says where the server is and whose certificates to believe, as for a tunnel")?;
        Ok(())
    }

    fn write_policy(&self) -> anyhow::Result<()> {
        let path = repository::root().join(POLICY);
        std::fs::create_dir_all(path.parent().context("no folder")?)?;
        let all = self.world.environment(&[("NIGHTSHIFT_NOW", NOW)]);
        let own = all.iter().filter(|(name, _)| name.starts_with("NIGHTSHIFT_"));
        let lines: Vec<_> = own.map(|(name, value)| format!("{name}='{value}'")).collect();
        std::fs::write(&path, lines.join("\n") + "\n").with_context(|| format!("could not write {POLICY}"))
    }

    /// Types `words` behind the command's name and answers with what it printed.
    async fn types(&self, out: &mut dyn Write, words: &str) -> anyhow::Result<String> {
        writeln!(out, "$ {COMMAND} {words}")?;
        out.flush()?;
        let mut command = Command::new(&self.command);
        let own = self.world.environment(&[]).into_iter().filter(|(name, _)| name.starts_with("AWS_"));
        let words = words.replace("\\\n", "");
        command.args(words.split_whitespace()).env_clear().envs(own).env("COLUMNS", self.width.to_string());
        command.current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let complaint = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "`{COMMAND} {words}` failed: {complaint}");
        Ok(String::from_utf8(done.stdout)?)
    }
}
