//! The functions whose roles are proven, one a room: what makes each of them use every right it has.

pub(super) mod cluster_cleanup;
pub(super) mod db_users;
pub(super) mod key_rotation;
pub(super) mod secret_rotation;

use serde_json::Value;

use super::account::Account;
use super::raw::Invoked;

/// One function.
pub(super) trait Subject {
    /// As its package is called.
    const NAME: &'static str;

    /// Puts one of everything into an empty account that takes the function another call, and something that is not its
    /// business.
    async fn fill(&mut self, account: &Account) -> anyhow::Result<()>;

    /// Calls it for everything it is for; what came of each call.
    async fn work(&self, account: &Account) -> anyhow::Result<Vec<Invoked>>;

    /// Whether an answer says that something failed.
    fn failed(answer: &Value) -> bool {
        answer["counts"]["failed"] != 0
    }

    /// Shows, in an account that is filled, that whoever changes its variables (`told`) or sends it events does not change
    /// its role; in words for a person.
    async fn held(&self, account: &Account, told: &Value) -> anyhow::Result<&'static str>;
}

/// The item of `id` in a report.
fn item<'a>(report: &'a Value, id: &str) -> Option<&'a Value> {
    report["items"].as_array().into_iter().flatten().find(|item| item["id"] == id)
}
