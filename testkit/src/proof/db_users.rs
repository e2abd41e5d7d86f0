//! `db-users`, broken at every call to AWS and at every burst it sends to the database: users who come, change, are taken
//! over, come back and go, and afterwards each secret opens the door it says it opens.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::{Matrix, Trial};
use crate::database::world::HOST;
use crate::database::{Cutter, DatabaseWorld, Installation};
use crate::function::FunctionProcess;
use crate::proxy::Fault;

const NAME: &str = "db-users";

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Aws,
    Database,
}

/// Breaks every call to AWS of a run.
pub async fn db_users_by_call(binary: &Path, version: &Installation, faults: &[Fault]) -> anyhow::Result<Matrix> {
    let unbroken = Trying::new(version).await?;
    unbroken.run(binary).await?;
    let calls: Vec<_> = unbroken.world.scene.proxy.calls().into_iter().map(|call| call.action).collect();
    let wrong = unbroken.judge(binary).await?;
    ensure!(wrong.is_empty(), "even without faults: {}", wrong.join("; "));
    let places = 0..calls.len();
    broken(binary, version, faults, Where::Aws, places.collect(), calls).await
}

/// Breaks every burst a run sends to the database after it has read the world, or each of so many.
pub async fn db_users_by_burst(
    binary: &Path,
    version: &Installation,
    faults: &[Fault],
    each: usize,
) -> anyhow::Result<Matrix> {
    let unbroken = Trying::new(version).await?;
    unbroken.start(binary)?.invoke(&with_mode("plan")).await?.report();
    let read = unbroken.cutter.seen();
    unbroken.cutter.reset();
    unbroken.run(binary).await?;
    let all = unbroken.cutter.seen();
    let bursts = (0..all).map(|number| format!("burst {number} of {all}")).collect();
    let places = (read.saturating_sub(4)..all).step_by(each).collect();
    broken(binary, version, faults, Where::Database, places, bursts).await
}

async fn broken(
    binary: &Path,
    version: &Installation,
    faults: &[Fault],
    place: Where,
    numbers: Vec<usize>,
    calls: Vec<String>,
) -> anyhow::Result<Matrix> {
    let mut trials = Vec::new();
    for number in numbers {
        for &fault in faults {
            let trying = Trying::new(version).await?;
            trying
                .broken_run(binary, place, number, fault)
                .await
                .with_context(|| format!("{place:?} {number} {fault:?}"))?;
            // The next run, without faults, and where the world is then.
            trying.run(binary).await?;
            trials.push(Trial { call: number, fault, wrong: trying.judge(binary).await? });
        }
    }
    Ok(Matrix { name: NAME, calls, trials })
}

/// One world to break.
struct Trying {
    world: DatabaseWorld,
    cutter: Cutter,
}

fn with_mode(mode: &str) -> Value {
    let user = |name: &str| json!({"db_user": name, "user_secret_name": format!("{name}-secret"), "grant_privileges": "SELECT"});
    let mut maker = user("maker");
    maker["grant_ddl"] = json!(true);
    let mut fresh = user("fresh");
    fresh["grantor"] = json!("maker");
    let mut gone = user("gone");
    gone["state"] = json!("absent");
    gone["reassign_to"] = json!("maker");
    let users = [maker, fresh, user("taken-over"), user("returning"), user("drifted"), gone];
    json!({
        "mode": mode, "secret_name": crate::database::world::MASTER_SECRET, "database_name": "airflow", "rds_host": HOST,
        "db_engine": "postgres", "users": users,
    })
}

impl Trying {
    async fn new(version: &Installation) -> anyhow::Result<Self> {
        let world = DatabaseWorld::new(version).await?;
        let cutter = Cutter::start(world.server.address())?;
        let secret = |name: &str| json!({"username": name, "host": HOST, "password": format!("{name}-password")});
        for name in ["taken-over", "returning", "drifted", "gone"] {
            world.put(&format!("{name}-secret"), &secret(name)).await?;
        }
        let master = world.server.master("airflow").await?;
        let public = if version.version < 15 { "" } else { "GRANT CREATE ON SCHEMA public TO gone;" };
        master
            .batch_execute(&format!(
                "CREATE TABLE old (id int); CREATE ROLE drifted LOGIN PASSWORD 'something else';
                 CREATE ROLE gone LOGIN PASSWORD 'gone-password'; {public}"
            ))
            .await?;
        let gone = world.log_in_by_name("gone", "gone-password").await?;
        gone.batch_execute("CREATE TABLE hers (id int)").await?;
        drop(gone);
        let delete = world.secrets.delete_secret().secret_id("returning-secret").recovery_window_in_days(7);
        delete.send().await?;
        // Ours, as its tag says: what is in it cannot be seen while it is deleted.
        let tag = aws_sdk_secretsmanager::types::Tag::builder().key("nightshift:db-user").value("returning").build();
        world.secrets.tag_resource().secret_id("returning-secret").tags(tag).send().await?;
        world.scene.proxy.reset();
        Ok(Self { world, cutter })
    }

