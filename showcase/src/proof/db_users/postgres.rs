//! On `PostgreSQL`: all of one user is one transaction, a dropped user's table has an heir, and what the master lends itself
//! meanwhile it must not keep.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Breakable, GOES, OLD, STAY, judge_secrets, secrets, user};
use nightshift_testkit::database::world::{HOST, MASTER_SECRET};
use nightshift_testkit::database::{Cutter, DatabaseWorld, Installation};
use nightshift_testkit::scene::Scene;

/// See the module.
#[derive(Debug)]
pub struct OnPostgres {
    world: DatabaseWorld,
    cutter: Cutter,
}

impl Breakable for OnPostgres {
    type Server = Installation;

    async fn new(version: &Installation) -> anyhow::Result<Self> {
        let world = DatabaseWorld::new(version).await?;
        let cutter = Cutter::start(world.server.address())?;
        secrets(&world.secrets, HOST).await?;
        let master = world.server.master("airflow").await?;
        let public = if version.version < 15 { "" } else { "GRANT CREATE ON SCHEMA public TO gone;" };
        master
            .batch_execute(&format!(
                "CREATE TABLE old (id int); CREATE ROLE drifted LOGIN PASSWORD 'something else';
                 CREATE ROLE \"returning\" LOGIN PASSWORD '{OLD}';
                 CREATE ROLE gone LOGIN PASSWORD 'gone-password'; {public}"
            ))
            .await?;
        let gone = world.log_in_by_name(GOES, "gone-password").await?;
        gone.batch_execute("CREATE TABLE hers (id int)").await?;
        world.scene.proxy.reset();
        Ok(Self { world, cutter })
    }

    fn scene(&self) -> &Scene {
        &self.world.scene
    }

    fn cutter(&self) -> &Cutter {
        &self.cutter
    }

    fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        self.world.environment(policy)
    }

    fn event(&self, mode: &str) -> Value {
        let mut users = STAY.map(user).to_vec();
        users[0]["grant_ddl"] = json!(true);
        users[1]["grantor"] = json!("maker");
        let mut gone = user(GOES);
        gone["state"] = json!("absent");
        gone["reassign_to"] = json!("maker");
        users.push(gone);
        json!({
            "mode": mode, "secret_name": MASTER_SECRET, "database_name": "airflow", "rds_host": HOST,
            "db_engine": "postgres", "users": users,
        })
    }

    async fn judge(&self) -> anyhow::Result<Vec<String>> {
        let mut wrong = judge_secrets(&self.world.secrets).await?;
        for user in STAY {
            match self.world.log_in_by(&format!("{user}-secret")).await {
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
        }
        if self.world.log_in_by_name("returning", OLD).await.is_ok() {
            wrong.push("a password that was deleted opens the door".to_owned());
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
        Ok(wrong)
    }
}
