//! One folder a job: model, observe, plan, apply, notice. A job imports domains and services, never another job.

pub mod cluster_cleanup;
pub mod cluster_clone;
pub mod cluster_extend;
pub mod cluster_restore;
pub mod database_anonymise;
pub mod db_users;
pub mod key_rotation;
pub mod org_inventory;
pub mod secret_rotation;