    fn start(&self, binary: &Path) -> anyhow::Result<FunctionProcess> {
        let address = self.cutter.address.to_string();
        // One after the other, so that each number is the same call each time.
        let policy = [("NIGHTSHIFT_DB_ADDRESS", address.as_str()), ("NIGHTSHIFT_CONCURRENCY", "1")];
        FunctionProcess::start(binary, &self.world.environment(&policy))
    }

    async fn run(&self, binary: &Path) -> anyhow::Result<()> {
        self.start(binary)?.invoke(&with_mode("apply")).await.map(|_| ())
    }

    async fn broken_run(&self, binary: &Path, place: Where, number: usize, fault: Fault) -> anyhow::Result<()> {
        let mut function = self.start(binary)?;
        match place {
            Where::Aws => self.world.scene.proxy.break_call(number, fault),
            Where::Database => self.cutter.break_burst(number, fault),
        }
        if matches!(fault, Fault::HoldBefore | Fault::HoldAfter) {
            function.send(&with_mode("apply")).await?;
            tokio::select! {
                // A run may send a burst less than the one that was counted.
                answer = function.answer() => { answer?; }
                () = self.reached(place) => {}
            }
            function.kill();
        } else {
            // How the broken run ends is its own affair; where the world ends is what counts.
            function.invoke(&with_mode("apply")).await?;
        }
        self.world.scene.proxy.reset();
        self.cutter.reset();
        Ok(())
    }

    async fn reached(&self, place: Where) {
        match place {
            Where::Aws => _ = self.world.scene.proxy.reached().await,
            Where::Database => self.cutter.reached().await,
        }
    }

    /// What is wrong with the world: an empty list, if all is well.
    async fn judge(&self, binary: &Path) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        let report = self.start(binary)?.invoke(&with_mode("plan")).await?.report();
        if report["counts"]["already_right"] != json!(6) {
            wrong.push(format!("not all is right: {}", report["items"]));
        }
        for user in ["maker", "fresh", "taken-over", "returning", "drifted"] {
            let secret = format!("{user}-secret");
            match self.world.log_in_by(&secret).await {
                Ok(session) => {
                    if session.batch_execute("SELECT * FROM old").await.is_err() {
                        wrong.push(format!("{user} may not read"));
                    }
                    if session.batch_execute("INSERT INTO old VALUES (1)").await.is_ok() {
                        wrong.push(format!("{user} may write"));
                    }
                }
                Err(error) => wrong.push(format!("{user} cannot log in with what its secret says: {error:#}")),
            }
            let stages: Vec<_> = self.world.versions(&secret).await?.into_values().flatten().collect();
            if stages.iter().any(|stage| stage == "AWSPENDING")
                || stages.iter().filter(|s| *s == "AWSCURRENT").count() != 1
            {
                wrong.push(format!("the versions of {secret} are {stages:?}"));
            }
        }
        for (user, password) in [("taken-over", "taken-over-password"), ("drifted", "drifted-password")] {
            if self.world.secret(&format!("{user}-secret")).await?["password"] != password {
                wrong.push(format!("the password of {user} was changed for nothing"));
            }
        }
        let master = self.world.server.master("airflow").await?;
        let owner: String =
            master.query_one("SELECT tableowner::text FROM pg_tables WHERE tablename = 'hers'", &[]).await?.get(0);
        if owner != "maker" {
            wrong.push(format!("the heir's table is {owner}'s"));
        }
        let lent = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member \
                    WHERE r.rolname = 'master' AND NOT m.admin_option AND m.roleid IN (SELECT oid FROM pg_roles WHERE rolname IN ('maker', 'fresh'))";
        if master.query_one(lent, &[]).await?.get::<_, i64>(0) != 0 {
            wrong.push("the master kept what it had lent itself".to_owned());
        }
        let gone = self.world.secrets.describe_secret().secret_id("gone-secret").send().await?;
        if gone.deleted_date().is_none() {
            wrong.push("the secret of the dropped user stands".to_owned());
        }
        Ok(wrong)
    }
}
