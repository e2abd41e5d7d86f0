//! One login: which of the passwords in its secret the server takes. The current one is tried first: a server counts logins that
//! it refused, and may lock whoever has too many of them, so that a rotation in which nothing is odd has none.

use super::logins::Door;
use super::{Eyes, PREVIOUS, second};
use crate::domains::databases::{Login, Strategy};
use crate::jobs::secret_rotation::gate;
use crate::jobs::secret_rotation::model::{Second, Stored, Tried, World};
use crate::report::Mode;
use crate::run::RunFault;
use crate::services::secrets::Described;
use crate::services::sql::Session;

impl Eyes<'_> {
    /// Goes on to the next one only where the server said no.
    pub(super) async fn try_in_turn(
        &mut self,
        door: &Door,
        secret: &Described,
        current: &Login,
        strategy: Strategy,
        world: &mut World,
    ) -> Result<(), RunFault> {
        let mut goes_on = true;
        if let Some(stored) = &mut world.current {
            goes_on = self.goes_on(door, current, stored).await;
        }
        if !goes_on {
            // The server may take both then: what is handed out is the one before, and the coming one is set already.
            if strategy == Strategy::Dual && !self.comes_first(door, current, world).await {
                return Ok(());
            }
            return self.look_at_server(secret, strategy, world).await;
        }
        if let Some(stored) = &mut world.pending
            && !self.goes_on(door, current, stored).await
        {
            return Ok(());
        }
        if let Some(id) = secret.with(PREVIOUS) {
            world.previous = self.stored(id, 1).await?;
        }
        if let Some(stored) = &mut world.previous
            && !self.goes_on(door, current, stored).await
        {
            return self.look_at_server(secret, strategy, world).await;
        }
        for id in self.left_over(secret).await? {
            let Some(mut stored) = self.stored(&id, 1).await? else { continue };
            let goes_on = self.goes_on(door, current, &mut stored).await;
            world.left_over.push(stored);
            if !goes_on {
                return self.look_at_server(secret, strategy, world).await;
            }
        }
        // Another invocation of this step may have been quicker, between the first of these logins and the last.
        if let Some(stored) = &mut world.pending {
            self.goes_on(door, current, stored).await;
        }
        Ok(())
    }

    /// Whether this run is the one to set the coming password beside the current one. Two that did so at once would each keep what
    /// the other had just set, and what is handed out would be no password any more: so the second waits, and finds it set.
    async fn comes_first(&mut self, door: &Door, current: &Login, world: &mut World) -> bool {
        let Some(session) = self.vault.session.take() else { return false };
        if self.mode == Mode::Apply
            && let Err(error) = session.lock().await
        {
            world.speaks = Some(Err(error));
            return false;
        }
        if let Some(stored) = &mut world.pending
            && !self.goes_on(door, current, stored).await
        {
            return false;
        }
        self.vault.session = Some(session);
        true
    }

    /// What the server is that is about to get a password, and whether the login may keep a second one.
    async fn look_at_server(
        &mut self,
        secret: &Described,
        strategy: Strategy,
        world: &mut World,
    ) -> Result<(), RunFault> {
        let Some(Session::Mysql(session)) = &self.vault.session else { return Ok(()) };
        match second::look(session).await {
            Ok((engine, allowed)) => {
                world.speaks = Some(Ok(engine));
                if strategy == Strategy::Dual {
                    let half_way = !self.left_over(secret).await?.is_empty();
                    world.second = Some(Second { allowed, half_way });
                }
            }
            Err(error) => world.speaks = Some(Err(error)),
        }
        Ok(())
    }

    /// Tries one that may be tried; whether the next is to be tried.
    async fn goes_on(&mut self, door: &Door, current: &Login, stored: &mut Stored) -> bool {
        if !gate::may_be_tried(stored, current) {
            return true;
        }
        if let Ok(login) = &stored.login {
            stored.tried = self.tried(door, login, &stored.version).await;
        }
        matches!(stored.tried, Tried::Not | Tried::Refused)
    }
}
