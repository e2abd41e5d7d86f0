//! On `MySQL` and `MariaDB`: each statement about users commits by itself, so that every one of them is a place to die at.

use std::collections::BTreeMap;

use anyhow::Context as _;
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use serde_json::{Value, json};

use super::{Breakable, GOES, OLD, STAY, judge_secrets, secrets, user};
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::postgres::{PASSWORD, RDS_ADMIN};
use nightshift_testkit::database::world::HOST;
use nightshift_testkit::database::{Cutter, MysqlWorld};
use nightshift_testkit::scene::Scene;

/// See the module.
#[derive(Debug)]
pub struct OnMysql {
    world: MysqlWorld,
    cutter: Cutter,
}

impl Breakable for OnMysql {
    type Server = Program;

    async fn new(program: &Program) -> anyhow::Result<Self> {
        let world = MysqlWorld::new(program).await?;
        let cutter = Cutter::start(world.server.address())?;
        secrets(&world.secrets, HOST).await?;
        world
            .server
            .admin(&[
                "CREATE TABLE my_shop.old (id int)",
                "CREATE USER drifted@'%' IDENTIFIED BY 'something else'",
                &format!("CREATE USER 'returning'@'%' IDENTIFIED BY '{OLD}'"),
                "GRANT SELECT, INSERT ON `my\\_shop`.* TO drifted@'%'",
                "CREATE USER gone@'%' IDENTIFIED BY 'gone-password'",
                "GRANT ALL ON `my\\_shop`.* TO gone@'%'",
            ])
            .await?;
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
        let mut gone = user(GOES);
        gone["state"] = json!("absent");
        users.push(gone);
        let mut event = self.world.event(&users);
        event["mode"] = json!(mode);
        event["revoke"] = json!("managed");
        event
    }

    async fn judge(&self) -> anyhow::Result<Vec<String>> {
        let mut wrong = judge_secrets(&self.world.secrets).await?;
        for user in STAY {
            match self.world.log_in_by(&format!("{user}-secret")).await {
                Ok(mut session) => {
                    if !may(&mut session, "SELECT * FROM old").await? {
                        wrong.push(format!("{user} may not read"));
                    }
                    if may(&mut session, "INSERT INTO old VALUES (1)").await? {
                        wrong.push(format!("{user} may write"));
                    }
                    if may(&mut session, &format!("CREATE TABLE `of {user}` (id int)")).await? != (user == "maker") {
                        wrong.push(format!("{user} may make tables, or the maker may not"));
                    }
                }
                Err(error) => wrong.push(format!("{user} cannot log in with what its secret says: {error:#}")),
            }
        }
        if self.world.server.log_in("returning", OLD, "").await.is_ok() {
            wrong.push("a password that was deleted opens the door".to_owned());
        }
        let mut admin = self.world.server.log_in(RDS_ADMIN, PASSWORD, "").await?;
        let gone: Option<u64> = admin.query_first("SELECT count(*) FROM mysql.user WHERE user = 'gone'").await?;
        if gone.context("no count")? != 0 {
            wrong.push("the user to be dropped stands".to_owned());
        }
        Ok(wrong)
    }
}

/// Whether `statement` is allowed; anything but a denial is an error.
async fn may(session: &mut Conn, statement: &str) -> anyhow::Result<bool> {
    match session.query_drop(statement).await {
        Ok(()) => Ok(true),
        Err(mysql_async::Error::Server(said)) if said.code == 1142 => Ok(false),
        Err(error) => Err(error).with_context(|| statement.to_owned()),
    }
}
