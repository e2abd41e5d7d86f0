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
        // What holds it up holds it up for as long as a test needs.
        command.env("NIGHTSHIFT_LOCK_TIMEOUT_SECONDS", "60");
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

    /// Waits until a check does.
    async fn checking(&mut self) -> anyhow::Result<()> {
        let question = if is_postgres(&self.laid.bench) {
            "SELECT count(*)::text FROM pg_stat_activity WHERE application_name LIKE 'nightshift-anon:looking%' AND wait_event_type = 'Lock'"
        } else {
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'master' AND STATE LIKE 'Waiting for table%lock'"
        };
        while self.admin.ask(question).await? == "0" {
            tokio::task::yield_now().await;
        }
        Ok(())
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

/// Whoever logs in after the first change may have read what was not changed yet, and may write it back: nothing is vouched for any more,
/// though they leave.
async fn joined(bench: Bench) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let child = slow.at_work().await?;
    let somebody = slow.laid.bench.somebody("shop").await?;
    slow.release().await?;
    let (code, said) = said(child)?;
    let why = "[joined-meanwhile] after the first change, somebody else is connected: session ";
    ensure!(code == Some(2) && said.contains(why) && said.contains(" of ana"), "{code:?} {said}");
    drop(somebody);
    slow.laid.bench.alone("shop").await?;
    refuses(&slow.call().apply(&slow.digest, &[]), "joined-meanwhile");
    Ok(())
}

/// The checks take their time, and whoever comes while they look was not there when they began.
async fn joined_the_checks(bench: Bench) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let child = slow.at_work().await?;
    // Only the checks read it.
    let mut holder = slow.laid.bench.admin("shop").await?;
    holder
        .run(if is_postgres(&slow.laid.bench) {
            "BEGIN; LOCK TABLE nightshift_anon.sample IN ACCESS EXCLUSIVE MODE"
        } else {
            "LOCK TABLES nightshift_anon.sample WRITE"
        })
        .await?;
    slow.release().await?;
    slow.checking().await?;
    let somebody = slow.laid.bench.somebody("shop").await?;
    holder.run(if is_postgres(&slow.laid.bench) { "COMMIT" } else { "UNLOCK TABLES" }).await?;
    let (code, said) = said(child)?;
    ensure!(code == Some(2) && said.contains("[joined-meanwhile]"), "{code:?} {said}");
    drop(somebody);
    slow.laid.bench.alone("shop").await?;
    refuses(&slow.call().apply(&slow.digest, &[]), "joined-meanwhile");
    Ok(())
}

/// What would bring something in, or do something by itself, was not there when the plan was made.
async fn led_astray(bench: Bench, made: &[&str], gone: &[&str], code: &str) -> anyhow::Result<()> {
    let mut slow = Slow::new(bench).await?;
    let child = slow.at_work().await?;
    for statement in made {
        slow.admin.run(statement).await?;
    }
    slow.release().await?;
    let (ended, said) = said(child)?;
    ensure!(ended == Some(2) && said.contains(&format!("[{code}]")), "{ended:?} {said}");
    if code == "road-out" {
        refuses(&slow.call().apply(&slow.digest, &[]), code);
    }
    for statement in gone {
        slow.admin.run(statement).await?;
    }
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

/// A prepared transaction outlives its session, and nobody sees its rows until it is committed.
async fn prepared(flavour: Flavour) -> anyhow::Result<()> {
    let mut slow = Slow::new(Bench::mysql(flavour).await?).await?;
    let prepares = async |slow: &Slow, id: u32| -> anyhow::Result<()> {
        let mut somebody = slow.laid.bench.somebody("shop").await?;
        somebody.run(&format!("XA START 'x{id}'")).await?;
        somebody.run(&format!("INSERT INTO audit_log VALUES ({id}, 'needle-row-7')")).await?;
        somebody.run(&format!("XA END 'x{id}'")).await?;
        somebody.run(&format!("XA PREPARE 'x{id}'")).await
    };
    prepares(&slow, 1_001).await?;
    slow.laid.bench.alone("shop").await?;
    refuses(&slow.call().apply(&slow.digest, &[]), "unended-transaction");
    slow.admin.run("XA ROLLBACK 'x1001'").await?;
    // While the statement goes on: whoever did it is gone when it is looked.
    let child = slow.at_work().await?;
    prepares(&slow, 1_002).await?;
    slow.release().await?;
    let (code, said) = said(child)?;
    ensure!(code == Some(2) && said.contains("1 transaction without a session: "), "{code:?} {said}");
    slow.admin.run("XA ROLLBACK 'x1002'").await?;
    refuses(&slow.call().apply(&slow.digest, &[]), "joined-meanwhile");
    Ok(())
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
async fn nothing_is_vouched_for_that_somebody_joined_while_it_was_checked() -> anyhow::Result<()> {
    joined_the_checks(Bench::postgres(&newest()?).await?).await?;
    joined_the_checks(Bench::mysql(Flavour::Mysql).await?).await?;
    joined_the_checks(Bench::mysql(Flavour::Mariadb).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_behind_the_plan_is_not_vouched_for() -> anyhow::Result<()> {
    let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION f()";
    let gone = ["DROP TRIGGER t ON audit_log", "DROP FUNCTION f()"];
    led_astray(Bench::postgres(&newest()?).await?, &[function, trigger], &gone, "schema-moved").await?;
    let server = ["CREATE FOREIGN DATA WRAPPER w", "CREATE SERVER s FOREIGN DATA WRAPPER w"];
    let gone = ["DROP FOREIGN DATA WRAPPER w CASCADE"];
    led_astray(Bench::postgres(&newest()?).await?, &server, &gone, "road-out").await?;
    let trigger = ["CREATE TRIGGER t BEFORE INSERT ON audit_log FOR EACH ROW SET @a = 1"];
    let event = ["CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2100-01-01' DO SELECT 1"];
    for flavour in [Flavour::Mysql, Flavour::Mariadb] {
        led_astray(Bench::mysql(flavour).await?, &trigger, &["DROP TRIGGER t"], "schema-moved").await?;
        led_astray(Bench::mysql(flavour).await?, &event, &["DROP EVENT e"], "road-out").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_no_session_holds_bars_the_beginning() -> anyhow::Result<()> {
    prepared(Flavour::Mysql).await?;
    prepared(Flavour::Mariadb).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_altered_meanwhile_is_not_vouched_for() -> anyhow::Result<()> {
    altered(Bench::postgres(&newest()?).await?).await?;
    altered(Bench::mysql(Flavour::Mysql).await?).await?;
    altered(Bench::mysql(Flavour::Mariadb).await?).await
}
