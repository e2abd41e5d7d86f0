//! Two logins that take turns: whether the current one works, what the master sees of both, and whether the other one is this
//! secret's.

use std::cmp::Reverse;

use super::logins::Door;
use super::{Eyes, MOST_LEFT_OVER, PREVIOUS, accounts, master};
use crate::domains::databases::{Login, names};
use crate::jobs::secret_rotation::gate;
use crate::jobs::secret_rotation::model::{Accounts, Pair, Roles, Stored, Tried, World};
use crate::run::RunFault;
use crate::services::secrets::{CURRENT, Described, PENDING};
use crate::services::sql::Session;

/// So many versions of old are read, newest first, where the other login has to be found: as many as Secrets Manager keeps.
const MOST_READ: usize = 100;

impl Eyes<'_> {
    /// Tries the current one, and then looks as the master.
    pub(super) async fn look_at_pair(
        &mut self,
        door: &Door,
        secret: &Described,
        current: &Login,
        world: &mut World,
    ) -> Result<(), RunFault> {
        let Some(stored) = &mut world.current else { return Ok(()) };
        let version = stored.version.clone();
        stored.tried = self.tried(door, current, &version).await;
        let is_refused = stored.tried == Tried::Refused;
        if !(stored.tried == Tried::Works || is_refused && self.holds_the_other(door, secret, current, world).await?) {
            return Ok(());
        }
        let session = self.vault.session.take();
        let host = match &session {
            Some(Session::Mysql(session)) => accounts::host(session).await.map(Some),
            _ => Ok(None),
        };
        let looked = match host {
            Ok(host) => {
                master::look(door, (&self.masters(current), &self.rds), current, host.as_deref(), self.mode).await
            }
            Err(error) => Err(gate::of_server(&error)),
        };
        let looked = match looked {
            Ok((Pair::Accounts(accounts), session)) => {
                world.speaks = Some(Ok(accounts.speaks));
                let takes = self.takes_coming(door, &accounts, world).await;
                let alone = accounts.other_than(&current.user).is_none();
                let known = alone || takes || self.is_known(door, secret, current).await?;
                Ok((Pair::Accounts(Box::new(Accounts { known, ..*accounts })), session))
            }
            // The clone is a member of its base, so that it shows by itself whose it is; the base is a login like any other, but where
            // its clone acts as it.
            Ok((Pair::Roles(roles), session)) => {
                let base = names::base_of(&current.user);
                let is_shown = base == current.user || roles.base.is_none() || roles.is_shown_by_the_clone(base);
                let known = is_shown || self.is_known(door, secret, current).await?;
                Ok((Pair::Roles(Roles { known, ..roles }), session))
            }
            Err(reason) => Err(reason),
        };
        world.pair = Some(looked.map(|(pair, session)| {
            self.vault.session = Some(session);
            pair
        }));
        Ok(())
    }

    /// Whether the server takes the version of before, which is the other of the pair on this server. Somebody may have set the password of
    /// the one in use by hand, and whoever holds the other one may have that set anew.
    async fn holds_the_other(
        &mut self,
        door: &Door,
        secret: &Described,
        current: &Login,
        world: &mut World,
    ) -> Result<bool, RunFault> {
        self.vault.session = None;
        let Some(id) = secret.with(PREVIOUS) else { return Ok(false) };
        let Some(mut stored) = self.stored(id, 1).await? else { return Ok(false) };
        let other = names::other_of(&current.user);
        let login = stored.login.as_ref().ok().filter(|login| login.user == other && login.is_of_server_of(current));
        let Some(login) = login.cloned() else { return Ok(false) };
        stored.tried = self.tried(door, &login, id).await;
        let works = stored.tried == Tried::Works;
        world.previous = Some(stored);
        Ok(works)
    }

    /// Whether the server takes the coming password already: then it is not set again, since a server may take none it had before.
    async fn takes_coming(&mut self, door: &Door, accounts: &Accounts, world: &mut World) -> bool {
        let Some(pending) = &mut world.pending else { return false };
        let Ok(login) = pending.login.clone() else { return false };
        if login.user != accounts.name && accounts.clone.is_none() {
            return false;
        }
        pending.tried = self.tried(door, &login, &pending.version.clone()).await;
        self.vault.session = None;
        pending.tried == Tried::Works
    }

    /// Whether the other of the pair that `current` is of is this secret's: it was handed out before, or the server takes a
    /// password for it that only a rotation of this secret can have made. A version that was never handed out names it as well, and
    /// shows nothing. Where the server is reached may have been written anew since: a password of old is tried at the server that the
    /// current version names, once its master was let in there, and only one that had the same server or the same master.
    async fn is_known(&mut self, door: &Door, secret: &Described, current: &Login) -> Result<bool, RunFault> {
        let other = names::other_of(&current.user);
        let login_of = |stored: &Stored| {
            let login = stored.login.as_ref().ok();
            let is_administered_alike =
                |login: &Login| login.is_of_server_of(current) || login.master == current.master;
            login.filter(|login| login.user == other && is_administered_alike(login)).cloned()
        };
        let before = secret.with(PREVIOUS);
        if let Some(id) = before
            && let Some(stored) = self.stored(id, 1).await?
            && login_of(&stored).is_some_and(|login| login.is_of_server_of(current))
        {
            return Ok(true);
        }
        let mut attempts: Vec<String> = Vec::new();
        for id in before.map(str::to_owned).into_iter().chain(self.of_old(secret).await?) {
            let Some(stored) = self.stored(&id, 1).await? else { continue };
            if login_of(&stored).is_none() {
                continue;
            }
            // Written anew, it may hold the same password: a server counts whom it refused.
            if attempts.iter().any(|tried| self.vault.is_one_password(Some(tried), Some(&id))) {
                continue;
            }
            let here = Login { user: other.clone(), ..current.clone() };
            let tried = self.tried(door, &here, &id).await;
            self.vault.session = None;
            attempts.push(id);
            if tried == Tried::Works || attempts.len() == MOST_LEFT_OVER {
                return Ok(tried == Tried::Works);
            }
        }
        Ok(false)
    }

    /// Versions that were read for nothing yet, newest first.
    pub(super) async fn of_old(&self, secret: &Described) -> Result<Vec<String>, RunFault> {
        let mut versions = self.versions().await?;
        versions.retain(|version| {
            ![CURRENT, PENDING, PREVIOUS].iter().any(|label| secret.with(label) == Some(&version.id))
        });
        versions.sort_by_key(|version| (Reverse(version.created_at), version.id.clone()));
        Ok(versions.into_iter().take(MOST_READ).map(|version| version.id).collect())
    }
}
