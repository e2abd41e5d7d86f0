//! What somebody wrote into the secret by hand while a rotation was on its way. A coming version is made of the current one, and keeps
//! all that stands there; when the current one is written anew, the coming one still says what stood there before.

use super::logins::Door;
use super::{Eyes, LOOKS, PREVIOUS, Vault};
use crate::domains::databases::{Content, Login, names};
use crate::jobs::secret_rotation::gate;
use crate::jobs::secret_rotation::model::{Tried, World};
use crate::jobs::secret_rotation::policy::Policy;
use crate::run::RunFault;
use crate::services::secrets::{CURRENT, Described};

impl Vault {
    /// Whether two versions say the same but for whose password it is and what that is.
    fn is_same_but_for_the_login(&self, one: &str, other: &str) -> bool {
        match (self.contents.get(one), self.contents.get(other)) {
            (Some(one), Some(other)) => one.is_same_but_for_the_login(other),
            _ => false,
        }
    }

    /// Whether both were read, and hold one password.
    pub(super) fn is_one_password(&self, one: Option<&str>, other: Option<&str>) -> bool {
        let of =
            |version: Option<&str>| version.and_then(|version| self.contents.get(version)).and_then(Content::password);
        of(one).zip(of(other)).is_some_and(|(one, other)| one.expose() == other.expose())
    }
}

impl Eyes<'_> {
    /// Whether the coming version follows the current one; and if it does not, whether that is since somebody wrote the current one
    /// anew.
    pub(super) async fn compare(&mut self, secret: &Described, world: &mut World) -> Result<(), RunFault> {
        let (Some(pending), Some(current)) = (&mut world.pending, &world.current) else { return Ok(()) };
        let (Ok(coming), Ok(now)) = (&mut pending.login, &current.login) else { return Ok(()) };
        let turn = gate::strategy(Some(secret), now, self.request).map(|strategy| gate::next_user(now, strategy));
        let is_same = self.vault.is_same_but_for_the_login(&pending.version, &current.version);
        if is_same && turn.as_ref() == Ok(&coming.user) {
            return Ok(());
        }
        if coming.is_of_server_of(now) {
            // Of one server, the database is where the login works in by now.
            coming.database.clone_from(&now.database);
        }
        let (version, coming) = (pending.version.clone(), coming.clone());
        world.edited = self.is_of_this_secret(secret, &version, &coming).await?;
        Ok(())
    }

    /// Of a version that is handed out already: whether the one before had something written into it that this one does not say.
    pub(super) async fn look_behind(&mut self, secret: &Described, world: &mut World) -> Result<(), RunFault> {
        let token = self.request.token.clone();
        let Some(before) = secret.with(PREVIOUS).filter(|before| *before != token).map(str::to_owned) else {
            return Ok(());
        };
        (world.pending, world.previous) = (self.stored(&token, LOOKS).await?, self.stored(&before, LOOKS).await?);
        let (Some(Ok(handed)), Some(Ok(edit))) =
            (world.pending.as_ref().map(|it| it.login.clone()), world.previous.as_ref().map(|it| it.login.clone()))
        else {
            return Ok(());
        };
        let is_edit = handed.is_of_server_of(&edit)
            && names::base_of(&handed.user) == names::base_of(&edit.user)
            && !self.vault.is_same_but_for_the_login(&token, &before);
        world.edited = is_edit && self.is_of_this_secret(secret, &token, &handed).await?;
        Ok(())
    }

    /// Whether a version was made of another one of this secret: it says the same, and its login is that one's, or the other of the
    /// pair.
    async fn is_of_this_secret(&mut self, secret: &Described, version: &str, login: &Login) -> Result<bool, RunFault> {
        let labelled = [CURRENT, PREVIOUS].into_iter().filter_map(|label| secret.with(label)).map(str::to_owned);
        let labelled: Vec<_> = labelled.collect();
        for id in labelled.into_iter().chain(self.of_old(secret).await?).filter(|id| id != version) {
            let Some(stored) = self.stored(&id, 1).await? else { continue };
            let is_one_pair = |other: &Login| names::base_of(&other.user) == names::base_of(&login.user);
            if stored.login.as_ref().is_ok_and(is_one_pair) && self.vault.is_same_but_for_the_login(version, &id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Before the coming version is handed out, where it is not of the server or the user that the current one says.
    pub(super) async fn try_for_handing_out(
        &mut self,
        policy: &Policy,
        secret: &Described,
        world: &mut World,
    ) -> Result<(), RunFault> {
        let (Ok((_, coming)), Ok((_, current))) =
            (gate::pending(world.pending.as_ref(), self.request), gate::current(world.current.as_ref(), self.request))
        else {
            return Ok(());
        };
        let Ok(strategy) = gate::strategy(Some(secret), current, self.request) else { return Ok(()) };
        if gate::may_follow(coming, current, strategy, self.request).is_err() {
            self.try_both(&Door::new(policy)?, world).await;
        }
        Ok(())
    }

    /// Each of the two at its own server, by what stands in it: a password goes nowhere else. The coming one only where the current
    /// one is refused: then the server may know the coming one alone by now.
    pub(super) async fn try_both(&mut self, door: &Door, world: &mut World) {
        let World { edited: true, current: Some(current), pending: Some(pending), .. } = world else { return };
        let (Ok(now), Ok(coming)) = (current.login.clone(), pending.login.clone()) else { return };
        current.tried = self.tried(door, &now, &current.version).await;
        if current.tried == Tried::Refused && now.user == coming.user {
            pending.tried = self.tried(door, &coming, &pending.version).await;
        }
        self.vault.session = None;
    }

    /// The coming login in the database that the current version names, where that is another one of the same server and its own is
    /// not there.
    pub(super) async fn in_the_current_database(
        &mut self,
        secret: &Described,
        login: &Login,
        tried: &Tried,
    ) -> Result<Option<Login>, RunFault> {
        let Tried::Failed(error) = tried else { return Ok(None) };
        let Some(id) = secret.with(CURRENT).filter(|_| error.is_about_database()) else { return Ok(None) };
        let now = self.stored(id, LOOKS).await?.and_then(|stored| stored.login.ok());
        let now = now.filter(|now| login.is_of_server_of(now) && now.database != login.database);
        Ok(now.map(|now| Login { database: now.database, ..login.clone() }))
    }
}
