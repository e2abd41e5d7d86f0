//! Amazon RDS: one call, its context, one conversion. Reading and writing are
//! different types, and nothing but an applying run ever has a writer.

mod cloner;
mod convert;
mod endpoints;
mod model;
mod proxies;
mod reader;
mod restorer;
mod writer;

pub use cloner::RdsCloner;
pub use endpoints::Listening;
pub use model::{
    AURORA_ENGINES, Access, AssociatedRole, CloneCluster, Cluster, Instance, Member, Quota, RestoreCluster,
    RestoreMember, Settings, Snapshot,
};
pub use reader::RdsReader;
pub use restorer::RdsRestorer;
pub use writer::RdsWriter;
