//! Real database servers for tests, each a child process with data of its own, gone when it is dropped. They are set up
//! as on RDS: TLS only, and a master user who is no superuser.

pub mod anonymise;
pub mod certificates;
mod cutter;
pub mod folder;
pub mod mysql;
mod mysql_world;
pub mod postgres;
mod supervised;
pub mod world;

pub use certificates::Certificates;
pub use cutter::Cutter;
pub use mysql::{Flavour, Mysql};
pub use mysql_world::MysqlWorld;
pub use postgres::{Installation, Postgres};
pub use tokio_postgres::Client;
pub use world::DatabaseWorld;
