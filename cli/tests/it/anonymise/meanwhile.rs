//! What happens while a statement of `clusters anonymise --apply` goes on: its client dies, somebody logs in, somebody changes a table.

use std::process::{Child, Stdio};

use anyhow::{Context as _, ensure};
use nightshift_testkit::database::{Flavour, Installation};

use super::HOST;
use super::applied::refuses;
use super::bench::{Admin, Bench, Call, Laid, newest, small};

/// A shop in which the change of `person` lasts as long as the administrator holds a lock, however slow the machine is.
struct Slow {
    laid: Laid,
    digest: String,
    admin: Admin,
}

impl Slow {
    async fn new(bench: Bench) -> anyhow::Result<Self> {
        let slow = if is_postgres(&bench) {
            "'x' || CASE WHEN pg_try_advisory_xact_lock_shared(42) THEN '' ELSE pg_sleep(2)::text END || id"
        } else {
            "CONCAT('x', IF(IS_FREE_LOCK('held'), 0, SLEEP(2)), id)"
        };
        let text = small(bench.engine(), "shop")
            .replace("column.notes = \"hash\"", &format!("column.notes = {{ sql = \"{slow}\" }}"));
        let laid = Laid::new(bench, &text).await?;
        let Laid { bench, rules, key, .. } = &laid;
        bench.mark("shop", HOST).await?;
        let digest = bench.call("shop", rules, key).reviewed()?;
        let admin = bench.admin("shop").await?;
        Ok(Self { laid, digest, admin })
    }

    fn call(&self) -> Call<'_> {
        self.laid.bench.call("shop", &self.laid.rules, &self.laid.key)
    }

    /// The command, in the middle of the statement.
    async fn at_work(&mut self) -> anyhow::Result<Child> {
        let hold =
            if is_postgres(&self.laid.bench) { "SELECT pg_advisory_lock(42)" } else { "SELECT GET_LOCK('held', 0)" };
        self.admin.run(hold).await?;
        let mut command = self.call().applying(&self.digest, &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        while self.working().await? == "0" {
            ensure!(child.try_wait()?.is_none(), "it ended before");
            tokio::task::yield_now().await;
        }
        Ok(child)
    }

    /// How many are: they sleep. The text of the statement stands in others, too, that keep the plan.
    async fn working(&mut self) -> anyhow::Result<String> {
        let question = if is_postgres(&self.laid.bench) {
            "SELECT count(*)::text FROM pg_stat_activity WHERE application_name LIKE 'nightshift-anon:mask%' AND wait_event = 'PgSleep'"
        } else {
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'master' AND STATE = 'User sleep'"
        };
        self.admin.ask(question).await
    }

    /// Lets the statement come to its end.
    async fn release(&mut self) -> anyhow::Result<()> {
        let release =
            if is_postgres(&self.laid.bench) { "SELECT pg_advisory_unlock(42)" } else { "SELECT RELEASE_LOCK('held')" };
        self.admin.run(release).await
    }

    /// Whether it came to the same end as one that nothing happened to.
    async fn is_whole(&mut self) -> anyhow::Result<()> {
        let notes = self.admin.ask("SELECT notes FROM person WHERE id = 9").await?;
        ensure!(["x9", "x09"].contains(&notes.as_str()), "{notes}: made once");
        let mail = self.admin.ask("SELECT email FROM person WHERE id = 9").await?;
        ensure!(mail.ends_with("@example.org"), "{mail}");
        Ok(())
    }
}

fn is_postgres(bench: &Bench) -> bool {
    bench.engine() == "postgresql"
}

fn said(child: Child) -> anyhow::Result<(Option<i32>, String)> {
    let output = child.wait_with_output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((output.status.code(), text(&output.stdout) + &text(&output.stderr)))
}

/// The server goes on with the statement of a client that died, and nobody starts it twice.
async fn died(bench: Bench) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let mut child = slow.at_work().await?;
    child.kill()?;
    child.wait()?;
    let second = slow.call().apply(&slow.digest, &[]);
    refuses(&second, "still-running");
    ensure!(slow.working().await? == "1", "its statement goes on, once");
    slow.release().await?;
    let third = slow.call().apply(&slow.digest, &["--wait", "60"]);
    ensure!(third.code == 0, "{}{}", third.out, third.err);
    slow.is_whole().await
}

/// Whoever logs in after the run began may have read what was not changed yet, and may write it back: nothing is vouched for while they
/// are there.
async fn joined(bench: Bench) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let child = slow.at_work().await?;
    let somebody = slow.laid.bench.somebody("shop").await?;
    slow.release().await?;
    let (code, said) = said(child)?;
    ensure!(code == Some(3) && said.contains("[in-use] somebody else is connected"), "{code:?} {said}");
    drop(somebody);
    slow.laid.bench.alone("shop").await?;
    let again = slow.call().apply(&slow.digest, &[]);
    ensure!(again.code == 0, "{}{}", again.out, again.err);
    slow.is_whole().await
}

/// A column that came meanwhile has no rule, and nobody looked at what is in it.
async fn altered(bench: Bench) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let child = slow.at_work().await?;
    slow.admin.run("ALTER TABLE audit_log ADD COLUMN later INT").await?;
    slow.release().await?;
    let (code, said) = said(child)?;
    ensure!(code == Some(2) && said.contains("[schema-moved]"), "{code:?} {said}");
    slow.admin.run("ALTER TABLE audit_log DROP COLUMN later").await?;
    slow.laid.bench.alone("shop").await?;
    let again = slow.call().apply(&slow.digest, &[]);
    ensure!(again.code == 0, "{}{}", again.out, again.err);
    slow.is_whole().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_whose_client_died_goes_on_and_is_not_started_twice() -> anyhow::Result<()> {
    died(Bench::postgres(&Installation::find(14).context("run `cargo xtask setup`")?).await?).await?;
    died(Bench::mysql(Flavour::Mysql).await?).await?;
    died(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_vouched_for_while_somebody_is_logged_in() -> anyhow::Result<()> {
    joined(Bench::postgres(&newest()?).await?).await?;
    joined(Bench::mysql(Flavour::Mysql).await?).await?;
    joined(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_altered_meanwhile_is_not_vouched_for() -> anyhow::Result<()> {
    altered(Bench::postgres(&newest()?).await?).await?;
    altered(Bench::mysql(Flavour::Mysql).await?).await?;
    altered(Bench::mysql(Flavour::Mariadb).await?).await
}
