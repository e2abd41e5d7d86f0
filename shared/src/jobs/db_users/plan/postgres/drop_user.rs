//! How a user goes: what could keep it is looked at before anything is done; then its login goes, its sessions, what it owns
//! to its heir, what it may do by name, and then itself, and its secret last. It goes with nothing it owns.

use std::collections::BTreeSet;

use super::authority::Authority;
use super::letting_go::{LettingGo, let_go};
use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::domains::databases::names::CLONE;
use crate::jobs::db_users::model::Held;
use crate::jobs::db_users::plan::action::{Action, DropUser, Emptied};
use crate::jobs::db_users::plan::why::no_login;
use crate::jobs::db_users::plan::{Left, Note, Why, secret};
use crate::jobs::db_users::request::{Auth, UserRequest};
use crate::services::sql::{ident, literal};

/// For how long the end of a session is waited for, in milliseconds: what was temporary goes with it.
const UNTIL_ENDED: u32 = 5000;

impl Planner<'_> {
    /// What it takes to drop `user`.
    pub(in crate::jobs::db_users::plan) fn drop_user(
        &mut self,
        user: &UserRequest,
        needs: Vec<String>,
    ) -> Result<Action, Box<Left>> {
        let notes = || self.note_no_login(user).into_iter().collect();
        let leave = |why| Box::new(Left { id: user.name.clone(), why, notes: notes() });
        let secret = secret::to_drop(user, self.world, self.terms).map_err(leave)?;
        let mut drop = DropUser { user: user.name.clone(), needs, secret, ..DropUser::default() };
        if self.has_role(&user.name) {
            self.may_go(user).map_err(leave)?;
            self.role_to_drop(user, &mut drop);
        } else if drop.secret.is_none() {
            return Err(leave(Why::Gone));
        }
        self.catalog.roles.remove(&user.name);
        self.authorities.borrow_mut().clear();
        Ok(Action::Drop(Box::new(drop)))
    }

    fn may_go(&self, user: &UserRequest) -> Result<(), Why> {
        let not_ours = || Why::NotOurs { master: self.master().to_owned() };
        if !self.administers(&user.name) {
            return Err(not_ours());
        }
        let clone = format!("{}{CLONE}", user.name);
        let going = self.terms.request.user(&clone).is_some();
        if self.has_role(&clone) && !going {
            return Err(Why::HasClone { clone });
        }
        self.nobody_loses_by_it(user)?;
        let held = self.held(user);
        let closed = held.iter().find_map(|held| Some((held.database.clone()?, held.closed.clone()?)));
        if let Some((database, said)) = closed {
            return Err(Why::DatabaseClosed { database, said });
        }
        if let Some(why) = self.cannot_let_go(&user.name, held) {
            return Err(why);
        }
        let owns = held.iter().any(|held| held.owns > 0);
        match &user.reassign_to {
            None if owns => Err(Why::OwnsObjects { held: held.to_vec() }),
            Some(heir) if owns && !self.has_role(heir) => Err(Why::RoleMissing { role: heir.clone() }),
            Some(heir) if owns && self.authority(heir) == Authority::None => Err(not_ours()),
            _ if self.authority(&user.name) == Authority::None => Err(not_ours()),
            Some(heir) if owns => self.cannot_inherit(&user.name, heir, held).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// A role that nobody logs in as is there for its members: what they have by it goes with it.
    fn nobody_loses_by_it(&self, user: &UserRequest) -> Result<(), Why> {
        let is_group = user.auth == Auth::Nobody || self.catalog.roles.get(&user.name).is_some_and(|role| !role.login);
        let of_it = self.catalog.memberships.iter().filter(|row| row.role == user.name && row.member != self.master());
        let strangers = of_it.filter(|row| self.terms.request.user(&row.member).is_none());
        let members: BTreeSet<String> = strangers.map(|row| row.member.clone()).collect();
        if !is_group || members.is_empty() {
            return Ok(());
        }
        Err(Why::HasMembers { members: members.into_iter().collect() })
    }

    fn held(&self, user: &UserRequest) -> &[Held] {
        self.catalog.held.get(&user.name).map_or(&[][..], Vec::as_slice)
    }

    fn role_to_drop(&self, user: &UserRequest, drop: &mut DropUser) {
        let name = ident(&user.name);
        if self.catalog.roles.get(&user.name).is_some_and(|role| role.login) {
            drop.lock.push(sql(format!("ALTER ROLE {name} NOLOGIN")));
            drop.unlock.push(sql(format!("ALTER ROLE {name} LOGIN")));
        }
        let end = format!(
            "SELECT pg_catalog.pg_terminate_backend(pid, {UNTIL_ENDED}) FROM pg_catalog.pg_stat_activity WHERE usename = {}",
            literal(&user.name)
        );
        drop.end_sessions = self.with_rights_of(&[user.name.clone()].into(), vec![sql(end)]);
        // What is in the event's database and what all share is let go of together with the role.
        let (mut last, mut last_lent) = (Vec::new(), BTreeSet::new());
        for held in self.held(user) {
            drop.fleeting += held.fleeting;
            let heir = user.reassign_to.as_deref();
            drop.hand_over.extend(heir.and_then(|heir| self.hand_over(&user.name, heir, held)));
            let LettingGo { mut lent, statements, back } = let_go(&user.name, heir, &held.things);
            if statements.is_empty() {
                continue;
            }
            lent.insert(user.name.clone());
            if let Some(database) = held.database.clone().filter(|database| *database != self.world.server.database) {
                let [statements, back] = [statements, back].map(|all| self.with_rights_of(&lent, all));
                drop.empty.push(Emptied { database, statements, back });
            } else {
                last.extend(statements);
                last_lent.extend(lent);
            }
        }
        drop.drop = self.with_rights_of(&last_lent, last);
        drop.drop.push(sql(format!("DROP ROLE {name}")));
    }

    /// Said where a user is to go, cannot, and cannot log in either: a run that died in the middle leaves it so.
    fn note_no_login(&self, user: &UserRequest) -> Option<Note> {
        let role = self.catalog.roles.get(&user.name)?;
        let is_one = user.auth != Auth::Nobody && user.secret.is_some();
        (is_one && !role.login).then(|| no_login(&format!("ALTER ROLE {} LOGIN", ident(&user.name))))
    }

    /// `statements`, with the master a member of `roles` meanwhile where it has to be.
    fn with_rights_of(&self, roles: &BTreeSet<String>, statements: Vec<Statement>) -> Vec<Statement> {
        let (mut all, back) = self.lend(roles);
        all.extend(statements);
        all.extend(back);
        all
    }
}
