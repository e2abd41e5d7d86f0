//! Reads the world: all users in pages, the keys of those who may be due, and only where a decision needs it how a key is
//! stored and when it was last used. No secret value is read.

use futures::{StreamExt as _, stream};
use tracing::warn;

use super::model::Secret;
use super::model::{Stray, User, World};
use super::plan::{self, Terms};
use super::request::{Compromised, Request};
use crate::domains::keys::naming;
use crate::domains::keys::tags::USER_ID;
use crate::services::Read;
use crate::services::aws::AwsError;
use crate::services::iam::IamReader;
use crate::services::iam::{Key, LastUsed};
use crate::services::secrets::SecretsReader;

/// Users asked about at once. IAM's limits are the account's; the client's own pacing does the rest.
const AT_ONCE: usize = 16;

/// The ways to read.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Users and keys.
    pub iam: IamReader,
    /// Secrets.
    pub store: SecretsReader,
}

/// What was read, and the way to it.
#[derive(Debug)]
pub struct Seen {
    /// The ways to read.
    pub readers: Readers,
    /// What is asked for, with whose each leaked key is.
    pub request: Request,
    /// What is there.
    pub world: World,
}

impl Readers {
    /// Every user, and what deciding about them takes.
    pub async fn world(&self, users: Vec<User>, strays: Vec<Stray>, terms: Terms<'_>) -> World {
        let users = stream::iter(users).map(|user| self.look(user, terms)).buffered(AT_ONCE).collect().await;
        World { account: terms.account.to_owned(), users, strays }
    }

    /// Finds whose the keys are that an event names alone.
    pub async fn owners(&self, request: &Request) -> (Request, Vec<Stray>) {
        let mut found = Request { compromised: Vec::new(), ..request.clone() };
        let mut strays = Vec::new();
        for leak in &request.compromised {
            let user = match &leak.user {
                Some(user) => Ok(Some(user.clone())),
                None => self.iam.last_used(&leak.key).await.map(|(_, user)| user),
            };
            let said = match user {
                Ok(Some(user)) => {
                    found.compromised.push(Compromised { user: Some(user), key: leak.key.clone() });
                    continue;
                }
                Ok(None) => "AWS names no user for it".to_owned(),
                Err(error) => error.said(),
            };
            strays.push(Stray { key: leak.key.clone(), said });
            // Whose it is, nobody knows: it stays in the request, which is about nobody then and never about everybody.
            found.compromised.push(leak.clone());
        }
        (found, strays)
    }

    /// `user` with its keys and, where that matters, how they are stored and used.
    pub async fn look(&self, mut user: User, terms: Terms<'_>) -> User {
        if !plan::needs_keys(&user, terms) {
            return user;
        }
        user.keys = known(self.iam.keys(&user.name).await);
        if !plan::needs_state(&user, terms) {
            return user;
        }
        let name = naming::secret_name(&terms.policy.store.prefix, &user.name);
        let keys = match user.keys {
            Read::Known(keys) => keys,
            _ => Vec::new(),
        };
        let (secret, keys) = futures::join!(self.secret(&name), self.with_last_use(keys));
        User { secret: known(secret), keys: Read::Known(keys), ..user }
    }

    /// The secret of exactly this name, if it is there. One on its way out shows its labels and not its dates.
    async fn secret(&self, name: &str) -> Result<Option<Secret>, AwsError> {
        let Some(found) = self.store.describe(name).await? else { return Ok(None) };
        let user_id = found.tags.get(USER_ID).map(str::to_owned);
        let versions = if found.deleted { found.labelled } else { self.store.versions(name).await? };
        Ok(Some(Secret { user_id, deleted: found.deleted, versions }))
    }

    async fn with_last_use(&self, keys: Vec<Key>) -> Vec<Key> {
        let ask = |key: Key| async move {
            let last_used = match self.iam.last_used(&key.id).await {
                Ok((last_used, _)) => last_used,
                Err(error) => LastUsed::Unknown(complain(&error)),
            };
            Key { last_used, ..key }
        };
        futures::future::join_all(keys.into_iter().map(ask)).await
    }
}

fn known<T>(read: Result<T, AwsError>) -> Read<T> {
    match read {
        Ok(value) => Read::Known(value),
        Err(error) => {
            complain(&error);
            Read::failed(&error)
        }
    }
}

fn complain(error: &AwsError) -> String {
    warn!(
        call = error.action,
        object = error.object,
        error.message = error.said(),
        "a pre-flight read did not succeed"
    );
    error.said()
}
