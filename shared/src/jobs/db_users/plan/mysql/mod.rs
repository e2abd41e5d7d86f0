//! Plans for `MySQL` and `MariaDB`. Each statement about users commits by itself, so order is the only transaction: a new
//! account is locked until all it may do is granted, and its password is set last.

mod rights;
mod second;

use super::action::{Action, Change, DropSecret, DropUser, Prepare, Sessions};
use super::secret::{self, Account};
use super::why::{Left, Note, no_login};
use super::{Terms, Why};
use crate::domains::databases::Statement;
use crate::domains::databases::names::CLONE;
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::{Accounts, World};
use crate::jobs::db_users::request::{Auth, UserRequest};
use crate::services::sql::{Engine, mysql_ident, mysql_literal};
use crate::text::printable;

/// The plugin whose hash this side can make.
const NATIVE: &str = "mysql_native_password";
/// The way to log in beside it that is kept: it has no password.
const SOCKET: &str = "unix_socket";

/// What the plan so far makes of the world needs no imagining here: no user depends on another.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    world: &'a World,
    accounts: &'a Accounts,
    terms: Terms<'a>,
}

fn sql(text: String) -> Statement {
    Statement::Sql(text)
}

impl<'a> Planner<'a> {
    pub(super) fn new(world: &'a World, accounts: &'a Accounts, terms: Terms<'a>) -> Self {
        Self { world, accounts, terms }
    }

    /// The database.
    pub(super) fn prepare(&self) -> Result<Option<Prepare>, Why> {
        let database = self.terms.request.database.clone();
        if self.accounts.database {
            return Ok(None);
        }
        if !self.terms.request.create_database {
            return Err(Why::DatabaseMissing { database });
        }
        let create = Some(sql(format!("CREATE DATABASE {}", mysql_ident(&database))));
        Ok(Some(Prepare { database, create, statements: Vec::new() }))
    }

    /// What makes `user` what the event wants.
    pub(super) fn change(&self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
        let mut notes = Vec::new();
        let leave = |why, notes| Box::new(Left { id: user.name.clone(), why, notes });
        let key = (user.name.clone(), user.host.clone());
        let found = self.accounts.accounts.get(&key);
        if let Err(why) = self.may_be_changed(user) {
            return Err(leave(why, notes));
        }
        let here = self.accounts.meets(&user.name, &user.host);
        let account = Account {
            exists: found.is_some(),
            login: found.is_some_and(|account| !account.locked),
            here,
            expired: found.is_some_and(|account| account.expired),
            remembers: found.is_some_and(|account| account.remembers),
            shares: self.accounts.hosts_of(&user.name).any(|host| host != user.host),
        };
        let secret = match secret::of_user(user, account, self.world, self.terms) {
            Ok(secret) => secret,
            Err(why) => return Err(leave(why, notes)),
        };
        notes.extend(secret::note_replaced(account, secret.as_ref()));
        let name = account_name(user);
        let mut statements = Vec::new();
        if found.is_none() {
            // Nobody can be it yet, and the password it is to have is not one it had already: the server may remember.
            let before = format!("CREATE USER {name} IDENTIFIED BY {}", self.hashed());
            let after = " ACCOUNT LOCK".to_owned();
            statements.push(Statement::Nobodys { before, after });
        }
        if let Err(why) = self.rights(user, &name, &mut statements, &mut notes) {
            return Err(leave(why, notes));
        }
        self.second(user, &name, found.is_some_and(|account| account.keeps_second), &mut statements, &mut notes);
        let (mut lock, mut give_back) = (Vec::new(), Vec::new());
        if account.login && secret.as_ref().is_some_and(super::SecretPlan::is_restored) {
            lock.push(sql(format!("ALTER USER {name} ACCOUNT LOCK")));
            give_back.push(sql(format!("ALTER USER {name} ACCOUNT UNLOCK")));
        }
        let unlock = if account.login && lock.is_empty() { "" } else { " ACCOUNT UNLOCK" };
        if secret.as_ref().is_some_and(|secret| secret.sets_password) {
            let sockets = found.is_some_and(|account| !account.or_by.is_empty());
            let (by, or) = if sockets {
                (format!("VIA {NATIVE} USING "), format!(" OR {SOCKET}"))
            } else {
                (format!("BY {}", self.hashed()), String::new())
            };
            let before = format!("ALTER USER {name} IDENTIFIED {by}");
            statements.push(Statement::Password { before, after: format!("{or}{unlock}") });
        }
        self.note_what_means_nothing(user, &mut notes);
        self.note_untried(user, here, &mut notes);
        if statements.is_empty() && secret.as_ref().is_none_or(super::SecretPlan::is_empty) {
            return Err(leave(Why::AlreadySo, notes));
        }
        let creates = found.is_none();
        let user = user.name.clone();
        Ok(Action::Change(Box::new(Change {
            user,
            creates,
            needs,
            lock,
            unlock: give_back,
            secret,
            statements,
            notes,
        })))
    }

