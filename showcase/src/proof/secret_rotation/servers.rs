//! The servers it is shown on.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use mysql_async::prelude::Queryable as _;

use super::Rotated;
use nightshift_testkit::database::mysql::Program;
use nightshift_testkit::database::world::MASTER_SECRET;
use nightshift_testkit::database::{Cutter, DatabaseWorld, Installation, MysqlWorld};
use nightshift_testkit::rotation::Rotation;
use nightshift_testkit::scene::Scene;

/// `PostgreSQL` with one login a secret.
pub type RotatedPostgres = OnPostgres<false>;
/// `PostgreSQL` with two logins a secret, that take turns.
pub type RotatedPair = OnPostgres<true>;

/// `PostgreSQL`.
#[derive(Debug)]
pub struct OnPostgres<const PAIR: bool> {
    world: DatabaseWorld,
    cutter: Cutter,
}

/// `MySQL` and `MariaDB` with one login a secret.
pub type RotatedMysql = OnMysql<ONE>;
/// `MySQL` and `MariaDB` with two accounts a secret, that take turns.
pub type RotatedAccounts = OnMysql<TWO>;
/// `MySQL` with one login a secret, which keeps the password of before.
pub type RotatedDual = OnMysql<DUAL>;

const ONE: u8 = 0;
const TWO: u8 = 1;
const DUAL: u8 = 2;

/// `MySQL` and `MariaDB`.
#[derive(Debug)]
pub struct OnMysql<const KIND: u8> {
    world: MysqlWorld,
    cutter: Cutter,
}

impl<const PAIR: bool> Rotated for OnPostgres<PAIR> {
    type Server = Installation;

    fn engine(&self) -> &'static str {
        "postgres"
    }

    fn master(&self) -> Option<&'static str> {
        PAIR.then_some(MASTER_SECRET)
    }

    async fn new(version: &Installation) -> anyhow::Result<Self> {
        let world = DatabaseWorld::new(version).await?;
        let cutter = Cutter::start(world.server.address())?;
        Ok(Self { world, cutter })
    }

    fn scene(&self) -> &Scene {
        &self.world.scene
    }

    fn secrets(&self) -> &Client {
        &self.world.secrets
    }

    fn cutter(&self) -> &Cutter {
        &self.cutter
    }

    fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        self.world.environment(policy)
    }

    async fn add(&self, user: &str, password: &str) -> anyhow::Result<()> {
        let master = self.world.server.master("postgres").await?;
        Ok(master.batch_execute(&format!("CREATE ROLE {user} LOGIN PASSWORD '{password}'")).await?)
    }

    async fn takes(&self, user: &str, password: &str) -> bool {
        self.world.log_in_by_name(user, password).await.is_ok()
    }

    async fn begin(&self, secret: &str) -> anyhow::Result<Rotation> {
        Rotation::begin(&self.world, secret).await
    }
}

impl<const KIND: u8> Rotated for OnMysql<KIND> {
    type Server = Program;

    fn engine(&self) -> &'static str {
        self.world.server.flavour.engine()
    }

    fn master(&self) -> Option<&'static str> {
        (KIND == TWO).then_some(MASTER_SECRET)
    }

    fn strategy(&self) -> Option<&'static str> {
        (KIND == DUAL).then_some("dual-password")
    }

    async fn new(program: &Program) -> anyhow::Result<Self> {
        let world = MysqlWorld::new(program).await?;
        let cutter = Cutter::start(world.server.address())?;
        Ok(Self { world, cutter })
    }

    fn scene(&self) -> &Scene {
        &self.world.scene
    }

    fn secrets(&self) -> &Client {
        &self.world.secrets
    }

    fn cutter(&self) -> &Cutter {
        &self.cutter
    }

    fn environment(&self, policy: &[(&str, &str)]) -> BTreeMap<String, String> {
        self.world.environment(policy)
    }

    async fn add(&self, user: &str, password: &str) -> anyhow::Result<()> {
        let made = format!("CREATE USER {user}@'%' IDENTIFIED BY '{password}'");
        let given = format!("GRANT SELECT ON `my\\_shop`.* TO {user}@'%'");
        let kept = format!("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO {user}@'%'");
        let all = [made.as_str(), &given, &kept];
        self.world.server.admin(if KIND == DUAL { &all } else { &all[..2] }).await
    }

    async fn takes(&self, user: &str, password: &str) -> bool {
        match self.world.server.log_in(user, password, "").await {
            // With what it may do, and not the bare name of it.
            Ok(mut session) => session.query_drop("USE my_shop").await.is_ok(),
            Err(_) => false,
        }
    }

    async fn begin(&self, secret: &str) -> anyhow::Result<Rotation> {
        Rotation::begin(&self.world, secret).await
    }
}
