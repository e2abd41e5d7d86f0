//! Database users on RDS and Aurora: who may log in to a database and do what there, with each password in a secret of
//! its own. The job `db-users` makes the users an event asks for, and keeps the database and Secrets Manager in step.

mod apply;
pub mod codes;
mod job;
pub mod model;
mod observe;
pub mod plan;
mod policy;
pub mod request;
mod way;

pub use job::DbUsers;
pub use policy::Policy;