    /// What it takes to drop `user`.
    pub(super) fn drop_user(&self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
        let key = (user.name.clone(), user.host.clone());
        let locked = self.accounts.accounts.get(&key).is_some_and(|account| account.locked) && user.secret.is_some();
        let note = || no_login(&format!("ALTER USER {} ACCOUNT UNLOCK", account_name(user)));
        let leave = |why| Box::new(Left { id: user.name.clone(), why, notes: locked.then(note).into_iter().collect() });
        let secret = secret::to_drop(user, self.world, self.terms).map_err(leave)?;
        let others: Vec<_> =
            self.accounts.hosts_of(&user.name).filter(|host| *host != user.host).map(str::to_owned).collect();
        let (secret, notes) = kept_for(&user.name, &others, secret);
        let mut drop = DropUser { user: user.name.clone(), needs, secret, notes, ..DropUser::default() };
        let found = self.accounts.accounts.get(&(user.name.clone(), user.host.clone()));
        if let Some(account) = found {
            self.may_go(user).map_err(leave)?;
            let name = account_name(user);
            if !account.locked {
                drop.lock.push(sql(format!("ALTER USER {name} ACCOUNT LOCK")));
                drop.unlock.push(sql(format!("ALTER USER {name} ACCOUNT UNLOCK")));
            }
            drop.sessions_of = Some(Sessions { host: user.host.clone(), others });
            drop.drop.push(sql(format!("DROP USER {name}")));
        } else if drop.secret.is_none() {
            return Err(leave(Why::Gone));
        }
        Ok(Action::Drop(Box::new(drop)))
    }

    fn may_go(&self, user: &UserRequest) -> Result<(), Why> {
        self.may_be_changed(user)?;
        let clone = format!("{}{CLONE}", user.name);
        let stands = self.accounts.accounts.keys().any(|(name, _)| *name == clone);
        if stands && self.terms.request.user(&clone).is_none() {
            return Err(Why::HasClone { clone });
        }
        let members = self.accounts.members.get(&(user.name.clone(), user.host.clone())).cloned().unwrap_or_default();
        let members: Vec<_> = members.into_iter().filter(|name| self.terms.request.user(name).is_none()).collect();
        if !members.is_empty() {
            return Err(Why::HasMembers { members });
        }
        let held = self.accounts.held.get(&user.name).cloned().unwrap_or_default();
        if held.iter().any(|held| held.owns > 0) { Err(Why::OwnsObjects { held }) } else { Ok(()) }
    }

    fn may_be_changed(&self, user: &UserRequest) -> Result<(), Why> {
        let native = |plugin: &str| plugin.is_empty() || plugin == NATIVE;
        match self.accounts.accounts.get(&(user.name.clone(), user.host.clone())) {
            Some(account) if self.engine() == Engine::Mariadb && !native(&account.plugin) => {
                Err(Why::OtherPlugin { plugin: account.plugin.clone() })
            }
            // Another one has a password of its own, which would have to be said again.
            Some(account) if account.or_by.iter().any(|plugin| plugin != SOCKET) => {
                Err(Why::OtherPlugin { plugin: format!("{NATIVE} or {}", account.or_by.join(" or ")) })
            }
            _ => Ok(()),
        }
    }

    fn engine(&self) -> Engine {
        self.world.server.engine
    }

    /// `MariaDB` takes a hash, said to be one; `MySQL` keeps passwords out of its logs itself.
    fn hashed(&self) -> &'static str {
        if self.engine() == Engine::Mariadb { "PASSWORD " } else { "" }
    }

    fn note_untried(&self, user: &UserRequest, here: bool, notes: &mut Vec<Note>) {
        if !here {
            notes.push(Note {
                code: &codes::LOGIN_UNTRIED,
                message: format!(
                    "a login from {}, where this run is, does not meet the account {}: its password is not tried",
                    printable(&self.accounts.from),
                    printable(&account_name(user))
                ),
                fix: Some("try it from where the account may log in".to_owned()),
            });
        }
    }

    /// There are no owners here, so nobody's objects of tomorrow are anybody's to open.
    fn note_what_means_nothing(&self, user: &UserRequest, notes: &mut Vec<Note>) {
        if user.grantor.is_some() || user.auth == Auth::Nobody {
            notes.push(Note {
                code: &codes::NO_GRANTOR_HERE,
                message: format!("{} knows no owners of tables: 'grantor' only says who comes first", self.engine()),
                fix: None,
            });
        }
    }
}

/// The secret that goes with an account, and what is to be said of it: it stays where other accounts of the name do, which
/// go by it, too.
fn kept_for(user: &str, others: &[String], secret: Option<DropSecret>) -> (Option<DropSecret>, Vec<Note>) {
    let Some(kept) = secret.as_ref().filter(|_| !others.is_empty()) else { return (secret, Vec::new()) };
    let others = others.iter().map(|host| format!("{user}@{host}")).collect::<Vec<_>>().join(", ");
    let note = Note {
        code: &codes::SECRET_KEPT,
        message: format!("its secret {} stays, since {} may go by it, too", printable(&kept.name), printable(&others)),
        fix: Some("delete it by hand if they do not".to_owned()),
    };
    (None, vec![note])
}

fn account_name(user: &UserRequest) -> String {
    format!("{}@{}", mysql_literal(&user.name), mysql_literal(&user.host))
}
