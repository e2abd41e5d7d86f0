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

/// So many versions of old are read, newest first, to find the other login.
const MOST_READ: usize = 10;

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
        let session = self.vault.session.take();
        if stored.tried != Tried::Works {
            return Ok(());
        }
        let host = match &session {
            Some(Session::Mysql(session)) => accounts::host(session).await.map(Some),
            _ => Ok(None),
        };
        let looked = match host {
            Ok(host) => master::look(door, (&self.reader, &self.rds), current, host.as_deref(), self.mode).await,
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
            // The clone is a member of its base, so that it shows by itself whose it is; the base is a login like any other.
            Ok((Pair::Roles(roles), session)) => {
                let is_shown = names::base_of(&current.user) == current.user || roles.base.is_none();
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
    /// shows nothing.
    async fn is_known(&mut self, door: &Door, secret: &Described, current: &Login) -> Result<bool, RunFault> {
        let other = names::other_of(&current.user);
        let login_of = |stored: &Stored| {
            let login = stored.login.as_ref().ok();
            login.filter(|login| login.user == other && login.is_of_server_of(current)).cloned()
        };
        if let Some(id) = secret.with(PREVIOUS)
            && self.stored(id, 1).await?.is_some_and(|stored| login_of(&stored).is_some())
        {
            return Ok(true);
        }
        let mut attempts = 0;
        for id in self.of_old(secret).await? {
            let Some(stored) = self.stored(&id, 1).await? else { continue };
            let Some(login) = login_of(&stored) else { continue };
            let tried = self.tried(door, &login, &id).await;
            self.vault.session = None;
            attempts += 1;
            if tried == Tried::Works || attempts == MOST_LEFT_OVER {
                return Ok(tried == Tried::Works);
            }
        }
        Ok(false)
    }

    /// Versions that were read for nothing yet, newest first.
    async fn of_old(&self, secret: &Described) -> Result<Vec<String>, RunFault> {
        let mut versions = self.versions().await?;
        versions.retain(|version| {
            ![CURRENT, PENDING, PREVIOUS].iter().any(|label| secret.with(label) == Some(&version.id))
        });
        versions.sort_by_key(|version| (Reverse(version.created_at), version.id.clone()));
        Ok(versions.into_iter().take(MOST_READ).map(|version| version.id).collect())
    }
}
