//! How a user goes: its login first, then its sessions, then what it holds in each database, then itself, and its secret
//! last. It goes with nothing it owns unless an heir is named.

use super::authority::Authority;
use super::{Planner, sql};
use crate::domains::databases::names::CLONE;
use crate::jobs::db_users::plan::action::{Action, DropUser};
use crate::jobs::db_users::plan::statement::Statement;
use crate::jobs::db_users::plan::{Left, Why, secret};
use crate::jobs::db_users::request::UserRequest;
use crate::services::sql::{ident, literal};

impl Planner<'_> {
    /// What it takes to drop `user`.
    pub(in crate::jobs::db_users::plan) fn drop_user(
        &mut self,
        user: &UserRequest,
        needs: Vec<String>,
    ) -> Result<Action, Box<Left>> {
        let leave = |why| Box::new(Left { id: user.name.clone(), why, notes: Vec::new() });
        let secret = secret::to_drop(user, self.world, self.terms).map_err(leave)?;
        let mut drop = DropUser {
            user: user.name.clone(),
            needs,
            lock: Vec::new(),
            end_sessions: Vec::new(),
            empty: Vec::new(),
            drop: Vec::new(),
            secret,
        };
        if self.has_role(&user.name) {
            self.may_go(user).map_err(leave)?;
            self.role_to_drop(user, &mut drop);
        } else if drop.secret.is_none() {
            return Err(leave(Why::Gone));
        }
        self.catalog.roles.remove(&user.name);
        Ok(Action::Drop(Box::new(drop)))
    }

    fn may_go(&self, user: &UserRequest) -> Result<(), Why> {
        if !self.administers(&user.name) {
            return Err(Why::NotOurs { master: self.master().to_owned() });
        }
        let clone = format!("{}{CLONE}", user.name);
        let going = self.terms.request.user(&clone).is_some();
        if self.has_role(&clone) && !going {
            return Err(Why::HasClone { clone });
        }
        let held = self.catalog.held.get(&user.name).cloned().unwrap_or_default();
        let owns = held.iter().any(|held| held.owns > 0);
        let foreign = |owner: &&String| **owner != user.name && self.authority(owner) == Authority::None;
        let foreign: Vec<_> = held.iter().flat_map(|held| &held.owners).filter(foreign).cloned().collect();
        if !foreign.is_empty() && !owns {
            return Err(Why::GrantedByOthers { owners: foreign });
        }
        match &user.reassign_to {
            None if owns => Err(Why::OwnsObjects { held }),
            Some(heir) if owns && !self.has_role(heir) => Err(Why::RoleMissing { role: heir.clone() }),
            Some(heir) if owns && self.authority(heir) == Authority::None => {
                Err(Why::NotOurs { master: self.master().to_owned() })
            }
            _ if self.authority(&user.name) == Authority::None => {
                Err(Why::NotOurs { master: self.master().to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn role_to_drop(&self, user: &UserRequest, drop: &mut DropUser) {
        let name = ident(&user.name);
        if self.catalog.roles.get(&user.name).is_some_and(|role| role.login) {
            drop.lock.push(sql(format!("ALTER ROLE {name} NOLOGIN")));
        }
        let end = format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = {}",
            literal(&user.name)
        );
        drop.end_sessions = self.with_rights_of(&[&user.name], vec![sql(end)]);
        let held = self.catalog.held.get(&user.name).map_or(&[][..], Vec::as_slice);
        let owns = held.iter().any(|held| held.owns > 0);
        let mut databases: Vec<(&String, &[String])> =
            held.iter().filter_map(|held| Some((held.database.as_ref()?, held.owners.as_slice()))).collect();
        if databases.is_empty() && !held.is_empty() {
            // What all databases share is let go of from within any of them.
            databases.push((&self.world.server.database, &[]));
        }
        for (database, owners) in databases {
            // Privileges are taken back on behalf of whose objects they are on.
            let mut lent = vec![user.name.as_str()];
            lent.extend(owners.iter().map(String::as_str).filter(|owner| *owner != user.name));
            let mut statements = Vec::new();
            if let Some(heir) = user.reassign_to.as_deref().filter(|_| owns) {
                if !lent.contains(&heir) {
                    lent.push(heir);
                }
                statements.push(sql(format!("REASSIGN OWNED BY {name} TO {}", ident(heir))));
            }
            statements.push(sql(format!("DROP OWNED BY {name}")));
            drop.empty.push((database.clone(), self.with_rights_of(&lent, statements)));
        }
        drop.drop.push(sql(format!("DROP ROLE {name}")));
    }

    /// `statements`, with the master a member of `roles` meanwhile where it has to be.
    fn with_rights_of(&self, roles: &[&str], statements: Vec<Statement>) -> Vec<Statement> {
        let borrowed = roles.iter().filter(|role| self.authority(role) == Authority::Borrowed);
        let (mut all, back): (Vec<_>, Vec<_>) = borrowed.map(|role| self.borrow(role)).unzip();
        all.extend(statements);
        all.extend(back.into_iter().rev());
        all
    }
}
