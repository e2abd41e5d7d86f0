//! Reads the world: all users in pages, the keys of those who may be due, and only where a decision needs it how a key is
//! stored and when it was last used. No secret value is read.

use std::collections::BTreeMap;

use futures::future::join_all;
use futures::{StreamExt as _, stream};
use tracing::warn;

use super::model::{Compromised, EVERY_KEY, KeySecret, Ruler, Stray, User, World};
use super::plan::{self, Terms};
use super::request::Request;
use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, USER_ID};
use crate::services::Read;
use crate::services::aws::AwsError;
use crate::services::iam::{IamReader, Key, LastUsed};
use crate::services::secrets::{Described, SecretsReader};

/// Users asked about at once. IAM's limits are the account's; the client's own pacing does the rest.
const AT_ONCE: usize = 16;

/// The ways to read.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Users and keys.
    pub iam: IamReader,
    /// Secrets.
    pub store: SecretsReader,
    /// Where those are kept.
    pub region: String,
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
    /// Every user, and what deciding about them takes. One that is gone since it was listed is not part of it.
    pub async fn world(&self, users: Vec<User>, strays: Vec<Stray>, terms: Terms<'_>) -> World {
        let look = |(place, user)| async move { (place, self.look(user, terms).await) };
        let mut seen: Vec<_> =
            stream::iter(users.into_iter().enumerate()).map(look).buffer_unordered(AT_ONCE).collect().await;
        seen.sort_by_key(|(place, _)| *place);
        World {
            account: terms.account.to_owned(),
            users: seen.into_iter().filter_map(|(_, user)| user).collect(),
            strays,
        }
    }

    /// Finds whose the keys are that an event names: AWS knows it by the key's id, whatever the event says.
    pub async fn owners(&self, request: &Request) -> (Request, Vec<Stray>) {
        let (compromised, mut strays) = self.owners_of(&request.compromised, true).await;
        let (suspected, more) = self.owners_of(&request.suspected, false).await;
        strays.extend(more);
        for (count, compromised) in [(request.unnamed, true), (request.unnamed_suspected, false)] {
            let said = "the event says that a key is affected and not which: look at it in the console".to_owned();
            let unnamed = Stray { key: format!("{count} without an id"), said, compromised };
            strays.extend((count > 0).then_some(unnamed));
        }
        (Request { compromised, suspected, ..request.clone() }, strays)
    }

    async fn owners_of(&self, leaks: &[Compromised], compromised: bool) -> (Vec<Compromised>, Vec<Stray>) {
        let (mut found, mut strays): (Vec<Compromised>, Vec<Stray>) = (Vec::new(), Vec::new());
        let asked = stream::iter(leaks).map(|leak| async move { (leak, self.owner(leak).await) });
        let asked: Vec<_> = asked.buffered(AT_ONCE).collect().await;
        for (leak, owner) in asked {
            let said = match owner {
                Ok(owned) if found.contains(&owned) => continue,
                Ok(owned) => {
                    found.push(owned);
                    continue;
                }
                Err(said) => said,
            };
            if strays.iter().all(|stray| stray.key != leak.key) {
                strays.push(Stray { key: leak.key.clone(), said, compromised });
            }
            // Whose it is, nobody knows: it stays in the request, which is about nobody then and never about everybody.
            found.push(Compromised { user: None, ..leak.clone() });
        }
        (found, strays)
    }

    /// Whose a key is: as AWS says, or the event where AWS does not. Else what was said.
    async fn owner(&self, leak: &Compromised) -> Result<Compromised, String> {
        if leak.key == EVERY_KEY {
            return Ok(leak.clone());
        }
        if leak.key.starts_with("ASIA") {
            return Err(
                "it is a temporary key of a session and no key of a user: end the sessions of its role".to_owned()
            );
        }
        let said = match self.iam.last_used(&leak.key).await {
            Ok((_, Some(user))) => return Ok(Compromised { user: Some(user), known: true, key: leak.key.clone() }),
            Ok((_, None)) => "AWS names no user for it".to_owned(),
            Err(error) => error.said(),
        };
        leak.user.is_some().then(|| leak.clone()).ok_or(said)
    }

    /// Those of `users`, and whoever else owns a key that an event calls compromised: a list may lag behind, or fail.
    pub async fn with_owners(&self, mut users: Vec<User>, request: &Request) -> Vec<User> {
        let named = request.compromised.iter().chain(&request.suspected).filter_map(|leak| leak.user.as_deref());
        for name in named {
            if users.iter().any(|user| user.name == name) {
                continue;
            }
            match self.iam.user(name, &[], &[]).await {
                Ok(Some(user)) => users.push(user.into()),
                Ok(None) => {}
                Err(error) => {
                    complain(&error);
                    users.push(User::known_by_name(name));
                }
            }
        }
        users
    }

    /// `user` with its keys and, where that matters, how they are stored and used; `None` if it is gone.
    pub async fn look(&self, mut user: User, terms: Terms<'_>) -> Option<User> {
        if !plan::needs_keys(&user, terms) {
            return Some(user);
        }
        user.keys = match self.iam.keys(&user.name).await {
            Err(error) if error.is_not_found() => return None,
            keys => known(keys),
        };
        if !plan::needs_state(&user, terms) {
            return Some(user);
        }
        let keys = match std::mem::replace(&mut user.keys, Read::NotAsked) {
            Read::Known(keys) => keys,
            _ => Vec::new(),
        };
        let (secret, keys) = futures::join!(self.secret_of(&user, terms, false), self.with_last_use(keys));
        Some(User { secret: known(secret), keys: Read::Known(keys), ..user })
    }

    /// `before` as it is now, all that was read of it at once; `None` if it is gone.
    pub async fn look_again(&self, before: &User, terms: Terms<'_>) -> Result<Option<User>, AwsError> {
        let fresh = self.iam.user(&before.name, &before.groups, &before.policies);
        let (Some(keys), Read::Known(secret)) = (before.keys.known(), &before.secret) else {
            let Some(fresh) = fresh.await? else { return Ok(None) };
            return Ok(self.look(fresh.into(), terms).await);
        };
        let last = join_all(keys.iter().map(|key| async { (key.id.clone(), self.last_use(&key.id).await) }));
        let there = secret.is_some();
        let (fresh, keys, last, secret) =
            futures::join!(fresh, self.iam.keys(&before.name), last, self.secret_of(before, terms, there));
        let Some(fresh) = fresh? else { return Ok(None) };
        let mut user = User { secret: known(secret), ..User::from(fresh) };
        if secret_name(&user, terms) != secret_name(before, terms) {
            user.secret = known(self.secret_of(&user, terms, false).await);
        }
        user.keys = match keys {
            Err(error) if error.is_not_found() => return Ok(None),
            Ok(keys) => Read::Known(self.used(keys, last.into_iter().collect()).await),
            Err(error) => known(Err(error)),
        };
        Ok(Some(user))
    }

    /// The secret of `user`, if it is there: by the name it had when a key was last on its way to it, or by the user's.
    async fn secret_of(&self, user: &User, terms: Terms<'_>, is_there: bool) -> Result<Option<KeySecret>, AwsError> {
        let (noted, by_name) = secret_name(user, terms);
        if let Some(noted) = noted.filter(|noted| *noted != by_name)
            && let Some(secret) = self.secret(&noted, is_there).await?
        {
            return Ok(Some(secret));
        }
        self.secret(&by_name, is_there).await
    }

    /// The secret of exactly this name, if it is there. One on its way out shows its labels and not its dates.
    async fn secret(&self, name: &str, is_there: bool) -> Result<Option<KeySecret>, AwsError> {
        let versions = self.store.versions(name);
        let (found, versions) = if is_there {
            futures::join!(self.store.describe(name), versions)
        } else {
            match self.store.describe(name).await {
                Ok(Some(found)) if !found.deleted => (Ok(Some(found)), versions.await),
                found => (found, Ok(Vec::new())),
            }
        };
        let Some(found) = found? else { return Ok(None) };
        let ruled_by = ruler(&found, &self.region);
        let user_id = found.tags.get(USER_ID).map(str::to_owned);
        let versions = if found.deleted { found.labelled } else { versions? };
        Ok(Some(KeySecret { name: name.to_owned(), ruled_by, user_id, deleted: found.deleted, versions }))
    }

    async fn with_last_use(&self, keys: Vec<Key>) -> Vec<Key> {
        self.used(keys, BTreeMap::new()).await
    }

    /// `keys` with their last use, as it is in `last`, or as AWS says now.
    async fn used(&self, keys: Vec<Key>, mut last: BTreeMap<String, LastUsed>) -> Vec<Key> {
        let known: Vec<_> = keys.into_iter().map(|key| (last.remove(&key.id), key)).collect();
        let ask = |(known, key): (Option<LastUsed>, Key)| async move {
            let last_used = match known {
                Some(known) => known,
                None => self.last_use(&key.id).await,
            };
            Key { last_used, ..key }
        };
        join_all(known.into_iter().map(ask)).await
    }

    async fn last_use(&self, key: &str) -> LastUsed {
        match self.iam.last_used(key).await {
            Ok((last_used, _)) => last_used,
            Err(error) => LastUsed::Unknown(complain(&error)),
        }
    }
}

/// What the secret of `user` was called when that was noted, and what it is called by its name.
fn secret_name(user: &User, terms: Terms<'_>) -> (Option<String>, String) {
    let by_name = naming::secret_name(&terms.policy.store.prefix, &user.name);
    (user.tags.get(tags::SECRET).map(str::to_owned), by_name)
}

/// Who else decides what is in it.
fn ruler(found: &Described, region: &str) -> Option<Ruler> {
    if let Some(service) = &found.managed_by {
        return Some(Ruler::Service(service.clone()));
    }
    if let Some(primary) = found.primary_region.as_ref().filter(|primary| *primary != region) {
        return Some(Ruler::Primary(primary.clone()));
    }
    found.rotation.enabled.then(|| Ruler::Rotation(found.rotation.function.clone().unwrap_or_default()))
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
        object = naming::masked(&error.object),
        error.message = naming::masked(&error.said()),
        "a pre-flight read did not succeed"
    );
    error.said()
}
