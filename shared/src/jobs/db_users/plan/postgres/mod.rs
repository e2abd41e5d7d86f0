//! Plans for `PostgreSQL`, whose master user on RDS is no superuser: what it may do, it may because it owns a thing, is a
//! member of the owner, or can make itself one for the length of a transaction.

mod authority;
mod desired;
mod drop_user;
mod extensions;
mod grants;
mod hand_over;
mod letting_go;
mod memberships;
mod revokes;
mod surplus;

use crate::jobs::db_users::codes;
use crate::report::Code;
use std::cell::RefCell;
use std::collections::BTreeMap;

use authority::Authority;
pub(super) use desired::implied_sequences;

use super::action::{Change, Prepare};
use super::secret::{self, Account};
use super::why::{Left, Note};
use super::{Action, Terms, Why};
use crate::domains::databases::Statement;
use crate::jobs::db_users::model::{Catalog, Database, Grant, PUBLIC, Privileges, Role, Schema, World};
use crate::jobs::db_users::request::{Auth, State, UserRequest};
use crate::services::sql::{ident, literal};

/// The world, and what the plan so far makes of it.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    world: &'a World,
    terms: Terms<'a>,
    catalog: Catalog,
    /// What was found out about owners so far.
    authorities: RefCell<BTreeMap<String, Authority>>,
}

/// A change in the making.
#[derive(Debug, Default)]
struct Draft {
    /// Its login goes before its secret comes back, and is given back where that does not.
    lock: Vec<Statement>,
    unlock: Vec<Statement>,
    /// The user itself.
    role: Vec<Statement>,
    /// What it may do.
    grants: Vec<Statement>,
    /// What it may no more.
    revokes: Vec<Statement>,
    /// Owners the master has to be a member of meanwhile.
    borrowed: std::collections::BTreeSet<String>,
    /// What cannot be done, or is not touched.
    notes: Vec<Note>,
}

impl Draft {
    fn note(&mut self, code: &'static Code, message: String, fix: impl Into<Option<&'static str>>) {
        self.notes.push(Note { code, message, fix: fix.into().map(str::to_owned) });
    }
}

fn sql(text: String) -> Statement {
    Statement::Sql(text)
}

impl<'a> Planner<'a> {
    pub(super) fn new(world: &'a World, catalog: &Catalog, terms: Terms<'a>) -> Self {
        Self { world, terms, catalog: catalog.clone(), authorities: RefCell::default() }
    }

    pub(super) fn has_role(&self, name: &str) -> bool {
        self.catalog.roles.contains_key(name)
    }

    fn master(&self) -> &str {
        &self.world.server.master
    }

    fn version(&self) -> u32 {
        self.world.server.version
    }

    /// The database, its extensions and schemas.
    pub(super) fn prepare(&mut self) -> Result<Option<Prepare>, Why> {
        let request = self.terms.request;
        let name = &request.database;
        let mut create = None;
        if self.catalog.database.is_none() {
            if !request.create_database {
                return Err(Why::DatabaseMissing { database: name.clone() });
            }
            // What others may have put into template1 would be in it, too.
            create = Some(sql(format!("CREATE DATABASE {} TEMPLATE \"template0\"", ident(name))));
            self.imagine_database();
        }
        let mut statements = Vec::new();
        for extension in request.extensions.iter().filter(|name| !self.catalog.extensions.contains(*name)) {
            statements.push(self.extension(extension, create.is_some())?);
        }
        let present = request.users.iter().filter(|user| user.state == State::Present);
        let mut schemas: Vec<&String> = present.flat_map(|user| &user.schemas).collect();
        schemas.sort();
        schemas.dedup();
        for schema in schemas {
            if !self.catalog.schemas.contains_key(schema) {
                statements.push(sql(format!("CREATE SCHEMA {}", ident(schema))));
                let made = Schema { owner: self.master().to_owned(), grants: Vec::new() };
                self.catalog.schemas.insert(schema.clone(), made);
            }
        }
        let empty = create.is_none() && statements.is_empty();
        Ok((!empty).then(|| Prepare { database: name.clone(), create, statements }))
    }

    /// A database as it is when it has just been made.
    fn imagine_database(&mut self) {
        let everybody = |privileges: &[&str], grantor: &str| Grant {
            grantee: PUBLIC.into(),
            grantor: grantor.into(),
            privileges: privileges.iter().copied().collect(),
            passable: Privileges::default(),
        };
        let master = self.master().to_owned();
        let grants = vec![everybody(&["CONNECT", "TEMPORARY"], &master)];
        self.catalog.database = Some(Database { owner: master, grants });
        // Before 15 the schema public is the server's own, and everybody may make things in it.
        let public = if self.version() >= 15 {
            let owner = "pg_database_owner";
            Schema { owner: owner.to_owned(), grants: vec![everybody(&["USAGE"], owner)] }
        } else {
            let owner = "the server";
            Schema { owner: owner.to_owned(), grants: vec![everybody(&["USAGE", "CREATE"], owner)] }
        };
        self.catalog.schemas = [("public".to_owned(), public)].into();
    }

