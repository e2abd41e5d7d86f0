//! What a function costs: how fast it starts, how much memory it holds, how many calls it makes and how long they take,
//! against a bare function built the same way, against the same job in boto3, and against the least that is possible. A
//! function joins by being a [`Subject`] with a Python script of its name in `showcase/bench/`.

mod anonymise;
mod cluster_cleanup;
mod db_users;
mod fleet;
mod iam;
mod key_rotation;
mod load;
mod org_inventory;
mod page;
mod process;
mod program;
mod rds;
mod responder;
mod secret_rotation;
mod start;
mod table;
mod time;
mod waits;

use std::sync::Arc;

use serde_json::{Value, json};

pub use anonymise::NAME as ANONYMISE;
pub use cluster_cleanup::ClusterCleanup;
pub use db_users::NAME as DB_USERS;
pub use fleet::{FLEET, Night, Went, prices};
pub use key_rotation::{KeyRotation, load as users_load};
pub use load::Load;
pub use org_inventory::{From, OrgInventory, Reading, Sizes};
pub use page::page;
pub use program::build;
pub use rds::Clusters;
pub use responder::{Account, Asked, Calls, Responder};
pub use secret_rotation::SecretRotation;
pub use table::Section;
pub use waits::Waits;

/// All that is measured, of one function after the other.
#[derive(Debug)]
pub struct Bench {
    quick: bool,
    start: Section,
    calls: Section,
    waits: Section,
    time: Section,
    users: Section,
    organizations: Section,
    rotations: Section,
    tables: Section,
    fleet: [Section; 2],
}

impl Bench {
    /// Nothing yet. A quick one starts fewer processes and leaves the largest accounts out.
    pub fn new(quick: bool) -> Self {
        let (calls, time) = (load::calls_section(), load::time_section());
        let (start, waits) = (start::section(rounds(quick)), waits::section());
        Self {
            quick,
            start,
            calls,
            waits,
            time,
            users: db_users::section(),
            organizations: org_inventory::section(),
            rotations: secret_rotation::section(),
            tables: anonymise::section(),
            fleet: fleet::sections(),
        }
    }

    /// Measures `subject`, whose release binary is there.
    pub async fn measure<S: Subject>(&mut self, subject: &S) -> anyhow::Result<()> {
        start::measure(&mut self.start, subject, rounds(self.quick)).await?;
        waits::measure(&mut self.waits, subject).await?;
        load::measure(&mut self.calls, &mut self.time, subject, self.quick).await
    }

    /// Measures `db-users`, which takes a real server and so has a table of its own.
    pub async fn measure_users(&mut self) -> anyhow::Result<()> {
        db_users::measure(&mut self.users, self.quick).await
    }

    /// Measures `org-inventory`, whose calls and time depend on throttles and so have a table of their own.
    pub async fn measure_organizations(&mut self) -> anyhow::Result<()> {
        start::measure(&mut self.start, &OrgInventory, rounds(self.quick)).await?;
        org_inventory::measure(&mut self.organizations, self.quick).await
    }

    /// Measures `secret-rotation`, which takes real servers and so has a table of its own.
    pub async fn measure_rotations(&mut self) -> anyhow::Result<()> {
        start::measure(&mut self.start, &SecretRotation, rounds(self.quick)).await?;
        secret_rotation::measure(&mut self.rotations).await
    }

    /// Measures how a large table is anonymised, on a real server.
    pub async fn measure_tables(&mut self) -> anyhow::Result<()> {
        anonymise::measure(&mut self.tables, self.quick).await
    }

    /// Measures a run through an organisation, most of which is computed.
    pub async fn measure_fleet(&mut self) -> anyhow::Result<()> {
        fleet::measure(&mut self.fleet, self.quick).await
    }

    /// What was found.
    pub fn sections(&self) -> Vec<&Section> {
        let (calls, of_servers) = ([&self.start, &self.calls, &self.waits, &self.time], [&self.users, &self.rotations]);
        let all = calls.into_iter().chain(of_servers).chain([&self.tables, &self.organizations]).chain(&self.fleet);
        all.filter(|section| !section.is_empty()).collect()
    }

    /// How many targets were met, and how many there are.
    pub fn met(&self) -> (usize, usize) {
        let met: Vec<_> = self.sections().into_iter().map(Section::met).collect();
        (met.iter().map(|met| met.0).sum(), met.iter().map(|met| met.1).sum())
    }
}

fn rounds(quick: bool) -> usize {
    if quick { 5 } else { 20 }
}

/// A function that is measured.
pub trait Subject: Sync {
    /// Its package and binary. The boto3 script of the same job is `showcase/bench/NAME.py`, with underscores; it answers
    /// `{"changed": …}`.
    const NAME: &'static str;
    /// What the least calls and the floor of its [`Load`]s are made of, in words.
    const LEAST: &'static str;

    /// Its variables, in every run.
    fn policy(&self) -> Vec<(&'static str, &'static str)>;

    /// What it is invoked with.
    fn event(&self) -> Value {
        json!({})
    }

    /// The account of its first answer: a small one with nothing to do.
    fn quiet_account(&self) -> Arc<dyn Account>;

    /// The accounts its calls are counted in.
    fn loads(&self, _quick: bool) -> Vec<Load> {
        Vec::new()
    }

    /// The things of which the waits are counted.
    fn waits(&self) -> Vec<Waits> {
        Vec::new()
    }
}
