//! On whose behalf the master user may act.

use super::{Planner, sql};
use crate::domains::databases::Statement;
use crate::domains::databases::names::is_reserved;
use crate::jobs::db_users::model::Membership;
use crate::jobs::db_users::plan::gate::{self, Place};
use crate::jobs::db_users::request::Use;
use crate::services::sql::Engine;
use crate::services::sql::ident;

/// How the master comes by an owner's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authority {
    /// It has them.
    Own,
    /// It can make itself a member for the length of a transaction.
    Borrowed,
    /// Not at all.
    None,
}

/// Whoever owns the database is a member of it, in that database.
const DATABASE_OWNER: &str = "pg_database_owner";

impl Planner<'_> {
    /// How the master may act as `owner`. Asked for each of ten thousand tables, so an answer is kept.
    pub(super) fn authority(&self, owner: &str) -> Authority {
        let owner = self.acting(owner);
        if let Some(known) = self.authorities.borrow().get(owner) {
            return *known;
        }
        let found = self.found_authority(owner);
        self.authorities.borrow_mut().insert(owner.to_owned(), found);
        found
    }

    /// The role to be for what belongs to `owner`.
    pub(super) fn acting<'b>(&'b self, owner: &'b str) -> &'b str {
        match &self.catalog.database {
            Some(database) if owner == DATABASE_OWNER => &database.owner,
            _ => owner,
        }
    }

    fn found_authority(&self, owner: &str) -> Authority {
        let master = self.master();
        let is_super = |name: &str| self.catalog.roles.get(name).is_some_and(|role| role.superuser);
        if owner == master || is_super(master) {
            return Authority::Own;
        }
        // To be used is to be touched, whether the master has the rights by inheritance or borrows them.
        if owner == DATABASE_OWNER || gate::judge(owner, Place::For(Use::Grantor), self.world, self.terms).is_err() {
            return Authority::None;
        }
        if self.has_rights_of(master, owner) {
            return Authority::Own;
        }
        let lendable = self.has_role(owner)
            && !is_reserved(owner, Engine::Postgres)
            && !self.is_member(owner, master)
            && !self.is_member(owner, "rds_iam");
        if lendable && self.may_borrow(owner) { Authority::Borrowed } else { Authority::None }
    }

    /// Whether the master may change `role` and make others members of it.
    pub(super) fn administers(&self, role: &str) -> bool {
        let Some(master) = self.catalog.roles.get(self.master()) else { return false };
        if master.superuser || (self.version() < 16 && master.creates_roles) {
            return true;
        }
        let ours = |member: &str| member == self.master() || self.has_rights_of(self.master(), member);
        self.catalog.memberships.iter().any(|row| row.role == role && row.admin && ours(&row.member))
    }

    fn may_borrow(&self, owner: &str) -> bool {
        // Before 16 a membership that does not inherit is not to be had otherwise, and giving it back would take it away.
        let idle = self.catalog.memberships.iter().any(|row| row.role == owner && row.member == self.master());
        self.administers(owner) && (self.version() >= 16 || !idle)
    }

    /// The two statements that make the master a member of `owner` and undo that.
    pub(super) fn borrow(&self, owner: &str) -> (Statement, Statement) {
        let (role, master) = (ident(owner), ident(self.master()));
        if self.version() < 16 {
            return (sql(format!("GRANT {role} TO {master}")), sql(format!("REVOKE {role} FROM {master}")));
        }
        let own_row =
            |row: &&Membership| row.role == owner && row.member == self.master() && row.grantor == self.master();
        let back = match self.catalog.memberships.iter().find(own_row) {
            Some(row) => {
                let word = |flag| if flag { "TRUE" } else { "FALSE" };
                format!("GRANT {role} TO {master} WITH INHERIT {}, SET {}", word(row.inherit), word(row.set))
            }
            None => format!("REVOKE {role} FROM {master}"),
        };
        (sql(format!("GRANT {role} TO {master} WITH INHERIT TRUE, SET TRUE")), sql(back))
    }

    /// The rows the server writes when the master makes a role, from version 16 on: one of its own, and one of the master's
    /// where it gives itself more by `createrole_self_grant`.
    pub(super) fn made_by_master(&self, role: &str) -> Vec<Membership> {
        let row = |grantor: &str, admin, inherit, set| Membership {
            role: role.to_owned(),
            member: self.master().to_owned(),
            grantor: grantor.to_owned(),
            admin,
            inherit,
            set,
        };
        let (inherit, set) = self.catalog.self_grant;
        let own = (inherit || set).then(|| row(self.master(), false, inherit, set));
        [row("the server", true, false, false)].into_iter().chain(own).collect()
    }

    /// Whether `member` is one of `role`, by whatever chain.
    pub(super) fn is_member(&self, member: &str, role: &str) -> bool {
        self.catalog.is_member(member, role)
    }

    /// Whether `member` has the rights of `role` without asking.
    pub(super) fn has_rights_of(&self, member: &str, role: &str) -> bool {
        self.catalog.reached(member, |row| row.inherit).contains(role)
    }
}