    /// What makes `user` what the event wants.
    pub(super) fn change(&mut self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
        let mut draft = Draft::default();
        let decided = self.draft(user, &mut draft);
        let leave = |why, notes| Box::new(Left { id: user.name.clone(), why, notes });
        let secret = match decided {
            Ok(secret) => secret,
            Err(why) => return Err(leave(why, draft.notes)),
        };
        let creates = !self.has_role(&user.name);
        let Draft { lock, unlock, role, grants, revokes, borrowed, notes } = draft;
        let idle = role.is_empty() && grants.is_empty() && revokes.is_empty();
        if idle && secret.as_ref().is_none_or(super::SecretPlan::is_empty) {
            let stuck = notes.iter().any(|note| note.code == &codes::NOT_GRANTABLE);
            return Err(leave(if stuck { Why::NothingGrantable } else { Why::AlreadySo }, notes));
        }
        let mut statements = role;
        let (give, back): (Vec<_>, Vec<_>) = borrowed.iter().map(|owner| self.borrow(owner)).unzip();
        statements.extend(give);
        statements.extend(grants);
        statements.extend(revokes);
        statements.extend(back.into_iter().rev());
        self.imagine_role(user, creates);
        Ok(Action::Change(Box::new(Change {
            user: user.name.clone(),
            creates,
            needs,
            lock,
            unlock,
            secret,
            statements,
            notes,
        })))
    }

    fn draft(&self, user: &UserRequest, draft: &mut Draft) -> Result<Option<super::SecretPlan>, Why> {
        if let Some(role) = user.needs().find(|role| !self.has_role(role)) {
            return Err(Why::RoleMissing { role: role.clone() });
        }
        if user.auth == Auth::Password && self.is_member(&user.name, "rds_iam") {
            return Err(Why::IamMember);
        }
        let secret = self.secret(user, draft)?;
        let sets_password = secret.as_ref().is_some_and(|secret| secret.sets_password);
        self.role(user, sets_password, draft)?;
        self.grants(user, draft);
        self.revokes(user, draft);
        Ok(secret)
    }

    fn secret(&self, user: &UserRequest, draft: &mut Draft) -> Result<Option<super::SecretPlan>, Why> {
        let role = self.catalog.roles.get(&user.name);
        let login = role.is_some_and(|role| role.login);
        let account =
            Account { exists: role.is_some(), login, here: true, expired: false, remembers: false, shares: false };
        let secret = secret::of_user(user, account, self.world, self.terms)?;
        draft.notes.extend(secret::note_replaced(account, secret.as_ref()));
        if login && secret.as_ref().is_some_and(super::SecretPlan::is_restored) {
            draft.lock.push(sql(format!("ALTER ROLE {} NOLOGIN", ident(&user.name))));
            draft.unlock.push(sql(format!("ALTER ROLE {} LOGIN", ident(&user.name))));
        }
        Ok(secret)
    }

    /// The role itself: that it is there, may log in, has its password and is a member of what it should be.
    fn role(&self, user: &UserRequest, sets_password: bool, draft: &mut Draft) -> Result<(), Why> {
        let name = ident(&user.name);
        let login = user.auth != Auth::Nobody;
        let found = self.catalog.roles.get(&user.name);
        let may = if login { "LOGIN" } else { "NOLOGIN" };
        let verb = if found.is_some() { "ALTER" } else { "CREATE" };
        let changes_login = found.is_none_or(|role| role.login != login) || !draft.lock.is_empty();
        if sets_password {
            let may = if changes_login { format!("{may} ") } else { String::new() };
            let before = format!("{verb} ROLE {name} {may}PASSWORD ");
            draft.role.push(Statement::Password { before, after: String::new() });
        } else if changes_login {
            draft.role.push(sql(format!("{verb} ROLE {name} {may}")));
        }
        if found.is_some() && !draft.role.is_empty() && !self.administers(&user.name) {
            return Err(Why::NotOurs { master: self.master().to_owned() });
        }
        for group in &user.member_of {
            if !self.is_member(&user.name, group) {
                if !self.administers(group) {
                    return Err(Why::NotOurs { master: self.master().to_owned() });
                }
                draft.role.push(sql(format!("GRANT {} TO {name}", ident(group))));
            }
        }
        if let Some(group) = user.leaves.as_deref().filter(|group| self.is_member(&user.name, group)) {
            self.leave(user, group, draft);
        }
        if user.auth == Auth::Iam && !self.is_member(&user.name, "rds_iam") {
            self.iam_is_safe(user)?;
            draft.role.push(sql(format!("GRANT \"rds_iam\" TO {name}")));
        }
        let becomes = found.and_then(|role| role.becomes.as_deref());
        if let Some(owner) = user.owner_role.as_deref().filter(|owner| becomes != Some(*owner)) {
            draft.role.push(sql(format!("ALTER ROLE {name} SET role TO {}", literal(owner))));
        }
        Ok(())
    }

    /// Whoever is a member of `rds_iam`, by whatever chain, can no longer log in by password. From version 16 on, the
    /// maker of a role is a member of it.
    fn iam_is_safe(&self, user: &UserRequest) -> Result<(), Why> {
        if !self.has_role("rds_iam") {
            return Err(Why::NoIam);
        }
        let master_would_be = self.version() >= 16 || self.is_member(self.master(), &user.name);
        let lost = master_would_be && !self.is_member(self.master(), "rds_iam");
        if lost && !self.terms.policy.iam_lockout_accepted { Err(Why::IamLockout) } else { Ok(()) }
    }

    /// What the users after this one may count on.
    fn imagine_role(&mut self, user: &UserRequest, creates: bool) {
        let login = user.auth != Auth::Nobody;
        let role = self.catalog.roles.entry(user.name.clone()).or_default();
        *role = Role { login, ..role.clone() };
        if creates && self.version() >= 16 {
            self.catalog.memberships.extend(self.made_by_master(&user.name));
        }
        self.authorities.borrow_mut().clear();
    }
}
