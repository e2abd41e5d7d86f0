//! The account a person means, and the one their credentials are of.

use anyhow::ensure;

/// Refuses credentials of another account than the one that was meant.
pub(crate) fn check(wanted: &str, actual: &str, so_far: &str) -> anyhow::Result<()> {
    ensure!(
        actual == wanted,
        "these credentials are of account {actual}, not {wanted}; {so_far}; choose another profile"
    );
    Ok(())
}
