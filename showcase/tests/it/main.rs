//! What the showcase shows and proves, as far as the suite goes: each function killed at every call, an account of two
//! thousand users, the demos of the pages. `cargo xtask proof` breaks the calls in every other way, too.

mod cluster_cleanup;
mod cluster_clone;
mod command_line;
mod db_users;
mod fleet;
mod key_rotation;
mod machine;
mod org_inventory;
mod organizations;
mod scale;
mod secret_rotation;

use std::path::PathBuf;

use nightshift_testkit::cargo;

/// The binary of that name, as it is in the checkout now.
fn built(binary: &str) -> anyhow::Result<PathBuf> {
    cargo::build(binary)
}
