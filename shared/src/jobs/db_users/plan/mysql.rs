//! Plans for `MySQL` and `MariaDB`. Each statement about users commits by itself, so order is the only transaction: a new
//! account is locked until all it may do is granted, and its password is set last.

use super::action::{Action, Change, DropUser, Prepare};
use super::secret::{self, Account};
use super::statement::{Statement, listed};
use super::why::{Left, Note};
use super::{Terms, Why};
use crate::domains::databases::names::CLONE;
use crate::jobs::db_users::model::{Accounts, World};
use crate::jobs::db_users::request::{ALL, Auth, Revoke, TABLES_MYSQL, UserRequest, Words};
use crate::services::sql::{Engine, mysql_ident, mysql_literal};
use crate::text::{count, printable};

/// What `grant_ddl` gives beside `grant_privileges`.
const DDL: [&str; 14] = [
    "CREATE",
    "ALTER",
    "DROP",
    "INDEX",
    "REFERENCES",
    "CREATE VIEW",
    "SHOW VIEW",
    "TRIGGER",
    "EVENT",
    "CREATE ROUTINE",
    "ALTER ROUTINE",
    "EXECUTE",
    "CREATE TEMPORARY TABLES",
    "LOCK TABLES",
];
/// The plugin whose hash this side can make.
const NATIVE: &str = "mysql_native_password";

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
        let account = Account { exists: found.is_some(), login: found.is_some_and(|account| !account.locked), here };
        let secret = match secret::of_user(user, account, self.world, self.terms) {
            Ok(secret) => secret,
            Err(why) => return Err(leave(why, notes)),
        };
        notes.extend(secret::note_replaced(account, secret.as_ref()));
        let name = account_name(user);
        let mut statements = Vec::new();
        if found.is_none() {
            // Nobody can be it yet, whatever its password.
            let before = format!("CREATE USER {name} IDENTIFIED BY {}", self.hashed());
            let after = " ACCOUNT LOCK".to_owned();
            statements.push(Statement::Password { before, after });
        }
        self.grants(user, &name, &mut statements, &mut notes);
        if self.terms.request.revoke != Revoke::None {
            self.revokes(user, &name, &mut statements, &mut notes);
        }
        let unlock = if account.login { "" } else { " ACCOUNT UNLOCK" };
        if secret.as_ref().is_some_and(|secret| secret.sets_password) {
            let before = format!("ALTER USER {name} IDENTIFIED BY {}", self.hashed());
            statements.push(Statement::Password { before, after: unlock.to_owned() });
        }
        self.note_what_means_nothing(user, &mut notes);
        self.note_untried(user, here, &mut notes);
        if statements.is_empty() && secret.as_ref().is_none_or(super::SecretPlan::is_empty) {
            return Err(leave(Why::AlreadySo, notes));
        }
        let creates = found.is_none();
        Ok(Action::Change(Box::new(Change { user: user.name.clone(), creates, needs, secret, statements, notes })))
    }

    /// What it takes to drop `user`.
    pub(super) fn drop_user(&self, user: &UserRequest, needs: Vec<String>) -> Result<Action, Box<Left>> {
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
        let found = self.accounts.accounts.get(&(user.name.clone(), user.host.clone()));
        if let Some(account) = found {
            self.may_go(user).map_err(leave)?;
            let name = account_name(user);
            if !account.locked {
                drop.lock.push(sql(format!("ALTER USER {name} ACCOUNT LOCK")));
            }
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
        let held = self.accounts.held.get(&user.name).cloned().unwrap_or_default();
        if held.iter().any(|held| held.owns > 0) { Err(Why::OwnsObjects { held }) } else { Ok(()) }
    }

    fn may_be_changed(&self, user: &UserRequest) -> Result<(), Why> {
        let native = |plugin: &str| plugin.is_empty() || plugin == NATIVE;
        match self.accounts.accounts.get(&(user.name.clone(), user.host.clone())) {
            Some(account) if self.engine() == Engine::Mariadb && !native(&account.plugin) => {
                Err(Why::OtherPlugin { plugin: account.plugin.clone() })
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

    /// The database's name as a grant has it: `_` and `%` stand for other characters there, unless a backslash says no.
    fn pattern(&self) -> String {
        let name = &self.terms.request.database;
        if self.accounts.names_are_literal {
            return name.clone();
        }
        name.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%")
    }

    fn wanted(user: &UserRequest) -> Words {
        let all = TABLES_MYSQL.iter().filter(|word| **word != ALL);
        let mut wanted: Words =
            if user.tables.contains(ALL) { all.map(|word| (*word).to_owned()).collect() } else { user.tables.clone() };
        if user.ddl {
            wanted.extend(DDL.iter().map(|word| (*word).to_owned()));
        }
        wanted
    }

    /// What the account has on exactly this database.
    fn has(&self, user: &UserRequest) -> Words {
        let (grantee, pattern) = (format!("'{}'@'{}'", user.name, user.host), self.pattern());
        let own = self.accounts.grants.iter().filter(|grant| grant.grantee == grantee && grant.database == pattern);
        own.map(|grant| grant.privilege.clone()).collect()
    }

    fn grants(&self, user: &UserRequest, name: &str, statements: &mut Vec<Statement>, notes: &mut Vec<Note>) {
        let has = self.has(user);
        let lacking: Words = Self::wanted(user).into_iter().filter(|word| !has.contains(word)).collect();
        if !lacking.is_empty() {
            let on = mysql_ident(&self.pattern());
            statements.push(sql(format!("GRANT {} ON {on}.* TO {name}", listed(&lacking))));
        }
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        if let Some(number) = self.accounts.global_grants.get(&grantee).filter(|number| **number > 0) {
            notes.push(Note {
                code: "foreign-grant",
                message: format!("it has {} on all databases, which are not touched", count(*number, "privilege")),
                fix: "revoke them by hand if they are not meant".to_owned(),
            });
        }
    }

    fn revokes(&self, user: &UserRequest, name: &str, statements: &mut Vec<Statement>, notes: &mut Vec<Note>) {
        let (wanted, pattern) = (Self::wanted(user), self.pattern());
        let grantee = format!("'{}'@'{}'", user.name, user.host);
        let mut surplus: Vec<(&str, Words)> = Vec::new();
        for grant in self.accounts.grants.iter().filter(|grant| grant.grantee == grantee) {
            let here = grant.database == pattern;
            if here && wanted.contains(&grant.privilege) {
                continue;
            }
            if !here && self.terms.request.revoke != Revoke::All {
                if self.may_match(&grant.database) {
                    notes.push(Note {
                        code: "foreign-grant",
                        message: format!(
                            "it has {} on the pattern {}, which this database's name matches",
                            grant.privilege,
                            printable(&grant.database)
                        ),
                        fix: "revoke it by hand, or with \"revoke\": \"all\", if it is not meant".to_owned(),
                    });
                }
                continue;
            }
            match surplus.iter_mut().find(|(database, _)| *database == grant.database) {
                Some((_, words)) => _ = words.insert(grant.privilege.clone()),
                None => surplus.push((&grant.database, [grant.privilege.clone()].into())),
            }
        }
        for (database, words) in surplus {
            statements.push(sql(format!("REVOKE {} ON {}.* FROM {name}", listed(&words), mysql_ident(database))));
        }
    }

    /// Whether a grant on `pattern` could be meant for this database: the same length, and the same characters where no
    /// wildcard stands.
    fn may_match(&self, pattern: &str) -> bool {
        let name = &self.terms.request.database;
        pattern.contains('%')
            || (pattern.chars().count() == name.chars().count()
                && pattern.chars().zip(name.chars()).all(|(wild, own)| wild == own || wild == '_'))
    }

    fn note_untried(&self, user: &UserRequest, here: bool, notes: &mut Vec<Note>) {
        if !here {
            notes.push(Note {
                code: "login-untried",
                message: format!(
                    "a login from {}, where this run is, does not meet the account {}: its password is not tried",
                    printable(&self.accounts.from),
                    printable(&account_name(user))
                ),
                fix: "try it from where the account may log in".to_owned(),
            });
        }
    }

    /// There are no owners here, so nobody's objects of tomorrow are anybody's to open.
    fn note_what_means_nothing(&self, user: &UserRequest, notes: &mut Vec<Note>) {
        if user.grantor.is_some() || user.auth == Auth::Nobody {
            notes.push(Note {
                code: "no-grantor-here",
                message: format!("{} knows no owners of tables: 'grantor' only says who comes first", self.engine()),
                fix: "nothing to do".to_owned(),
            });
        }
    }
}

fn account_name(user: &UserRequest) -> String {
    format!("{}@{}", mysql_literal(&user.name), mysql_literal(&user.host))
}
